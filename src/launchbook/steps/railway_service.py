"""railway.service: an empty service with its settings.

A service is created without a source: with one, the platform would deploy at once,
before its variables are there (platform facts 1.3).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields, replace
from typing import TYPE_CHECKING, ClassVar

from launchbook.digest import digest
from launchbook.engine.step import Context, Prior, Verified
from launchbook.errors import VerificationFailed
from launchbook.model.change import Action, Change, FieldChange, Planned
from launchbook.model.railway import ServiceInstance, ServiceScope, ServiceSettings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from launchbook.providers.railway.client import RailwayClient


@dataclass(frozen=True, slots=True)
class Inputs:
    """What the service shall be in one environment.

    Attributes:
        settings: Build, start, health and cron settings, by the names of
            ``ServiceSettings``; what is left out stays as it is.
        replicas: Processes behind the service's address.
        region: The vendor's region code; empty for its default.
    """

    project_id: str
    environment_id: str
    name: str
    settings: Mapping[str, object] = field(default_factory=dict)
    region: str = ""
    replicas: int = 1


class RailwayService:
    """Names are unique within a project; settings belong to the environment."""

    name: ClassVar[str] = "railway.service"
    inputs_type: ClassVar[type] = Inputs
    is_check: ClassVar[bool] = False

    def __init__(self, client: RailwayClient) -> None:
        self._client = client

    def facts(self, inputs: Inputs, context: Context) -> ServiceInstance | None:
        """Return the service in this environment, or None."""
        instances = self._client.read_service_instances(inputs.environment_id)
        return next(
            (each for each in instances if each.service_name == inputs.name), None
        )

    def plan(
        self, inputs: Inputs, facts: ServiceInstance | None, prior: Prior | None
    ) -> Planned:
        """Create it, or change the settings that differ."""
        if facts is None:
            change = Change(Action.CREATE, self.name, inputs.name)
            return Planned((change,), {"settings": _fingerprint(inputs)})
        differing = _differing(facts.settings, _desired(inputs))
        action = Action.UPDATE if differing else Action.NO_CHANGE
        change = Change(action, self.name, inputs.name, differing)
        return Planned((change,), _outputs(inputs, facts))

    def apply(
        self, inputs: Inputs, facts: ServiceInstance | None, context: Context
    ) -> None:
        """Create it empty, unless it is there; then write its settings."""
        scope = ServiceScope(inputs.project_id, inputs.environment_id)
        service_id = facts.service_id if facts else self._service_id(inputs, scope)
        self._client.update_service_instance(
            replace(scope, service_id=service_id), _desired(inputs)
        )

    def verify(self, inputs: Inputs, context: Context) -> Verified:
        """Read it again and compare every setting."""
        instance = self.facts(inputs, context)
        if instance is None or _differing(instance.settings, _desired(inputs)):
            raise VerificationFailed(
                f"Railway service {inputs.name} does not show the settings written",
                hint="Run the same command with --check to see what differs.",
            )
        return Verified(_outputs(inputs, instance))

    def _service_id(self, inputs: Inputs, scope: ServiceScope) -> str:
        """Return the id of the service, created if no environment has it."""
        services = self._client.read_services(inputs.project_id)
        found = next((each for each in services if each.name == inputs.name), None)
        return (found or self._client.create_service(scope, inputs.name)).id


def _desired(inputs: Inputs) -> ServiceSettings:
    """The settings as the platform's model has them; None leaves one alone."""
    given = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in inputs.settings.items()
    }
    settings = ServiceSettings(**given)  # type: ignore[arg-type] # the schema checked names and types
    return replace(settings, region=inputs.region or None, replicas=inputs.replicas)


def _differing(
    actual: ServiceSettings, desired: ServiceSettings
) -> tuple[FieldChange, ...]:
    """The settings that we ask for and the platform does not have."""
    pairs = (
        (each.name, getattr(actual, each.name), getattr(desired, each.name))
        for each in fields(ServiceSettings)
    )
    return tuple(
        FieldChange(name, before, after)
        for name, before, after in pairs
        if after is not None and before != after
    )


def _fingerprint(inputs: Inputs) -> str:
    """Digest of the settings: a change of them reaches only new deployments."""
    return digest(asdict(_desired(inputs)))


def _outputs(inputs: Inputs, instance: ServiceInstance) -> dict[str, object]:
    """What other steps may refer to."""
    return {"id": instance.service_id, "settings": _fingerprint(inputs)}
