"""release.capsule: what serves now, recorded, signed, and kept to come back to.

It reads the platforms' answers and writes to none, so it is a check: whoever looks at
what serves, an import among them, finds the capsule of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib.metadata import version
from typing import TYPE_CHECKING, ClassVar

from launchbook.engine.check import Check
from launchbook.engine.step import Context, Prior, Verified
from launchbook.model.change import Action, Change, Planned
from launchbook.model.release import Capsule, SchemaRange, Surface
from launchbook.release.shelf import Shelf, next_id
from launchbook.release.timing import began_at, timings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from launchbook.redact import Secret
    from launchbook.release.signing import Signer
    from launchbook.release.vault import Vault


@dataclass(frozen=True, slots=True)
class Inputs:
    """What serves, as the steps before have proven it.

    Attributes:
        commit: Of the product, with its branch, subject and author.
        schema: ``oldest``, ``newest`` and ``held``, as a capsule has them.
        surfaces: Name to what a capsule says of a surface; ``values`` and
            ``is_reused`` left out.
        values: Surface to its variables, which are kept encrypted; a surface that
            is not named here says itself under which name its values are kept.
        gates: Entries whose evidence belongs to the release.
        reason: Why it was returned to; empty for a release.
        returned_from: Which release was left; empty for a release.
    """

    commit: str
    branch: str
    subject: str
    author: str
    schema: Mapping[str, object]
    surfaces: Mapping[str, Mapping[str, object]]
    values: Mapping[str, Mapping[str, str | Secret]] = field(default_factory=dict)
    gates: tuple[str, ...] = ()
    reason: str = ""
    returned_from: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """The last capsule, and what this one would hold.

    Attributes:
        values: Surface to the name that its values have in the vault.
    """

    newest: Capsule | None
    id: str
    values: Mapping[str, str]


class ReleaseCapsule(Check):
    """A record; nothing on the platforms is changed."""

    name: ClassVar[str] = "release.capsule"
    inputs_type: ClassVar[type] = Inputs

    def __init__(self, vault: Vault, signer: Signer) -> None:
        self._vault = vault
        self._signer = signer

    def facts(self, inputs: Inputs, context: Context) -> Facts:
        """Read the last capsule."""
        newest = _shelf(context).newest
        values = {name: self._vault.name(each) for name, each in inputs.values.items()}
        return Facts(newest, next_id(context.environment, newest), values)

    def plan(self, inputs: Inputs, facts: Facts, prior: Prior | None) -> Planned:
        """Nothing to write on a platform; the id is that of the last one, or new."""
        newest = facts.newest
        is_known = newest is not None and _is_same(inputs, facts, newest)
        name = newest.id if newest is not None and is_known else facts.id
        change = Change(Action.NO_CHANGE, self.name, name)
        return Planned((change,), {"id": name})

    def verify(self, inputs: Inputs, context: Context) -> Verified:
        """Keep the values, and return the capsule, which the ledger keeps."""
        facts = self.facts(inputs, context)
        newest = facts.newest
        if newest is not None and _is_same(inputs, facts, newest):
            kept = _shelf(context).find(newest.id)
            return _verified(newest, kept.signature)
        # Before the capsule that refers to them is recorded.
        for values in inputs.values.values():
            self._vault.keep(values)
        capsule = self._capsule(inputs, facts, context)
        return _verified(capsule, self._signer.sign(capsule.as_json()))

    def _capsule(self, inputs: Inputs, facts: Facts, context: Context) -> Capsule:
        moments = context.history.moments(context.run)
        now = context.clock.now()
        gates = _gates(inputs, context)
        return Capsule(
            id=facts.id,
            environment=context.environment,
            commit=inputs.commit,
            branch=inputs.branch,
            subject=inputs.subject,
            author=inputs.author,
            actor=next((each.actor for each in moments), ""),
            previous=facts.newest.id if facts.newest else "",
            began_at=began_at(moments, now),
            done_at=now,
            schema=SchemaRange.from_json(inputs.schema),
            surfaces=_surfaces(inputs, facts),
            approvals=_approvals(gates),
            gates={name: dict(each.evidence) for name, each in gates.items()},
            timings=timings(moments, now),
            returned_from=inputs.returned_from,
            reason=inputs.reason,
            tool_version=version("launchbook"),
        )


def _gates(inputs: Inputs, context: Context) -> dict[str, Prior | Verified]:
    """What the gates of this run said; a gate that is no check has just recorded it."""
    checked = context.checked()
    begun = {each.step for each in context.history.moments(context.run)}
    recorded = {name: context.history.latest(name) for name in begun & {*inputs.gates}}
    found = {name: checked.get(name) or recorded.get(name) for name in inputs.gates}
    return {name: each for name, each in found.items() if each is not None}


def _approvals(
    gates: Mapping[str, Prior | Verified],
) -> tuple[Mapping[str, object], ...]:
    """Every approval that a gate was passed by."""
    told = [each.outputs.get("approvals", ()) for each in gates.values()]
    listed = (each for some in told if isinstance(some, list | tuple) for each in some)
    return tuple(each for each in listed if isinstance(each, dict))


def _shelf(context: Context) -> Shelf:
    """The capsules so far."""
    return Shelf.of(each.evidence for each in context.history.verified(context.step))


def _verified(capsule: Capsule, signature: Mapping[str, object]) -> Verified:
    evidence = {"capsule": capsule.as_json(), "signature": dict(signature)}
    return Verified({"id": capsule.id}, evidence)


def _surfaces(inputs: Inputs, facts: Facts) -> tuple[Surface, ...]:
    """The surfaces, each with the name of its values and whether it was reused."""
    before = (
        {s.name: s.deployment_id for s in facts.newest.surfaces} if facts.newest else {}
    )
    found = []
    for name, told in inputs.surfaces.items():
        more: dict[str, object] = {"name": name}
        if name in facts.values:
            more["values"] = facts.values[name]
        more["is_reused"] = before.get(name) == told["deployment_id"]
        found.append(Surface.from_json({**told, **more}))
    return tuple(found)


def _is_same(inputs: Inputs, facts: Facts, capsule: Capsule) -> bool:
    """Whether a capsule says what a new one would say."""
    wanted = {each.name: each for each in _surfaces(inputs, facts)}
    known = {each.name: each for each in capsule.surfaces}
    return (
        capsule.commit == inputs.commit
        and capsule.returned_from == inputs.returned_from
        and capsule.schema == SchemaRange.from_json(inputs.schema)
        and wanted.keys() == known.keys()
        and all(_core(wanted[name]) == _core(known[name]) for name in wanted)
    )


def _core(surface: Surface) -> tuple[str, ...]:
    return (surface.deployment_id, surface.identity, surface.values, surface.variables)
