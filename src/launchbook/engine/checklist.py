"""The checklist before production: items as data, each proven or signed.

An item is proven by steps of the same run, by what the ledger says of another
environment, or by a person who signs with evidence. An item whose part does not
exist yet says so: it is not available, which is inconclusive and not a pass.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, Protocol, cast

from launchbook.model.gate import Finding, Verdict
from launchbook.model.record import time_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from launchbook.engine.step import Note, Prior

EVENT: Final = "checklist-signed"
"""``evidence.event`` of the record of a signature."""


class Proof(StrEnum):
    """How an item is proven."""

    STEPS = "steps"
    LEDGER = "ledger"
    SIGNATURE = "signature"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a signed figure must be.

    Attributes:
        what: What is read, as ``p95``.
        unit: As ``ms``.
        at_most: Largest figure that passes; None for no limit.
        at_least: Smallest figure that passes; None for no limit.
    """

    what: str
    unit: str
    at_most: float | None = None
    at_least: float | None = None

    def problem(self, value: float) -> str:
        """Return what is wrong with a figure; empty when nothing is."""
        if self.at_most is not None and value > self.at_most:
            return f"{self.what} is {value:g} {self.unit}, more than {self.at_most:g}"
        if self.at_least is not None and value < self.at_least:
            return f"{self.what} is {value:g} {self.unit}, less than {self.at_least:g}"
        return ""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that must be so.

    Attributes:
        name: By which it is signed and overridden.
        question: What must be so.
        evidence: Kinds of evidence that a signature may bring.
        is_bound_to_commit: Whether a signature counts for its commit alone.
        expires_days: How long a proof or a signature counts; 0 for ever.
        environment: Where the ledger is asked.
        steps: Which steps it is asked about.
        readings: What figures must be signed, by name.
    """

    name: str
    question: str
    proof: Proof
    evidence: tuple[str, ...] = ()
    is_bound_to_commit: bool = False
    expires_days: int = 0
    environment: str = ""
    steps: tuple[str, ...] = ()
    readings: tuple[Reading, ...] = ()


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signed an item, when, for which commit, and on what evidence."""

    actor: str
    at: datetime
    commit: str
    evidence: Mapping[str, Any]
    note: str = ""

    def until(self, item: Item) -> datetime | None:
        """Return from when on it counts no more; None for never."""
        if not item.expires_days:
            return None
        return self.at + timedelta(days=item.expires_days)


