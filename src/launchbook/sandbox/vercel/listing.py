"""Which deployments a list's query asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from launchbook.sandbox.vercel.paging import read_end, read_number

if TYPE_CHECKING:
    from collections.abc import Mapping

    from launchbook.sandbox.vercel.records import Deployment
    from launchbook.sandbox.vercel.state import State


def chosen(state: State, account_id: str, query: Mapping[str, str]) -> list[Deployment]:
    """Return an account's deployments that match a query, newest first.

    Filters: ``projectId`` (id or name), ``projectIds``, ``app``, ``target``,
    ``state``, ``branch``, ``sha``, ``since``, ``until``, ``rollbackCandidate``,
    and ``meta-NAME`` for each label.
    """
    found = [
        deployment
        for deployment in state.deployments.values()
        if deployment.account_id == account_id
        and _is_of_project(state, deployment, query)
        and _is_in_place(state, deployment, query)
        and _has_labels(deployment, query)
        and _is_in_time(deployment, query)
    ]
    if query.get("rollbackCandidate") in {"1", "true"}:
        found = [one for one in found if is_rollback_candidate(state, one)]
    return sorted(found, key=lambda one: one.created_at, reverse=True)


def is_rollback_candidate(state: State, deployment: Deployment) -> bool:
    """Whether production could go back to a deployment: it has been there."""
    project = state.projects[deployment.project_id]
    return (
        deployment.target == "production"
        and deployment.state == "READY"
        and deployment.substate == "PROMOTED"
        and project.production_deployment_id != deployment.id
    )


def _is_of_project(
    state: State, deployment: Deployment, query: Mapping[str, str]
) -> bool:
    project = state.projects[deployment.project_id]
    names = {project.id, project.name}
    wanted = {query[key] for key in ("projectId", "app") if key in query}
    wanted |= set(filter(None, query.get("projectIds", "").split(",")))
    return not wanted or bool(names & wanted)


def _is_in_place(
    state: State, deployment: Deployment, query: Mapping[str, str]
) -> bool:
    environment = state.environments.get(deployment.custom_environment_id or "")
    places = {deployment.target or "preview"}
    if environment:
        places = {environment.id, environment.slug}
    states = query.get("state", "").upper()
    return query.get("target") in {None, *places} and (
        not states or deployment.state in states.split(",")
    )


def _has_labels(deployment: Deployment, query: Mapping[str, str]) -> bool:
    labels = {
        name.removeprefix("meta-"): text
        for name, text in query.items()
        if name.startswith("meta-")
    }
    return (
        labels.items() <= deployment.meta.items()
        and query.get("branch") in {None, deployment.branch}
        and query.get("sha") in {None, deployment.git.get("commitSha")}
    )


def _is_in_time(deployment: Deployment, query: Mapping[str, str]) -> bool:
    """``since`` is included, ``until`` is not: it is where a page ended."""
    since = read_number(query, "since", 0)
    return since <= deployment.created_at < read_end(query)
