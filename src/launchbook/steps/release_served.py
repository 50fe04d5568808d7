"""release.served: every surface shows the identity that its release has."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Final

from launchbook.engine.check import Check, Look, look_until_right
from launchbook.engine.step import Context, Prior, Verified
from launchbook.model.change import Action, Change, Planned
from launchbook.model.release import Surface
from launchbook.release.served import Watcher

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from launchbook.release.served import Asks, ReadsDeployments, ReadsProjects

DEADLINE_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class Inputs:
    """Who must show what.

    Attributes:
        surfaces: Name to what a capsule says of a surface.
        deployments: Surface to the deployment that serves it now, where that is
            another than the surface says.
        after: Whatever must be done before; only named for the order.
    """

    surfaces: Mapping[str, Mapping[str, object]]
    deployments: Mapping[str, str] = field(default_factory=dict)
    after: Sequence[str] = ()


class ReleaseServed(Check):
    """A check: it reads and proves."""

    name: ClassVar[str] = "release.served"
    inputs_type: ClassVar[type] = Inputs

    def __init__(
        self,
        prober: Asks,
        railway: ReadsDeployments,
        vercel: ReadsProjects | None = None,
    ) -> None:
        self._watcher = Watcher(prober, railway, vercel)

    def facts(self, inputs: Inputs, context: Context) -> None:
        """Nothing to read before the traffic has moved."""

    def plan(self, inputs: Inputs, facts: None, prior: Prior | None) -> Planned:
        """Nothing to write."""
        names = ", ".join(inputs.surfaces)
        change = Change(Action.NO_CHANGE, self.name, names)
        return Planned((change,), {"surfaces": _current(inputs)})

    def verify(self, inputs: Inputs, context: Context) -> Verified:
        """Look until every surface shows its identity.

        Raises:
            VerificationFailed: One does not; the message lists each.
        """
        surfaces = [
            Surface.from_json({**told, "name": name})
            for name, told in _current(inputs).items()
        ]
        seen = look_until_right(
            lambda: self._look(surfaces),
            "what is served",
            clock=context.clock,
            deadline_seconds=DEADLINE_SECONDS,
            hint="Run the same command again; what is right already is left alone.",
        )
        return Verified({"surfaces": _current(inputs)}, seen.evidence)

    def _look(self, surfaces: Sequence[Surface]) -> Look:
        shown = self._watcher.look(surfaces)
        problems = tuple(
            f"{each.name} shows {shown[each.name].identity or shown[each.name].problem}"
            f" instead of {each.identity}"
            for each in surfaces
            if shown[each.name].identity != each.identity
        )
        return Look(problems, {name: each.identity for name, each in shown.items()})


def _current(inputs: Inputs) -> dict[str, dict[str, object]]:
    """The surfaces with the deployments that serve them now."""
    found = {name: dict(told) for name, told in inputs.surfaces.items()}
    for name, deployment_id in inputs.deployments.items():
        found[name]["deployment_id"] = deployment_id
    return found
