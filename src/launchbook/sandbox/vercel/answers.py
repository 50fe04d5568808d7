"""Shapes of the vendor's answers for accounts, projects and what is in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from launchbook.sandbox.vercel.state import TEAM_ID, TEAM_SLUG, USER_ID

if TYPE_CHECKING:
    from launchbook.sandbox.vercel.records import (
        CustomEnvironment,
        Deployment,
        Domain,
        Json,
        Project,
        Variable,
    )
    from launchbook.sandbox.vercel.state import State

FOUNDED_AT: Final = 1_700_000_000_000
"""When the account was made, in milliseconds since 1970."""
USERNAME: Final = "sandbox"
EMAIL: Final = "sandbox@vocilia.localhost"
PLAN: Final = "pro"
REGION: Final = "arn1"
ENVIRONMENT_LIMITS: Final = {"hobby": 0, PLAN: 12, "enterprise": 12}
"""Custom environments that a project may have here, by plan. Only that hobby has
none is documented."""

CREATOR: Final = {"uid": USER_ID, "username": USERNAME, "email": EMAIL}


def user_answer() -> Json:
    """Return the user that the token stands for."""
    return {
        "user": {
            "id": USER_ID,
            "email": EMAIL,
            "name": "Sandbox",
            "username": USERNAME,
            "avatar": None,
            "defaultTeamId": TEAM_ID,
            "createdAt": FOUNDED_AT,
            "softBlock": None,
            "billing": None,
            "resourceConfig": {},
            "stagingPrefix": USERNAME,
            "hasTrialAvailable": False,
        }
    }


def team_answer(plan: str) -> Json:
    """Return the one team."""
    return {
        "id": TEAM_ID,
        "slug": TEAM_SLUG,
        "name": "Vocilia",
        "avatar": None,
        "description": None,
        "creatorId": USER_ID,
        "createdAt": FOUNDED_AT,
        "updatedAt": FOUNDED_AT,
        "stagingPrefix": TEAM_SLUG,
        "billing": {"plan": plan},
        "membership": {
            "uid": USER_ID,
            "teamId": TEAM_ID,
            "role": "OWNER",
            "confirmed": True,
            "created": FOUNDED_AT,
            "createdAt": FOUNDED_AT,
        },
        "sensitiveEnvironmentVariablePolicy": "default",
    }


def project_answer(state: State, project: Project) -> Json:
    """Return a project with everything that an answer about it carries."""
    resources = {"functionDefaultRegions": [REGION], "fluid": True}
    current = state.deployments.get(project.production_deployment_id or "")
    newest = state.deployments_of(project.id)[:1]
    answer: Json = {
        "id": project.id,
        "accountId": project.account_id,
        "name": project.name,
        "createdAt": project.created_at,
        "updatedAt": project.updated_at,
        **project.settings,
        "serverlessFunctionRegion": REGION,
        "defaultResourceConfig": resources,
        "resourceConfig": resources,
        "deploymentExpiration": {},
        "live": current is not None,
        "hasDeployments": bool(newest),
        "alias": _project_aliases(state, project),
        "latestDeployments": [_short_deployment(one) for one in newest],
        "targets": {"production": _short_deployment(current)} if current else {},
        "customEnvironments": [
            environment_answer(state, one) for one in state.environments_of(project.id)
        ],
        "protectionBypass": project.bypasses,
        "lastAliasRequest": project.last_alias_request,
        "lastRollbackTarget": project.last_rollback_target,
    }
    if project.link:
        answer["link"] = project.link
    if project.rollback_description:
        answer["rollbackDescription"] = project.rollback_description
    return answer


def _project_aliases(state: State, project: Project) -> list[Json]:
    """Return production's names, as far as they lead to a deployment."""
    found = [
        (domain, state.deployment_at(domain.name))
        for domain in state.domains_of(project.id)
        if domain.is_productive
    ]
    return [
        {
            "domain": domain.name,
            "environment": "production",
            "target": "PRODUCTION",
            "createdAt": domain.created_at,
            "deployment": _short_deployment(deployment),
        }
        for domain, deployment in found
        if deployment
    ]


def _short_deployment(deployment: Deployment) -> Json:
    answer: Json = {
        "id": deployment.id,
        "name": deployment.name,
        "url": deployment.host,
        "deploymentHostname": deployment.host.partition(".")[0],
        "alias": deployment.aliases,
        "aliasAssigned": deployment.alias_assigned_at or False,
        "createdAt": deployment.created_at,
        "createdIn": REGION,
        "creator": CREATOR,
        "meta": deployment.meta,
        "plan": PLAN,
        "private": False,
        "readyState": deployment.state,
        "target": deployment.target,
        "type": "LAMBDAS",
        "userId": USER_ID,
    }
    if deployment.account_id == TEAM_ID:
        answer["teamId"] = TEAM_ID
    if deployment.substate:
        answer["readySubstate"] = deployment.substate
    if deployment.ready_at:
        answer["readyAt"] = deployment.ready_at
    return answer


def environment_answer(state: State, environment: CustomEnvironment) -> Json:
    """Return a custom environment with its host names."""
    domains = [
        domain
        for domain in state.domains_of(environment.project_id)
        if domain.custom_environment_id == environment.id
    ]
    answer: Json = {
        "id": environment.id,
        "slug": environment.slug,
        "type": "preview",
        "createdAt": environment.created_at,
        "updatedAt": environment.updated_at,
        "domains": [domain_answer(domain) for domain in domains],
        "currentDeploymentAliases": [
            domain.name for domain in domains if state.deployment_at(domain.name)
        ],
    }
    if environment.description is not None:
        answer["description"] = environment.description
    if environment.branch_matcher is not None:
        answer["branchMatcher"] = environment.branch_matcher
    return answer


def domain_answer(domain: Domain) -> Json:
    """Return a host name of a project; ``verification`` only while it is not."""
    answer: Json = {
        "name": domain.name,
        "apexName": domain.apex,
        "projectId": domain.project_id,
        "customEnvironmentId": domain.custom_environment_id,
        "gitBranch": domain.git_branch,
        "redirect": domain.redirect,
        "redirectStatusCode": domain.redirect_status,
        "createdAt": domain.created_at,
        "updatedAt": domain.updated_at,
        "verified": domain.is_verified,
    }
    if domain.challenge:
        answer["verification"] = [domain.challenge]
    return answer


def variable_answer(variable: Variable) -> Json:
    """Return a variable as lists and writes show it: nothing is decrypted."""
    answer: Json = {
        "id": variable.id,
        "key": variable.key,
        "value": listed_value(variable),
        "type": variable.kind,
        "target": variable.target,
        "customEnvironmentIds": variable.custom_environment_ids,
        "configurationId": None,
        "createdAt": variable.created_at,
        "updatedAt": variable.updated_at,
        "createdBy": USER_ID,
        "updatedBy": None,
        "decrypted": False,
        "securityIssues": [],
    }
    if variable.git_branch is not None:
        answer["gitBranch"] = variable.git_branch
    if variable.comment is not None:
        answer["comment"] = variable.comment
    return answer


def listed_value(variable: Variable) -> str:
    """Return what a list shows as the value."""
    if variable.kind == "sensitive":
        return ""
    return variable.sealed if variable.kind == "encrypted" else variable.value


def opened_variable_answer(variable: Variable) -> dict[str, Any]:
    """Return one variable decrypted; a sensitive one has no value, ever."""
    answer = variable_answer(variable)
    del answer["value"]
    if variable.kind == "sensitive":
        return answer
    return {**answer, "value": variable.value, "decrypted": True}
