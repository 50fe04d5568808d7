"""A whole run over toy steps: plan, apply, verify, record."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from launchbook.engine.override import Override
from launchbook.engine.saved import load, save
from launchbook.errors import (
    InputError,
    LaunchbookError,
    LedgerUnwritable,
    LockHeld,
    PlaybookError,
    Rejected,
    StalePlan,
    Unavailable,
    UnknownStep,
    UnsafePlan,
)
from launchbook.ledger.journal import Journal
from launchbook.ledger.ledger import open_readonly, verify_file
from launchbook.ledger.sqlite import SqliteStore
from launchbook.model.change import Action
from launchbook.model.event import EventKind
from launchbook.model.playbook import OnFailure, PlaybookEntry
from launchbook.model.record import Entry, Head, Lease, Phase
from tests.support.toy import AUTHOR, KEY, KEYS, Hook, Toybox, entry, no_hook

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CHAIN = (
    entry("house", content="walls"),
    entry("door", content="${steps.house.outputs.id}"),
    entry("look", "toy.check", id="${steps.door.outputs.id}"),
)


@pytest.fixture
def toybox(tmp_path: Path) -> Iterator[Toybox]:
    box = Toybox(tmp_path)
    yield box
    box.close()


def test_a_plan_on_an_empty_platform_says_what_cannot_be_known_yet(
    toybox: Toybox,
) -> None:
    plan = toybox.engine().plan(CHAIN)
    lines = [(step, line.action, line.reason) for step, line in plan.changes]
    assert [
        ("house", Action.CREATE, ""),
        ("door", Action.UNKNOWN, "because of step house"),
    ] == lines
    assert plan.is_pending


def test_planning_writes_nothing_anywhere(toybox: Toybox) -> None:
    history = open_readonly(toybox.ledger_path)
    toybox.engine(history=history).plan(CHAIN)
    assert not toybox.ledger_path.parent.exists()
    assert [] == toybox.platform.mutations()


def test_a_run_makes_what_is_missing_in_the_order_of_references(
    toybox: Toybox,
) -> None:
    result = toybox.engine(toybox.ledger()).run(CHAIN)
    assert ("house", "door") == result.changed
    assert ("look",) == result.unchanged
    assert 0 == result.exit_status
    assert ["create house", "create door"] == toybox.platform.mutations()
    house = toybox.platform.read("house")
    door = toybox.platform.read("door")
    assert house is not None
    assert door is not None
    assert house["id"] == door["content"]


def test_a_second_run_changes_nothing_and_writes_two_records(toybox: Toybox) -> None:
    ledger = toybox.ledger()
    toybox.engine(ledger).run(CHAIN)
    before = ledger.history.head().sequence
    result = toybox.engine(ledger).run(CHAIN)
    assert () == result.changed
    assert 3 == len(result.unchanged)
    assert 2 == len(toybox.platform.mutations())
    assert 2 == ledger.history.head().sequence - before


def test_what_exists_already_is_recorded_as_verified_once(toybox: Toybox) -> None:
    toybox.platform.create("house", "walls")
    ledger = toybox.ledger()
    toybox.engine(ledger).run([entry("house", content="walls")])
    record = ledger.history.latest("staging", "house", Phase.VERIFIED)
    assert record is not None
    assert {"found": "as desired"} == record.evidence


def test_each_changed_step_is_recorded_before_and_after_its_effect(
    toybox: Toybox,
) -> None:
    ledger = toybox.ledger()
    result = toybox.engine(ledger).run(CHAIN[:1])
    records = list(ledger.history.records(run=result.run))
    assert [
        ("", Phase.PLANNED),
        ("house", Phase.APPLYING),
        ("house", Phase.APPLIED),
        ("house", Phase.VERIFIED),
        ("", Phase.VERIFIED),
    ] == [(record.step, record.phase) for record in records]
    assert len({r.inputs_digest for r in records if r.step}) == 1


def test_the_ledger_of_a_run_verifies_and_its_head_is_anchored(toybox: Toybox) -> None:
    ledger = toybox.ledger()
    result = toybox.engine(ledger).run(CHAIN)
    ledger.close()
    verification = verify_file(toybox.ledger_path, KEYS)
    assert verification.is_anchored
    assert result.ledger_head == str(verification.head)


def test_drift_is_seen_and_exactly_that_is_mended(toybox: Toybox) -> None:
    ledger = toybox.ledger()
    toybox.engine(ledger).run(CHAIN)
    house = toybox.platform.read("house")
    assert house is not None
    toybox.platform.update(house, "ruins")
    plan = toybox.engine(ledger).plan(CHAIN)
    pending = [(step, line) for step, line in plan.changes if line.is_pending]
    assert [("house", Action.UPDATE)] == [(step, line.action) for step, line in pending]
    assert ("ruins", "walls") == (
        pending[0][1].fields[0].before,
        pending[0][1].fields[0].after,
    )
    assert ("house",) == toybox.engine(ledger).run(CHAIN).changed


def _meet(meeting: threading.Barrier) -> None:
    meeting.wait()


def test_independent_steps_run_side_by_side(toybox: Toybox) -> None:
    meeting = threading.Barrier(3, timeout=10)
    toybox.hook = lambda verb, name: _meet(meeting) if verb == "apply" else None
    result = toybox.engine(toybox.ledger()).run([entry(n) for n in ("a", "b", "c")])
    assert ("a", "b", "c") == result.changed


def test_a_failure_lets_running_steps_finish_and_starts_nothing_new(
    toybox: Toybox,
) -> None:
    meeting = threading.Barrier(2, timeout=10)

    def hook(verb: str, name: str) -> None:
        if verb != "apply":
            return
        meeting.wait()
        if name == "bad":
            raise Rejected("no", hint="Ask.", platform="toy")
        # Ends after the failure was noticed: else the next step may rightly start.
        deadline = time.monotonic() + 10
        while "bad" not in toybox.heard(EventKind.STEP_FAILED):
            assert time.monotonic() < deadline
            time.sleep(0.005)

    toybox.hook = hook
    toybox.workers = 2
    entries = [entry("bad"), entry("good"), entry("late"), entry("later")]
    result = toybox.engine(toybox.ledger()).run(entries)
    assert ("bad",) == result.failed
    assert ("good",) == result.changed
    assert ("late", "later") == result.skipped
    assert ["late", "later"] == toybox.heard(EventKind.STEP_SKIPPED)


def failing(verb_and_name: tuple[str, str], error: Exception) -> Hook:
    def hook(verb: str, name: str) -> None:
        if (verb, name) == verb_and_name:
            raise error

    return hook


def test_a_refusal_before_anything_was_written_keeps_its_own_exit_status(
    toybox: Toybox,
) -> None:
    toybox.hook = failing(("apply", "house"), Rejected("no", hint="Ask."))
    result = toybox.engine(toybox.ledger()).run(CHAIN)
    assert result.error is not None
    assert ("platform-rejected", 8) == (result.error.code, result.exit_status)
    assert "stands" not in result.error.details


def test_a_failure_after_something_was_written_needs_a_person(toybox: Toybox) -> None:
    toybox.hook = failing(("apply", "door"), Rejected("no", hint="Ask."))
    result = toybox.engine(toybox.ledger()).run(CHAIN)
    assert result.error is not None
    assert ("platform-rejected", 6) == (result.error.code, result.exit_status)
    assert ["house: create toy.thing house"] == result.error.details["stands"]


def test_an_unavailable_platform_keeps_its_status_and_the_command_continues(
    toybox: Toybox,
) -> None:
    toybox.hook = failing(("apply", "door"), Unavailable("gone", hint="Wait."))
    result = toybox.engine(toybox.ledger()).run(CHAIN)
    assert result.error is not None
    assert 8 == result.exit_status
    assert "same command continues" in result.error.hint
    toybox.hook = lambda verb, name: None
    again = toybox.engine(toybox.ledger()).run(CHAIN)
    assert ("door",) == again.changed
    assert 2 == len(toybox.platform.things())


def test_a_step_that_wrote_and_then_failed_stands_perhaps_in_part(
    toybox: Toybox,
) -> None:
    toybox.hook = failing(("applied", "house"), Rejected("late", hint="Ask."))
    result = toybox.engine(toybox.ledger()).run(CHAIN)
    assert result.error is not None
    assert 6 == result.exit_status
    assert ["house: create toy.thing house (perhaps in part)"] == result.error.details[
        "stands"
    ]


def test_compensation_reverses_what_the_run_wrote_latest_first(toybox: Toybox) -> None:
    toybox.platform.create("old", "before")
    entries = [
        entry("old", "toy.undoable", content="after"),
        entry("new", "toy.undoable", content="${steps.old.outputs.name}"),
        entry("bad", content="${steps.new.outputs.name}"),
    ]
    toybox.hook = failing(("apply", "bad"), Rejected("no", hint="Ask."))
    ledger = toybox.ledger()
    result = toybox.engine(ledger).run(entries, on_failure=OnFailure.COMPENSATE)
    assert ("run-taken-back", 5) == (
        result.error and result.error.code,
        result.exit_status,
    )
    assert ("new", "old") == result.taken_back
    assert ["new", "old"] == toybox.heard(EventKind.STEP_COMPENSATED)
    assert [("old", "before")] == [
        (each["name"], each["content"]) for each in toybox.platform.things()
    ]
    record = ledger.history.latest("staging", "new")
    assert record is not None
    assert Phase.COMPENSATED is record.phase


def test_what_cannot_be_reversed_is_listed_as_standing(toybox: Toybox) -> None:
    entries = [
        entry("fixed"),
        entry("soft", "toy.undoable", content="${steps.fixed.outputs.id}"),
        entry("bad", content="${steps.soft.outputs.id}"),
    ]
    toybox.hook = failing(("apply", "bad"), Rejected("no", hint="Ask."))
    result = toybox.engine(toybox.ledger()).run(
        entries, on_failure=OnFailure.COMPENSATE
    )
    assert result.error is not None
    assert 6 == result.exit_status
    assert ["fixed: create toy.thing fixed"] == result.error.details["stands"]
    assert ["soft"] == result.error.details["taken_back"]


def test_an_undo_that_fails_leaves_its_step_standing_and_the_rest_is_reversed(
    toybox: Toybox,
) -> None:
    def hook(verb: str, name: str) -> None:
        if (verb, name) in {("apply", "bad"), ("undo", "second")}:
            raise Rejected("no", hint="Ask.")

    toybox.hook = hook
    entries = [
        entry("first", "toy.undoable"),
        entry("second", "toy.undoable", content="${steps.first.outputs.id}"),
        entry("bad", content="${steps.second.outputs.id}"),
    ]
    result = toybox.engine(toybox.ledger()).run(
        entries, on_failure=OnFailure.COMPENSATE
    )
    assert ("first",) == result.taken_back
    assert 6 == result.exit_status


def test_a_bug_in_a_step_is_recorded_and_raised_with_the_step_named(
    toybox: Toybox,
) -> None:
    toybox.hook = failing(("apply", "house"), ZeroDivisionError("oops"))
    ledger = toybox.ledger()
    with pytest.raises(ZeroDivisionError) as caught:
        toybox.engine(ledger).run(CHAIN)
    assert ["in step house"] == caught.value.__notes__
    record = ledger.history.latest("staging", "house")
    assert record is not None
    assert {"code": "internal-error", "message": "ZeroDivisionError: oops"} == (
        record.evidence["error"]
    )
    assert ledger.lock.read("staging") is None


def test_waiting_rests_in_the_ledger_and_holds_only_what_depends_on_it(
    toybox: Toybox,
) -> None:
    entries = [
        entry("wait", "toy.patience", name="letter"),
        entry("reader", "toy.check", id="${steps.wait.outputs.nothing}"),
        entry("other"),
    ]
    ledger = toybox.ledger()
    result = toybox.engine(ledger).run(entries)
    assert 10 == result.exit_status
    assert (("wait",), ("reader",), ("other",)) == (
        result.waiting,
        result.skipped,
        result.changed,
    )
    record = ledger.history.latest("staging", "wait")
    assert record is not None
    assert Phase.PAUSED is record.phase
    toybox.platform.create("letter", "")
    toybox.events.clear()
    again = toybox.engine(ledger).run(entries[:1])
    assert 0 == again.exit_status
    assert ["wait"] == toybox.heard(EventKind.STEP_PROGRESS)


def test_a_step_left_unverified_by_a_dead_run_is_verified_and_said_so(
    toybox: Toybox,
) -> None:
    verified: list[str] = []
    toybox.hook = failing(("verify", "house"), Unavailable("gone", hint="Wait."))
    ledger = toybox.ledger()
    toybox.engine(ledger).run(CHAIN[:1])
    toybox.events.clear()
    toybox.hook = lambda verb, name: verified.append(name) if verb == "verify" else None
    result = toybox.engine(ledger).run(CHAIN[:1])
    assert ["house"] == verified
    assert ("house",) == result.unchanged
    event = next(e for e in toybox.events if e.kind is EventKind.STEP_PROGRESS)
    assert event.data["resumed"] is True
    record = ledger.history.latest("staging", "house")
    assert record is not None
    assert Phase.VERIFIED is record.phase


# --- secrets -------------------------------------------------------------------


def test_no_secret_reaches_the_ledger_the_plan_or_an_event(toybox: Toybox) -> None:
    entries = [entry("safe", content="secret:SAFE")]
    value = "value-of-secret:SAFE"
    ledger = toybox.ledger()
    plan = toybox.engine(ledger).plan(entries)
    toybox.platform.create("safe", "old")
    changed = toybox.engine(ledger).plan(entries)
    toybox.hook = failing(("verify", "safe"), Rejected(f"bad {value}", hint="Ask."))
    result = toybox.engine(ledger).run(entries)
    everything = "\n".join(
        [
            *ledger.history.export(),
            repr(toybox.events),
            repr(plan.as_json()),
            repr(changed.as_json()),
            repr(changed.lines_as_json()),
        ]
    )
    assert value not in everything
    assert "$fingerprint" in repr(changed.as_json())
    assert result.error is not None


# --- guard, overrides ------------------------------------------------------------


def shelf(count: int, content: str = "") -> list[PlaybookEntry]:
    return [
        entry(
            "shelf",
            "toy.shelf",
            names=[f"n{i:02}" for i in range(count)],
            content=content,
        )
    ]


def test_a_large_change_is_refused_and_nothing_is_written(toybox: Toybox) -> None:
    ledger = toybox.ledger()
    toybox.engine(ledger).run(shelf(10))
    count = len(toybox.platform.mutations())
    result = toybox.engine(ledger).run(shelf(6))
    assert isinstance(result.error, UnsafePlan)
    assert 4 == result.exit_status
    assert count == len(toybox.platform.mutations())


def test_the_named_override_lets_it_pass_and_is_recorded(toybox: Toybox) -> None:
    ledger = toybox.ledger()
    toybox.engine(ledger).run(shelf(10))
    override = Override("large-change", "the shelf is being cleared")
    result = toybox.engine(ledger).run(shelf(6), overrides=[override])
    assert 0 == result.exit_status
    first = next(ledger.history.records(run=result.run))
    assert [{"name": "large-change", "reason": "the shelf is being cleared"}] == (
        first.evidence["overrides"]
    )
    again = toybox.engine(ledger).run(shelf(2))
    assert 0 == again.exit_status, "below ten resources the guard does not weigh"


@pytest.mark.parametrize(
    "override", [Override("everything", "why not"), Override("large-change", " ")]
)
def test_an_unknown_or_unreasoned_override_is_refused(
    toybox: Toybox, override: Override
) -> None:
    with pytest.raises(InputError):
        toybox.engine(toybox.ledger()).run(CHAIN, overrides=[override])


# --- the lock -------------------------------------------------------------------


def test_a_second_run_is_refused_while_one_holds_the_lock(toybox: Toybox) -> None:
    ledger = toybox.ledger()
    ledger.lock.acquire("staging", "other", "playbook other")
    with pytest.raises(LockHeld) as caught:
        toybox.engine(ledger).run(CHAIN)
    assert 7 == caught.value.exit_status
    assert [] == toybox.platform.mutations()


def test_the_lock_is_given_back_after_a_failure(toybox: Toybox) -> None:
    toybox.hook = failing(("facts", "house"), Unavailable("gone", hint="Wait."))
    ledger = toybox.ledger()
    result = toybox.engine(ledger).run(CHAIN)
    assert 8 == result.exit_status
    assert ledger.lock.read("staging") is None


def test_a_run_whose_lock_was_taken_away_writes_nothing_more(toybox: Toybox) -> None:
    ledger = toybox.ledger()

    def hook(verb: str, name: str) -> None:
        if (verb, name) == ("applied", "house"):
            ledger.lock.unlock("staging", "by-hand", "laptop died")

    toybox.hook = hook
    result = toybox.engine(ledger).run(CHAIN)
    assert result.error is not None
    assert ("lease-lost", 7) == (result.error.code, result.exit_status)
    assert ["create house"] == toybox.platform.mutations()
    last = list(ledger.history.records())[-1]
    assert "unlocked" == last.evidence["event"]


# --- a ledger that cannot be written ------------------------------------------------


class FullJournal(Journal):
    """The disk is full from the record of one phase on."""

    phase = Phase.APPLYING

    def append(self, lease: Lease, *entries: Entry) -> Head:
        if any(each.step and each.phase is self.phase for each in entries):
            self.phase = entries[-1].phase
            raise LedgerUnwritable("the ledger is full", hint="Make room.")
        return super().append(lease, *entries)


@pytest.mark.parametrize(
    ("phase", "mutations"),
    [(Phase.APPLYING, 0), (Phase.APPLIED, 1), (Phase.VERIFIED, 1)],
)
def test_without_a_record_of_the_intent_there_is_no_effect(
    toybox: Toybox, phase: Phase, mutations: int
) -> None:
    ledger = toybox.ledger()
    store = SqliteStore(toybox.ledger_path)
    journal = FullJournal(store, KEY, AUTHOR, toybox.clock)
    journal.phase = phase
    result = toybox.engine(replace(ledger, journal=journal)).run(CHAIN)
    store.close()
    assert isinstance(result.error, LedgerUnwritable)
    assert 9 == result.exit_status
    assert mutations == len(toybox.platform.mutations())
    assert 0 == toybox.engine(ledger).run(CHAIN).exit_status
    assert 2 == len(toybox.platform.mutations())


# --- wrong playbooks ---------------------------------------------------------------


def test_an_unknown_step_points_at_its_entry(toybox: Toybox) -> None:
    result = toybox.engine(toybox.ledger()).run([entry("x", "toy.nothing")])
    assert isinstance(result.error, UnknownStep)
    assert result.error.location is not None
    assert 2 == result.exit_status


def test_a_wrong_input_points_at_its_entry(toybox: Toybox) -> None:
    with pytest.raises(InputError) as caught:
        toybox.engine().plan([entry("x", colour="red")])
    assert "toys.yml:1:1" in caught.value.message


def test_a_reference_to_an_output_that_does_not_exist_is_an_error(
    toybox: Toybox,
) -> None:
    entries = [entry("a"), entry("b", content="${steps.a.outputs.colour}")]
    result = toybox.engine(toybox.ledger()).run(entries)
    assert isinstance(result.error, PlaybookError)
    assert "id, name" in result.error.hint


# --- saved plans ------------------------------------------------------------------


def test_a_saved_plan_is_applied_when_nothing_moved(
    toybox: Toybox, tmp_path: Path
) -> None:
    save(toybox.engine().plan(CHAIN), tmp_path / "plan.json")
    saved = load(tmp_path / "plan.json")
    result = toybox.engine(toybox.ledger()).run(CHAIN, saved=saved)
    assert ("house", "door") == result.changed


def test_a_saved_plan_is_refused_when_the_facts_moved(
    toybox: Toybox, tmp_path: Path
) -> None:
    save(toybox.engine().plan(CHAIN), tmp_path / "plan.json")
    toybox.platform.create("house", "walls")
    result = toybox.engine(toybox.ledger()).run(
        CHAIN, saved=load(tmp_path / "plan.json")
    )
    assert isinstance(result.error, StalePlan)
    assert "create toy.thing house" in result.error.message
    assert 4 == result.exit_status
    assert ["create house"] == toybox.platform.mutations()


def test_events_tell_the_run_from_its_start_to_its_end(toybox: Toybox) -> None:
    toybox.engine(toybox.ledger()).run(CHAIN[:1])
    kinds = [event.kind for event in toybox.events]
    assert [
        EventKind.RUN_STARTED,
        EventKind.PLAN_READY,
        EventKind.STEP_STARTED,
        EventKind.STEP_PROGRESS,
        EventKind.STEP_CHANGED,
        EventKind.RUN_FINISHED,
    ] == kinds
    finished = toybox.events[-1].data
    assert (1, 0, 0) == tuple(finished[k] for k in ("changed", "unchanged", "failed"))


def test_an_engine_without_a_ledger_cannot_run(toybox: Toybox) -> None:
    with pytest.raises(ValueError, match="needs a ledger"):
        toybox.engine().run(CHAIN)


def test_every_error_of_a_run_is_ours(toybox: Toybox) -> None:
    toybox.hook = failing(("facts", "house"), Unavailable("gone", hint="Wait."))
    with pytest.raises(LaunchbookError):
        toybox.engine().plan(CHAIN)


def test_what_a_run_that_was_cut_off_made_is_set_up_without_the_guard(
    toybox: Toybox,
) -> None:
    """Settings at their defaults are no change of what somebody relies on."""
    ledger = toybox.ledger()

    def fail(verb: str, name: str) -> None:
        if (verb, name) == ("applied", "house"):
            raise KeyboardInterrupt

    toybox.hook = fail
    house = entry("house", content="walls")
    rooms = [entry(f"room{n}", content="${steps.house.outputs.id}") for n in range(12)]
    assert toybox.engine(ledger).run([house, *rooms]).is_interrupted
    toybox.hook = no_hook
    for room in rooms:
        toybox.platform.create(str(room.inputs["name"]), "empty")
    assert 0 == toybox.engine(ledger).run([house, *rooms]).exit_status


def test_the_same_settings_are_weighed_where_nobody_of_ours_made_it(
    toybox: Toybox,
) -> None:
    toybox.platform.create("house", "walls")
    rooms = [entry(f"room{n}", content="${steps.house.outputs.id}") for n in range(12)]
    for room in rooms:
        toybox.platform.create(str(room.inputs["name"]), "empty")
    house = entry("house", content="walls")
    result = toybox.engine(toybox.ledger()).run([house, *rooms])
    assert isinstance(result.error, UnsafePlan)
