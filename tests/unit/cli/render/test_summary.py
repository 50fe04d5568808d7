from __future__ import annotations

from dataclasses import replace

import pytest

from launchbook.cli.render.summary import (
    addresses,
    check_lines,
    run_lines,
    summary_record,
)
from launchbook.engine.plan import Plan, PlannedStep
from launchbook.engine.result import RunResult
from launchbook.errors import DeploymentFailed, Location, UnsafePlan
from launchbook.model.change import Action, Change
from launchbook.model.playbook import OnFailure, Playbook, PlaybookEntry

HEAD = "0123456789abcdef" * 4
RESULT = RunResult(
    "run-1",
    changed=("plot",),
    unchanged=("house", "page"),
    seconds=1.26,
    ledger_head=HEAD,
    outputs={
        "page": {"url": "https://page.example"},
        "house": {"url": "https://house.example", "id": "h-1"},
        "front": {"url": "https://front.example"},
    },
)


def playbook(name: str = "staging") -> Playbook:
    where = Location("staging.yml", 1)
    entries = tuple(
        PlaybookEntry(each, "toy.step", {}, where)
        for each in ("plot", "house", "front", "page")
    )
    return Playbook(name, "A town", (), OnFailure.KEEP, entries)


def plan(action: Action) -> Plan:
    step = PlannedStep("plot", "toy.plot", "", (Change(action, "toy.plot", "north"),))
    return Plan({}, (step,), b"key")


def lines(result: RunResult, name: str = "staging", note: str = "") -> list[str]:
    return list(
        run_lines(result, playbook(name), f"invoke provision.{name}", note=note)
    )


def test_a_run_ends_with_counts_addresses_head_note_and_the_next_command() -> None:
    assert [
        "1 changed, 2 unchanged, 0 failed in 1.3 s",
        "  front            https://front.example",
        "  page             https://page.example",
        f"ledger head {HEAD[:24]}",
        "it goes on",
        "next: invoke provision.staging --check",
    ] == lines(RESULT, note="it goes on")


def test_only_steps_that_prove_an_address_and_nothing_else_are_listed() -> None:
    assert ["front", "page"] == [*addresses(RESULT, playbook())]


def test_after_infrastructure_staging_is_next() -> None:
    assert "next: invoke provision.staging" == lines(RESULT, "infrastructure")[-1]


def test_a_failure_shows_what_stands_and_no_addresses() -> None:
    error = DeploymentFailed("it did not start", hint="Look at it.")
    error.exit_status = 6
    failed = replace(RESULT, failed=("house",), skipped=("page",), error=error)
    assert [
        "1 changed, 2 unchanged, 1 failed in 1.3 s",
        "what stands: plot",
        "not started: page",
        f"ledger head {HEAD[:24]}",
        "next: invoke provision.staging (the same command continues)",
    ] == lines(failed)


@pytest.mark.parametrize(
    ("result", "line"),
    [
        (RunResult("run-1", waiting=("plot", "house")), "waiting: plot, house"),
        (RunResult("run-1", taken_back=("plot",)), "taken back: plot"),
    ],
)
def test_steps_that_wait_or_were_taken_back_are_named(
    result: RunResult, line: str
) -> None:
    assert line in lines(result)


def test_an_interrupted_run_says_how_to_go_on() -> None:
    result = RunResult("run-1", skipped=("page",), is_interrupted=True)
    assert "not started: page" in lines(result)
    assert lines(result)[-1].endswith("(the same command continues)")


def test_a_refused_run_points_at_the_plan_and_lists_no_steps() -> None:
    refused = UnsafePlan("too much would change", hint="Look at it.")
    result = RunResult("run-1", skipped=("plot", "house"), error=refused)
    assert [
        "0 changed, 0 unchanged, 0 failed in 0.0 s",
        "next: invoke provision.staging --check",
    ] == lines(result)


def test_the_record_carries_addresses_and_the_next_command() -> None:
    assert {
        "kind": "summary",
        "run": "run-1",
        "exit_status": 0,
        "urls": {"front": "https://front.example", "page": "https://page.example"},
        "next": "invoke provision.staging --check",
    } == summary_record(RESULT, playbook(), "invoke provision.staging")


def test_a_pending_plan_ends_with_the_command_that_applies_it() -> None:
    shown = check_lines(
        plan(Action.CREATE),
        "invoke provision.staging",
        out="plan.json",
        is_verbose=False,
    )
    assert [
        "  + toy.plot north",
        "plan: 1 to create, 0 unchanged",
        "saved in plan.json",
        "next: invoke provision.staging --plan plan.json",
    ] == list(shown)


def test_a_plan_without_changes_needs_no_next_command() -> None:
    shown = check_lines(
        plan(Action.NO_CHANGE), "invoke provision.staging", out="", is_verbose=False
    )
    assert ["plan: 0 to create, 1 unchanged"] == list(shown)
