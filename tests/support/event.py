"""Events of a toy run, at seconds after its start."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from launchbook.model.event import Event, EventKind

if TYPE_CHECKING:
    from collections.abc import Mapping

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
PLAN = (
    {"step": "plot", "action": "create", "kind": "toy.plot", "name": "north"},
    {"step": "house", "action": "no-change", "kind": "toy.house", "name": "south"},
)
"""Two lines, as ``PLAN_READY`` carries them."""


def event(
    kind: EventKind,
    seconds: float = 0,
    message: str = "",
    *,
    step: str | None = None,
    data: Mapping[str, object] | None = None,
) -> Event:
    """Return an event about the step ``plot``; events about the run name no step."""
    is_about_run = str(kind).startswith(("run-", "plan-"))
    named = ("" if is_about_run else "plot") if step is None else step
    at = START + timedelta(seconds=seconds)
    return Event(kind, at, "run-1", named, message, data or {})
