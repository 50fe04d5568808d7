"""Answers of Railway that fit its schema, and a call of every verb."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from launchbook.model.railway import ServiceScope, ServiceSettings
from launchbook.model.scaling import Limits
from launchbook.redact import Secret
from tests.support.transport import START

if TYPE_CHECKING:
    from collections.abc import Callable

    from launchbook.providers.railway.client import RailwayClient

SCOPE = ServiceScope("project-1", "environment-1", "service-1")
PAGE = {"hasNextPage": False, "endCursor": None}
PROJECT = {"id": "project-1", "name": "shop", "description": None, "workspaceId": "w"}
ENVIRONMENT = {"id": "environment-1", "name": "staging", "projectId": "project-1"}
SERVICE = {"id": "service-1", "name": "backend", "projectId": "project-1"}
DEPLOYMENT = {
    "id": "deployment-1",
    "status": "SUCCESS",
    "createdAt": "2026-11-22T12:00:00.000Z",
    "deploymentStopped": False,
    "statusUpdatedAt": "2026-01-02T03:04:05.000Z",
    "canRollback": True,
    "environmentId": "environment-1",
    "serviceId": "service-1",
    "staticUrl": "backend.up.railway.app",
    "url": None,
    "meta": {"cliMessage": "launchbook abc"},
}
INSTANCE: dict[str, object] = {
    "id": "instance-1",
    "serviceId": "service-1",
    "serviceName": "backend",
    "environmentId": "environment-1",
    "builder": "RAILPACK",
    "buildCommand": "make",
    "startCommand": "serve",
    "preDeployCommand": None,
    "rootDirectory": "/apps/backend",
    "watchPatterns": [],
    "healthcheckPath": "/health",
    "healthcheckTimeout": 300,
    "cronSchedule": None,
    "numReplicas": 2,
    "region": "europe-west4-drams3a",
    "restartPolicyType": "ON_FAILURE",
    "restartPolicyMaxRetries": 10,
    "overlapSeconds": None,
    "drainingSeconds": 10,
    "sleepApplication": False,
    "latestDeployment": DEPLOYMENT,
}
CUSTOM_DOMAIN: dict[str, Any] = {
    "id": "custom-1",
    "domain": "api.example.org",
    "environmentId": "environment-1",
    "createdAt": "2026-11-22T12:00:00.000Z",
    "status": {
        "verified": True,
        "verificationDnsHost": "_railway-verify.api",
        "verificationToken": "railway-verify=0123",
        "cdnProvider": "DETECTED_CDN_PROVIDER_UNSPECIFIED",
        "certificateStatus": "CERTIFICATE_STATUS_TYPE_VALID",
        "certificateErrorType": None,
        "certificateErrorMessage": None,
        "certificateRetryable": False,
        "certificates": [{"expiresAt": "2027-02-20T12:00:00.000Z"}],
        "dnsRecords": [
            {
                "fqdn": "api.example.org",
                "zone": "example.org",
                "recordType": "DNS_RECORD_TYPE_CNAME",
                "requiredValue": "abcd1234.up.railway.app",
                "purpose": "DNS_RECORD_PURPOSE_TRAFFIC_ROUTE",
                "status": "DNS_RECORD_STATUS_PROPAGATED",
            }
        ],
    },
}
LOG = {"timestamp": "2026-11-22T12:00:00Z", "message": "hello", "severity": "info"}


def page(*nodes: object) -> dict[str, object]:
    """Return one page of a connection, the last one."""
    return {"edges": [{"node": node} for node in nodes], "pageInfo": PAGE}


ANSWERS: dict[str, Any] = {
    "Me": {
        "me": {
            "id": "user-1",
            "name": "Ann",
            "email": "ann@example.org",
            "workspaces": [{"id": "w", "name": "Team"}],
        }
    },
    "Workspace": {
        "workspace": {
            "id": "w",
            "name": "Team",
            "plan": "PRO",
            "customer": {
                "currentUsage": 3.5,
                "usageLimit": {"hardLimit": 20, "isOverLimit": False},
            },
        }
    },
    "Limits": {
        "serviceInstanceLimitOverride": {
            "containers": {"cpu": 2, "memoryBytes": 1_000_000_000}
        }
    },
    "LimitsUpdate": {"serviceInstanceLimitsUpdate": True},
    "Metrics": {
        "metrics": [
            {"measurement": "CPU_USAGE", "values": [{"ts": 60, "value": 0.5}]},
            {"measurement": "CPU_LIMIT", "values": [{"ts": 60, "value": 2.0}]},
        ]
    },
    "Projects": {"projects": page(PROJECT)},
    "ProjectCreate": {"projectCreate": PROJECT},
    "ProjectDelete": {"projectDelete": True},
    "Environments": {"environments": page(ENVIRONMENT)},
    "EnvironmentCreate": {"environmentCreate": ENVIRONMENT},
    "EnvironmentDelete": {"environmentDelete": True},
    "Services": {"project": {"services": page(SERVICE)}},
    "ServiceCreate": {"serviceCreate": SERVICE},
    "ServiceDelete": {"serviceDelete": True},
    "ServiceInstances": {"environment": {"serviceInstances": page(INSTANCE)}},
    "ServiceInstanceUpdate": {"serviceInstanceUpdate": True},
    "DeploymentCancel": {"deploymentCancel": True},
    "DeploymentRollback": {"deploymentRollback": True},
    "ServiceInstanceDeploy": {"serviceInstanceDeployV2": "deployment-2"},
    "Variables": {"variables": {"PORT": "3000"}},
    "VariableCollectionUpsert": {"variableCollectionUpsert": True},
    "VariableDelete": {"variableDelete": True},
    "VariableNotes": {
        "environment": {
            "variables": page(
                {
                    "name": "KEY",
                    "isSealed": True,
                    "serviceId": "service-1",
                    "updatedAt": "2026-01-01T00:00:00.000Z",
                }
            )
        }
    },
    "StagedChanges": {"environmentStagedChanges": {"patch": {}}},
    "StageChanges": {"environmentStageChanges": {"id": "patch-1"}},
    "CommitStaged": {"environmentPatchCommitStaged": "workflow-1"},
    "CustomDomains": {"domains": {"customDomains": [CUSTOM_DOMAIN]}},
    "CustomDomainAvailable": {
        "customDomainAvailable": {"available": True, "message": "Domain is available"}
    },
    "CustomDomainCreate": {"customDomainCreate": {"id": "custom-1"}},
    "CustomDomainIssueCertificate": {"customDomainIssueCertificate": True},
    "CustomDomainDelete": {"customDomainDelete": True},
    "DeploymentTriggers": {
        "deploymentTriggers": page(
            {"id": "trigger-1", "repository": "vocilia/vocilia", "branch": "main"}
        )
    },
    "DeploymentTriggerDelete": {"deploymentTriggerDelete": True},
    "Deployments": {"deployments": {"edges": [{"node": DEPLOYMENT}]}},
    "Deployment": {"deployment": DEPLOYMENT},
    "BuildLogs": {"buildLogs": [LOG]},
    "DeploymentLogs": {"deploymentLogs": [LOG]},
    "POST /project/project-1/environment/environment-1/up": {
        "deploymentId": "deployment-3",
        "url": "https://railway.com/x",
        "logsUrl": "https://railway.com/x/logs",
        "deploymentDomain": "backend.up.railway.app",
    },
}


@dataclass(frozen=True)
class Verb:
    """A verb of the client and a typical call of it."""

    name: str
    call: Callable[[RailwayClient], object]


def every_verb() -> list[Verb]:
    """Return a call of each public verb."""
    settings = ServiceSettings(start_command="serve", replicas=2)
    secrets = {"JWT_SECRET": Secret("a very secret value")}
    return [
        Verb("read_account", lambda c: c.read_account()),
        Verb("read_workspace", lambda c: c.read_workspace("w")),
        Verb("read_limits", lambda c: c.read_limits(SCOPE)),
        Verb("update_limits", lambda c: c.update_limits(SCOPE, Limits(2, 1))),
        Verb("read_load", lambda c: c.read_load(SCOPE, START)),
        Verb("read_projects", lambda c: c.read_projects("w")),
        Verb("create_project", lambda c: c.create_project("shop", "w")),
        Verb("delete_project", lambda c: c.delete_project("project-1")),
        Verb("read_environments", lambda c: c.read_environments("project-1")),
        Verb("create_environment", lambda c: c.create_environment("project-1", "x")),
        Verb("delete_environment", lambda c: c.delete_environment("environment-1")),
        Verb("read_services", lambda c: c.read_services("project-1")),
        Verb("create_service", lambda c: c.create_service(_EMPTY, "backend")),
        Verb("delete_service", lambda c: c.delete_service("service-1", "e")),
        Verb("read_service_instances", lambda c: c.read_service_instances("e")),
        Verb(
            "update_service_instance",
            lambda c: c.update_service_instance(SCOPE, settings),
        ),
        Verb("read_variables", lambda c: c.read_variables(SCOPE)),
        Verb("upsert_variables", lambda c: c.upsert_variables(SCOPE, secrets)),
        Verb("read_variable_notes", lambda c: c.read_variable_notes(SCOPE)),
        Verb("seal_variables", lambda c: c.seal_variables(SCOPE, secrets)),
        Verb("delete_variable", lambda c: c.delete_variable(SCOPE, "OLD")),
        Verb("read_custom_domains", lambda c: c.read_custom_domains(SCOPE)),
        Verb(
            "create_custom_domain",
            lambda c: c.create_custom_domain(SCOPE, "api.example.org"),
        ),
        Verb(
            "read_domain_obstacle",
            lambda c: c.read_domain_obstacle("api.example.org"),
        ),
        Verb("issue_certificate", lambda c: c.issue_certificate("custom-1")),
        Verb("delete_custom_domain", lambda c: c.delete_custom_domain("custom-1")),
        Verb("read_triggers", lambda c: c.read_triggers(SCOPE)),
        Verb("delete_trigger", lambda c: c.delete_trigger("trigger-1")),
        Verb("upload", lambda c: c.upload(SCOPE, b"tarball", "launchbook new")),
        Verb("deploy", lambda c: c.deploy(SCOPE, "abc")),
        Verb("read_deployments", lambda c: c.read_deployments(SCOPE)),
        Verb("read_deployment", lambda c: c.read_deployment("deployment-1")),
        Verb("roll_back", lambda c: c.roll_back("deployment-1")),
        Verb("cancel", lambda c: c.cancel("deployment-1")),
        Verb("read_build_logs", lambda c: c.read_build_logs("deployment-1")),
        Verb("read_deployment_logs", lambda c: c.read_deployment_logs("deployment-1")),
    ]


_EMPTY = ServiceScope("project-1", "environment-1")
