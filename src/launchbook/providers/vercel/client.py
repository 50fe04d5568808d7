"""Vercel: projects, environments, domains, variables, deployments.

Names are unique within a team, so find, then create, is safe. A variable write
that is answered 201 may still have failed in part. READY is not live.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from launchbook.errors import NotFound, PartialWrite
from launchbook.model.vercel import Account
from launchbook.providers.vercel import wire
from launchbook.providers.vercel.account import AccountVerbs
from launchbook.providers.vercel.calls import RATES
from launchbook.providers.vercel.deployment import DeploymentVerbs
from launchbook.providers.vercel.domain import DomainVerbs
from launchbook.providers.vercel.promotion import PromotionVerbs
from launchbook.providers.vercel.repository import RepositoryVerbs
from launchbook.redact import Secret
from launchbook.transport.answer import Fields
from launchbook.transport.http import Access, HttpTransport, Origin, bearer
from launchbook.transport.lost import create_or_find
from launchbook.transport.request import Request

if TYPE_CHECKING:
    from collections.abc import Iterable

    from launchbook.clock import Clock
    from launchbook.model.vercel import (
        CustomEnvironment,
        Project,
        ProjectSettings,
        Variable,
        VariableWrite,
    )
    from launchbook.redact import Redactor


class VercelClient(
    AccountVerbs, DomainVerbs, DeploymentVerbs, PromotionVerbs, RepositoryVerbs
):
    """The verbs that the steps need. Safe to share between threads.

    Args:
        sender: The HTTP transport of the platform.
        team: Id of the team, sent with every request.
    """

    @classmethod
    def open(
        cls, access: Access, team: str, clock: Clock, redactor: Redactor | None = None
    ) -> VercelClient:
        """Return a client for a base URL, a token and a team."""
        origin = Origin("vercel", access.base_url, bearer(access.token), access.ca_file)
        return cls(
            HttpTransport(origin, clock=clock, rates=RATES, redactor=redactor), team
        )

    # --- account and projects ------------------------------------------------

    def read_account(self) -> Account:
        """Return whom the token stands for, and the team."""
        whoami, ours = (
            Request("GET", "/v2/user"),
            Request("GET", f"/v2/teams/{self._team}"),
        )
        user = self._fields(whoami, "user").child("user")
        team = self._fields(ours, "team")
        return Account(
            user_id=user.text("id"),
            username=user.text_or_empty("username"),
            team_id=team.text("id"),
            team_slug=team.text_or_empty("slug"),
        )

    def read_project(self, id_or_name: str) -> Project | None:
        """Return a project, or None where there is none."""
        try:
            answer = self._fields(self._read(f"/v9/projects/{id_or_name}"), "project")
        except NotFound:
            return None
        return wire.read_project(answer)

    def read_project_names(self) -> tuple[str, ...]:
        """Return the names of all of the team's projects."""
        found: list[str] = []
        after: str | None = None
        while True:
            query = {"limit": 100, "from": after}
            answer = self._fields(self._read("/v10/projects", query), "projects")
            found += [node.text("name") for node in answer.children("projects")]
            following = answer.mapping("pagination").get("next")
            if following is None:
                return tuple(found)
            after = str(following)

    def create_project(self, name: str, settings: ProjectSettings) -> Project:
        """Create a project; after a lost answer return the one of that name.

        ``node_version`` and automatic domains are set by ``update_project`` only.
        """
        request = self._write(
            "POST", "/v11/projects", wire.write_project(name, settings)
        )
        return create_or_find(
            lambda: wire.read_project(self._fields(request, "project")),
            lambda: self.read_project(name),
        )

    def update_project(self, project_id: str, settings: ProjectSettings) -> Project:
        """Set what is not None."""
        request = self._write(
            "PATCH", f"/v9/projects/{project_id}", wire.write_update(settings)
        )
        return wire.read_project(self._fields(request, "project"))

    def delete_project(self, project_id: str) -> None:
        """Delete a project and its deployments."""
        self._send(self._write("DELETE", f"/v9/projects/{project_id}"))

    def create_protection_bypass(self, project_id: str) -> Secret:
        """Return a new secret that opens the project's protected deployments.

        It is sent as header ``x-vercel-protection-bypass``.
        """
        request = self._write(
            "PATCH", f"/v1/projects/{project_id}/protection-bypass", {"generate": {}}
        )
        known = self._fields(request, "protection bypass").mapping("protectionBypass")
        return Secret(_newest(known))

    # --- environments --------------------------------------------------------

    def read_custom_environments(
        self, project_id: str
    ) -> tuple[CustomEnvironment, ...]:
        """Return the environments beside production, preview, development."""
        request = self._read(f"/v9/projects/{project_id}/custom-environments")
        nodes = self._fields(request, "environments").children("environments")
        return tuple(wire.read_environment(node) for node in nodes)

    def create_custom_environment(
        self, project_id: str, slug: str
    ) -> CustomEnvironment:
        """Create an environment; the slug has at most 32 characters.

        Raises:
            Rejected: Status 402: the plan has no (further) custom environments.
        """
        request = self._write(
            "POST", f"/v9/projects/{project_id}/custom-environments", {"slug": slug}
        )
        return create_or_find(
            lambda: wire.read_environment(self._fields(request, "environment")),
            lambda: self._environment_by_slug(project_id, slug),
        )

    # --- variables -----------------------------------------------------------

    def read_variables(self, project_id: str) -> tuple[Variable, ...]:
        """Return all variables; values of type ``plain`` only."""
        request = self._read(f"/v10/projects/{project_id}/env")
        nodes = self._fields(request, "variables").children("envs")
        return tuple(wire.read_variable(node) for node in nodes)

    def read_variable(self, project_id: str, variable_id: str) -> Variable:
        """Return one variable, decrypted unless it is ``sensitive``."""
        request = self._read(f"/v1/projects/{project_id}/env/{variable_id}")
        return wire.read_variable(self._fields(request, "variable"))

    def upsert_variables(
        self, project_id: str, writes: Iterable[VariableWrite]
    ) -> None:
        """Set variables, one request at a time a project.

        Raises:
            PartialWrite: The vendor took the request and says that some keys
                failed; ``details["keys"]`` lists them.
        """
        items = [wire.write_variable(write) for write in writes]
        if not items:
            return
        with self._lock_of(project_id):
            answer = self._fields(self.upsert_request(project_id, items), "variables")
        if failed := wire.read_failed_keys(answer):
            raise _partial(failed)

    def upsert_request(
        self, project_id: str, items: list[dict[str, object]]
    ) -> Request:
        """Return the request that sets variables."""
        return self._write(
            "POST",
            f"/v10/projects/{project_id}/env",
            items,
            query={"upsert": "true"},
            endpoint_class="env_write",
        )

    def delete_variable(self, project_id: str, variable_id: str) -> None:
        """Delete one variable."""
        path = f"/v9/projects/{project_id}/env/{variable_id}"
        with self._lock_of(project_id):
            self._send(self._write("DELETE", path, endpoint_class="env_delete"))

    # --- below the verbs -----------------------------------------------------

    def _environment_by_slug(
        self, project_id: str, slug: str
    ) -> CustomEnvironment | None:
        found = self.read_custom_environments(project_id)
        return next((each for each in found if each.slug == slug), None)


def _partial(failed: dict[str, str]) -> PartialWrite:
    keys = sorted(failed)
    return PartialWrite(
        f"vercel did not set {len(keys)} of the variables: {', '.join(keys)}",
        hint="Run the same command again; it sets what is missing.",
        platform="vercel",
        status=201,
        vendor_code=next((code for code in failed.values() if code), ""),
        details={"keys": keys},
    )


def _newest(bypass: dict[str, object]) -> str:
    """Return the secret that was created last; ours, just now."""
    by_age = {
        secret: Fields(facts, "vercel protectionBypass").optional_whole("createdAt")
        for secret, facts in bypass.items()
    }
    return max(by_age, key=lambda secret: by_age[secret] or 0)
