"""What the engine is given: the run's circumstances, and its tools."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol

from launchbook.engine.override import LARGE_CHANGE
from launchbook.redact import Redactor

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from launchbook.clock import Clock
    from launchbook.engine.step import Step
    from launchbook.errors import Location
    from launchbook.model.event import Listener
    from launchbook.model.playbook import PlaybookEntry

DEFAULT_WORKERS: Final = 8


class Locator(Protocol):
    """Says where the thing at a JSON pointer stands, for error messages."""

    def __call__(self, pointer: str, *, key: bool = False) -> Location:
        """Return the place of a value, or of its key."""
        ...


class Resolver(Protocol):
    """Replaces references by values; ``config`` has the real one."""

    def dependencies(
        self, value: object, where: Locator | None = None
    ) -> frozenset[str]:
        """Return the ids of the steps whose outputs a value refers to."""
        ...

    def resolve(
        self,
        value: object,
        outputs: Mapping[str, Mapping[str, object]],
        where: Locator | None = None,
    ) -> object:
        """Replace every reference; what is not known becomes an ``Unknown``."""
        ...


@dataclass(frozen=True, slots=True)
class Setting:
    """The circumstances of a run: where, with what, and how.

    Attributes:
        environment: The environment's name, as ``staging``.
        platforms: The set of platforms, as ``sandbox``.
        playbook: What the person asked for; the lock's reason names it.
        playbook_digest: Digest of the playbooks' texts.
        inventory_digest: Digest of the inventory's texts.
        tool_version: As ``0.1.0``.
        fingerprint_key: Key of the fingerprints that stand for secrets.
        workers: How many steps may run side by side.
        is_asserting: Write also what cannot be read back (``env.sync --assert``).
        overridable: What an override may name.
        override_seconds: How long the override of a gate's item counts.
        is_weighing: False for a rollback, which moves all that it names.
    """

    environment: str
    platforms: str
    playbook: str
    playbook_digest: str
    inventory_digest: str
    tool_version: str
    fingerprint_key: bytes = field(repr=False)
    workers: int = DEFAULT_WORKERS
    is_asserting: bool = False
    overridable: frozenset[str] = frozenset({LARGE_CHANGE})
    override_seconds: float = 0.0
    is_weighing: bool = True


@dataclass(frozen=True, slots=True)
class Kit:
    """The tools of a run.

    Attributes:
        steps: Returns the step of a name, or raises UnknownStep.
        inputs: Makes the inputs of an entry of resolved values, or raises InputError.
        resolver: Replaces references.
        clock: The only source of time.
        listener: Hears what happens.
        redactor: Knows the secret values that must not be written.
    """

    steps: Callable[[str], Step]
    inputs: Callable[[PlaybookEntry, Mapping[str, object]], object]
    resolver: Resolver
    clock: Clock
    listener: Listener
    redactor: Redactor = field(default_factory=Redactor)
