"""Releases as commands need them: the capsules, the watcher, the way back."""

from __future__ import annotations

from contextlib import closing, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from launchbook.app.way_back import REFUSED, serving_facts
from launchbook.config.inventory import Releases
from launchbook.engine.memory import Memory
from launchbook.errors import InputError, KeyUnusable, ValuesMissing
from launchbook.model.record import Phase
from launchbook.model.release import SurfaceKind
from launchbook.release.aftermath import Aftermath
from launchbook.release.served import Watcher
from launchbook.release.shelf import STEP, Shelf
from launchbook.transport.probe import Prober

if TYPE_CHECKING:
    from collections.abc import Mapping

    from launchbook.app import App
    from launchbook.engine.step import Moment
    from launchbook.model.release import Capsule, Surface

RELEASE: Final = "release"
ROLLBACK: Final = "rollback"
JUDGED: Final = "the gate of the release has judged this way back"
HEALTH: Final = {SurfaceKind.SERVICE: "/health", SurfaceKind.WEB: "/"}


def open_shelf(app: App) -> Shelf:
    """Read the capsules of the target's environment."""
    history = app.open_history()
    try:
        records = history.step_records(app.target.environment, STEP, Phase.VERIFIED)
        return Shelf.of(each.evidence for each in records)
    finally:
        history.close()


def moments_of(app: App, capsule: Capsule) -> tuple[Moment, ...]:
    """Return what the run that recorded a capsule has written, oldest first."""
    environment = app.target.environment
    with closing(app.open_history()) as history:
        records = history.step_records(environment, STEP, Phase.VERIFIED)
        run = next(
            (each.run for each in records if each.outputs.get("id") == capsule.id), ""
        )
        return Memory(history, environment).moments(run) if run else ()


def open_watcher(app: App) -> Watcher:
    """Return what looks at surfaces, from outside where it can."""
    clients = app.clients
    return Watcher(clients.prober, clients.railway, clients.vercel)


def open_aftermath(app: App) -> Aftermath:
    """Return what looks at what is on its way, and what is only stored."""
    return Aftermath(app.clients.railway, app.clients.vercel, app.vault)


def open_prober(app: App) -> Prober:
    """Return a prober of its own, for a thread of its own."""
    clients = app.clients
    return Prober(app.clock, clients.ca_file, resolver=clients.names)


def public_urls(capsule: Capsule) -> dict[str, str]:
    """Return surface to the address that must answer while traffic moves."""
    return {s.name: s.url + HEALTH[s.kind] for s in capsule.surfaces if s.url}


def learn_values(app: App, *capsules: Capsule) -> None:
    """Hide what releases were started with from all output.

    A return refers to no variable, so nobody else would know what a platform that
    quotes one gives away.
    """
    names = {each.values for capsule in capsules for each in capsule.surfaces}
    for name in sorted(filter(None, names)):
        with suppress(KeyUnusable, ValuesMissing):
            app.vault.open(name)


def composed(current: Capsule, target: Capsule, app: str) -> Capsule:
    """Return the target's surfaces of one app, and everything else as it is.

    Raises:
        InputError: No surface is built of this app.
    """
    chosen = {s.name: s for s in target.surfaces if app in {s.app, s.name}}
    if not chosen:
        names = sorted({each.app for each in target.surfaces})
        raise InputError(
            f"{target.id} has no app {app!r}",
            hint=f"Name one of {', '.join(names)}.",
        )
    surfaces = tuple(chosen.get(each.name, each) for each in current.surfaces)
    return replace(target, surfaces=surfaces)


def returning(
    app: App,
    target: Capsule,
    *,
    returned_from: str,
    reason: str,
    way: Mapping[str, object] | None = None,
) -> App:
    """Return the tools of a command that brings a capsule back.

    References of its playbook start with ``capsule``, and with ``serving`` those to
    the way back: what is known of it where somebody asks for it, and nothing for a
    release that failed, whose gate has judged it.
    """
    told = target.as_json()
    told["surfaces"] = {each.name: _referable(each) for each in target.surfaces}
    told["returned_from"], told["reason"] = returned_from, reason
    if way is None:
        unasked = serving_facts(app, Shelf(()), None)
        way = {**unasked, "named": target.id, "skipped": JUDGED}
    return replace(app, releases=Releases(capsule=told, serving=way))


def asked_for(app: App, shelf: Shelf, target: Capsule) -> dict[str, object]:
    """Return what is known of the way back to a release that somebody asks for.

    Of one app alone the target has the others as they are.
    """
    facts = serving_facts(app, shelf, shelf.find(target.id))
    return {**facts, "capsule": target.as_json(), "refused": list(REFUSED)}


def departing(app: App, shelf: Shelf) -> App:
    """Return the tools of a command that releases: it knows what serves before.

    References of its playbook start with ``serving``.
    """
    newest = shelf.kept[-1] if shelf.kept else None
    return replace(app, releases=Releases(serving=serving_facts(app, shelf, newest)))


def _referable(surface: Surface) -> dict[str, object]:
    """A surface as the inputs of steps have it."""
    told = surface.as_json()
    return {key: each for key, each in told.items() if key not in {"name", "is_reused"}}
