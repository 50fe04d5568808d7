"""All that one emulated account holds, kept in one document."""

from __future__ import annotations

import secrets
import string
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final, TypeVar

from launchbook.sandbox.vercel.records import (
    Alias,
    Certificate,
    CustomEnvironment,
    Deployment,
    Domain,
    Project,
    Token,
    Variable,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from launchbook.sandbox.clock import SandboxClock
    from launchbook.sandbox.document import Document

HOST_SUFFIX: Final = ".vercel.localhost"
"""What every generated host name ends with."""
USER_ID: Final = "usr_kP4mTq8sVbXw2yZr6nLd"
TEAM_ID: Final = "team_h7GdJ2mKq9RtVx4ZbNcPf6Ws"
"""The one team. A constant, so that a reset does not change it."""
TEAM_SLUG: Final = "vocilia"

_LABEL_LENGTH: Final = 63
_ALPHANUMERICS: Final = string.ascii_letters + string.digits
_SUFFIX_LETTERS: Final = string.ascii_lowercase + string.digits

Record = TypeVar("Record")


def new_id(prefix: str) -> str:
    """Return a new id as ``prj_`` and 28 letters and digits."""
    return prefix + "".join(secrets.choice(_ALPHANUMERICS) for _ in range(28))


class State:
    """The tables, and the questions that are asked of them.

    Change records in place, then call ``save``. Nothing here awaits, so what a
    handler does between two awaits is one step for all others.

    Args:
        document: Where it is kept.
        clock: Sandbox time.
    """

    def __init__(self, document: Document, clock: SandboxClock) -> None:
        self._document = document
        self._clock = clock
        self._last_moment = 0
        self.projects: dict[str, Project] = {}
        self.environments: dict[str, CustomEnvironment] = {}
        self.variables: dict[str, Variable] = {}
        self.domains: dict[str, Domain] = {}
        self.aliases: dict[str, Alias] = {}
        self.certificates: dict[str, Certificate] = {}
        self.tokens: dict[str, Token] = {}
        self.deployments: dict[str, Deployment] = {}

    def load(self) -> None:
        """Read everything from the document, as it is now."""
        self.projects = self._table("projects", Project)
        self.environments = self._table("environments", CustomEnvironment)
        self.variables = self._table("variables", Variable)
        self.domains = self._table("domains", Domain)
        self.aliases = self._table("aliases", Alias)
        self.certificates = self._table("certificates", Certificate)
        self.tokens = self._table("tokens", Token)
        self.deployments = self._table("deployments", Deployment)
        self._last_moment = int(self._document.data.get("last_moment", 0))

    def _table(self, name: str, kind: type[Record]) -> dict[str, Record]:
        stored: dict[str, dict[str, Any]] = self._document.data.get(name, {})
        return {key: kind(**values) for key, values in stored.items()}

    def save(self) -> None:
        """Write everything."""
        self._document.data = {
            "projects": _plain(self.projects),
            "environments": _plain(self.environments),
            "variables": _plain(self.variables),
            "domains": _plain(self.domains),
            "aliases": _plain(self.aliases),
            "certificates": _plain(self.certificates),
            "tokens": _plain(self.tokens),
            "deployments": _plain(self.deployments),
            "last_moment": self._last_moment,
        }
        self._document.save()

    def now(self) -> int:
        """Return now in milliseconds."""
        return self._clock.milliseconds()

    def moment(self) -> int:
        """Return now in milliseconds, later than every moment before.

        Pages of a list go on after a moment, so no two things share one.
        """
        self._last_moment = max(self._clock.milliseconds(), self._last_moment + 1)
        return self._last_moment

    def find_project(self, account_id: str, id_or_name: str) -> Project | None:
        """Return an account's project by id or name."""
        for project in self.projects.values():
            if project.account_id == account_id and id_or_name in {
                project.id,
                project.name,
            }:
                return project
        return None

    def environments_of(self, project_id: str) -> list[CustomEnvironment]:
        """Return a project's custom environments."""
        return _of(self.environments, project_id)

    def find_environment(
        self, project_id: str, slug_or_id: str
    ) -> CustomEnvironment | None:
        """Return a custom environment of a project by slug or id."""
        for environment in self.environments_of(project_id):
            if slug_or_id in {environment.id, environment.slug}:
                return environment
        return None

    def variables_of(self, project_id: str) -> list[Variable]:
        """Return a project's variables."""
        return _of(self.variables, project_id)

    def domains_of(self, project_id: str) -> list[Domain]:
        """Return a project's host names."""
        return _of(self.domains, project_id)

    def certificate_for(self, host: str) -> Certificate | None:
        """Return the newest certificate for a host name, if there is one."""
        found = [one for one in self.certificates.values() if host in one.names]
        return max(found, key=lambda one: one.created_at, default=None)

    def aliases_of(self, deployment_id: str) -> list[Alias]:
        """Return the host names that lead to a deployment."""
        return [
            alias
            for alias in self.aliases.values()
            if alias.deployment_id == deployment_id
        ]

    def deployments_of(self, project_id: str) -> list[Deployment]:
        """Return a project's deployments, newest first."""
        found: list[Deployment] = _of(self.deployments, project_id)
        return sorted(found, key=lambda one: one.created_at, reverse=True)

    def find_deployment(self, account_id: str, id_or_host: str) -> Deployment | None:
        """Return an account's deployment by id, own host name, or alias."""
        found = self.deployments.get(id_or_host) or self.deployment_at(id_or_host)
        return found if found and found.account_id == account_id else None

    def deployment_at(self, host: str) -> Deployment | None:
        """Return what a host name leads to: an alias, or a deployment's own."""
        if alias := self.aliases.get(host):
            return self.deployments.get(alias.deployment_id)
        for deployment in self.deployments.values():
            if deployment.host == host:
                return deployment
        return None

    def free_host(self, stem: str) -> str:
        """Return ``<stem>.vercel.localhost``, or a variant nobody has."""
        host = _label(stem, 0) + HOST_SUFFIX
        while host in self.domains or host in self.aliases:
            host = self.own_host(stem)
        return host

    def own_host(self, stem: str) -> str:
        """Return a new ``<stem>-<9 characters>.vercel.localhost``."""
        suffix = "".join(secrets.choice(_SUFFIX_LETTERS) for _ in range(9))
        return f"{_label(stem, 10)}-{suffix}{HOST_SUFFIX}"

    def point(self, host: str, deployment: Deployment) -> str | None:
        """Let a host name lead to a deployment.

        Returns:
            The id of the deployment that it led to before, if any.
        """
        moment = self.moment()
        alias = self.aliases.get(host)
        before = alias.deployment_id if alias else None
        if alias is None:
            self.aliases[host] = Alias(
                id=new_id(""),
                host=host,
                deployment_id=deployment.id,
                project_id=deployment.project_id,
                created_at=moment,
                updated_at=moment,
            )
        else:
            alias.deployment_id = deployment.id
            alias.project_id = deployment.project_id
            alias.updated_at = moment
        if host not in deployment.aliases:
            deployment.aliases.append(host)
        return before

    def remove_deployment(self, deployment: Deployment) -> None:
        """Forget a deployment and the names that lead to it."""
        for alias in self.aliases_of(deployment.id):
            del self.aliases[alias.host]
        project = self.projects.get(deployment.project_id)
        if project and project.production_deployment_id == deployment.id:
            project.production_deployment_id = None
        del self.deployments[deployment.id]

    def remove_project(self, project: Project) -> None:
        """Forget a project and all that belongs to it."""
        for deployment in self.deployments_of(project.id):
            self.remove_deployment(deployment)
        for domain in self.domains_of(project.id):
            del self.domains[domain.name]
        for variable in self.variables_of(project.id):
            del self.variables[variable.id]
        for environment in self.environments_of(project.id):
            del self.environments[environment.id]
        del self.projects[project.id]

    def hosts(self) -> Iterator[str]:
        """Yield every host name that somebody may ask for."""
        yield from self.domains
        yield from (host for host in self.aliases if host not in self.domains)
        yield from (one.host for one in self.deployments.values())


def _plain(table: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {key: asdict(record) for key, record in table.items()}


def _of(table: dict[str, Any], project_id: str) -> list[Any]:
    return [record for record in table.values() if record.project_id == project_id]


def _label(stem: str, room: int) -> str:
    """Return a stem short enough for a DNS label with ``room`` more characters."""
    return stem[: _LABEL_LENGTH - room].rstrip("-")
