"""The log of one build, as the events route gives it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from launchbook.sandbox.vercel.records import Json


class BuildLog:
    """Lines with moments, in one file of JSON lines.

    Args:
        path: The file.
        moment: Gives the present in milliseconds since 1970, never twice the same.
    """

    def __init__(self, path: Path, moment: Callable[[], int]) -> None:
        self._path = path
        self._moment = moment

    def add(self, text: str, *, kind: str = "stdout", level: str | None = None) -> None:
        """Append a line.

        Args:
            text: Without a line's end.
            kind: command, stdout, stderr, deployment-state, ...
            level: warning or error, for what deserves it.
        """
        event: Json = {"created": self._moment(), "type": kind, "text": text}
        if level:
            event["level"] = level
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(event) + "\n")

    def clear(self) -> None:
        """Begin again."""
        self._path.unlink(missing_ok=True)

    def read(self) -> list[Json]:
        """Return all lines, oldest first; none when nothing ran yet."""
        try:
            lines = self._path.read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return []
        return [json.loads(line) for line in lines]


def event_answer(event: Json, deployment_id: str, number: int) -> Json:
    """Return a line as the vendor shows it.

    Args:
        event: As ``BuildLog.read`` gives it.
        deployment_id: Whose.
        number: Its place in the log, from 0.
    """
    created = int(event["created"])
    answer: Json = {
        "created": created,
        "date": created,
        "deploymentId": deployment_id,
        "id": f"{created}{number:06d}",
        "info": {"type": "build", "name": "build", "entrypoint": "."},
        "serial": f"{created}{number:06d}",
        "text": event["text"],
        "type": event["type"],
    }
    if "level" in event:
        answer["level"] = event["level"]
    return answer
