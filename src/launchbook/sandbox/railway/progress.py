"""How far deployments are: statuses and steps, each with its real time."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from launchbook.sandbox.railway.builds import DeployFailed
from launchbook.sandbox.railway.records import EventRecord
from launchbook.sandbox.railway.state import new_id

if TYPE_CHECKING:
    from collections.abc import Iterator

    from launchbook.sandbox.railway.parts import Parts
    from launchbook.sandbox.railway.records import Deployment


class Progress:
    """Writes what happens to a deployment into its record.

    Args:
        parts: The emulator's shared parts.
    """

    def __init__(self, parts: Parts) -> None:
        self._state = parts.state

    def move(self, deployment: Deployment, status: str) -> None:
        """Give a deployment on its way its next status.

        Raises:
            DeployFailed: It was taken off its way in the meantime.
        """
        if not deployment.is_pending:
            raise DeployFailed("superseded", deployment.status)
        self.force(deployment, status)

    def force(self, deployment: Deployment, status: str) -> None:
        """Give a deployment a status, whatever it has."""
        now = self._state.now()
        deployment.status = status
        deployment.status_updated_at = now
        deployment.updated_at = now
        self._state.save()

    def remove(self, deployment: Deployment) -> None:
        """Mark a deployment REMOVED."""
        deployment.is_stopped = True
        deployment.removed_at = self._state.now()
        self.force(deployment, "REMOVED")

    def fail(self, deployment: Deployment, error: DeployFailed) -> None:
        """End a deployment that is still on its way."""
        if deployment.is_pending:
            deployment.is_stopped = True
            self.force(deployment, error.status)

    @contextlib.contextmanager
    def step(self, deployment: Deployment, name: str) -> Iterator[None]:
        """Record a step while the body runs, with its error if it fails."""
        event = EventRecord(
            id=new_id(),
            step=name,
            createdAt=self._state.now(),
            completedAt=None,
            payload=None,
        )
        deployment.events.append(event)
        self._state.save()
        try:
            yield
        except DeployFailed as error:
            event["payload"] = {"error": str(error)}
            raise
        finally:
            event["completedAt"] = self._state.now()
            self._state.save()
