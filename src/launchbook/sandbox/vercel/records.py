"""What the emulator remembers: one record a thing, plain JSON inside."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from launchbook.sandbox.issuance import apex_of

Json = dict[str, Any]

FINAL_STATES: Final = frozenset({"READY", "ERROR", "CANCELED"})
"""States in which a deployment stays."""


@dataclass(slots=True)
class Project:
    """A project of one account. Times are milliseconds since 1970.

    Attributes:
        account_id: A team's id, or the user's for the personal scope.
        settings: Settings by the vendor's own names, all present.
        bypasses: Secrets that open protected deployments, with their facts.
        production_deployment_id: What production's domains lead to.
        last_alias_request: The newest promote or rollback job.
        last_rollback_target: Set while a rollback holds production.
        rollback_description: Why, when somebody said it.
        link: The repository whose pushes are deployed, by the vendor's own names.
    """

    id: str
    account_id: str
    name: str
    settings: Json
    created_at: int
    updated_at: int
    bypasses: dict[str, Json] = field(default_factory=dict)
    production_deployment_id: str | None = None
    last_alias_request: Json | None = None
    last_rollback_target: Json | None = None
    rollback_description: Json | None = None
    link: Json | None = None

    @property
    def is_auto_assigned(self) -> bool:
        """Whether a production deployment takes the domains by itself."""
        return bool(self.settings["autoAssignCustomDomains"])


@dataclass(slots=True)
class CustomEnvironment:
    """An environment beside production, preview and development."""

    id: str
    project_id: str
    slug: str
    created_at: int
    updated_at: int
    description: str | None = None
    branch_matcher: Json | None = None


@dataclass(slots=True)
class Variable:
    """A variable of a project.

    Attributes:
        kind: plain, encrypted, sensitive or system.
        sealed: What a list shows instead of an encrypted value.
        target: Of production, preview, development.
    """

    id: str
    project_id: str
    key: str
    value: str
    kind: str
    sealed: str
    target: list[str]
    custom_environment_ids: list[str]
    created_at: int
    updated_at: int
    git_branch: str | None = None
    comment: str | None = None

    @property
    def places(self) -> set[str]:
        """Where it applies: standard environments and custom ones by id."""
        return {*self.target, *self.custom_environment_ids}


@dataclass(slots=True)
class Domain:
    """A host name of a project.

    Attributes:
        is_generated: Made by the platform, not added by anybody.
        challenge: The DNS record that would prove ownership; None when verified.
        configured_at: Since when DNS leads here, as far as somebody looked.
    """

    name: str
    project_id: str
    created_at: int
    updated_at: int
    is_generated: bool = False
    custom_environment_id: str | None = None
    git_branch: str | None = None
    redirect: str | None = None
    redirect_status: int | None = None
    challenge: Json | None = None
    configured_at: int | None = None

    @property
    def apex(self) -> str:
        """The registered part of the name."""
        return apex_of(self.name)

    @property
    def is_verified(self) -> bool:
        """Whether ownership is proven."""
        return self.challenge is None

    @property
    def is_productive(self) -> bool:
        """Whether it belongs to production."""
        return self.custom_environment_id is None and self.git_branch is None


@dataclass(slots=True)
class Token:
    """A token of the user; only its digest is kept.

    Attributes:
        team_id: The one team that it may act in; None: everywhere.
        ends: The last characters, for people.
    """

    id: str
    name: str
    digest: str
    ends: str
    created_at: int
    active_at: int
    expires_at: int | None = None
    team_id: str | None = None


@dataclass(slots=True)
class Certificate:
    """A certificate for host names of somebody's own."""

    id: str
    names: list[str]
    created_at: int
    expires_at: int


@dataclass(slots=True)
class Alias:
    """A host name that leads to a deployment."""

    id: str
    host: str
    deployment_id: str
    project_id: str
    created_at: int
    updated_at: int


@dataclass(slots=True)
class Deployment:
    """A deployment.

    Attributes:
        host: Its own, unchanging name.
        target: ``production``, or None.
        state: The vendor's readyState.
        substate: STAGED or PROMOTED once a production deployment is ready.
        settings: The project's settings as they were, with what the request said.
        fingerprint: Of the request; an equal one may be answered with this.
        takes_domains: False: the request said not to assign them.
    """

    id: str
    project_id: str
    account_id: str
    name: str
    host: str
    created_at: int
    settings: Json
    meta: dict[str, str]
    git: Json
    fingerprint: str
    target: str | None = None
    custom_environment_id: str | None = None
    takes_domains: bool = True
    state: str = "QUEUED"
    substate: str | None = None
    booted_at: int | None = None
    building_at: int | None = None
    ready_at: int | None = None
    canceled_at: int | None = None
    alias_assigned_at: int | None = None
    alias_error: Json | None = None
    aliases: list[str] = field(default_factory=list)
    error_code: str | None = None
    error_message: str | None = None
    error_step: str | None = None

    @property
    def is_final(self) -> bool:
        """Whether its build has ended."""
        return self.state in FINAL_STATES

    @property
    def branch(self) -> str | None:
        """The git branch that it was made from, when it was said."""
        return self.git.get("commitRef")
