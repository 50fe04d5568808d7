"""What a step is: five verbs, and the little that it is given.

``facts`` reads, ``plan`` is pure, ``apply`` writes, ``verify`` reads again, and
``undo``, which a step may leave out, reverses what ``apply`` did in this run.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from launchbook.clock import Clock
    from launchbook.engine.plan import Plan
    from launchbook.model.change import Change, Planned
    from launchbook.model.gate import Granted


@dataclass(frozen=True, slots=True)
class Prior:
    """What the ledger remembers of the last time a step was verified here.

    Attributes:
        at: When the record was written.
        inputs_digest: Digest of the inputs at that time.
        outputs: The outputs then; secrets appear as fingerprints only.
        evidence: What ``verify`` saw.
    """

    at: datetime
    inputs_digest: str
    outputs: Mapping[str, object] = field(default_factory=dict)
    evidence: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Note:
    """One record about the environment as a whole.

    Attributes:
        at: When it was written, UTC.
        actor: Who wrote it.
        evidence: What it says; ``event`` tells its kind.
    """

    at: datetime
    actor: str
    evidence: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Moment:
    """When a run came to a phase of a step.

    Attributes:
        step: The entry's id; empty for the run as a whole.
        phase: As ``verified``.
        at: UTC.
        actor: Who ran it.
    """

    step: str
    phase: str
    at: datetime
    actor: str


class Past(Protocol):
    """The ledger as a step may see it: read only, and one environment at a time."""

    def latest(self, step: str) -> Prior | None:
        """Return the last verified record of a step, or None."""
        ...

    def verified(self, step: str) -> tuple[Prior, ...]:
        """Return every verified record of a step, oldest first."""
        ...

    def moments(self, run: str) -> tuple[Moment, ...]:
        """Return what a run has written here so far, oldest first."""
        ...

    def paused(self, step: str) -> Mapping[str, object] | None:
        """Return why and until when a step rested that was not verified since."""
        ...

    def intended(self, step: str) -> frozenset[str]:
        """Return what a run set out to write in a step that was not verified since.

        Each as the plan calls it: ``railway.variable backend JWT_SECRET``.
        """
        ...

    def begun(self, step: str) -> Note | None:
        """Return the intent of a run in a step that was not verified since."""
        ...

    def notes(self, event: str) -> tuple[Note, ...]:
        """Return the records of one kind about the environment, oldest first."""
        ...

    def elsewhere(self, environment: str) -> Past:
        """Return the same of another environment."""
        ...


class Exceptions(Protocol):
    """The overrides of a run, as a gate may see them."""

    def find(self, name: str, subject: str) -> Granted | None:
        """Return the override of a thing, or None; looking is not using."""
        ...

    def use(self, granted: Iterable[Granted]) -> None:
        """Take note that these let something pass."""
        ...


class NoExceptions:
    """Nothing may pass."""

    def find(self, name: str, subject: str) -> None:
        """Find nothing."""

    def use(self, granted: Iterable[Granted]) -> None:
        """Nothing was found, so nothing can be used."""


@dataclass(frozen=True, slots=True)
class Context:
    """What the engine hands to a step's verbs beside its inputs.

    Attributes:
        environment: The environment's name, as ``staging``.
        run: The run's id.
        step: The entry's id in the playbook.
        clock: The only source of time.
        history: Read-only view of the ledger.
        progress: Tells a person what is going on ("building, 12 s").
        fingerprint: Keyed fingerprint of a secret, for comparisons.
        idempotency_key: The same for the same step, inputs and environment, so
            that a run that was killed finds what it made.
        overrides: What the run may pass; gates ask, and steps with a guard of theirs.
        is_asserting: Whether what cannot be read back shall be written again.
        say: Tells a person what must be seen, however little is shown.
        plan: Returns the plan of the whole run, once every step was looked at: what
            an approval is bound to. None before that.
        checked: Returns, by id, what checks of this run have proven so far; the ledger
            hears of those that found nothing new at the end.
    """

    environment: str
    run: str
    step: str
    clock: Clock
    history: Past
    progress: Callable[[str], None]
    fingerprint: Callable[[str], str]
    idempotency_key: str
    overrides: Exceptions = field(default_factory=NoExceptions)
    is_asserting: bool = False
    say: Callable[[str], None] = lambda _: None
    plan: Callable[[], Plan | None] = lambda: None
    checked: Callable[[], Mapping[str, Verified]] = dict


@dataclass(frozen=True, slots=True)
class Waiting:
    """Nothing failed, but the step must look again later; the run pauses."""

    reason: str
    look_again_at: datetime


@dataclass(frozen=True, slots=True)
class Verified:
    """The desired state was seen.

    Attributes:
        outputs: Every output of the step, complete.
        evidence: JSON facts worth keeping in the ledger; no secrets.
    """

    outputs: Mapping[str, object]
    evidence: Mapping[str, object] = field(default_factory=dict)


@runtime_checkable
class Step(Protocol):
    """A step. Clients are constructor arguments.

    Attributes:
        name: What ``uses:`` says, as ``vercel.project``.
        inputs_type: The frozen dataclass of the inputs, the schema's equal.
        is_check: A check has nothing to write: its plan is empty and its
            ``verify`` runs every time.
    """

    name: ClassVar[str]
    inputs_type: ClassVar[type]
    is_check: ClassVar[bool]

    def facts(self, inputs: Any, context: Context) -> Any:
        """Read what the platform says now. Never writes."""
        ...

    def plan(self, inputs: Any, facts: Any, prior: Prior | None) -> Planned:
        """Compare, purely: the same arguments give the same plan."""
        ...

    def apply(self, inputs: Any, facts: Any, context: Context) -> Waiting | None:
        """Write what the plan says. Looks before it creates, so it may be run again."""
        ...

    def verify(self, inputs: Any, context: Context) -> Verified | Waiting:
        """Read again, wait until ready, and prove the desired state.

        Raises:
            VerificationFailed, NotReady, DeploymentFailed: It is not there.
        """
        ...


@runtime_checkable
class Undoable(Protocol):
    """A step that can reverse what its ``apply`` did in this run."""

    def undo(self, inputs: Any, facts: Any, context: Context) -> None:
        """Reverse; ``facts`` are those from before ``apply``."""
        ...


@runtime_checkable
class Destroyable(Protocol):
    """A step whose thing can be destroyed, with all that was made inside of it.

    Attributes:
        protected_as: What must be named so that it is destroyed, as ``database``;
            empty for nothing.
    """

    protected_as: ClassVar[str]

    def destroy(self, inputs: Any, facts: Any, context: Context) -> None:
        """Delete what ``facts`` found; what is gone already is no error."""
        ...


@runtime_checkable
class Recalling(Protocol):
    """A step that finds its thing again when what its inputs named is gone."""

    def recall(self, prior: Prior) -> Any:
        """Return the inputs by which it was proven last, or None."""
        ...


@runtime_checkable
class Sparing(Protocol):
    """A step that leaves some of its resources alive when it destroys."""

    def spares(self, change: Change) -> bool:
        """Return whether a line of its plan is about such a one."""
        ...
