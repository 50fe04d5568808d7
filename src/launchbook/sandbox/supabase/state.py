"""What the emulator remembers, on disk."""

from __future__ import annotations

import secrets
import string
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from launchbook.sandbox.document import Document

REF_LETTERS: Final = 20
DEFAULT_POOL_SIZE: Final = 15
EVERYBODY: Final = ("0.0.0.0/0",)
EVERYBODY_V6: Final = ("::/0",)


@dataclass
class Restrictions:
    """Who may reach the database.

    Attributes:
        in_force: The networks of both families that are let in now.
        is_applied: Whether these are the ones that are wished.
    """

    cidrs: list[str] = field(default_factory=lambda: list(EVERYBODY))
    cidrs_v6: list[str] = field(default_factory=lambda: list(EVERYBODY_V6))
    in_force: list[str] = field(default_factory=lambda: [*EVERYBODY, *EVERYBODY_V6])
    is_applied: bool = True
    updated_at: str = ""

    def apply(self) -> None:
        """Put the wish in force."""
        self.in_force = [*self.cidrs, *self.cidrs_v6]
        self.is_applied = True


@dataclass
class Project:
    """One project.

    Attributes:
        ready_at: Sandbox time (seconds since 1970) at which its services answer.
        pooler_at: The same for the pooler's configuration, which comes last.
        password: Of the role postgres; never answered.
        secret: Signs the legacy keys.
        function_secrets: Of edge functions: name to SHA-256 of the value, and when
            it was set; the value itself is never answered, so it is not kept.
        addons: What was bought, by its kind; the instance size is apart.
        recoverable_from: Sandbox time at which point-in-time recovery began; 0
            without it.
        recover_to: Real time (seconds since 1970) that a recovery under way leads
            to; 0 while there is none.
    """

    ref: str
    name: str
    organization: str
    region: str
    size: str
    password: str
    secret: str
    created_at: str
    status: str = "COMING_UP"
    ready_at: float = 0.0
    pooler_at: float = 0.0
    is_tls_enforced: bool = False
    pool_size: int = DEFAULT_POOL_SIZE
    restrictions: Restrictions = field(default_factory=Restrictions)
    settings: dict[str, object] = field(default_factory=dict)
    function_secrets: dict[str, dict[str, str]] = field(default_factory=dict)
    addons: dict[str, str] = field(default_factory=dict)
    recoverable_from: float = 0.0
    recover_to: float = 0.0

    @property
    def is_up(self) -> bool:
        """Whether its server shall run."""
        return self.status in {
            "COMING_UP",
            "ACTIVE_HEALTHY",
            "ACTIVE_UNHEALTHY",
            "RESIZING",
            "RESTARTING",
            "RESTORING",
        }


class State:
    """All projects of the one organization.

    Args:
        document: Where they are kept.
    """

    def __init__(self, document: Document) -> None:
        self._document = document
        self.projects: dict[str, Project] = {}

    def load(self) -> None:
        """Read everything again."""
        self.projects = {
            ref: Project(
                **{**facts, "restrictions": Restrictions(**facts["restrictions"])}
            )
            for ref, facts in self._document.data.get("projects", {}).items()
        }

    def save(self) -> None:
        """Write everything."""
        self._document.data["projects"] = {
            ref: asdict(project) for ref, project in self.projects.items()
        }
        self._document.save()

    def by_name(self, organization: str, name: str) -> Project | None:
        """Return the project of a name, or None."""
        return next(
            (
                each
                for each in self.projects.values()
                if (each.organization, each.name) == (organization, name)
            ),
            None,
        )

    def new_ref(self) -> str:
        """Return a reference that nobody has."""
        while True:
            ref = "".join(
                secrets.choice(string.ascii_lowercase) for _ in range(REF_LETTERS)
            )
            if ref not in self.projects:
                return ref
