"""What Supabase says, in our words. Unknown enumeration values are carried."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from launchbook.redact import Secret

HEALTHY: Final = "ACTIVE_HEALTHY"
HOPELESS_STATUSES: Final = frozenset(
    {
        "GOING_DOWN",
        "INIT_FAILED",
        "REMOVED",
        "INACTIVE",
        "PAUSE_FAILED",
        "RESTORE_FAILED",
    }
)
"""Waiting longer does not help (the vendor's own Terraform provider gives up)."""


@dataclass(frozen=True, slots=True)
class Profile:
    """Whom a token stands for."""

    id: str
    username: str
    email: str


@dataclass(frozen=True, slots=True)
class Organization:
    """What projects belong to."""

    id: str
    slug: str
    name: str


@dataclass(frozen=True, slots=True)
class Project:
    """A project: one database and the services around it.

    Attributes:
        ref: 20 lower-case letters.
        database_host: Only known from a read of the single project.
    """

    ref: str
    name: str
    status: str
    region: str = ""
    organization_slug: str = ""
    database_host: str = ""
    database_version: str = ""

    @property
    def is_healthy(self) -> bool:
        """Whether the project is up; its services may still lag."""
        return self.status == HEALTHY

    @property
    def is_hopeless(self) -> bool:
        """Whether waiting longer does not help."""
        return self.status in HOPELESS_STATUSES


@dataclass(frozen=True, slots=True)
class ProjectOrder:
    """A project to create.

    Attributes:
        password: Of the database; it can never be read back, so keep it first.
        instance_size: As ``micro``; empty is the vendor's default.
    """

    name: str
    organization_slug: str
    region: str
    password: Secret
    instance_size: str = ""


@dataclass(frozen=True, slots=True)
class ServiceHealth:
    """The health of one service of a project."""

    name: str
    status: str
    error: str = ""

    @property
    def is_healthy(self) -> bool:
        """Whether the service is up."""
        return self.status == HEALTHY


@dataclass(frozen=True, slots=True)
class Pooler:
    """One entry of the pooler's configuration.

    Attributes:
        host: Read, never built: a wrong shard knows no such tenant.
        port: Of the mode that ``pool_mode`` says; often the transaction mode's.
        user: As ``postgres.<ref>``.
        pool_mode: ``transaction`` or ``session``.
    """

    identifier: str
    database_type: str
    host: str
    port: int
    user: str
    database: str
    pool_mode: str
    default_pool_size: int | None = None
    max_client_connections: int | None = None
    connection_string: str = ""

    @property
    def is_primary(self) -> bool:
        """Whether it leads to the primary rather than to a replica."""
        return self.database_type == "PRIMARY"


@dataclass(frozen=True, slots=True)
class TlsEnforcement:
    """Whether the database refuses connections without TLS."""

    is_enforced: bool
    is_applied: bool


@dataclass(frozen=True, slots=True)
class NetworkRestrictions:
    """Who may reach database and pooler.

    Attributes:
        status: ``stored`` or ``applied``.
        is_allowed: Whether the plan has the feature.
    """

    allowed_cidrs: tuple[str, ...]
    allowed_cidrs_v6: tuple[str, ...]
    status: str
    is_allowed: bool = True

    @property
    def is_applied(self) -> bool:
        """Whether the restrictions are in force."""
        return self.status == "applied"


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key of a project.

    Attributes:
        kind: ``legacy``, ``publishable`` or ``secret``.
        name: ``anon`` and ``service_role`` for the legacy pair.
        value: None when the vendor did not reveal it.
    """

    id: str
    name: str
    kind: str
    value: Secret | None = None
