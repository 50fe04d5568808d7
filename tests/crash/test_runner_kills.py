"""kill -9 and Ctrl-C of a real provisioning, then the same command: it converges."""

from __future__ import annotations

import json
import signal
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.support.hand import Hand
from tests.support.journey import STAGING, Journey, Outcome, counts

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

pytestmark = pytest.mark.xdist_group("empty")

UP = "POST /project/{project}/environment/{environment}/up"
DEPLOYMENT = "POST /v13/deployments"
MADE_ONCE = {
    "POST /v1/projects": 1,
    "projectCreate": 1,
    "serviceCreate": 3,
    "customDomainCreate": 1,
    "POST /client/v4/zones": 1,
    "POST /client/v4/zones/{zone}/dns_records": 6,
    UP: 3,
    "POST /v11/projects": 3,
    "POST /v9/projects/{project}/custom-environments": 3,
    "POST /v10/projects/{project}/domains": 3,
    DEPLOYMENT: 3,
}
"""What would be there twice if it were made twice."""


@dataclass(frozen=True)
class Moment:
    """When to strike; ``await_`` returns at that moment, or when the run ended."""

    name: str
    await_: Callable[[Journey, subprocess.Popen[str]], None]


def accepted(operation: str, count: int = 1) -> Moment:
    """The moment at which the platforms have accepted an operation so many times."""

    def await_(journey: Journey, runner: subprocess.Popen[str]) -> None:
        journey.sandbox.wait_until(
            lambda: journey.made(0)[operation] >= count or runner.poll() is not None,
            seconds=30,
        )

    return Moment(f"{operation} {count}", await_)


def begun(step: str) -> Moment:
    """The moment at which the runner says that it begins with a step."""

    def await_(journey: Journey, runner: subprocess.Popen[str]) -> None:
        assert runner.stdout is not None
        for line in runner.stdout:
            event = json.loads(line)
            if ("step-started", step) == (event["kind"], event.get("step")):
                return

    return Moment(f"begun {step}", await_)


MOMENTS = (
    accepted("POST /v1/projects"),
    begun("database_schema"),
    accepted(UP),
    accepted(DEPLOYMENT),
)
IN_A_ROW = (
    accepted("projectCreate"),
    accepted("serviceCreate", 2),
    accepted("POST /v10/projects/{project}/domains", 3),
    begun("database_schema"),
    accepted(UP, 2),
)


def strike(journey: Journey, moment: Moment, number: signal.Signals) -> Outcome:
    """Start the command and send it a signal at that moment."""
    with journey.spawn(STAGING, "--json") as runner:
        moment.await_(journey, runner)
        runner.send_signal(number)
        out, err = runner.communicate(timeout=30)
    return Outcome(runner.returncode, out, err)


def converges(journey: Journey) -> str:
    """Type the same command; return what it said."""
    again = journey.run(STAGING)
    assert 0 == again.status, again.out + again.err
    made = journey.made(0)
    assert {name: made[name] for name in MADE_ONCE} == MADE_ONCE
    assert counts(0) == journey.run(STAGING).counts
    return again.out


@pytest.mark.parametrize("moment", MOMENTS, ids=lambda each: each.name)
def test_a_killed_run_is_continued_and_makes_nothing_twice(
    nothing: Journey, moment: Moment
) -> None:
    assert -signal.SIGKILL == strike(nothing, moment, signal.SIGKILL).status
    said = converges(nothing)
    assert "took over the lock" in said
    assert "it is dead" in said
    hand = Hand(nothing.sandbox)
    for service in ("backend", "worker", "payments"):
        assert 1 == len(hand.deployments(service))
    for app in ("customer", "business", "admin"):
        assert 1 == len(hand.web_deployments(app))


def test_a_run_that_is_killed_again_and_again_converges(nothing: Journey) -> None:
    for moment in IN_A_ROW:
        assert -signal.SIGKILL == strike(nothing, moment, signal.SIGKILL).status
    looked = nothing.run(STAGING, "--check")
    assert 3 == looked.status, f"looking needs no lock: {looked.err}"
    converges(nothing)
    verified = nothing.run("ledger.verify")
    assert 0 == verified.status, verified.err


def test_ctrl_c_ends_with_130_gives_the_lock_back_and_the_same_command_continues(
    nothing: Journey,
) -> None:
    stopped = strike(nothing, begun("database"), signal.SIGINT)
    assert 130 == stopped.status, stopped.err
    last = stopped.records[-1]
    assert ("summary", 130) == (last["kind"], last["exit_status"])
    assert "invoke provision.staging (the same command continues)" == last["next"]
    assert "took over the lock" not in converges(nothing)
