"""Vercel's JSON and our model, in both directions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from launchbook.model.vercel import (
    CustomEnvironment,
    Deployment,
    LogLine,
    Production,
    Project,
    ProjectSettings,
    Target,
    Variable,
)
from launchbook.redact import Secret
from launchbook.transport.answer import Fields, fields_of, malformed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from launchbook.model.vercel import DeploymentOrder, VariableWrite
    from launchbook.transport.request import Response

BUILD_NAMES: Final[Mapping[str, str]] = {
    "framework": "framework",
    "root_directory": "rootDirectory",
    "build_command": "buildCommand",
    "install_command": "installCommand",
    "output_directory": "outputDirectory",
}
"""What a project and a deployment both take."""
NO_PROTECTION: Final = "none"
STAGED: Final = "STAGED"
"""Built for production, and shown to nobody yet."""


def read_project(answer: Fields) -> Project:
    """Read a project."""
    return Project(
        id=answer.text("id"),
        name=answer.text("name"),
        settings=read_settings(answer),
        protection_bypass=tuple(
            Secret(value) for value in answer.mapping("protectionBypass")
        ),
    )


def read_production(answer: Fields) -> Production:
    """Read from a project what production is, and how it is being moved.

    A staged deployment is built for production and shown to nobody, so it is not it.
    """
    targets = answer.optional_child("targets")
    current = targets.optional_child("production") if targets else None
    is_staged = current is not None and current.text_or_empty("readySubstate") == STAGED
    job = answer.optional_child("lastAliasRequest")
    return Production(
        deployment_id=current.text("id") if current and not is_staged else "",
        is_auto_assigned=answer.optional_flag("autoAssignCustomDomains") is not False,
        job_kind=job.text_or_empty("type") if job else "",
        job_status=job.text_or_empty("jobStatus") if job else "",
        job_deployment_id=job.text_or_empty("toDeploymentId") if job else "",
        job_at=job.moment("requestedAt") if job else None,
    )


def read_settings(answer: Fields) -> ProjectSettings:
    """Read how a project is built and protected."""
    protection = answer.optional_child("ssoProtection")
    return ProjectSettings(
        framework=answer.optional_text("framework"),
        root_directory=answer.optional_text("rootDirectory"),
        build_command=answer.optional_text("buildCommand"),
        install_command=answer.optional_text("installCommand"),
        output_directory=answer.optional_text("outputDirectory"),
        node_version=answer.optional_text("nodeVersion"),
        sso_protection=(
            protection.text("deploymentType") if protection else NO_PROTECTION
        ),
        is_custom_domain_auto_assigned=answer.optional_flag("autoAssignCustomDomains"),
    )


def write_build_settings(settings: ProjectSettings) -> dict[str, object]:
    """Return what is not None of the settings that both bodies know."""
    values = {theirs: getattr(settings, ours) for ours, theirs in BUILD_NAMES.items()}
    return {name: value for name, value in values.items() if value is not None}


def write_project(name: str, settings: ProjectSettings) -> dict[str, object]:
    """Return the body that creates a project."""
    return {
        "name": name,
        **write_build_settings(settings),
        **_protection(settings),
    }


def write_update(settings: ProjectSettings) -> dict[str, object]:
    """Return the body that changes a project; it knows more than creation."""
    body = {**write_build_settings(settings), **_protection(settings)}
    if settings.node_version is not None:
        body["nodeVersion"] = settings.node_version
    if settings.is_custom_domain_auto_assigned is not None:
        body["autoAssignCustomDomains"] = settings.is_custom_domain_auto_assigned
    return body


def _protection(settings: ProjectSettings) -> dict[str, object]:
    chosen = settings.sso_protection
    if chosen is None:
        return {}
    if chosen == NO_PROTECTION:
        return {"ssoProtection": None}
    return {"ssoProtection": {"deploymentType": chosen}}


def read_environment(node: Fields) -> CustomEnvironment:
    """Read a custom environment."""
    return CustomEnvironment(node.text("id"), node.text("slug"))


def read_variable(node: Fields) -> Variable:
    """Read a variable; an encrypted value is no value."""
    kind = node.text("type")
    is_readable = kind == "plain" or node.is_truthy("decrypted")
    value = node.optional_text("value") if is_readable else None
    return Variable(
        id=node.text("id"),
        key=node.text("key"),
        kind=kind,
        target=Target(node.texts("target"), node.texts("customEnvironmentIds")),
        value=None if value is None else Secret(value),
        changed_at=str(node.optional_whole("updatedAt") or ""),
    )


def write_variable(write: VariableWrite) -> dict[str, object]:
    """Return one item of the body that sets variables."""
    item: dict[str, object] = {
        "key": write.key,
        "value": write.value,
        "type": write.kind,
    }
    if write.target.targets:
        item["target"] = list(write.target.targets)
    if write.target.custom_environment_ids:
        item["customEnvironmentIds"] = list(write.target.custom_environment_ids)
    return item


def read_failed_keys(answer: Fields) -> dict[str, str]:
    """Read ``failed[]`` of a write: key to vendor code; no values."""
    failures = [item.child("error") for item in answer.optional_children("failed")]
    return {
        error.text_or_empty("key")
        or error.text_or_empty("envVarKey")
        or "(unnamed)": error.text_or_empty("code")
        for error in failures
    }


def write_deployment(order: DeploymentOrder) -> dict[str, object]:
    """Return the body that creates a deployment."""
    body: dict[str, object] = {
        "name": order.name,
        "project": order.project_id,
        "files": [
            {"file": each.path, "sha": each.sha, "size": each.size_bytes}
            for each in order.files
        ],
        "meta": dict(order.meta),
    }
    if order.target:
        body["target"] = order.target
    if order.custom_environment:
        body["customEnvironmentSlugOrId"] = order.custom_environment
    if order.git:
        body["gitMetadata"] = dict(order.git)
    if order.settings is not None:
        body["projectSettings"] = write_build_settings(order.settings)
    return body


def read_deployment(node: Fields) -> Deployment:
    """Read a deployment, from its own route (``id``) or from a list (``uid``)."""
    alias_error = node.optional_child("aliasError")
    custom = node.optional_child("customEnvironment")
    return Deployment(
        id=node.optional_text("id") or node.text("uid"),
        url=node.text_or_empty("url"),
        state=node.optional_text("readyState") or node.text_or_empty("state"),
        substate=node.text_or_empty("readySubstate"),
        target=node.text_or_empty("target"),
        is_alias_assigned=node.is_truthy("aliasAssigned"),
        alias_error=_alias_problem(alias_error) if alias_error else "",
        aliases=node.texts("alias"),
        error_code=node.text_or_empty("errorCode"),
        error_message=node.text_or_empty("errorMessage"),
        error_step=node.text_or_empty("errorStep"),
        custom_environment_id=custom.text_or_empty("id") if custom else "",
        created_at=node.moment("createdAt"),
        meta={name: str(value) for name, value in node.mapping("meta").items()},
        building_at=node.moment("buildingAt"),
        ready_at=node.moment("ready"),
    )


def _alias_problem(error: Fields) -> str:
    return error.text_or_empty("message") or error.text_or_empty("code") or "failed"


def read_events(response: Response) -> tuple[LogLine, ...]:
    """Read a build's events: one JSON array, or one object a line."""
    text = response.text.strip()
    try:
        if text.startswith("["):
            events: object = json.loads(text)
        else:
            events = [json.loads(line) for line in text.splitlines() if line.strip()]
    except ValueError:
        raise malformed("vercel events", "JSON", text) from None
    found = fields_of(events, "vercel events")
    lines = (_log_line(event) for event in found)
    return tuple(line for line in lines if line is not None)


def _log_line(event: Fields) -> LogLine | None:
    """Read one event; those without a text are of no use to a person."""
    payload = event.optional_child("payload") or event
    text = payload.text_or_empty("text")
    if not text:
        return None
    moment = event.moment("created") or event.moment("date")
    return LogLine(at=moment, message=text.rstrip("\n"), kind=event.text("type"))
