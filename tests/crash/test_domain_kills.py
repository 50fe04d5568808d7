"""kill -9 at every state of the host names, then the same command: it converges."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.domain_states import (
    BACKEND,
    CUSTOMER,
    MOMENTS,
    RUN,
    STATES,
    STEPS,
    goes_on,
    names_only,
)

if TYPE_CHECKING:
    from tests.support.journey import Journey

pytestmark = pytest.mark.xdist_group("empty")

ROOT = Path(__file__).parents[2]
CHECKS = frozenset({"domain_propagation", "backend_tls"})
"""They write nothing, so nothing is applied."""
MADE_ONCE = {
    "projectCreate": 1,
    "customDomainCreate": 1,
    "POST /v11/projects": 1,
    "POST /v10/projects/{project}/domains": 1,
    "POST /client/v4/zones": 1,
}
"""What would be there twice if it were made twice."""


def kill_at(journey: Journey, step: str, moment: str) -> None:
    """Run until a moment of a step; what is before it is done."""
    command = [sys.executable, "-m", "tests.support.domain_states"]
    ended = subprocess.run(
        [*command, str(journey.root), step, moment],
        cwd=ROOT,
        env={**journey.environment(), "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"},
        check=False,
        timeout=60,
        capture_output=True,
        text=True,
    )
    assert -signal.SIGKILL == ended.returncode, ended.stderr


def held(journey: Journey) -> Journey:
    """Keep the certificates away, so that no run is past them when it is killed."""
    backend, customer = f"certificate {BACKEND}", f"certificate {CUSTOMER}"
    journey.order("railway", backend, "certificate_stuck", times=0)
    journey.order("vercel", customer, "certificate_failed", times=0)
    return journey


def converges(journey: Journey) -> None:
    """Type the same command; nothing was made twice, and nothing is left to do."""
    done = goes_on(journey)
    assert 0 == done.status, done.out + done.err
    made = journey.made(0)
    assert {name: made[name] for name in MADE_ONCE} == MADE_ONCE
    mark = journey.mark()
    assert f"0 changed, {STEPS} unchanged, 0 failed" == journey.run(RUN).counts
    assert [] == journey.written(mark)
    table = journey.run("domains.status")
    assert 0 == table.status, table.out
    assert {BACKEND, CUSTOMER} <= set(table.out.split())


def moments_of(step: str) -> tuple[str, ...]:
    return MOMENTS[2:] if step in CHECKS else MOMENTS


@pytest.mark.heavy
def test_killed_at_every_state_in_a_row_it_goes_on(
    nothing: Journey, tmp_path: Path
) -> None:
    names = held(names_only(nothing, tmp_path / "names"))
    for number, step in enumerate(STATES):
        if step == "backend_tls":
            names.sandbox.control("DELETE", "/faults")
        moment = moments_of(step)[number % len(moments_of(step))]
        kill_at(names, step, moment)
    converges(names)
    verified = names.run("ledger.verify")
    assert 0 == verified.status, verified.err


PAIRS = tuple((step, moment) for step in STATES for moment in moments_of(step))
SAMPLE = (("domain_records", "after apply"),)
"""A write is done and nobody noted it yet."""
TRIED = [
    pytest.param(*pair, marks=[] if pair in SAMPLE else [pytest.mark.heavy])
    for pair in PAIRS
]


@pytest.mark.parametrize(("step", "moment"), TRIED)
def test_killed_once_it_goes_on_and_makes_nothing_twice(
    nothing: Journey, tmp_path: Path, step: str, moment: str
) -> None:
    names = names_only(nothing, tmp_path / "names")
    if step not in CHECKS:
        held(names)
    kill_at(names, step, moment)
    names.sandbox.control("DELETE", "/faults")
    converges(names)
