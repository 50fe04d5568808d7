"""What serves is recorded once, signed, with its values kept."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest

from launchbook.config.schema import load_schema, problems
from launchbook.engine.memory import Memory
from launchbook.engine.step import Moment, Prior, Verified
from launchbook.model.change import Action
from launchbook.model.release import Capsule
from launchbook.redact import Secret
from launchbook.release.signing import Signer, Verifier
from launchbook.release.vault import Vault
from launchbook.steps.release_capsule import Inputs, ReleaseCapsule
from tests.support.capsules import MORNING, capsule
from tests.support.domains import context

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from launchbook.engine.step import Context

SIGNER = Signer(bytes(32))


@dataclass
class Past(Memory):
    """What the ledger remembers, as a list."""

    priors: list[Prior] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(None, "production")

    def verified(self, step: str) -> tuple[Prior, ...]:
        return tuple(self.priors)

    def latest(self, step: str) -> Prior | None:
        outputs = {"approvals": [{"approver": "Ada"}]}
        gate = Prior(MORNING, "0", outputs, evidence={"overridden": {}})
        return gate if step in {"checklist", "bake"} else None

    def moments(self, run: str) -> tuple[Moment, ...]:
        return (
            Moment("", "planned", MORNING, "ada@desk"),
            Moment("checklist", "verified", MORNING, "ada@desk"),
        )


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(
        folder=tmp_path / "values",
        fingerprint=lambda text: hashlib.sha256(text.encode()).hexdigest()[:32],
        encrypt=lambda data: data[::-1],
        decrypt=lambda data: data[::-1],
        learn=lambda secret: secret,
    )


@pytest.fixture
def step(vault: Vault) -> ReleaseCapsule:
    return ReleaseCapsule(vault, SIGNER)


def inputs(number: int = 1, **more: Any) -> Inputs:
    made = capsule(number)
    facts: dict[str, Any] = {
        "commit": made.commit,
        "branch": made.branch,
        "subject": made.subject,
        "author": made.author,
        "schema": made.schema.as_json(),
        "surfaces": {each.name: each.as_json() for each in made.surfaces},
        "values": {"backend": {"JWT_SECRET": Secret("s3cr3t")}},
        "gates": ("checklist", "absent"),
    }
    return Inputs(**{**facts, **more})


def here(priors: Sequence[Prior] = ()) -> Context:
    checked = {"way_back": Verified({}, {"verdict": "open"})}
    return replace(
        context(),
        environment="production",
        history=Past(list(priors)),
        checked=checked.copy,
    )


def released(step: ReleaseCapsule, given: Inputs, priors: list[Prior]) -> Capsule:
    """Run the step to its end, and remember what it recorded."""
    verified = step.verify(given, here(priors))
    priors.append(Prior(MORNING, "0", verified.outputs, verified.evidence))
    told = verified.evidence["capsule"]
    assert isinstance(told, dict)
    return Capsule.from_json(told)


def planned(step: ReleaseCapsule, given: Inputs, priors: list[Prior]) -> str:
    """The id that a plan tells beforehand."""
    change = step.plan(given, step.facts(given, here(priors)), None).changes[0]
    assert Action.NO_CHANGE is change.action
    return change.name


def test_a_capsule_is_signed_and_knows_who_released_what(step: ReleaseCapsule) -> None:
    priors: list[Prior] = []
    made = released(step, inputs(), priors)
    assert ("production-1", "ada@desk", "") == (made.id, made.actor, made.previous)
    assert {"checklist": {"overridden": {}}} == made.gates
    assert ({"approver": "Ada"},) == made.approvals
    evidence: Any = priors[0].evidence
    Verifier([SIGNER.public]).verify(evidence["capsule"], evidence["signature"])
    assert () == problems(evidence["capsule"], load_schema("capsule"))


def test_what_a_gate_said_of_the_release_before_is_not_of_this_one(
    step: ReleaseCapsule,
) -> None:
    made = released(step, inputs(gates=("bake", "way_back")), [])
    assert {"way_back": {"verdict": "open"}} == made.gates


def test_values_are_kept_and_referred_to_and_never_recorded(
    step: ReleaseCapsule, vault: Vault
) -> None:
    priors: list[Prior] = []
    backend = released(step, inputs(), priors).surface("backend")
    assert backend is not None
    assert {"JWT_SECRET": Secret("s3cr3t")} == vault.open(backend.values)
    assert "s3cr3t" not in str(priors[0].evidence)


def test_the_same_release_is_not_recorded_again(step: ReleaseCapsule) -> None:
    priors: list[Prior] = []
    first = released(step, inputs(), priors)
    assert "production-1" == planned(step, inputs(), priors)
    assert first == released(step, inputs(), priors)


def test_a_new_commit_that_builds_nothing_anew_is_a_release(
    step: ReleaseCapsule,
) -> None:
    priors: list[Prior] = []
    released(step, inputs(), priors)
    moved = inputs(commit="f" * 40)
    assert "production-2" == planned(step, moved, priors)
    second = released(step, moved, priors)
    assert ("production-2", "production-1") == (second.id, second.previous)
    assert all(each.is_reused for each in second.surfaces)


@pytest.mark.parametrize(
    "other",
    [
        {"surfaces": inputs(2).surfaces},
        {"values": {"backend": {"JWT_SECRET": Secret("another")}}},
        {"schema": {"oldest": "1", "newest": "2", "held": []}},
        {"returned_from": "production-9"},
    ],
    ids=["deployments", "values", "schema", "return"],
)
def test_what_differs_is_another_release(
    step: ReleaseCapsule, other: dict[str, Any]
) -> None:
    priors: list[Prior] = []
    released(step, inputs(), priors)
    assert "production-2" == planned(step, inputs(**other), priors)


def test_a_return_refers_to_the_values_that_were_kept(step: ReleaseCapsule) -> None:
    priors: list[Prior] = []
    first = released(step, inputs(), priors)
    surfaces = {each.name: each.as_json() for each in first.surfaces}
    back = released(
        step,
        inputs(values={}, surfaces=surfaces, returned_from="production-2", reason="x"),
        priors,
    )
    assert first.surfaces[0].values == back.surfaces[0].values
    assert ("production-2", "x") == (back.returned_from, back.reason)
