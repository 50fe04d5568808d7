"""What every surface serves, read by requests of our own and not through the product."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.support.hand import Hand
from tests.support.journey import web_host, web_project
from tests.support.matrix_table import SERVICES, WEB_APPS

if TYPE_CHECKING:
    from tests.support.journey import Journey

LABEL = "launchbook "
PENDING = frozenset({"QUEUED", "INITIALIZING", "BUILDING", "DEPLOYING", "WAITING"})
STORED = """
query Stored($projectId: String!, $environmentId: String!, $serviceId: String!) {
  variables(
    projectId: $projectId, environmentId: $environmentId, serviceId: $serviceId
  )
}
"""
SERVING = """
query Serving($input: DeploymentListInput!) {
  deployments(input: $input, first: 20) { edges { node { id status meta createdAt } } }
}
"""


class Reader:
    """Reads what every surface serves, past the product."""

    def __init__(self, journey: Journey) -> None:
        self._journey = journey
        self.hand = Hand(journey.sandbox)
        self._scopes = {name: self.hand.scope(name) for name in SERVICES}

    def shown(self) -> dict[str, str]:
        """Return surface to the build that answers there."""
        found = {name: self._labelled(name) for name in SERVICES}
        answering = self._journey.serves()
        assert answering == found["backend"], "the platform and the process differ"
        pages = {app: self._journey.serves(web_host(app)) for app in WEB_APPS}
        return {**found, **pages}

    def levels(self) -> dict[str, str]:
        """Return service to the log level that is stored for its next deployment."""
        found = {
            name: self.hand.railway(STORED, **scope)["variables"]
            for name, scope in self._scopes.items()
        }
        return {name: str(each["LOG_LEVEL"]) for name, each in found.items()}

    def settle(self) -> None:
        """Wait until nothing is on its way on any platform."""
        self._journey.sandbox.wait_until(self._is_settled, seconds=30)

    def subjects(self, surface: str) -> list[str]:
        """Return the ids of which requests about a surface hold one."""
        if surface in WEB_APPS:
            project = self._project(surface)
            return [str(project["id"]), f'"{project["name"]}"']
        own = self._scopes[surface]["serviceId"]
        return [own, *(str(each["id"]) for each in self._deployments(surface))]

    def pages(self) -> dict[str, str]:
        """Return web app to the deployment that is production."""
        projects = {app: self._project(app) for app in WEB_APPS}
        return {a: str(p["targets"]["production"]["id"]) for a, p in projects.items()}

    def images(self) -> dict[str, str]:
        """Return service to the deployment that made the image of what runs."""
        return {name: self._maker(name) for name in SERVICES}

    def _maker(self, service: str) -> str:
        """A rollback keeps the label and the image of what it brings back."""
        listed, label = self._deployments(service), self._labelled(service)
        ours = [each for each in listed if _label(each) == label]
        return str(min(ours, key=lambda each: str(each["createdAt"]))["id"])

    def _labelled(self, service: str) -> str:
        listed = self._deployments(service)
        return _label(next(each for each in listed if each["status"] == "SUCCESS"))

    def _is_settled(self) -> bool:
        statuses = {each["status"] for n in SERVICES for each in self._deployments(n)}
        jobs = (self._project(app).get("lastAliasRequest") for app in WEB_APPS)
        moving = [j for j in jobs if j and j["jobStatus"] in {"pending", "in-progress"}]
        return not statuses & PENDING and not moving

    def _deployments(self, service: str) -> list[dict[str, Any]]:
        found = self.hand.railway(SERVING, input=self._scopes[service])
        return [each["node"] for each in found["deployments"]["edges"]]

    def _project(self, app: str) -> dict[str, Any]:
        project: dict[str, Any] = self.hand.vercel(
            "GET", f"/v9/projects/{web_project(app)}"
        )
        return project


def _label(deployment: dict[str, Any]) -> str:
    """The build of a deployment, as its upload was labelled."""
    texts = {str(each) for each in deployment["meta"].values()}
    (label,) = [each for each in texts if each.startswith(LABEL)]
    return label.removeprefix(LABEL)
