"""What the platforms deploy by themselves when somebody pushes.

A release of ours and one of theirs would build the same commit twice, and theirs asks
nobody: so it is found, and can be switched off.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from launchbook.model.railway import ServiceScope

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from launchbook.app import App
    from launchbook.model.trigger import Trigger

WEB_APPS: Final = ("customer", "business", "admin")
"""Names below ``names`` of an environment that are Vercel's projects."""


@dataclass(frozen=True, slots=True)
class AutoDeploy:
    """One connection that deploys by itself.

    Attributes:
        platform: ``railway`` or ``vercel``.
        target: Name of the service or of the project.
    """

    platform: str
    target: str
    trigger: Trigger

    @property
    def words(self) -> str:
        """What it does, for a person."""
        branch = f" at {self.trigger.branch}" if self.trigger.branch else ""
        return f"{self.platform} deploys {self.target} from {self.trigger.repository}{branch}"


def find_auto_deploys(app: App) -> Iterator[AutoDeploy]:
    """Yield every connection of the environment's projects; nothing is written.

    Raises:
        ProviderError: A platform cannot be asked.
    """
    names = _names(app)
    yield from _of_railway(app, names["backend"])
    for name in WEB_APPS:
        found = app.clients.vercel.read_repository(names[name])
        if found is not None:
            yield AutoDeploy("vercel", names[name], found)


def switch_off(app: App, found: AutoDeploy) -> None:
    """Let pushes deploy nothing any more; what runs goes on.

    Raises:
        ProviderError: The platform refuses.
    """
    if found.platform == "railway":
        app.clients.railway.delete_trigger(found.trigger.id)
    else:
        app.clients.vercel.disconnect_repository(found.trigger.id)


def _of_railway(app: App, wanted: str) -> Iterator[AutoDeploy]:
    """Each service of each project of that name: names are not unique."""
    railway, environment = app.clients.railway, app.target.environment
    workspace = str(app.clients.platform["railway"]["workspace"])
    for project in railway.read_projects(workspace):
        if project.name != wanted:
            continue
        for place in railway.read_environments(project.id):
            if place.name != environment:
                continue
            for instance in railway.read_service_instances(place.id):
                scope = ServiceScope(project.id, place.id, instance.service_id)
                for trigger in railway.read_triggers(scope):
                    yield AutoDeploy("railway", instance.service_name, trigger)


def _names(app: App) -> Mapping[str, str]:
    """The names of the environment's projects."""
    resolver = app.view.resolver(app.secrets)
    resolved = resolver.resolve(app.view.roots["environment"], {})
    return cast("Mapping[str, Mapping[str, str]]", resolved)["names"]
