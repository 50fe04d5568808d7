"""vercel.project: one Vercel project with its root directory and build settings."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, ClassVar, Final

from launchbook.digest import digest
from launchbook.engine.step import Context, Prior, Verified
from launchbook.errors import VerificationFailed
from launchbook.model.change import Action, Change, FieldChange, Planned
from launchbook.model.vercel import Project, ProjectSettings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from launchbook.providers.vercel.client import VercelClient


UNPROTECTED: Final = "none"


@dataclass(frozen=True, slots=True)
class Inputs:
    """What the project shall be.

    Attributes:
        settings: By the names of ``ProjectSettings``; what is left out stays.
        protection: Who may see generated addresses: ``none``, or one of the
            vendor's kinds, as ``all_except_custom_domains``.
    """

    name: str
    protection: str
    settings: Mapping[str, object] = field(default_factory=dict)


class VercelProject:
    """Names are unique within a team, so finding by name is safe."""

    name: ClassVar[str] = "vercel.project"
    inputs_type: ClassVar[type] = Inputs
    is_check: ClassVar[bool] = False
    protected_as: ClassVar[str] = ""

    def __init__(self, client: VercelClient) -> None:
        self._client = client

    def facts(self, inputs: Inputs, context: Context) -> Project | None:
        """Return the project, or None."""
        return self._client.read_project(inputs.name)

    def plan(
        self, inputs: Inputs, facts: Project | None, prior: Prior | None
    ) -> Planned:
        """Create it, or change the settings that differ."""
        if facts is None:
            outputs = {"name": inputs.name, "settings": digest(dict(inputs.settings))}
            return Planned((Change(Action.CREATE, self.name, inputs.name),), outputs)
        differing = _differing(facts.settings, _desired(inputs))
        if _needs_bypass(inputs, facts):
            differing += (
                FieldChange("protection_bypass", None, "a secret of its own"),
            )
        action = Action.UPDATE if differing else Action.NO_CHANGE
        change = Change(action, self.name, inputs.name, differing)
        return Planned((change,), _outputs(inputs, facts))

    def apply(self, inputs: Inputs, facts: Project | None, context: Context) -> None:
        """Create it unless it is there; then write its settings."""
        settings = _desired(inputs)
        project = facts or self._client.create_project(inputs.name, settings)
        if _differing(project.settings, settings):
            self._client.update_project(project.id, settings)
        if _needs_bypass(inputs, project):
            self._client.create_protection_bypass(project.id)

    def verify(self, inputs: Inputs, context: Context) -> Verified:
        """Read it again and compare every setting."""
        project = self.facts(inputs, context)
        if (
            project is None
            or _differing(project.settings, _desired(inputs))
            or _needs_bypass(inputs, project)
        ):
            raise VerificationFailed(
                f"Vercel project {inputs.name} does not show the settings written",
                hint="Run the same command with --check to see what differs.",
            )
        return Verified(_outputs(inputs, project))

    def destroy(self, inputs: Inputs, facts: Project | None, context: Context) -> None:
        """Delete the project with its deployments and host names."""
        if facts is not None:
            self._client.delete_project(facts.id)


def _desired(inputs: Inputs) -> ProjectSettings:
    """The settings as the platform's model has them.

    Host names are moved by ``vercel.promotion`` alone, never by a build that is ready.
    """
    given = {
        **inputs.settings,
        "sso_protection": inputs.protection,
        "is_custom_domain_auto_assigned": False,
    }
    return ProjectSettings(**given)  # type: ignore[arg-type] # the schema checked names and types


def _needs_bypass(inputs: Inputs, project: Project) -> bool:
    """Whether probes cannot get in: what is protected needs a secret that opens it."""
    return inputs.protection != UNPROTECTED and not project.protection_bypass


def _differing(
    actual: ProjectSettings, desired: ProjectSettings
) -> tuple[FieldChange, ...]:
    """The settings that we ask for and the platform does not have."""
    pairs = (
        (each.name, getattr(actual, each.name), getattr(desired, each.name))
        for each in fields(ProjectSettings)
    )
    return tuple(
        FieldChange(name, before, after)
        for name, before, after in pairs
        if after is not None and before != after
    )


def _outputs(inputs: Inputs, project: Project) -> dict[str, object]:
    """What other steps may refer to; a change of settings needs a new build."""
    return {
        "id": project.id,
        "name": project.name,
        "settings": digest(dict(inputs.settings)),
        "bypass": next(iter(project.protection_bypass), ""),
    }
