"""What Railway says, in our words.

Enumerations stay plain strings: the vendor adds values without notice, so an
unknown one must be carried, not refused. The properties say what a known one
means (vendor schema of 2026-08, ``DeploymentStatus``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from launchbook.redact import Secret

SERVING_STATUSES: Final = frozenset({"SUCCESS", "SLEEPING"})
FAILED_STATUSES: Final = frozenset({"FAILED", "CRASHED", "REMOVED", "SKIPPED"})
"""REMOVED before SUCCESS means superseded; SKIPPED means declined."""
WAITING_STATUSES: Final = frozenset({"NEEDS_APPROVAL", "WAITING"})
"""A person or a CI run decides; not a failure."""


@dataclass(frozen=True, slots=True)
class Workspace:
    """What projects belong to."""

    id: str
    name: str


PROJECT: Final = "project"
"""Kind of a token that sees one project, and cannot create any."""


@dataclass(frozen=True, slots=True)
class Account:
    """Whom a token stands for.

    Attributes:
        token_kind: ``account``, ``workspace`` or ``project``.
        name: The person's name or address; empty for the other kinds.
        workspaces: Those that the token may use.
        project_id: Set for a project token only.
        environment_id: Set for a project token only.
    """

    token_kind: str
    name: str = ""
    workspaces: tuple[Workspace, ...] = ()
    project_id: str = ""
    environment_id: str = ""


@dataclass(frozen=True, slots=True)
class Project:
    """A project. Names are not unique, so the id is what to keep."""

    id: str
    name: str
    workspace_id: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class Environment:
    """One environment of a project."""

    id: str
    name: str
    project_id: str


@dataclass(frozen=True, slots=True)
class Service:
    """A service of a project, without what is set per environment."""

    id: str
    name: str
    project_id: str


@dataclass(frozen=True, slots=True)
class ServiceSettings:
    """The settings of one service in one environment.

    As an input, None means "leave as it is". As a fact, None means "not set".

    Attributes:
        builder: HEROKU, NIXPACKS, PAKETO or RAILPACK.
        region: A vendor region code, as ``europe-west4-drams3a``.
        cron_schedule: Five fields, UTC, at least 5 minutes apart.
        healthcheck_timeout_seconds: The vendor's default is 300 s.
        draining_seconds: Between SIGTERM and SIGKILL; the vendor's default is 0 s.
        restart_policy: ALWAYS, NEVER or ON_FAILURE.
    """

    builder: str | None = None
    build_command: str | None = None
    start_command: str | None = None
    pre_deploy_command: tuple[str, ...] | None = None
    root_directory: str | None = None
    watch_patterns: tuple[str, ...] | None = None
    healthcheck_path: str | None = None
    healthcheck_timeout_seconds: int | None = None
    cron_schedule: str | None = None
    replicas: int | None = None
    region: str | None = None
    restart_policy: str | None = None
    restart_policy_max_retries: int | None = None
    overlap_seconds: int | None = None
    draining_seconds: int | None = None
    is_sleeping_allowed: bool | None = None


@dataclass(frozen=True, slots=True)
class Deployment:
    """One deployment of a service.

    Attributes:
        status: As the vendor says it; see the properties for its meaning.
        message: What the upload was labelled with (``meta.commitMessage`` or
            ``meta.cliMessage``); how an upload is found after a lost answer.
        url: The deployment's own address, without a scheme; may be empty.
        status_at: Since when its status is what it is.
        can_roll_back: The vendor would return to it; never to what serves now.
    """

    id: str
    status: str
    created_at: datetime | None = None
    message: str = ""
    url: str = ""
    service_id: str = ""
    environment_id: str = ""
    is_stopped: bool = False
    can_roll_back: bool = False
    meta: Mapping[str, object] = field(default_factory=dict)
    status_at: datetime | None = None

    @property
    def is_serving(self) -> bool:
        """Whether it answers requests (or sleeps until one comes)."""
        return self.status in SERVING_STATUSES

    @property
    def is_failed(self) -> bool:
        """Whether it will never serve."""
        return self.status in FAILED_STATUSES

    @property
    def is_waiting(self) -> bool:
        """Whether a person or a CI run must act first."""
        return self.status in WAITING_STATUSES

    @property
    def is_pending(self) -> bool:
        """Whether it is still on its way; unknown statuses count as this."""
        return not (self.is_serving or self.is_failed or self.is_waiting)


@dataclass(frozen=True, slots=True)
class ServiceInstance:
    """A service in one environment."""

    id: str
    service_id: str
    service_name: str
    environment_id: str
    settings: ServiceSettings
    latest_deployment: Deployment | None = None


@dataclass(frozen=True, slots=True)
class Upload:
    """The answer to an uploaded source.

    Attributes:
        deployment_id: What to poll.
        url: A page for people.
        logs_url: A page for people.
        host: The deployment's own host name; may be empty.
    """

    deployment_id: str
    url: str = ""
    logs_url: str = ""
    host: str = ""


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of a build or of a running deployment."""

    at: str
    message: str
    severity: str = ""


@dataclass(frozen=True, slots=True)
class ServiceScope:
    """Which service in which environment of which project is meant.

    Attributes:
        service_id: Empty for the variables that all services share.
    """

    project_id: str
    environment_id: str
    service_id: str = ""


@dataclass(frozen=True, slots=True)
class VariableNote:
    """What is known of a variable beside its value.

    Attributes:
        is_sealed: Its value is given to the service and never shown.
        changed_at: When it was last written, as the vendor says it; only good
            for telling whether somebody wrote it since.
    """

    name: str
    is_sealed: bool = False
    changed_at: str = ""


Variables = dict[str, "Secret"]
"""Name to value. Every value is held as a secret: we cannot know which are."""
