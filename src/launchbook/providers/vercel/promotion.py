"""Vercel's production: which deployment it is, and moving it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from launchbook.errors import Conflict
from launchbook.providers.vercel import wire
from launchbook.providers.vercel.calls import VercelCalls

if TYPE_CHECKING:
    from launchbook.model.vercel import Production


class PromotionVerbs(VercelCalls):
    """The verbs that move traffic; a part of the client."""

    def read_production(self, project_id: str) -> Production:
        """Return what production is now, and the newest job that moves it."""
        answer = self._fields(self._read(f"/v9/projects/{project_id}"), "project")
        return wire.read_production(answer)

    def promote(self, project_id: str, deployment_id: str) -> None:
        """Order that production's host names lead to a deployment of production.

        The answer says nothing of success: poll ``read_production``. That it is so
        already (409) is no error. Promotion turns the automatic assignment of host
        names on, whatever it was before.

        Raises:
            Rejected: It is not a ready deployment of production (422).
        """
        path = f"/v10/projects/{project_id}/promote/{deployment_id}"
        try:
            self._send(self._write("POST", path))
        except Conflict:
            if self.read_production(project_id).deployment_id != deployment_id:
                raise
