"""What an account holds, as it is kept. Times are ISO 8601 in UTC, sandbox time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final, TypedDict

PENDING_STATUSES: Final = frozenset({"QUEUED", "INITIALIZING", "BUILDING", "DEPLOYING"})
"""A deployment of one of these is on its way; the pipeline owns it."""

DEFAULT_SETTINGS: Final[dict[str, Any]] = {
    "builder": "RAILPACK",
    "restartPolicyType": "ON_FAILURE",
    "restartPolicyMaxRetries": 10,
    "watchPatterns": [],
}
"""What a new service instance has; every other setting is null."""


class EventRecord(TypedDict):
    """One step of a deployment, in the vendor's own field names."""

    id: str
    step: str
    createdAt: str
    completedAt: str | None
    payload: dict[str, Any] | None


@dataclass(slots=True)
class Project:
    """A project. Names are not unique."""

    id: str
    name: str
    description: str | None
    workspace_id: str
    created_at: str
    updated_at: str
    is_public: bool = False
    has_pr_deploys: bool = False
    base_environment_id: str | None = None


@dataclass(slots=True)
class Environment:
    """An environment. Names are unique in a project."""

    id: str
    project_id: str
    name: str
    created_at: str
    updated_at: str
    is_ephemeral: bool = False
    source_environment_id: str | None = None


@dataclass(slots=True)
class Service:
    """A service of a project. Names are unique in a project."""

    id: str
    project_id: str
    name: str
    created_at: str
    updated_at: str
    icon: str | None = None


@dataclass(slots=True)
class ServiceInstance:
    """A service in one environment.

    Attributes:
        settings: By the vendor's names (``startCommand``, ...); absent is null.
        limits: ``memoryGB`` and ``vCPUs``; stored, not enforced.
        active_deployment_id: The deployment that traffic goes to.
    """

    id: str
    service_id: str
    environment_id: str
    created_at: str
    updated_at: str
    settings: dict[str, Any] = field(default_factory=lambda: dict(DEFAULT_SETTINGS))
    limits: dict[str, float] = field(default_factory=dict)
    active_deployment_id: str | None = None


@dataclass(slots=True)
class Deployment:
    """One deployment of a service in one environment.

    Attributes:
        snapshot_id: The uploaded source; None when there never was one.
        settings: As they were when it was made; a restart uses the same.
        variables: Rendered, as they were when it was made.
        unrendered: The service's own variables, as somebody wrote them then; a
            rollback puts them back.
        image_id: The deployment in whose folder the built files lie.
        is_stopped: Nothing runs for it (any more).
        removed_at: When another took its place, or somebody removed it.
        was_live: Traffic went to it once, so a rollback to it is possible.
    """

    id: str
    project_id: str
    environment_id: str
    service_id: str
    created_at: str
    updated_at: str
    status_updated_at: str
    status: str = "QUEUED"
    snapshot_id: str | None = None
    settings: dict[str, Any] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    unrendered: dict[str, str] = field(default_factory=dict)
    meta: dict[str, Any] = field(default_factory=dict)
    events: list[EventRecord] = field(default_factory=list)
    image_id: str | None = None
    is_stopped: bool = False
    removed_at: str | None = None
    was_live: bool = False
    url: str | None = None

    @property
    def is_pending(self) -> bool:
        """Whether it is on its way."""
        return self.status in PENDING_STATUSES

    @property
    def cron_schedule(self) -> str | None:
        """Its cron expression; None for a service that runs all the time."""
        return self.settings.get("cronSchedule") or None


@dataclass(slots=True)
class ServiceDomain:
    """A host name that the vendor gave."""

    id: str
    host: str
    project_id: str
    environment_id: str
    service_id: str
    created_at: str
    updated_at: str
    target_port: int | None = None


@dataclass(slots=True)
class CustomDomain:
    """A host name of somebody's own.

    Attributes:
        target: What its CNAME must lead to.
        token: What its TXT record must say; it proves the ownership.
        stage: The vendor's certificate status without its prefix.
        stage_at: When it came to that.
        is_verified: The TXT record was seen.
        error_type: The vendor's, without its prefix, when the stage is ISSUE_FAILED.
        issued_at: Of the certificate in use.
    """

    id: str
    host: str
    project_id: str
    environment_id: str
    service_id: str
    created_at: str
    updated_at: str
    target: str
    token: str
    stage_at: str
    target_port: int | None = None
    stage: str = "VALIDATING_OWNERSHIP"
    is_verified: bool = False
    error_type: str | None = None
    error_message: str | None = None
    is_retryable: bool = False
    issued_at: str | None = None


@dataclass(slots=True)
class Execution:
    """One run of a cron service."""

    id: str
    deployment_id: str
    environment_id: str
    service_id: str
    status: str
    created_at: str
    updated_at: str
    completed_at: str | None = None


@dataclass(slots=True)
class DeploymentTrigger:
    """A push to a branch of a repository deploys a service by itself."""

    id: str
    project_id: str
    environment_id: str
    service_id: str
    repository: str
    branch: str
    provider: str = "github"
    is_waiting_for_checks: bool = False


@dataclass(slots=True)
class ApiToken:
    """A token of the account; only its digest is kept.

    Attributes:
        workspace_id: Set for a token of one workspace, which stands for no person.
    """

    id: str
    name: str
    workspace_id: str | None
    token_sha256: str
    display: str
    created_at: str


@dataclass(slots=True)
class ProjectToken:
    """A token for one environment; only its digest is kept."""

    id: str
    project_id: str
    environment_id: str
    name: str
    token_sha256: str
    display: str
    created_at: str
