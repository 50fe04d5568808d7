"""Tells the listener what happens: one event at a time, without secret values."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

from launchbook.model.event import Event, EventKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from launchbook.engine.setting import Kit


class Announcer:
    """Speaks for one run. Safe to share between threads."""

    def __init__(self, kit: Kit, run: str) -> None:
        self._kit = kit
        self._run = run
        self._lock = Lock()

    def tell(
        self,
        kind: EventKind,
        step: str = "",
        message: str = "",
        data: Mapping[str, object] | None = None,
    ) -> None:
        """Send one event; known secret values in it are replaced."""
        redactor = self._kit.redactor
        cleaned = {
            name: redactor.clean_value(value) for name, value in (data or {}).items()
        }
        with self._lock:
            event = Event(
                kind=kind,
                at=self._kit.clock.now(),
                run=self._run,
                step=step,
                message=redactor.clean(message),
                data=cleaned,
            )
            self._kit.listener(event)
