"""Shapes of the vendor's answers about deployments and their names."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from launchbook.sandbox.vercel.answers import (
    CREATOR,
    PLAN,
    REGION,
    environment_answer,
)
from launchbook.sandbox.vercel.state import TEAM_ID, TEAM_SLUG

if TYPE_CHECKING:
    from launchbook.sandbox.vercel.records import Alias, Deployment, Json
    from launchbook.sandbox.vercel.state import State

_SETTING_NAMES: Final = (
    "buildCommand",
    "commandForIgnoringBuildStep",
    "devCommand",
    "framework",
    "installCommand",
    "nodeVersion",
    "outputDirectory",
    "rootDirectory",
)


def deployment_answer(state: State, deployment: Deployment) -> Json:
    """Return a deployment as its own route gives it."""
    started_at = deployment.building_at or deployment.created_at
    answer: Json = {
        "id": deployment.id,
        "name": deployment.name,
        "project": {
            "id": deployment.project_id,
            "name": deployment.name,
            "framework": deployment.settings.get("framework"),
        },
        "projectId": deployment.project_id,
        "ownerId": deployment.account_id,
        "url": deployment.host,
        "inspectorUrl": _inspector_url(deployment),
        "target": deployment.target,
        "createdAt": deployment.created_at,
        "createdIn": REGION,
        "bootedAt": deployment.booted_at or deployment.created_at,
        "buildingAt": started_at,
        "buildSkipped": False,
        "creator": {"uid": CREATOR["uid"], "username": CREATOR["username"]},
        "readyState": deployment.state,
        "status": deployment.state,
        "alias": deployment.aliases,
        "aliasAssigned": deployment.alias_assigned_at is not None,
        "aliasError": deployment.alias_error,
        "autoAssignCustomDomains": deployment.takes_domains,
        "build": {"env": []},
        "env": [],
        "isInConcurrentBuildsQueue": deployment.state == "QUEUED",
        "isInSystemBuildsQueue": False,
        "meta": _meta(deployment),
        "plan": PLAN,
        "projectSettings": _settings(deployment),
        "public": False,
        "regions": [REGION],
        "routes": None,
        "source": "cli",
        "type": "LAMBDAS",
        "version": 2,
    }
    answer.update(_happened(state, deployment))
    return answer


def _happened(state: State, deployment: Deployment) -> Json:
    """Return the fields that a deployment has only sometimes."""
    environment = state.environments.get(deployment.custom_environment_id or "")
    team = {"id": TEAM_ID, "name": "Vocilia", "slug": TEAM_SLUG}
    possible: dict[str, Any] = {
        "team": team if deployment.account_id == TEAM_ID else None,
        "ready": deployment.ready_at,
        "canceledAt": deployment.canceled_at,
        "aliasAssignedAt": deployment.alias_assigned_at,
        "readySubstate": deployment.substate,
        "errorCode": deployment.error_code,
        "errorMessage": deployment.error_message,
        "errorStep": deployment.error_step,
        "customEnvironment": environment and environment_answer(state, environment),
    }
    return {name: value for name, value in possible.items() if value is not None}


def _inspector_url(deployment: Deployment) -> str:
    short = deployment.id.removeprefix("dpl_")
    return f"https://vercel.localhost/{TEAM_SLUG}/{deployment.name}/{short}"


def _settings(deployment: Deployment) -> Json:
    return {
        name: deployment.settings[name]
        for name in _SETTING_NAMES
        if name in deployment.settings
    }


def _meta(deployment: Deployment) -> dict[str, str]:
    """Return the labels, with the commit's facts as the vendor adds them."""
    git = {
        name: deployment.git.get(field)
        for name, field in (
            ("gitCommitSha", "commitSha"),
            ("gitCommitRef", "commitRef"),
            ("gitCommitMessage", "commitMessage"),
            ("gitCommitAuthorName", "commitAuthorName"),
        )
    }
    said = {name: str(value) for name, value in git.items() if value is not None}
    return said | deployment.meta


def listed_deployment_answer(
    state: State, deployment: Deployment, *, is_rollback_candidate: bool
) -> Json:
    """Return a deployment as the list gives it: ``uid``, and moments as numbers."""
    answer: Json = {
        "uid": deployment.id,
        "name": deployment.name,
        "projectId": deployment.project_id,
        "url": deployment.host,
        "inspectorUrl": _inspector_url(deployment),
        "created": deployment.created_at,
        "createdAt": deployment.created_at,
        "creator": CREATOR,
        "type": "LAMBDAS",
        "state": deployment.state,
        "readyState": deployment.state,
        "target": deployment.target,
        "aliasAssigned": deployment.alias_assigned_at or False,
        "isRollbackCandidate": is_rollback_candidate,
        "meta": _meta(deployment),
        "projectSettings": _settings(deployment),
        "source": "cli",
    }
    environment = state.environments.get(deployment.custom_environment_id or "")
    possible: dict[str, Any] = {
        "buildingAt": deployment.building_at,
        "ready": deployment.ready_at,
        "readySubstate": deployment.substate,
        "aliasError": deployment.alias_error,
        "errorCode": deployment.error_code,
        "errorMessage": deployment.error_message,
        "customEnvironment": environment
        and {"id": environment.id, "slug": environment.slug},
    }
    answer.update({key: value for key, value in possible.items() if value is not None})
    return answer


def alias_answer(state: State, alias: Alias) -> Json:
    """Return a host name and what it leads to."""
    deployment = state.deployments[alias.deployment_id]
    return {
        "uid": alias.id,
        "alias": alias.host,
        "created": created_text(alias),
        "createdAt": alias.created_at,
        "updatedAt": alias.updated_at,
        "creator": CREATOR,
        "deployment": {"id": deployment.id, "url": deployment.host},
        "deploymentId": deployment.id,
        "projectId": alias.project_id,
        "redirect": None,
        "redirectStatusCode": None,
    }


def created_text(alias: Alias) -> str:
    """Return when a name was made, as ISO 8601."""
    moment = datetime.fromtimestamp(alias.created_at / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
