"""kill -9 and Ctrl-C of a real provisioning, then the same command: it converges."""

from __future__ import annotations

import json
import signal
import threading
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
    "POST /v10/projects/{project}/domains": 3,
    DEPLOYMENT: 3,
}
"""What would be there twice if it were made twice."""


class Listened:
    """A command that runs, and what it has said so far.

    It is read all the time: a pipe that nobody reads fills, and stops who writes.
    """

    def __init__(self, runner: subprocess.Popen[str]) -> None:
        self.runner = runner
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.runner.stdout is not None
        for line in self.runner.stdout:
            self.lines.append(line)

    def has_begun(self, step: str) -> bool:
        """Whether it said that it begins with a step."""
        events = (json.loads(line) for line in tuple(self.lines))
        return any(
            ("step-started", step) == (each["kind"], each.get("step"))
            for each in events
        )

    def end(self) -> Outcome:
        """Wait for its end; return what it left."""
        status = self.runner.wait(timeout=30)
        self._reader.join()
        assert self.runner.stderr is not None
        return Outcome(status, "".join(self.lines), self.runner.stderr.read())


@dataclass(frozen=True)
class Moment:
    """When to strike."""

    name: str
    is_come: Callable[[Journey, Listened], bool]


def accepted(operation: str, count: int = 1) -> Moment:
    """The moment at which the platforms have accepted an operation so many times."""
    return Moment(
        f"{operation} {count}",
        lambda journey, _: journey.made(0)[operation] >= count,
    )


def begun(step: str) -> Moment:
    """The moment at which the runner says that it begins with a step."""
    return Moment(f"begun {step}", lambda _, listened: listened.has_begun(step))


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
        listened = Listened(runner)
        journey.sandbox.wait_until(
            lambda: moment.is_come(journey, listened) or runner.poll() is not None,
            seconds=30,
        )
        runner.send_signal(number)
        return listened.end()


def converges(journey: Journey) -> str:
    """Type the same command; return what it said."""
    again = journey.run(STAGING)
    assert 0 == again.status, again.out + again.err
    made = journey.made(0)
    assert {name: made[name] for name in MADE_ONCE} == MADE_ONCE
    assert counts(0) == journey.run(STAGING).counts
    return again.out


@pytest.mark.parametrize(
    "moment",
    [
        MOMENTS[0],
        *(pytest.param(each, marks=pytest.mark.heavy) for each in MOMENTS[1:]),
    ],
    ids=lambda each: each.name,
)
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


@pytest.mark.heavy
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
