"""What a failed run leaves beside what serves: still on its way, or only stored."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING, Protocol

from launchbook.errors import KeyUnusable, ProviderError, ValuesMissing
from launchbook.model.railway import ServiceScope
from launchbook.model.release import SurfaceKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from launchbook.model.railway import Deployment
    from launchbook.model.release import Surface
    from launchbook.model.vercel import Production
    from launchbook.redact import Secret


class ReadsServices(Protocol):
    """Knows a service's deployments and variables."""

    def read_deployments(self, scope: ServiceScope) -> Sequence[Deployment]:
        """Return them, newest first."""
        ...

    def read_variables(self, scope: ServiceScope) -> Mapping[str, Secret]:
        """Return those that can be read."""
        ...


class ReadsProduction(Protocol):
    """Knows what production of a web app is."""

    def read_production(self, project_id: str) -> Production:
        """Return it, with the job that moves it."""
        ...


class OpensValues(Protocol):
    """Keeps the values that releases had."""

    def open(self, name: str) -> Mapping[str, Secret]:
        """Return the values of a name."""
        ...


@dataclass(frozen=True, slots=True)
class Aftermath:
    """Looks past what surfaces show now: that alone would be right for seconds only."""

    railway: ReadsServices
    vercel: ReadsProduction
    vault: OpensValues

    def coming(self, surfaces: Iterable[Surface]) -> dict[str, str]:
        """Return surface to what is on its way to replace what it shows.

        Raises:
            ProviderError: A platform does not say.
        """
        found = {each.name: self._coming_to(each) for each in surfaces}
        return {name: words for name, words in found.items() if words}

    def stored(self, surfaces: Iterable[Surface]) -> dict[str, list[str]]:
        """Return service to its variables whose stored values are not the release's.

        Sealed ones cannot be read, and those of web apps are part of their builds.
        """
        services = [each for each in surfaces if each.kind is SurfaceKind.SERVICE]
        found = {each.name: [*self._other_values(each)] for each in services}
        return {name: names for name, names in found.items() if names}

    def _coming_to(self, surface: Surface) -> str:
        if surface.kind is SurfaceKind.WEB:
            production = self.vercel.read_production(surface.place["project_id"])
            return production.job_deployment_id if production.is_moving else ""
        listed = self.railway.read_deployments(_scope(surface))
        newer = takewhile(lambda each: not each.is_serving, listed)
        return next((each.id for each in newer if each.is_pending), "")

    def _other_values(self, surface: Surface) -> Iterator[str]:
        try:
            kept = self.vault.open(surface.values)
            found = self.railway.read_variables(_scope(surface))
        except (KeyUnusable, ValuesMissing, ProviderError):
            return
        for name in sorted(kept.keys() & found.keys()):
            if kept[name] != found[name]:
                yield name


def _scope(surface: Surface) -> ServiceScope:
    place = surface.place
    return ServiceScope(
        place["project_id"], place["environment_id"], place["service_id"]
    )
