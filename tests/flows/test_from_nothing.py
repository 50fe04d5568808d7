"""An empty sandbox: what is planned, what is not written, and the first run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.journey import STAGING, Journey, first_counts

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.xdist_group("empty")


def test_check_on_an_empty_sandbox_shows_the_whole_plan_and_writes_nowhere(
    nothing: Journey,
) -> None:
    before = files_below(nothing.home)
    mark = nothing.mark()
    checked = nothing.run(STAGING, "--check")
    assert 3 == checked.status
    assert [] == nothing.written(mark)
    assert before == files_below(nothing.home)
    assert ["emulator", "rehearsal"] == sorted(p.name for p in nothing.home.iterdir())
    created = [line for line in checked.pending if line.startswith("+")]
    unknown = [line for line in checked.pending if line.startswith("?")]
    assert [
        "+ supabase.project vocilia-staging",
        "+ railway.project vocilia-staging",
        "+ vercel.project vocilia-customer-staging",
        "+ vercel.project vocilia-business-staging",
        "+ vercel.project vocilia-admin-staging",
        "+ dns.zone vocilia.com",
    ] == created
    assert 38 == len(unknown)
    assert (
        "? railway.variables backend_variables: cannot know yet, "
        "because of step backend_project"
    ) in unknown
    assert "next: invoke provision.staging" == checked.lines[-1]


def test_the_playbook_that_staging_needs_runs_alone_and_stays(nothing: Journey) -> None:
    alone = nothing.run("provision.infrastructure")
    assert (0, "next: invoke provision.staging") == (alone.status, alone.lines[-1])
    mark = nothing.mark()
    assert "0 changed" in nothing.run("provision.infrastructure").counts
    assert [] == nothing.written(mark)


@pytest.mark.heavy
def test_a_plan_from_nothing_is_applied_to_nothing(
    nothing: Journey, tmp_path: Path
) -> None:
    plan = tmp_path / "plan.json"
    assert 3 == nothing.run(STAGING, "--check", "--out", str(plan)).status
    mark = nothing.mark()
    assert [] == nothing.written(mark)
    applied = nothing.run(STAGING, "--plan", str(plan))
    assert 0 == applied.status
    assert applied.counts in first_counts()


def files_below(folder: Path) -> dict[str, tuple[int, int]]:
    """Every file that is ours, with size and time; the sandbox's own are left out."""
    return {
        str(path.relative_to(folder)): (path.stat().st_size, path.stat().st_mtime_ns)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and (folder / "emulator") not in path.parents
    }
