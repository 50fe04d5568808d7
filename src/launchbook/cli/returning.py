"""Bringing a capsule back: for ``rollback.*``, and for a release that failed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from launchbook.app.register import STEPS
from launchbook.app.release import (
    ROLLBACK,
    open_aftermath,
    open_prober,
    open_watcher,
    public_urls,
    returning,
)
from launchbook.cli.provision import carry_out
from launchbook.config.playbook import load_playbook
from launchbook.errors import GateError, ProviderError
from launchbook.model.release import Served
from launchbook.release.availability import Availability
from launchbook.release.served import judge, mixture

if TYPE_CHECKING:
    from collections.abc import Mapping

    from launchbook.app import App
    from launchbook.cli.desk import Desk
    from launchbook.engine.result import RunResult
    from launchbook.model.release import Capsule
    from launchbook.release.availability import Tally
    from launchbook.release.served import Sight


@dataclass(frozen=True, slots=True)
class Return:
    """Why something is brought back.

    Attributes:
        left: Which release is left, for the ledger.
        new: What that release shows, surface by surface, as far as it is known.
        way: What is known of the way back where somebody asks for it; None for a
            release that failed.
    """

    left: str
    reason: str
    new: Mapping[str, str]
    way: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True)
class View:
    """What serves, as far as it can be seen.

    Attributes:
        shown: Which release all surfaces show now.
        coming: Surface to what is on its way to replace what it shows.
        unasked: Why nobody knows what is on its way; empty when it is known.
    """

    shown: Served
    sight: Mapping[str, Sight]
    coming: Mapping[str, str]
    unasked: str = ""

    @property
    def served(self) -> Served:
        """Which release serves, and will in a minute; MIXED unless that is certain."""
        return Served.MIXED if self.coming or self.unasked else self.shown

    def lines(self, old: Mapping[str, str], new: Mapping[str, str]) -> list[str]:
        """Return one line a surface, and one for what could not be asked."""
        told = mixture(self.sight, old, new, self.coming)
        if self.unasked:
            told.append(f"whether that changes soon is unknown: {self.unasked}")
        return told


@dataclass(frozen=True, slots=True)
class Returned:
    """What became of it.

    Attributes:
        view: OLD when every surface shows what it was to go back to, and nothing is
            on its way to change that; NEW when none was moved.
        seconds: From the start to the proof, or to the failure.
        tallies: Surface to how its public address answered meanwhile.
    """

    result: RunResult
    view: View
    seconds: float
    tallies: Mapping[str, Tally]

    @property
    def served(self) -> Served:
        """Which release serves; OLD is the one that was to be returned to."""
        return self.view.served

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

    Without options nobody typed it: a release is taken back, whoever holds the lock
    for a moment.

    Raises:
        LockHeld: Another run changes the environment.
    """
    playbook = load_playbook(app.workspace, ROLLBACK, steps=STEPS)
    prepared = returning(
        app, target, returned_from=why.left, reason=why.reason, way=why.way
    )
    options = options or {"wait": True}
    began = app.clock.monotonic()
    with Availability(open_prober(app), public_urls(target)) as availability:
        result = carry_out(desk, prepared, playbook, options)
        if _is_worth_another_try(result):
            # Half of a return is worse than none, and most refusals pass: what was
            # done is left alone, and what was refused is ordered once more.
            desk.output.line("once more, for not all of it was done")
            result = carry_out(desk, prepared, playbook, options)
    seconds = app.clock.monotonic() - began
    view = look_back(app, target, why.new)
    return Returned(result, view, seconds, availability.tallies)


def _is_worth_another_try(result: RunResult) -> bool:
    """Whether it failed by what may pass: a gate says the same again."""
    is_refused = isinstance(result.error, GateError)
    return result.error is not None and not (is_refused or result.is_interrupted)


def look_back(app: App, target: Capsule, new: Mapping[str, str]) -> View:
    """Say what serves, what each surface shows, and what is about to replace it."""
    sight = open_watcher(app).look(target.surfaces)
    shown = {name: each.identity for name, each in sight.items()}
    served = judge(shown, target.identities, new)
    try:
        coming = open_aftermath(app).coming(target.surfaces)
    except ProviderError as error:
        return View(served, sight, {}, error.message)
    return View(served, sight, coming)