class Witness(Protocol):
    """What the ledger can say of an environment's steps."""

    def latest(self, step: str) -> Prior | None:
        """Return the last verified record of a step, or None."""
        ...

    def elsewhere(self, environment: str) -> Witness:
        """Return the same of another environment."""
        ...


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What items are judged against.

    Attributes:
        now: UTC.
        commit: Which commit shall go to production.
        past: The ledger of the environment.
        proofs: Item to what its steps put out in this run; None outside of a run.
        signatures: Item to its newest signature.
    """

    now: datetime
    commit: str
    past: Witness
    proofs: Mapping[str, object] | None
    signatures: Mapping[str, Signature] = field(default_factory=dict)


def read_items(data: Mapping[str, object]) -> tuple[Item, ...]:
    """Return the items of a checklist that its schema accepted."""
    return tuple(
        _read_item(name, cast("dict[str, Any]", entry)) for name, entry in data.items()
    )


def read_signatures(notes: Iterable[Note]) -> dict[str, Signature]:
    """Return the newest signature of each item; notes come oldest first."""
    found: dict[str, Signature] = {}
    for note in notes:
        facts = cast("Mapping[str, Any]", note.evidence)
        found[str(facts["item"])] = Signature(
            actor=note.actor,
            at=note.at,
            commit=str(facts["commit"]),
            evidence=facts["evidence"],
            note=str(facts.get("note", "")),
        )
    return found


def judge(item: Item, around: Circumstances) -> Finding:
    """Say whether an item is so, is not so, or cannot be told."""
    judges = {
        Proof.STEPS: _judge_steps,
        Proof.LEDGER: _judge_ledger,
        Proof.SIGNATURE: _judge_signature,
        Proof.ABSENT: _judge_absent,
    }
    return judges[item.proof](item, around)


def _read_item(name: str, entry: Mapping[str, Any]) -> Item:
    readings = cast("dict[str, dict[str, Any]]", entry.get("readings", {}))
    return Item(
        name=name,
        question=str(entry["question"]),
        proof=Proof(entry["proof"]),
        evidence=tuple(entry.get("evidence", ())),
        is_bound_to_commit=entry.get("is_bound_to_commit") is True,
        expires_days=int(entry.get("expires_days", 0)),
        environment=str(entry.get("environment", "")),
        steps=tuple(entry.get("steps", ())),
        readings=tuple(Reading(what, **each) for what, each in readings.items()),
    )


def _judge_steps(item: Item, around: Circumstances) -> Finding:
    """The engine starts a gate only when what it refers to was verified in the run."""
    if around.proofs is None:
        words = "is looked at whenever the playbook runs"
        return Finding(item.name, Verdict.INCONCLUSIVE, words)
    seen = around.proofs.get(item.name)
    if not seen:
        return Finding(
            item.name, Verdict.INCONCLUSIVE, "no step of the playbook proves it"
        )
    return Finding(
        item.name, Verdict.PASSED, "proven by the run's own steps", {"seen": seen}
    )


def _judge_ledger(item: Item, around: Circumstances) -> Finding:
    """Every step was verified there, and not too long ago."""
    past = around.past.elsewhere(item.environment)
    records = {step: past.latest(step) for step in item.steps}
    absent = [step for step, record in records.items() if record is None]
    if absent:
        words = f"{item.environment} has no proof of {', '.join(absent)}"
        return Finding(item.name, Verdict.INCONCLUSIVE, words)
    ages = {step: record.at for step, record in records.items() if record}
    oldest = min(ages.values())
    evidence = {step: time_text(at) for step, at in ages.items()}
    if item.expires_days and oldest + timedelta(days=item.expires_days) <= around.now:
        words = (
            f"the proof of {item.environment} is older than {item.expires_days} days"
        )
        return Finding(item.name, Verdict.INCONCLUSIVE, words, evidence)
    words = f"proven in {item.environment} on {oldest:%Y-%m-%d}"
    return Finding(item.name, Verdict.PASSED, words, evidence)


def _judge_signature(item: Item, around: Circumstances) -> Finding:
    signature = around.signatures.get(item.name)
    if signature is None:
        return Finding(item.name, Verdict.INCONCLUSIVE, "nobody has signed it")
    who = f"{signature.actor} on {signature.at:%Y-%m-%d}"
    until = signature.until(item)
    if until is not None and until <= around.now:
        words = f"the signature of {who} expired on {until:%Y-%m-%d}"
        return Finding(item.name, Verdict.INCONCLUSIVE, words)
    if item.is_bound_to_commit and signature.commit != around.commit:
        words = f"{who} signed another commit, {signature.commit[:12]}"
        return Finding(item.name, Verdict.INCONCLUSIVE, words)
    evidence = {"actor": signature.actor, "evidence": dict(signature.evidence)}
    if problems := reading_problems(item, signature.evidence):
        return Finding(item.name, Verdict.FAIL, "; ".join(problems), evidence)
    return Finding(item.name, Verdict.PASSED, f"signed by {who}", evidence)


def _judge_absent(item: Item, around: Circumstances) -> Finding:
    del around
    words = "not available: the part that proves it does not exist yet"
    return Finding(item.name, Verdict.INCONCLUSIVE, words)


def reading_problems(item: Item, evidence: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with signed figures: absent, or beyond their limits."""
    values = cast("dict[str, float]", evidence.get("readings", {}))
    problems = []
    for reading in item.readings:
        if reading.what not in values:
            problems.append(f"the reading {reading.what} is missing")
        elif problem := reading.problem(values[reading.what]):
            problems.append(problem)
    return problems
