"""railway.limits: how much one replica of a service may use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from launchbook.engine.step import Context, Prior, Verified
from launchbook.errors import VerificationFailed
from launchbook.model.change import Action, Change, FieldChange, Planned
from launchbook.model.railway import ServiceScope
from launchbook.model.scaling import Limits

if TYPE_CHECKING:
    from launchbook.providers.railway.client import RailwayClient


@dataclass(frozen=True, slots=True)
class Inputs:
    """Whose limits, and how much.

    Attributes:
        service: The service's name, for people.
        vcpus: Virtual CPUs of one replica.
        memory_gb: Gigabytes of one replica.
    """

    project_id: str
    environment_id: str
    service_id: str
    service: str
    vcpus: float
    memory_gb: float


class RailwayLimits:
    """A replica that takes all that the plan offers costs accordingly."""

    name: ClassVar[str] = "railway.limits"
    inputs_type: ClassVar[type] = Inputs
    is_check: ClassVar[bool] = False

    def __init__(self, client: RailwayClient) -> None:
        self._client = client

    def facts(self, inputs: Inputs, context: Context) -> Limits:
        """Return the limits that somebody set."""
        return self._client.read_limits(_scope(inputs))

    def plan(self, inputs: Inputs, facts: Limits, prior: Prior | None) -> Planned:
        """Set what differs."""
        pairs = (
            ("vcpus", facts.vcpus, inputs.vcpus),
            ("memory_gb", facts.memory_gb, inputs.memory_gb),
        )
        differing = tuple(FieldChange(*each) for each in pairs if each[1] != each[2])
        action = Action.UPDATE if differing else Action.NO_CHANGE
        if facts == Limits():
            action = Action.CREATE
            differing = ()
        return Planned((Change(action, self.name, inputs.service, differing),), {})

    def apply(self, inputs: Inputs, facts: Limits, context: Context) -> None:
        """Set both."""
        limits = Limits(inputs.vcpus, inputs.memory_gb)
        self._client.update_limits(_scope(inputs), limits)

    def verify(self, inputs: Inputs, context: Context) -> Verified:
        """Read them again."""
        if self.facts(inputs, context) != Limits(inputs.vcpus, inputs.memory_gb):
            raise VerificationFailed(
                f"Railway does not show the limits of {inputs.service} that were set",
                hint="Run the same command with --check to see what differs.",
            )
        return Verified({})


def _scope(inputs: Inputs) -> ServiceScope:
    return ServiceScope(inputs.project_id, inputs.environment_id, inputs.service_id)
