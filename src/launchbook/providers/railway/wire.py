"""Railway's JSON and our model, in both directions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from launchbook.model.railway import (
    Account,
    Deployment,
    Environment,
    LogLine,
    Project,
    Service,
    ServiceInstance,
    ServiceSettings,
    Upload,
    VariableNote,
    Workspace,
)
from launchbook.redact import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping

    from launchbook.transport.answer import Fields

SETTING_NAMES: Final[Mapping[str, str]] = {
    "builder": "builder",
    "build_command": "buildCommand",
    "start_command": "startCommand",
    "pre_deploy_command": "preDeployCommand",
    "root_directory": "rootDirectory",
    "watch_patterns": "watchPatterns",
    "healthcheck_path": "healthcheckPath",
    "healthcheck_timeout_seconds": "healthcheckTimeout",
    "cron_schedule": "cronSchedule",
    "replicas": "numReplicas",
    "region": "region",
    "restart_policy": "restartPolicyType",
    "restart_policy_max_retries": "restartPolicyMaxRetries",
    "overlap_seconds": "overlapSeconds",
    "draining_seconds": "drainingSeconds",
    "is_sleeping_allowed": "sleepApplication",
}
MESSAGE_KEYS: Final = ("cliMessage", "commitMessage", "message")


def read_workspaces(owner: Fields) -> tuple[Workspace, ...]:
    """Read the workspaces of a token's owner."""
    found = owner.children("workspaces")
    return tuple(Workspace(each.text("id"), each.text("name")) for each in found)


def read_person(me: Fields) -> Account:
    """Read the owner of an account token."""
    name = me.text_or_empty("name") or me.text_or_empty("email")
    return Account("account", name=name, workspaces=read_workspaces(me))


def read_project(node: Fields) -> Project:
    """Read a project."""
    return Project(
        id=node.text("id"),
        name=node.text("name"),
        workspace_id=node.text_or_empty("workspaceId"),
        description=node.text_or_empty("description"),
    )


def read_environment(node: Fields) -> Environment:
    """Read an environment."""
    return Environment(node.text("id"), node.text("name"), node.text("projectId"))


def read_service(node: Fields) -> Service:
    """Read a service."""
    return Service(node.text("id"), node.text("name"), node.text("projectId"))


def read_instance(node: Fields) -> ServiceInstance:
    """Read a service in one environment."""
    latest = node.optional_child("latestDeployment")
    return ServiceInstance(
        id=node.text("id"),
        service_id=node.text("serviceId"),
        service_name=node.text("serviceName"),
        environment_id=node.text("environmentId"),
        settings=read_settings(node),
        latest_deployment=read_deployment(latest) if latest else None,
    )


def read_settings(node: Fields) -> ServiceSettings:
    """Read what of an instance can be set."""
    return ServiceSettings(
        builder=node.optional_text("builder"),
        build_command=node.optional_text("buildCommand"),
        start_command=node.optional_text("startCommand"),
        pre_deploy_command=node.texts("preDeployCommand") or None,
        root_directory=node.optional_text("rootDirectory"),
        watch_patterns=node.texts("watchPatterns") or None,
        healthcheck_path=node.optional_text("healthcheckPath"),
        healthcheck_timeout_seconds=node.optional_whole("healthcheckTimeout"),
        cron_schedule=node.optional_text("cronSchedule"),
        replicas=node.optional_whole("numReplicas"),
        region=node.optional_text("region"),
        restart_policy=node.optional_text("restartPolicyType"),
        restart_policy_max_retries=node.optional_whole("restartPolicyMaxRetries"),
        overlap_seconds=node.optional_whole("overlapSeconds"),
        draining_seconds=node.optional_whole("drainingSeconds"),
        is_sleeping_allowed=node.optional_flag("sleepApplication"),
    )


def write_settings(settings: ServiceSettings) -> dict[str, object]:
    """Return a ServiceInstanceUpdateInput of what is not None."""
    values = {theirs: getattr(settings, ours) for ours, theirs in SETTING_NAMES.items()}
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in values.items()
        if value is not None
    }


def read_deployment(node: Fields) -> Deployment:
    """Read a deployment."""
    meta = node.mapping("meta")
    labels = [str(meta[key]) for key in MESSAGE_KEYS if meta.get(key)]
    return Deployment(
        id=node.text("id"),
        status=node.text("status"),
        created_at=node.moment("createdAt"),
        message=labels[0] if labels else "",
        url=node.text_or_empty("url") or node.text_or_empty("staticUrl"),
        service_id=node.text_or_empty("serviceId"),
        environment_id=node.text_or_empty("environmentId"),
        is_stopped=node.is_truthy("deploymentStopped"),
        can_roll_back=node.is_truthy("canRollback"),
        meta=meta,
        status_at=node.moment("statusUpdatedAt"),
    )


def read_upload(answer: Fields) -> Upload:
    """Read the answer to an upload."""
    return Upload(
        deployment_id=answer.text("deploymentId"),
        url=answer.text_or_empty("url"),
        logs_url=answer.text_or_empty("logsUrl"),
        host=answer.text_or_empty("deploymentDomain"),
    )


def read_log_line(node: Fields) -> LogLine:
    """Read one line of a log."""
    return LogLine(
        at=node.text("timestamp"),
        message=node.text("message"),
        severity=node.text_or_empty("severity"),
    )


def read_variable_note(node: Fields) -> VariableNote:
    """Read what is known of a variable beside its value."""
    return VariableNote(
        name=node.text("name"),
        is_sealed=node.is_truthy("isSealed"),
        changed_at=node.text_or_empty("updatedAt"),
    )


def read_variables(values: Mapping[str, object]) -> dict[str, Secret]:
    """Read a map of variables; a sealed one is absent."""
    return {name: Secret(str(value)) for name, value in values.items()}
