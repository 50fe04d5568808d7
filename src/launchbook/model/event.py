"""What the engine reports while it works; the command line renders it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


class EventKind(StrEnum):
    """The kinds of event, in the order in which a run shows them."""

    RUN_STARTED = "run-started"
    PLAN_READY = "plan-ready"
    STEP_STARTED = "step-started"
    STEP_PROGRESS = "step-progress"
    STEP_UNCHANGED = "step-unchanged"
    STEP_CHANGED = "step-changed"
    STEP_DIFFERS = "step-differs"
    STEP_WAITING = "step-waiting"
    STEP_FAILED = "step-failed"
    STEP_COMPENSATED = "step-compensated"
    STEP_SKIPPED = "step-skipped"
    RUN_FINISHED = "run-finished"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. ``data`` holds JSON values and Secrets."""

    kind: EventKind
    at: datetime
    run: str
    step: str = ""
    message: str = ""
    data: Mapping[str, object] = field(default_factory=dict)


class Listener(Protocol):
    """Receives events; called from worker threads, one call at a time."""

    def __call__(self, event: Event, /) -> None:
        """Take note of one event."""
        ...
