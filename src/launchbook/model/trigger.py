"""A push to a repository that a platform deploys by itself."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Trigger:
    """What deploys without being asked.

    Attributes:
        id: By which it is taken away; on Vercel the project's id.
        repository: As ``owner/name``.
        branch: Whose commits are deployed.
    """

    id: str
    repository: str
    branch: str
