from __future__ import annotations

import json
from typing import TYPE_CHECKING

from launchbook.load.snapshot import average_ms, parse, percentile_ms, read_snapshot
from tests.unit.load.examples import document, entry

if TYPE_CHECKING:
    from pathlib import Path


def test_the_average_is_over_all_requests() -> None:
    seen = parse(document(entry(times={"10": 3}), entry("backend GET /", {"50": 1})))
    assert 20.0 == average_ms(seen.entries)


def test_a_percentile_is_over_all_requests() -> None:
    seen = parse(document(entry(times={"10": 94, "300": 1}), entry(times={"900": 5})))
    assert (10.0, 300.0, 900.0) == (
        percentile_ms(seen.entries, 94),
        percentile_ms(seen.entries, 95),
        percentile_ms(seen.entries, 99),
    )


def test_without_requests_there_is_no_average_and_no_percentile() -> None:
    assert (None, None) == (average_ms(()), percentile_ms((), 95))


def test_errors_come_the_most_frequent_first() -> None:
    def failed(error: str, count: int) -> dict[str, object]:
        return {"method": "GET", "name": "/", "error": error, "occurrences": count}

    seen = parse(document(errors=[failed("refused", 1), failed("too late", 7)]))
    assert (("GET /: too late", 7), ("GET /: refused", 1)) == seen.errors


def test_a_file_that_is_not_there_yet_says_nothing(tmp_path: Path) -> None:
    file = tmp_path / "snapshot.json"
    assert read_snapshot(file) is None
    file.write_text(json.dumps(document(entry(failures=2))), encoding="utf-8")
    seen = read_snapshot(file)
    assert seen is not None
    assert (1000, 2, True) == (seen.requests, seen.failures, seen.is_final)
