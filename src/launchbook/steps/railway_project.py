"""railway.project: one Railway project, found by name or created."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from launchbook.engine.step import Context, Prior, Verified
from launchbook.errors import Conflict, VerificationFailed
from launchbook.model.change import Action, Change, Planned

if TYPE_CHECKING:
    from launchbook.model.railway import Project
    from launchbook.providers.railway.client import RailwayClient


@dataclass(frozen=True, slots=True)
class Inputs:
    """What the project shall be.

    Attributes:
        environment: The one that it is born with.
        workspace: Id of the workspace; empty where the token has only one.
    """

    name: str
    environment: str
    workspace: str = ""


class RailwayProject:
    """Railway's names are not unique: two of one name are refused, not guessed."""

    name: ClassVar[str] = "railway.project"
    inputs_type: ClassVar[type] = Inputs
    is_check: ClassVar[bool] = False
    protected_as: ClassVar[str] = ""

    def __init__(self, client: RailwayClient) -> None:
        self._client = client

    def facts(self, inputs: Inputs, context: Context) -> Project | None:
        """Return the project of that name, or None.

        Raises:
            Conflict: There are several.
        """
        projects = self._client.read_projects(inputs.workspace)
        found = [each for each in projects if each.name == inputs.name]
        if len(found) > 1:
            ids = ", ".join(each.id for each in found)
            raise Conflict(
                f"{len(found)} Railway projects are named {inputs.name}: {ids}",
                hint="Rename or delete all but one of them, then run again.",
                platform="railway",
            )
        return found[0] if found else None

    def plan(
        self, inputs: Inputs, facts: Project | None, prior: Prior | None
    ) -> Planned:
        """Create it when it is absent."""
        action = Action.NO_CHANGE if facts else Action.CREATE
        outputs = {"id": facts.id} if facts else {}
        return Planned((Change(action, self.name, inputs.name),), outputs)

    def apply(self, inputs: Inputs, facts: Project | None, context: Context) -> None:
        """Create it, unless a run before this one did."""
        if facts is None:
            self._client.create_project(
                inputs.name, inputs.workspace, inputs.environment
            )

    def verify(self, inputs: Inputs, context: Context) -> Verified:
        """Find it."""
        project = self.facts(inputs, context)
        if project is None:
            raise VerificationFailed(
                f"Railway project {inputs.name} is not listed after it was created",
                hint="Run the same command again; it looks before it creates.",
            )
        return Verified({"id": project.id})

    def destroy(self, inputs: Inputs, facts: Project | None, context: Context) -> None:
        """Delete the project with its services, variables and host names."""
        if facts is not None:
            self._client.delete_project(facts.id)
