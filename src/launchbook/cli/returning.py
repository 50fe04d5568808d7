"""Bringing a capsule back: for ``rollback.*``, and for a release that failed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from launchbook.app.register import STEPS
from launchbook.app.release import (
    ROLLBACK,
    open_prober,
    open_watcher,
    public_urls,
    returning,
)
from launchbook.cli.provision import carry_out
from launchbook.config.playbook import load_playbook
from launchbook.release.availability import Availability
from launchbook.release.served import judge

if TYPE_CHECKING:
    from collections.abc import Mapping

    from launchbook.app import App
    from launchbook.cli.desk import Desk
    from launchbook.engine.result import RunResult
    from launchbook.model.release import Capsule, Served
    from launchbook.release.availability import Tally
    from launchbook.release.served import Sight


@dataclass(frozen=True, slots=True)
class Return:
    """Why something is brought back.

    Attributes:
        left: Which release is left, for the ledger.
        options: Of the command.
    """

    left: str
    reason: str


@dataclass(frozen=True, slots=True)
class Returned:
    """What became of it.

    Attributes:
        served: OLD when every surface shows what it was to go back to.
        seconds: From the start to the proof, or to the failure.
        tallies: Surface to how its public address answered meanwhile.
    """

    result: RunResult
    served: Served
    sight: Mapping[str, Sight]
    seconds: float
    tallies: Mapping[str, Tally]

    @property
    def percent(self) -> float:
        """The worst availability of all addresses."""
        return min((each.percent for each in self.tallies.values()), default=100.0)

    def as_json(self) -> dict[str, object]:
        """Return the figures for evidence."""
        return {
            "seconds": round(self.seconds, 3),
            "availability": {n: each.as_json() for n, each in self.tallies.items()},
        }


def bring_back(
    desk: Desk,
    app: App,
    target: Capsule,
    why: Return,
    options: Mapping[str, object] | None = None,
) -> Returned:
    """Serve a capsule again, and measure how the product answers meanwhile.

    Raises:
        LockHeld: Another run changes the environment.
    """
    playbook = load_playbook(app.workspace, ROLLBACK, steps=STEPS)
    prepared = returning(app, target, returned_from=why.left, reason=why.reason)
    began = app.clock.monotonic()
    with Availability(open_prober(app), public_urls(target)) as availability:
        result = carry_out(desk, prepared, playbook, options or {})
    seconds = app.clock.monotonic() - began
    sight = open_watcher(app).look(target.surfaces)
    shown = {name: each.identity for name, each in sight.items()}
    served = judge(shown, target.identities, {})
    return Returned(result, served, sight, seconds, availability.tallies)
