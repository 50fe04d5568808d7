"""The logs of deployments: one line a record, kept beside the deployment."""

from __future__ import annotations

import json
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pathlib import Path

    from launchbook.sandbox.clock import SandboxClock
    from launchbook.sandbox.railway.records import Deployment

BUILD: Final = "build"
RUNTIME: Final = "deploy"
MAX_LINES: Final = 5000
"""The vendor's cap on one query (platform docs, 2026)."""
DEFAULT_LINES: Final = 500
_SEVERITY_KEYS: Final = ("level", "severity")
_MESSAGE_KEYS: Final = ("message", "msg")


@dataclass(frozen=True, slots=True)
class LogQuery:
    """Which lines of a log are wanted: the last ``limit`` of those that match."""

    limit: int = DEFAULT_LINES
    pattern: str = ""
    start_at: datetime | None = None
    end_at: datetime | None = None

    def admits(self, line: dict[str, Any]) -> bool:
        """Whether a line is wanted."""
        if self.pattern.strip('"').lower() not in str(line["message"]).lower():
            return False
        at = read_moment(line["timestamp"])
        return (self.start_at is None or at >= self.start_at) and (
            self.end_at is None or at <= self.end_at
        )


class Logs:
    """Writes and reads the logs of deployments.

    Args:
        folder: The folder of all deployments, each a folder by its id.
        clock: Sandbox time.
    """

    def __init__(self, folder: Path, clock: SandboxClock) -> None:
        self._folder = folder
        self._clock = clock

    def path(self, deployment_id: str, kind: str) -> Path:
        """Return the file of a log."""
        return self._folder / deployment_id / f"{kind}.jsonl"

    def write(
        self, deployment: Deployment, kind: str, text: str, replica_id: str = ""
    ) -> None:
        """Add a line; a JSON object with a message is taken apart."""
        line = _parsed(text) | {"timestamp": self._clock.iso(), "tags": {}}
        line["tags"] = {
            "projectId": deployment.project_id,
            "environmentId": deployment.environment_id,
            "serviceId": deployment.service_id,
            "deploymentId": deployment.id,
            "deploymentInstanceId": replica_id or None,
            "snapshotId": deployment.snapshot_id,
        }
        path = self.path(deployment.id, kind)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, separators=(",", ":")) + "\n")

    def read(
        self, deployment_id: str, kind: str, query: LogQuery
    ) -> list[dict[str, Any]]:
        """Return the lines that are wanted, oldest first, as the API shows them."""
        found: deque[dict[str, Any]] = deque(maxlen=max(0, min(query.limit, MAX_LINES)))
        try:
            with self.path(deployment_id, kind).open(encoding="utf-8") as lines:
                for text in lines:
                    # The last line may be torn when the process was killed.
                    if text.endswith("\n") and query.admits(line := json.loads(text)):
                        found.append(line)
        except FileNotFoundError:
            return []
        return list(found)


def read_moment(text: str) -> datetime:
    """Return a moment that the API was given or wrote.

    Raises:
        ValueError: It is none.
    """
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _parsed(text: str) -> dict[str, Any]:
    """Return message, severity and attributes of a line that a program wrote."""
    content = _json_object(text)
    message = next((content[k] for k in _MESSAGE_KEYS if content.get(k)), None)
    if message is None:
        return {"message": text, "severity": "info", "attributes": []}
    severity = next((content[k] for k in _SEVERITY_KEYS if content.get(k)), "info")
    attributes = [
        {"key": key, "value": json.dumps(value)}
        for key, value in content.items()
        if key not in _MESSAGE_KEYS
    ]
    return {
        "message": str(message),
        "severity": str(severity).lower(),
        "attributes": attributes,
    }


def _json_object(text: str) -> dict[str, Any]:
    if not text.startswith("{"):
        return {}
    try:
        content = json.loads(text)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}
