"""Staged changes: an EnvironmentConfig that waits, and is then committed.

Of the vendor's EnvironmentConfig only variables are emulated
(``services.ID.variables.NAME`` and ``sharedVariables.NAME``, each
``{value, isSealed}`` or null for "delete"): it is the only way to seal one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from launchbook.sandbox.railway import notes
from launchbook.sandbox.railway.faults import not_emulated, unprocessable
from launchbook.sandbox.railway.state import new_id
from launchbook.sandbox.railway.variables import check_variables

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Mapping

    from graphql import GraphQLResolveInfo

    from launchbook.sandbox.railway.access import Reach
    from launchbook.sandbox.railway.deployments import Deployments
    from launchbook.sandbox.railway.parts import Parts
    from launchbook.sandbox.railway.records import Environment
    from launchbook.sandbox.railway.views import View, Views

    Info = GraphQLResolveInfo
    Resolver = Callable[..., Awaitable[Any] | Any]

Patch = dict[str, Any]
_PARTS: Final = frozenset({"services", "sharedVariables"})
_FIELDS: Final = frozenset({"value", "isSealed"})


class Patches:
    """Resolvers; each gets what its token may reach in ``info.context``.

    Args:
        parts: The emulator's shared parts.
        deployments: Deploys again what a commit concerns.
        shown: Makes objects of the API.
    """

    def __init__(self, parts: Parts, deployments: Deployments, shown: Views) -> None:
        self._state = parts.state
        self._deployments = deployments
        self._views = shown

    def fields(self) -> Mapping[str, Resolver]:
        """Return the resolvers by field."""
        return {
            "environmentStagedChanges": self.staged,
            "environmentStageChanges": self.stage,
            "environmentPatchCommitStaged": self.commit_staged,
            "environmentPatchCommit": self.commit,
        }

    def staged(self, info: Info, *, environment_id: str) -> View:
        """What waits to be committed; an empty patch where nothing does."""
        environment = _reach(info).environment(environment_id)
        return self._view(environment, self._waiting(environment))

    def stage(
        self,
        info: Info,
        *,
        environment_id: str,
        order: Patch,
        merge: bool | None = None,
    ) -> View:
        """Replace what waits, or add to it."""
        environment = _reach(info).environment(environment_id)
        list(self._changes(environment, order))
        before = self._waiting(environment)["patch"] if merge else {}
        self._wait(environment, _merged(before, order))
        return self._view(environment, self._waiting(environment))

    def commit_staged(
        self,
        info: Info,
        *,
        environment_id: str,
        commit_message: str | None = None,
        skip_deploys: bool | None = None,
    ) -> str:
        """Apply what waits, and deploy again what it concerns unless told not to."""
        del commit_message
        environment = _reach(info).environment(environment_id)
        patch = self._waiting(environment)["patch"]
        self._wait(environment, {})
        return self._apply(environment, patch, is_deploying=not skip_deploys)

    def commit(
        self,
        info: Info,
        *,
        environment_id: str,
        patch: Patch | None = None,
        commit_message: str | None = None,
    ) -> str:
        """Apply a patch at once; this always deploys again what it concerns."""
        del commit_message
        environment = _reach(info).environment(environment_id)
        return self._apply(environment, patch or {}, is_deploying=True)

    # --- what waits ----------------------------------------------------------

    def _waiting(self, environment: Environment) -> Patch:
        now = self._state.now()
        fresh = {"id": new_id(), "patch": {}, "created_at": now, "updated_at": now}
        return self._state.staged.setdefault(environment.id, fresh)

    def _wait(self, environment: Environment, patch: Patch) -> None:
        waiting = self._waiting(environment)
        waiting |= {"patch": patch, "updated_at": self._state.now()}
        self._state.save()

    def _view(self, environment: Environment, waiting: Patch) -> View:
        return {
            "id": waiting["id"],
            "status": "STAGED",
            "patch": lambda _, **__: _without_sealed(waiting["patch"]),
            "message": None,
            "environmentId": environment.id,
            "environment": lambda _: self._views.environment(environment),
            "createdAt": waiting["created_at"],
            "updatedAt": waiting["updated_at"],
            "appliedAt": None,
            "lastAppliedError": None,
        }

    # --- applying ------------------------------------------------------------

    def _apply(
        self, environment: Environment, patch: Patch, *, is_deploying: bool
    ) -> str:
        concerned = []
        for service_id, changes in list(self._changes(environment, patch)):
            self._write(environment, service_id, changes)
            concerned.append(service_id)
        self._state.save()
        for service_id in concerned if is_deploying else ():
            for instance in self._state.instances_of(
                environment_id=environment.id, service_id=service_id
            ):
                self._deployments.redeploy_live(instance)
        return new_id()

    def _write(
        self, environment: Environment, service_id: str | None, changes: Patch
    ) -> None:
        own = self._state.variables_at(environment.id, service_id)
        for name, change in changes.items():
            if change is None:
                own.pop(name, None)
            elif "value" in change:
                own |= check_variables({name: change["value"]})
        self._state.save()
        place = f"{environment.id}/{service_id or 'shared'}"
        given = {name: each for name, each in changes.items() if each}
        names = [name for name, each in given.items() if each.get("isSealed")]
        if set(names) - own.keys():
            raise unprocessable()
        notes.seal(self._state.notes, place, names)

    def _changes(
        self, environment: Environment, patch: object
    ) -> Iterator[tuple[str | None, Patch]]:
        """Yield whose variables change, and how.

        Raises:
            ApiError: It is malformed, names a foreign service, or goes beyond.
        """
        parts = _mapping(patch)
        for name in sorted(parts.keys() - _PARTS):
            raise not_emulated(f"EnvironmentConfig.{name}")
        for service_id, service in _mapping(parts.get("services")).items():
            self._state.service(service_id)
            for name in sorted(_mapping(service).keys() - {"variables"}):
                raise not_emulated(f"EnvironmentConfig.services.{name}")
            if not self._state.instances_of(
                environment_id=environment.id, service_id=service_id
            ):
                raise unprocessable()
            yield service_id, _variables(service.get("variables"))
        if shared := parts.get("sharedVariables"):
            yield None, _variables(shared)


def _variables(found: object) -> Patch:
    """Changes of variables, checked."""
    changes = _mapping(found)
    for name, change in changes.items():
        if change is None:
            continue
        fields = _mapping(change)
        if fields.keys() - _FIELDS:
            raise not_emulated(f"EnvironmentConfig.variables.{name}")
        if "value" in fields:
            check_variables({name: fields["value"]})
    return changes


def _mapping(found: object) -> Patch:
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise unprocessable()
    return found


def _merged(before: Patch, after: Patch) -> Patch:
    """Two patches as one; of what both say, the later one counts."""
    merged = dict(before)
    for name, value in after.items():
        old = merged.get(name)
        both = isinstance(old, dict) and isinstance(value, dict)
        merged[name] = _merged(old or {}, value) if both else value
    return merged


def _without_sealed(patch: object) -> object:
    """A patch as it is shown: what shall be sealed has no value any more."""
    if not isinstance(patch, dict):
        return patch
    is_hidden = patch.get("isSealed") is True
    return {
        name: _without_sealed(value)
        for name, value in patch.items()
        if not (is_hidden and name == "value")
    }


def _reach(info: Info) -> Reach:
    reach: Reach = info.context
    return reach
