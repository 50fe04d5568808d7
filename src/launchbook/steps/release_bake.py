"""release.bake: a release is watched for a while before it counts as done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from launchbook.engine.step import Context, Prior, Verified
from launchbook.errors import BakeFailed, GateInconclusive
from launchbook.model.change import Action, Change, FieldChange, Planned
from launchbook.model.gate import Verdict
from launchbook.model.release import Surface
from launchbook.release.bake import Bake, Round
from launchbook.release.served import Watcher

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from launchbook.release.served import Asks, ReadsDeployments

TOP_UP_SECONDS: Final = 0.05
"""Between journeys that are made because too few were."""
MOST_ROUNDS_EXTRA: Final = 200


@dataclass(frozen=True, slots=True)
class Inputs:
    """What is watched, and for how long.

    Attributes:
        surfaces: Name to what a capsule says of a surface; those with an address.
        seconds: How long.
        interval_seconds: From one round to the next.
        least_requests: How many a verdict needs; what is missing is made up.
        after: Whatever must be done before; only named for the order.
    """

    surfaces: Mapping[str, Mapping[str, object]]
    seconds: float
    interval_seconds: float
    least_requests: int
    after: Sequence[str] = ()


class ReleaseBake:
    """A watch with an end; what was watched once is not watched again."""

    name: ClassVar[str] = "release.bake"
    inputs_type: ClassVar[type] = Inputs
    is_check: ClassVar[bool] = False

    def __init__(self, prober: Asks, railway: ReadsDeployments) -> None:
        self._watcher = Watcher(prober, railway)
        self._seen: dict[str, dict[str, object]] = {}

    def facts(self, inputs: Inputs, context: Context) -> None:
        """Nothing to read before the release serves."""

    def plan(self, inputs: Inputs, facts: None, prior: Prior | None) -> Planned:
        """Watch what was not watched yet."""
        outputs = {"identities": _identities(inputs)}
        known = prior.outputs.get("identities") if prior else None
        if known == outputs["identities"]:
            return Planned((Change(Action.NO_CHANGE, self.name, "release"),), outputs)
        fields = (FieldChange("watched_seconds", 0, inputs.seconds),)
        change = Change(Action.UPDATE, self.name, "release", fields)
        return Planned((change,), outputs)

    def apply(self, inputs: Inputs, facts: None, context: Context) -> None:
        """Look round after round, until the time is over or it is bad.

        Raises:
            BakeFailed: It did not stay well.
            GateInconclusive: Too few requests could be made.
        """
        bake = Bake(inputs.least_requests)
        surfaces = _surfaces(inputs)
        started = context.clock.monotonic() - _watched_before(inputs, context)
        while (passed := context.clock.monotonic() - started) < inputs.seconds:
            self._look(bake, surfaces, passed, context)
            left = inputs.seconds - (context.clock.monotonic() - started)
            context.progress(f"watching, {max(0, left):.0f} s left, {bake.asked} asked")
            context.clock.sleep(min(inputs.interval_seconds, max(0.0, left)))
        missing = bake.missing
        for _ in range(MOST_ROUNDS_EXTRA):
            if not bake.missing:
                break
            passed = context.clock.monotonic() - started
            self._look(bake, surfaces, passed, context)
            context.clock.sleep(TOP_UP_SECONDS)
        self._seen[context.run] = {**bake.as_json(), "made_up_requests": missing}
        if bake.verdict() is Verdict.INCONCLUSIVE:
            raise GateInconclusive(
                f"{bake.missing} requests are missing for a verdict",
                hint="Run the same command again; it watches on.",
                details=bake.as_json(),
            )

    def verify(self, inputs: Inputs, context: Context) -> Verified:
        """Return what was seen."""
        outputs = {"identities": _identities(inputs)}
        return Verified(outputs, self._seen.get(context.run, {}))

    def _look(
        self, bake: Bake, surfaces: Sequence[Surface], passed: float, context: Context
    ) -> None:
        """Make one round, and stop at once when it is bad."""
        shown = self._watcher.look(surfaces)
        problems = tuple(
            f"{each.name}: {sight.problem or 'shows ' + sight.identity}"
            for each in surfaces
            if (sight := shown[each.name]).identity != each.identity
        )
        slowest = max((each.seconds for each in shown.values()), default=0.0)
        taken = {n: each.seconds for n, each in shown.items() if each.seconds}
        bake.rounds.append(Round(passed, len(surfaces), problems, slowest, taken))
        if problems:
            context.progress(f"bad round: {'; '.join(problems)}")
        if fault := bake.fault():
            raise BakeFailed(
                f"the release did not stay well: {fault}; {'; '.join(problems)}",
                hint="Look at the backend's log; the release before is served again.",
                details=bake.as_json(),
            )


def _surfaces(inputs: Inputs) -> list[Surface]:
    """Those that people reach."""
    found = (
        Surface.from_json({**told, "name": name})
        for name, told in inputs.surfaces.items()
    )
    return [each for each in found if each.url]


def _identities(inputs: Inputs) -> dict[str, str]:
    return {name: str(told["identity"]) for name, told in inputs.surfaces.items()}


def _watched_before(inputs: Inputs, context: Context) -> float:
    """Seconds since an earlier run began to watch the same, and was cut off."""
    begun = context.history.begun(context.step)
    if begun is None or begun.evidence.get("key") != context.idempotency_key:
        return 0.0
    passed = (context.clock.now() - begun.at).total_seconds()
    return max(0.0, min(passed, inputs.seconds - inputs.interval_seconds))
