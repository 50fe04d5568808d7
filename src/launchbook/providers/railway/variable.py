"""Railway's variables: read, set, sealed.

A sealed variable is given to the service and never shown again, and a seal cannot
be taken off. Only a patch of the environment's configuration seals (platform facts
1.4); it is staged and then committed, which takes everything that is staged along.
"""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Final

from launchbook.errors import Conflict
from launchbook.providers.railway import wire
from launchbook.providers.railway.calls import RailwayCalls, scope_ids
from launchbook.transport.answer import Fields

if TYPE_CHECKING:
    from collections.abc import Mapping

    from launchbook.model.railway import ServiceScope, VariableNote
    from launchbook.redact import Secret

COMMIT_MESSAGE: Final = "Seal variables"
_STAGING: Final = Lock()
"""Staged changes belong to the environment: one thread stages and commits at a time."""


class VariableVerbs(RailwayCalls):
    """The verbs around variables; a part of the client."""

    def read_variables(
        self, scope: ServiceScope, *, is_rendered: bool = False
    ) -> dict[str, Secret]:
        """Return names and values; of the service, or shared without one.

        Sealed values are absent. Unrendered values show ``${{references}}``.
        """
        data = self._run(
            "variables",
            {**scope_ids(scope), "unrendered": not is_rendered},
        )
        return wire.read_variables(Fields(data, "railway").mapping("variables"))

    def upsert_variables(
        self, scope: ServiceScope, variables: Mapping[str, Secret]
    ) -> None:
        """Set the named variables, leave all others, deploy nothing."""
        if not variables:
            return
        order = {
            **scope_ids(scope),
            "variables": dict(variables),
            "replace": False,
            "skipDeploys": True,
        }
        self._run("variable_collection_upsert", {"input": order})

    def delete_variable(self, scope: ServiceScope, name: str) -> None:
        """Delete one variable. The vendor redeploys a service that runs."""
        self._run("variable_delete", {"input": {**scope_ids(scope), "name": name}})

    def read_variable_notes(self, scope: ServiceScope) -> dict[str, VariableNote]:
        """Return what is known of each variable beside its value, sealed ones too."""
        pages = self._pages("variable_notes", {"environmentId": scope.environment_id})
        nodes = [
            node
            for node in pages
            if node.text_or_empty("serviceId") == scope.service_id
        ]
        notes = [wire.read_variable_note(node) for node in nodes]
        return {note.name: note for note in notes}

    def seal_variables(
        self, scope: ServiceScope, variables: Mapping[str, Secret]
    ) -> None:
        """Set the named variables and seal them for good; deploys nothing.

        Raises:
            Conflict: Somebody has staged changes in the environment, which a
                commit would carry out too.
        """
        if not variables:
            return
        changes = {
            name: {"value": value, "isSealed": True}
            for name, value in variables.items()
        }
        patch = {"services": {scope.service_id: {"variables": changes}}}
        environment = {"environmentId": scope.environment_id}
        with _STAGING:
            self._refuse_staged(environment)
            self._run("stage_changes", {**environment, "input": patch})
            message = {"commitMessage": COMMIT_MESSAGE}
            self._run("commit_staged", {**environment, **message})

    def _refuse_staged(self, environment: Mapping[str, object]) -> None:
        """Refuse to commit what a person has staged.

        What consists of sealed variables only is what a run left that was cut off
        between staging and committing; staging again replaces it.
        """
        data = self._run("staged_changes", environment)
        answer = Fields(data["environmentStagedChanges"], "railway staged changes")
        if _is_ours(answer.mapping("patch")):
            return
        raise Conflict(
            "the Railway environment has staged changes that somebody else made",
            hint="Deploy or discard them in Railway's dashboard, then run the same "
            "command again.",
            platform="railway",
        )


def _is_ours(patch: Mapping[str, object]) -> bool:
    """Whether staged changes seal variables of services and do nothing else."""
    services = patch.get("services") or {}
    rest = [value for name, value in patch.items() if name != "services" and value]
    if rest or not isinstance(services, dict):
        return False
    return all(_is_sealing(service) for service in services.values())


def _is_sealing(service: object) -> bool:
    """Whether changes of one service seal variables and do nothing else."""
    if not isinstance(service, dict) or set(service) - {"variables"}:
        return False
    variables = service.get("variables") or {}
    return isinstance(variables, dict) and all(
        isinstance(each, dict) and each.get("isSealed") is True
        for each in variables.values()
    )
