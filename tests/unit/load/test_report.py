from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from launchbook.load.figure import Figure, Limit, judge, overall, unknown
from launchbook.load.report import Report, kept_between, newest_figures
from launchbook.model.gate import Verdict

if TYPE_CHECKING:
    from pathlib import Path

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def figure(value: float) -> Figure:
    return judge("rollback, command to proof", Limit(900, "s"), value, 1)


def report(value: float, at: datetime = AT) -> Report:
    return Report("rollback", "staging", "sandbox", at, (figure(value),))


def test_a_report_is_kept_with_the_digest_by_which_others_refer_to_it(
    tmp_path: Path,
) -> None:
    path = report(42).keep(tmp_path)
    assert "rollback-staging-20260102T030405Z.json" == path.name
    kept = json.loads(path.read_text(encoding="utf-8"))
    assert ("pass", 64) == (kept["verdict"], len(kept["digest"]))


def test_the_newest_report_counts(tmp_path: Path) -> None:
    report(50, AT + timedelta(days=1)).keep(tmp_path)
    report(42).keep(tmp_path)
    assert (figure(50),) == newest_figures(tmp_path, "rollback", "staging")
    assert () == newest_figures(tmp_path, "rollback", "production")


def test_reports_of_a_time_are_found_by_environment_and_platforms(
    tmp_path: Path,
) -> None:
    for minutes, value in ((10, 1000.0), (5, 42.0), (90, 1.0)):
        report(value, AT + timedelta(minutes=minutes)).keep(tmp_path)
    until = AT + timedelta(hours=1)
    found = kept_between(tmp_path, "staging", "sandbox", AT, until)
    assert ["pass", "fail"] == [each.verdict for each in found]
    assert 3 == len(kept_between(tmp_path, "staging", "sandbox", AT, None))
    assert () == kept_between(tmp_path, "staging", "live", AT, None)
    assert () == kept_between(tmp_path, "production", "sandbox", AT, None)
    assert () == kept_between(tmp_path / "none", "staging", "sandbox", AT, None)


def test_the_worst_figure_is_the_verdict_and_nothing_never_passes() -> None:
    absent = unknown("one", "yes", "not available")
    assert Verdict.INCONCLUSIVE is overall([])
    assert Verdict.INCONCLUSIVE is overall([figure(1), absent])
    assert Verdict.FAIL is overall([figure(1), absent, figure(901)])
    assert Verdict.PASSED is overall([figure(1)])
