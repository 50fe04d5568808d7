"""Vercel's connection of a project with a repository, whose pushes it deploys."""

from __future__ import annotations

from launchbook.errors import NotFound
from launchbook.model.trigger import Trigger
from launchbook.providers.vercel.calls import VercelCalls


class RepositoryVerbs(VercelCalls):
    """The verbs around repositories; a part of the client."""

    def read_repository(self, id_or_name: str) -> Trigger | None:
        """Return the repository that a project is connected with, or None.

        None as well where there is no such project.
        """
        try:
            answer = self._fields(self._read(f"/v9/projects/{id_or_name}"), "project")
        except NotFound:
            return None
        link = answer.optional_child("link")
        if link is None:
            return None
        owner, name = link.text_or_empty("org"), link.text_or_empty("repo")
        branch = link.text_or_empty("productionBranch")
        return Trigger(answer.text("id"), f"{owner}/{name}".strip("/"), branch)

    def disconnect_repository(self, project_id: str) -> None:
        """Let pushes deploy nothing any more.

        The route is in no contract file: the vendor's own command line uses it
        (``vercel git disconnect``).
        """
        self._send(self._write("DELETE", f"/v9/projects/{project_id}/link"))
