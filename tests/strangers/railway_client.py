"""A community client against the sandbox; prints one JSON object of what it saw.

Run as a process of its own: the client trusts what SSL_CERT_FILE names.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from railway import RailwayClient, RailwayError


def told(value: str | None) -> str:
    """What the client's models leave open, and the sandbox must answer."""
    assert value is not None
    return value


def main(facts: dict[str, str]) -> None:
    """List, create, read and change."""
    endpoint = f"{facts['api']}/graphql/v2?source=stranger"
    seen: dict[str, Any] = {}
    with RailwayClient(api_token=facts["token"], endpoint=endpoint) as railway:
        project = railway.project_create(
            name=facts["name"], default_environment_name="staging"
        )
        project_id = told(project.id)
        seen["project"] = project.name
        seen["listed"] = len(railway.projects().edges or []) > 0
        railway.project_update(project_id, description="by a stranger")
        seen["changed"] = railway.project(project_id).description
        environment_id = told(project.base_environment_id)
        environment = railway.environment(environment_id, project_id=project_id)
        seen["environment"] = environment.name

        service = railway.service_create(
            project_id=project_id, name="web", environment_id=environment_id
        )
        service_id = told(service.id)
        seen["service"] = service.name

        railway.variable_upsert(
            environment_id, "GREETING", project_id, "hello", service_id=service_id
        )
        railway.variable_collection_upsert(
            environment_id,
            project_id,
            {"PORT": "3000", "GREETING": "good morning"},
            service_id=service_id,
            skip_deploys=True,
        )
        seen["variables"] = railway.variables(
            environment_id, project_id, service_id=service_id
        )

        railway.service_instance_update(
            service_id,
            environment_id=environment_id,
            start_command="python -m http.server $PORT",
        )
        instance = railway.service_instance(environment_id, service_id)
        seen["start_command"] = instance.start_command

        domain = railway.service_domain_create(environment_id, service_id)
        seen["generated"] = told(domain.domain).endswith(".localhost")
        custom = railway.custom_domain_create(
            f"{facts['name']}.example.org", environment_id, project_id, service_id
        )
        custom_id = told(custom.id)
        seen["custom"] = custom.domain
        railway.custom_domain_update(environment_id, custom_id, target_port=3000)
        read = railway.custom_domain(custom_id, project_id)
        seen["target_port"] = read.target_port
        found = railway.domains(environment_id, project_id, service_id)
        seen["domains"] = found is not None

        deployments = railway.deployments(project_id=project_id)
        seen["deployments"] = deployments is not None
        try:
            railway.project("00000000-0000-4000-8000-000000000000")
        except RailwayError as error:
            seen["refused"] = str(error)
    print(json.dumps(seen))


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
