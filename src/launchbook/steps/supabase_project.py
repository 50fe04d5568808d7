"""supabase.project: one Supabase project, found by name or created, and healthy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from launchbook.engine.poll import until
from launchbook.engine.step import Context, Prior, Verified
from launchbook.errors import NotReady
from launchbook.model.change import Action, Change, Planned
from launchbook.model.supabase import Project, ProjectOrder

if TYPE_CHECKING:
    from launchbook.providers.supabase.client import SupabaseClient
    from launchbook.redact import Secret

DEADLINE_SECONDS: Final = 300.0
"""What the vendor's own Terraform provider waits for a new project."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """What the project shall be.

    Attributes:
        organization: Slug of the organization that owns it.
        project_domain: Domain of the vendor's project addresses.
        password: Of the database; it can never be read back.
    """

    name: str
    organization: str
    project_domain: str
    region: str
    password: Secret
    instance_size: str = ""


class SupabaseProject:
    """One project a name; "created" never means "ready"."""

    name: ClassVar[str] = "supabase.project"
    inputs_type: ClassVar[type] = Inputs
    is_check: ClassVar[bool] = False
    protected_as: ClassVar[str] = "database"

    def __init__(self, client: SupabaseClient) -> None:
        self._client = client

    def facts(self, inputs: Inputs, context: Context) -> Project | None:
        """Return the project of that name, or None."""
        return self._client.find_project(inputs.organization, inputs.name)

    def plan(
        self, inputs: Inputs, facts: Project | None, prior: Prior | None
    ) -> Planned:
        """Create it when it is absent; a healthy one is left alone."""
        if facts is None:
            return Planned((Change(Action.CREATE, self.name, inputs.name),))
        outputs = _outputs(inputs, facts)
        action = Action.NO_CHANGE if facts.is_healthy else Action.UPDATE
        reason = "" if facts.is_healthy else f"wait, it is {facts.status}"
        return Planned((Change(action, self.name, inputs.name, (), reason),), outputs)

    def apply(self, inputs: Inputs, facts: Project | None, context: Context) -> None:
        """Create it, unless a run before this one did."""
        if facts is not None:
            return
        order = ProjectOrder(
            name=inputs.name,
            organization_slug=inputs.organization,
            region=inputs.region,
            password=inputs.password,
            instance_size=inputs.instance_size,
        )
        self._client.create_project(order)

    def verify(self, inputs: Inputs, context: Context) -> Verified:
        """Wait until the project and each of its services are healthy."""
        project = until(
            lambda: self.facts(inputs, context),
            lambda found: found is not None and _is_settled(found),
            clock=context.clock,
            deadline_seconds=DEADLINE_SECONDS,
            what=f"Supabase project {inputs.name}",
        )
        if project is None or project.is_hopeless:
            status = project.status if project else "absent"
            raise NotReady(
                f"Supabase project {inputs.name} is {status} and will not become ready",
                hint="Look at the project in the vendor's dashboard, then run again.",
            )
        self._await_services(project, context)
        return Verified(_outputs(inputs, project), {"status": project.status})

    def _await_services(self, project: Project, context: Context) -> None:
        """ACTIVE_HEALTHY lags: ask each service too (platform facts 3.2)."""
        context.progress("waiting for the project's services")
        until(
            lambda: self._client.read_health(project.ref),
            lambda services: bool(services) and all(s.is_healthy for s in services),
            clock=context.clock,
            deadline_seconds=DEADLINE_SECONDS,
            what=f"services of Supabase project {project.name}",
        )

    def destroy(self, inputs: Inputs, facts: Project | None, context: Context) -> None:
        """Delete the project with its data and its backups."""
        if facts is not None:
            self._client.delete_project(facts.ref)


def _is_settled(project: Project) -> bool:
    """Whether waiting longer would change nothing."""
    return project.is_healthy or project.is_hopeless


def _outputs(inputs: Inputs, project: Project) -> dict[str, object]:
    """What other steps may refer to."""
    return {
        "ref": project.ref,
        "api_url": f"https://{project.ref}.{inputs.project_domain}",
    }
