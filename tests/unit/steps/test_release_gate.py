"""A release that may not be, or could not be taken back, is refused by name."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

import pytest

from launchbook.engine.override import Override
from launchbook.engine.step import Verified
from launchbook.errors import GateFailed, GateInconclusive, Location, SourceError
from launchbook.model.gate import Finding, Verdict
from launchbook.model.playbook import PlaybookEntry
from launchbook.release.admission import NAMES, Admission
from launchbook.release.approval import Approval, commit_of, intent_of
from launchbook.steps.release_gate import Inputs, ReleaseGate
from launchbook.transport.git import Git
from launchbook.transport.process import Processes
from tests.support.domains import context
from tests.support.toy import Toybox, entry

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from launchbook.engine.result import RunResult
    from launchbook.engine.step import Context

COMMIT = "4f0c1d2e3b4a5968778695a4b3c2d1e0f9a8b7c6"
TEAM: Mapping[str, object] = {"size": 1, "approvers": []}
POLICY: Mapping[str, object] = {"solo_delay_minutes": 15, "four_eyes": False}
INPUTS = Inputs(
    items=(),
    is_approval_required=False,
    path="/src",
    commit=COMMIT,
    branch="main",
    freezes=(),
    policy=POLICY,
    team=TEAM,
    is_local=True,
    uptime_percent=99.5,
    rollback_seconds=900,
)
OPEN = Admission(
    "production-11", (Finding(NAMES[0], Verdict.PASSED, "well"),), 240, "measured"
)
CLOSED = replace(OPEN, findings=(Finding(NAMES[5], Verdict.FAIL, "it is gone"),))


class Remote:
    """A remote that has some commits, or does not answer."""

    def __init__(self, *commits: str, is_down: bool = False) -> None:
        self.commits = commits
        self.is_down = is_down

    def is_pushed(self, path: Path, commit: str, branch: str) -> bool:
        if self.is_down:
            raise SourceError("git ls-remote failed in /src: no remote", hint="Look.")
        return commit in self.commits


def step(*commits: str, is_down: bool = False) -> ReleaseGate:
    return ReleaseGate(cast("Git", Remote(*commits, is_down=is_down)))


def watched() -> tuple[Context, list[str]]:
    told: list[str] = []
    return replace(context(), say=told.append), told


def passed(
    inputs: Inputs, around: Context, *commits: str, is_down: bool = False
) -> Verified:
    """What the gate puts out when it lets a run pass."""
    found = step(*commits, is_down=is_down).verify(inputs, around)
    assert isinstance(found, Verified)
    return found


def verdicts(evidence: Mapping[str, Any]) -> dict[str, str]:
    return {each["name"]: each["verdict"] for each in evidence["items"]}


def test_a_commit_that_was_pushed_passes() -> None:
    verified = passed(replace(INPUTS, items=("commit-pushed",)), context(), COMMIT)
    assert {"commit-pushed": "pass"} == verdicts(verified.evidence)
    assert {"commit": COMMIT, "approvals": []} == verified.outputs


def test_a_commit_that_only_this_machine_has_is_refused() -> None:
    with pytest.raises(GateFailed, match="origin/main does not have commit 4f0c1d2e"):
        step().verify(replace(INPUTS, items=("commit-pushed",)), context())


def test_a_remote_that_does_not_answer_proves_nothing() -> None:
    with pytest.raises(GateInconclusive, match="no remote"):
        step(is_down=True).verify(replace(INPUTS, items=("commit-pushed",)), context())


def test_a_freeze_is_refused_with_its_end_and_its_override() -> None:
    freeze = {
        "name": "new-year",
        "reason": "nobody is there",
        "from": "2000-01-01 00:00",
        "until": "2100-01-01 00:00",
    }
    inputs = replace(INPUTS, items=("freeze",), freezes=(freeze,))
    with pytest.raises(GateFailed, match="new-year until 2100-01-01 00:00") as caught:
        step().verify(inputs, context())
    assert '--override freeze --reason "..."' in caught.value.hint


@pytest.mark.parametrize("item", ["error-budget", "fresh-backup", "rollback"])
def test_what_nothing_can_tell_yet_is_not_available(item: str) -> None:
    with pytest.raises(GateInconclusive, match=f"{item}: not available"):
        step().verify(replace(INPUTS, items=(item,)), context())


def test_the_way_back_is_told_with_its_time_and_the_price_of_a_failure() -> None:
    around, told = watched()
    inputs = replace(INPUTS, items=("rollback",), rollback=OPEN.as_json())
    verified = passed(inputs, around)
    assert "ROLLBACK: OPEN to production-11, about 240 s (measured)" in told
    assert "costs 7.6 % of the month's error budget" in told[0]
    price = cast("dict[str, object]", verified.evidence["price"])
    assert 7.64 == price["percent"]


def test_a_closed_way_back_is_refused_by_the_name_of_its_reason() -> None:
    around, told = watched()
    inputs = replace(INPUTS, items=("rollback",), rollback=CLOSED.as_json())
    with pytest.raises(GateFailed, match=f"{NAMES[5]}: it is gone"):
        step().verify(inputs, around)
    assert any(line.startswith("ROLLBACK: CLOSED") for line in told)


def test_everything_that_it_asks_for_can_be_overridden_by_name() -> None:
    names = ReleaseGate.overridable({})
    asked = {"commit-pushed", "freeze", "approval", "error-budget", "fresh-backup"}
    assert asked | {"rollback", *NAMES} == set(names)


# --- approvals, with the engine that makes the plan they are bound to -----------------


@pytest.fixture
def toybox(tmp_path: Path) -> Iterator[Toybox]:
    box = Toybox(tmp_path, overridable=frozenset(ReleaseGate.overridable({})))
    box.steps["release.gate"] = ReleaseGate(cast("Git", Remote(COMMIT)))
    yield box
    box.close()


def book(
    content: object = "one", commit: str = COMMIT, **changes: object
) -> list[PlaybookEntry]:
    """A gate that asks for an approval, and two things behind it."""
    names = ("items", "freezes", "policy", "team", "rollback")
    inputs: dict[str, object] = {name: getattr(INPUTS, name) for name in names}
    inputs |= {
        "is_approval_required": True,
        "path": "/src",
        "commit": commit,
        "branch": "main",
        "is_local": True,
        "uptime_percent": 99.5,
        "rollback_seconds": 900,
        **changes,
    }
    gate = PlaybookEntry("gate", "release.gate", inputs, Location("toys.yml", 1))
    first = replace(entry("first", content=content), after=frozenset({"gate"}))
    second = entry("second", content="${steps.first.outputs.id}")
    return [gate, first, replace(second, after=frozenset({"gate"}))]


def approve(
    toybox: Toybox, entries: Sequence[PlaybookEntry], **changes: Any
) -> Approval:
    """Approve what would be done now, as ``invoke approve`` does."""
    plan = toybox.engine(toybox.ledger()).plan(entries).as_json()
    approval = Approval(
        plan=intent_of(plan),
        environment="staging",
        commit=commit_of(plan),
        reason="looked at it",
        at=toybox.clock.now(),
        until=toybox.clock.now() + timedelta(hours=1),
        **changes,
    )
    toybox.engine(toybox.ledger()).note(approval.as_evidence())
    return approval


def run(
    toybox: Toybox, entries: Sequence[PlaybookEntry], *overrides: Override
) -> RunResult:
    return toybox.engine(toybox.ledger()).run(entries, overrides=overrides)


def refusal(toybox: Toybox, entries: Sequence[PlaybookEntry]) -> str:
    """Why it is refused; nothing was written then."""
    before = toybox.platform.mutations()
    result = run(toybox, entries)
    assert isinstance(result.error, GateFailed | GateInconclusive)
    assert 4 == result.exit_status
    assert before == toybox.platform.mutations()
    return result.error.message


def test_without_an_approval_nothing_is_written(toybox: Toybox) -> None:
    assert "nobody approved plan" in refusal(toybox, book())


def test_exactly_what_was_approved_is_done(toybox: Toybox) -> None:
    approval = approve(toybox, book())
    result = run(toybox, book())
    assert 0 == result.exit_status
    told = cast("list[dict[str, object]]", result.outputs["gate"]["approvals"])
    assert [approval.plan.digest] == [each["plan"] for each in told]
    assert ["create first", "create second"] == toybox.platform.mutations()


def test_another_commit_than_the_approved_one_is_refused(toybox: Toybox) -> None:
    approve(toybox, book())
    other = book(commit="0" * 40)
    assert f"is of commit {COMMIT[:12]}" in refusal(toybox, other)


def test_another_variable_than_the_approved_one_is_refused(toybox: Toybox) -> None:
    approve(toybox, book())
    assert "step first changed" in refusal(toybox, book(content="two"))


def test_another_setting_of_the_gate_itself_is_refused(toybox: Toybox) -> None:
    approve(toybox, book())
    eased = book(policy={"solo_delay_minutes": 0, "four_eyes": False})
    assert "step gate changed" in refusal(toybox, eased)


def test_one_more_step_than_approved_is_refused(toybox: Toybox) -> None:
    approve(toybox, book())
    more = [*book(), replace(entry("third"), after=frozenset({"gate"}))]
    assert "the steps changed" in refusal(toybox, more)


def test_facts_that_moved_void_an_approval(toybox: Toybox) -> None:
    approve(toybox, book())
    toybox.platform.create("first", "by hand")
    assert "the facts behind it changed" in refusal(toybox, book())


def test_an_approval_that_expired_counts_no_more(toybox: Toybox) -> None:
    approve(toybox, book())
    toybox.clock.advance(3600)
    assert "counted until" in refusal(toybox, book())


def test_a_release_that_was_cut_off_goes_on_under_its_approval(toybox: Toybox) -> None:
    approve(toybox, book())
    toybox.hook = failing_at("apply", "second")
    assert 6 == run(toybox, book()).exit_status
    toybox.hook = lambda verb, name: None
    assert "step first changed" in refusal(toybox, book(content="two"))
    assert 0 == run(toybox, book()).exit_status
    assert ["create first", "create second"] == toybox.platform.mutations()


def test_a_release_that_the_gate_refused_has_not_begun(toybox: Toybox) -> None:
    entries = book(items=("fresh-backup",))
    approve(toybox, entries)
    assert "fresh-backup" in refusal(toybox, entries)
    toybox.platform.create("first", "by hand")
    assert "the facts behind it changed" in refusal(toybox, entries)


def test_a_release_that_came_to_its_end_used_its_approval_up(toybox: Toybox) -> None:
    approve(toybox, book())
    assert 0 == run(toybox, book()).exit_status
    toybox.platform.update(toybox.platform.things()[0], "by hand")
    assert "the facts behind it changed" in refusal(toybox, book())


def test_an_approval_may_be_overridden_by_its_name_alone(toybox: Toybox) -> None:
    override = Override("approval", "nobody can be reached and customers wait")
    result = run(toybox, book(), override)
    assert (0, ["approval"]) == (
        result.exit_status,
        [each.name for each in result.overrides],
    )


def test_an_approval_may_accept_that_the_way_back_is_closed(toybox: Toybox) -> None:
    entries = book(items=("rollback",), rollback=CLOSED.as_json())
    approve(toybox, entries)
    assert "it is gone" in refusal(toybox, entries)
    approve(toybox, entries, accepts=(NAMES[5],))
    assert 0 == run(toybox, entries).exit_status


def test_with_two_people_a_reason_alone_is_not_enough(toybox: Toybox) -> None:
    entries = book(team={"size": 2, "approvers": []})
    approve(toybox, entries)
    assert "who is not in team.approvers" in refusal(toybox, entries)


def test_on_real_platforms_a_delay_stands_for_the_second_person(
    toybox: Toybox,
) -> None:
    entries = book(is_local=False)
    approve(toybox, entries)
    waiting = run(toybox, entries)
    assert (10, ("gate",)) == (waiting.exit_status, waiting.waiting)
    assert [] == toybox.platform.mutations()
    toybox.clock.advance(15 * 60)
    assert 0 == run(toybox, entries).exit_status


def failing_at(verb: str, name: str) -> Any:
    def hook(now: str, thing: str) -> None:
        if (now, thing) == (verb, name):
            raise SourceError("the power went out", hint="Run it again.")

    return hook


def test_what_else_blocks_is_told_before_a_delay_is_waited_for(
    toybox: Toybox,
) -> None:
    entries = book(is_local=False, items=("fresh-backup",))
    approve(toybox, entries)
    assert "fresh-backup: not available" in refusal(toybox, entries)


def test_a_delay_can_be_overridden_like_a_missing_approval(toybox: Toybox) -> None:
    entries = book(is_local=False)
    approve(toybox, entries)
    override = Override("approval", "nobody can pay, and every minute counts")
    assert 0 == run(toybox, entries, override).exit_status


# --- the remote itself ----------------------------------------------------------------


def git(folder: Path, *words: str) -> str:
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com")
    done = subprocess.run(
        ["git", *who, *words], cwd=folder, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def commit(folder: Path, text: str) -> str:
    (folder / "file").write_text(text)
    git(folder, "add", ".")
    git(folder, "commit", "-qm", text)
    return git(folder, "rev-parse", "HEAD")


def test_a_remote_is_asked_for_a_commit_as_it_is_now(tmp_path: Path) -> None:
    mine, theirs, remote = (tmp_path / name for name in ("mine", "theirs", "remote"))
    git(tmp_path, "init", "-q", "--bare", "-b", "main", str(remote))
    git(tmp_path, "clone", "-q", str(remote), str(mine))
    ours = Git(Processes())
    first = commit(mine, "one")
    assert not ours.is_pushed(mine, first, "main")
    git(mine, "push", "-q", "origin", "HEAD:main")
    assert ours.is_pushed(mine, first, "main")
    assert not ours.is_pushed(mine, first, "other")
    git(tmp_path, "clone", "-q", str(remote), str(theirs))
    commit(theirs, "two")
    git(theirs, "push", "-q", "origin", "HEAD:main")
    heads = git(mine, "for-each-ref")
    assert ours.is_pushed(mine, first, "main"), "below what others pushed since"
    alone = commit(mine, "three")
    assert not ours.is_pushed(mine, alone, "main")
    assert heads.count("\n") == git(mine, "for-each-ref").count("\n")
    assert not (mine / ".git" / "FETCH_HEAD").exists()


def test_a_work_tree_without_a_remote_says_so(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "-b", "main")
    only = commit(tmp_path, "one")
    with pytest.raises(SourceError, match="ls-remote failed"):
        Git(Processes()).is_pushed(tmp_path, only, "main")
