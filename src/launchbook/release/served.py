"""What each surface serves, read from outside, and which release that is."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from launchbook.errors import ProviderError
from launchbook.model.railway import ServiceScope
from launchbook.model.release import Served, Surface, SurfaceKind
from launchbook.model.source import LABEL
from launchbook.model.vercel import bypass_headers

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from launchbook.model.railway import Deployment
    from launchbook.model.vercel import Project
    from launchbook.transport.probe import Answer

BUILD_FIELDS: Final = ("build", "identity")


class Asks(Protocol):
    """Asks a public address."""

    def probe(self, url: str, headers: Mapping[str, str] | None = None) -> Answer:
        """Return the answer."""
        ...


class ReadsDeployments(Protocol):
    """Knows which deployments a service has."""

    def read_deployments(self, scope: ServiceScope) -> Sequence[Deployment]:
        """Return them, newest first."""
        ...


class ReadsProjects(Protocol):
    """Knows what opens a project's protected addresses."""

    def read_project(self, id_or_name: str) -> Project | None:
        """Return a project, or None."""
        ...


@dataclass(frozen=True, slots=True)
class Sight:
    """What one surface shows.

    Attributes:
        identity: Empty when it shows none.
        problem: Why it shows none; empty otherwise.
        seconds: How long the answer took; 0 for what nobody asks from outside.
    """

    identity: str
    problem: str = ""
    seconds: float = 0.0


class Watcher:
    """Looks at surfaces: public ones from outside, the others through the platform.

    Args:
        prober: Asks public addresses.
        railway: Knows what runs that nobody can ask.
        vercel: Knows what opens a protected address; None where none is protected.
    """

    def __init__(
        self,
        prober: Asks,
        railway: ReadsDeployments,
        vercel: ReadsProjects | None = None,
    ) -> None:
        self._prober = prober
        self._railway = railway
        self._vercel = vercel

    def look(self, surfaces: Iterable[Surface]) -> dict[str, Sight]:
        """Return what each surface shows now."""
        return {each.name: self.look_at(each) for each in surfaces}

    def look_at(self, surface: Surface) -> Sight:
        """Return what one surface shows now; an answer that fails is no error."""
        try:
            return self._ask(surface) if surface.url else self._read(surface)
        except ProviderError as error:
            return Sight("", error.message)

    def _ask(self, surface: Surface) -> Sight:
        path = "/build.json" if surface.kind is SurfaceKind.WEB else "/health"
        answer = self._prober.probe(surface.url + path)
        if not shown_identity(answer.text) and (headers := self._opening(surface)):
            answer = self._prober.probe(surface.url + path, headers)
        if answer.status != 200:
            problem = f"{path} answers {answer.status}"
            return Sight("", problem, answer.elapsed_seconds)
        identity = shown_identity(answer.text)
        problem = "" if identity else f"{path} shows no build identity"
        return Sight(identity, problem, answer.elapsed_seconds)

    def _opening(self, surface: Surface) -> dict[str, str]:
        """What opens a web app's address, should it be a protected one."""
        if self._vercel is None or surface.kind is not SurfaceKind.WEB:
            return {}
        project = self._vercel.read_project(surface.place["project_id"])
        secrets = project.protection_bypass if project else ()
        return bypass_headers(next(iter(secrets), ""))

    def _read(self, surface: Surface) -> Sight:
        scope = ServiceScope(
            surface.place["project_id"],
            surface.place["environment_id"],
            surface.place["service_id"],
        )
        deployments = self._railway.read_deployments(scope)
        serving = next((each for each in deployments if each.is_serving), None)
        if serving is None:
            return Sight("", "no deployment runs")
        return Sight(serving.message.removeprefix(LABEL))


def shown_identity(text: str) -> str:
    """Return the build identity that an answer names; empty when it names none."""
    try:
        said = json.loads(text)
    except ValueError:
        return ""
    if not isinstance(said, dict):
        return ""
    return next((str(said[name]) for name in BUILD_FIELDS if said.get(name)), "")


def judge(
    shown: Mapping[str, str], old: Mapping[str, str], new: Mapping[str, str]
) -> Served:
    """Say which release a set of identities is.

    Args:
        shown: Surface to the identity that it shows.
        old: Those of the release before; empty where there was none.
        new: Those of the release that was under way; those not known yet left out.
    """
    if old and all(shown.get(name) == identity for name, identity in old.items()):
        return Served.OLD
    is_whole = new.keys() >= shown.keys()
    if is_whole and all(shown.get(name) == each for name, each in new.items()):
        return Served.NEW
    return Served.MIXED


def mixture(
    shown: Mapping[str, Sight],
    old: Mapping[str, str],
    new: Mapping[str, str],
    coming: Mapping[str, str] | None = None,
) -> list[str]:
    """Return one line a surface: what it shows, and of which release that is.

    Args:
        shown: Surface to what it shows.
        old: Those of the release before.
        new: Those of the release that was under way.
        coming: Surface to what is on its way to replace what it shows.
    """
    lines = []
    for name, sight in shown.items():
        whose = [
            word
            for word, each in ((Served.OLD, old), (Served.NEW, new))
            if each.get(name) == sight.identity and sight.identity
        ]
        said = " and ".join(whose) or "neither"
        if coming and name in coming:
            said += f", about to be replaced by {coming[name]}"
        lines.append(f"{name}: {sight.identity or sight.problem} ({said})")
    return lines
