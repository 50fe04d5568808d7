"""What Vercel says, in our words. Unknown enumeration values are carried."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Self

from launchbook.redact import reveal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from launchbook.redact import Secret

PRODUCTION: Final = "production"
"""The environment that every project has; others beside it have ids."""
MOVING_STATUSES: Final = frozenset({"pending", "in-progress"})
FAILED_STATES: Final = frozenset({"ERROR", "CANCELED", "BLOCKED", "DELETED"})


LABEL: Final = "launchbookIdentity"
"""The label of a deployment that says which build it is."""
BYPASS_HEADER: Final = "x-vercel-protection-bypass"


def bypass_headers(secret: Secret | str) -> dict[str, str]:
    """Return what opens a protected address; nothing without a secret."""
    text = str(reveal(secret))
    return {BYPASS_HEADER: text} if text else {}


@dataclass(frozen=True, slots=True)
class Account:
    """Whom a token stands for, and the team it is used in."""

    user_id: str
    username: str
    team_id: str = ""
    team_slug: str = ""


@dataclass(frozen=True, slots=True)
class ProjectSettings:
    """How a project is built. None: left as it is, or not set.

    Attributes:
        framework: A vendor preset, as ``nextjs``; None is "other".
        root_directory: Within the repository, as ``apps/customer``.
        node_version: As ``20.x``.
        sso_protection: ``all``, ``preview``,
            ``prod_deployment_urls_and_all_previews``,
            ``all_except_custom_domains``, or ``none`` for no protection.
        is_custom_domain_auto_assigned: Whether a production deployment takes
            the domains by itself; a rollback turns this off. Only on update.
    """

    framework: str | None = None
    root_directory: str | None = None
    build_command: str | None = None
    install_command: str | None = None
    output_directory: str | None = None
    node_version: str | None = None
    sso_protection: str | None = None
    is_custom_domain_auto_assigned: bool | None = None


@dataclass(frozen=True, slots=True)
class Project:
    """A project. Names are unique within a team.

    Attributes:
        protection_bypass: The secrets that open protected deployments, to be
            sent as ``x-vercel-protection-bypass``.
    """

    id: str
    name: str
    settings: ProjectSettings
    protection_bypass: tuple[Secret, ...] = ()


@dataclass(frozen=True, slots=True)
class CustomEnvironment:
    """An environment beside production, preview and development."""

    id: str
    slug: str


@dataclass(frozen=True, slots=True)
class Target:
    """Where a variable or a deployment belongs.

    Attributes:
        targets: Of ``production``, ``preview``, ``development``.
        custom_environment_ids: Ids of custom environments.
    """

    targets: tuple[str, ...] = ()
    custom_environment_ids: tuple[str, ...] = ()

    @classmethod
    def of(cls, environment_id: str) -> Target:
        """Return the target of an environment: the built-in production, or an id."""
        if environment_id == PRODUCTION:
            return cls(targets=(PRODUCTION,))
        return cls(custom_environment_ids=(environment_id,))


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable as the vendor has it.

    Attributes:
        kind: plain, encrypted, sensitive or system.
        value: None when the vendor does not say it (``sensitive`` never does,
            a list never decrypts).
        changed_at: When it was last written, in milliseconds as the vendor says
            it; only good for telling whether somebody wrote it since.
    """

    id: str
    key: str
    kind: str
    target: Target
    value: Secret | None = None
    changed_at: str = ""


@dataclass(frozen=True, slots=True)
class VariableWrite:
    """A variable as it shall be."""

    key: str
    value: Secret
    target: Target
    kind: str = "encrypted"


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file of a deployment.

    Attributes:
        path: Within the deployment, with forward slashes.
        sha: SHA-1 of the content, 40 hex digits: the vendor's key for a file.
        size_bytes: Length of the content.
        content: The bytes, or the file that holds them.
    """

    path: str
    sha: str
    size_bytes: int
    content: bytes | Path = field(repr=False, compare=False)

    @classmethod
    def of(cls, path: str, content: bytes) -> Self:
        """Return a file of the product as the platform wants it: keyed by SHA-1."""
        sha = hashlib.sha1(content, usedforsecurity=False).hexdigest()
        return cls(path, sha, len(content), content)


@dataclass(frozen=True, slots=True)
class DeploymentOrder:
    """What to deploy.

    Attributes:
        name: The project's name.
        project_id: The project's id.
        files: Everything that is deployed.
        target: ``production``, or empty for a preview or custom environment.
        custom_environment: Slug or id of a custom environment, or empty.
        meta: Labels of ours; they find the deployment after a lost answer, so
            the set must be unique to the order.
        git: Commit facts: ``commitSha``, ``commitRef``, ``commitMessage``, ...
        settings: Build settings; needed for a project's first deployment.
    """

    name: str
    project_id: str
    files: tuple[SourceFile, ...]
    target: str = ""
    custom_environment: str = ""
    meta: Mapping[str, str] = field(default_factory=dict)
    git: Mapping[str, object] = field(default_factory=dict)
    settings: ProjectSettings | None = None


@dataclass(frozen=True, slots=True)
class Deployment:
    """One deployment.

    Attributes:
        url: Its own, unchanging host name, without a scheme.
        state: QUEUED, INITIALIZING, BUILDING, READY, ERROR, CANCELED, ...
        substate: STAGED, ROLLING, PROMOTED, or empty.
        is_alias_assigned: Whether its host names lead to it. READY is not live
            before this is so.
        alias_error: Why they do not; empty when nothing failed.
    """

    id: str
    url: str
    state: str
    substate: str = ""
    target: str = ""
    is_alias_assigned: bool = False
    alias_error: str = ""
    aliases: tuple[str, ...] = ()
    error_code: str = ""
    error_message: str = ""
    error_step: str = ""
    custom_environment_id: str = ""
    created_at: datetime | None = None
    meta: Mapping[str, str] = field(default_factory=dict)
    building_at: datetime | None = None
    ready_at: datetime | None = None

    @property
    def build_seconds(self) -> float | None:
        """How long its build took, by the platform; None where it does not say."""
        if self.building_at is None or self.ready_at is None:
            return None
        return (self.ready_at - self.building_at).total_seconds()

    @property
    def is_ready(self) -> bool:
        """Whether it is built; its own URL answers, its aliases maybe not yet."""
        return self.state == "READY"

    @property
    def is_failed(self) -> bool:
        """Whether it will never be live."""
        return self.state in FAILED_STATES or bool(self.alias_error)

    @property
    def is_live(self) -> bool:
        """Whether it is built and its host names lead to it."""
        return self.is_ready and self.is_alias_assigned and not self.alias_error


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of a build's log."""

    at: datetime | None
    message: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Production:
    """What production's host names lead to, and the newest order to move them.

    Attributes:
        deployment_id: Empty before the first deployment was promoted.
        is_auto_assigned: Whether the next production deployment takes the host names
            by itself. A rollback turns this off, a promotion on.
        job_kind: ``promote`` or ``rollback``; empty when none was ever ordered.
        job_status: pending, in-progress, succeeded, failed or skipped.
        job_deployment_id: Where the job moves the traffic.
        job_at: When the job was ordered; tells it from an older one to the same place.
    """

    deployment_id: str
    is_auto_assigned: bool
    job_kind: str = ""
    job_status: str = ""
    job_deployment_id: str = ""
    job_at: datetime | None = None

    @property
    def is_moving(self) -> bool:
        """Whether a job is under way."""
        return self.job_status in MOVING_STATUSES
