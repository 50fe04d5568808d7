"""A Railway account on the sandbox, as a test uses it: GraphQL and uploads."""

from __future__ import annotations

import gzip
import io
import tarfile
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.support.sandbox import Answer, Endpoints

WEB = """
import http.server, json, os, signal, sys
class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        names = ("GREETING", "PORT", "RAILWAY_SERVICE_NAME", "RAILWAY_REPLICA_ID")
        body = {name: os.environ.get(name) for name in names}
        body |= {"host": self.headers["Host"], "pid": os.getpid()}
        body |= {"version": open("version.txt").read()}
        self.send_response(int(os.environ.get("HEALTH", "200")) if self.path == "/health" else 200)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())
    def log_message(self, *words):
        print("asked for", self.path, "as", self.headers["Host"])
print("listening on", os.environ["PORT"])
http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Page).serve_forever()
"""
"""A small web service that shows what it was given."""

WEB_SETTINGS: Mapping[str, Any] = {
    "buildCommand": "python -c \"print('building', 6 * 7)\"",
    "startCommand": "python web.py",
    "healthcheckPath": "/health",
    "healthcheckTimeout": 30,
}

DEPLOYMENT = """query Deployment($id: String!) { deployment(id: $id) {
  id status createdAt statusUpdatedAt deploymentStopped canRollback canRedeploy url
  staticUrl snapshotId meta serviceId environmentId projectId instances { id status } } }"""
LOG = "query Log($id: String!) { lines: %s(deploymentId: $id) { message severity } }"


def tarball(files: Mapping[str, str]) -> bytes:
    """Return a gzip tarball of text files."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, text in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(text.encode())
            archive.addfile(member, io.BytesIO(text.encode()))
    return buffer.getvalue()


def web(version: str = "one", folder: str = "") -> bytes:
    """Return the source of the small web service."""
    files = {f"{folder}web.py": WEB, f"{folder}version.txt": version}
    return tarball(files)


def not_a_tarball() -> bytes:
    return gzip.compress(b"plain text")


@dataclass
class Account:
    """One project with one environment, and what a test does to it."""

    sandbox: Endpoints
    project_id: str = ""
    environment_id: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def post(
        self,
        query: str,
        variables: Mapping[str, Any] | None = None,
        path: str = "/graphql/v2?source=test",
    ) -> Answer:
        body = {"query": query, "variables": dict(variables or {})}
        return self.sandbox.api("railway", "POST", path, body, headers=self.headers)

    def run(self, query: str, **variables: Any) -> Any:
        """Return the first field of an answer without errors."""
        answer = self.post(query, variables)
        body = answer.json()
        assert "errors" not in body, body
        return next(iter(body["data"].values()))

    def refused(self, query: str, **variables: Any) -> dict[str, Any]:
        """Return the first error of an answer, which comes under HTTP 200."""
        answer = self.post(query, variables)
        assert answer.status == 200, answer.text
        error: dict[str, Any] = answer.json()["errors"][0]
        return error

    def open_project(self, name: str = "shop") -> Account:
        """Make a project and take its first environment."""
        made = self.run(
            "mutation C($input: ProjectCreateInput!) { projectCreate(input: $input)"
            " { id environments { edges { node { id name } } } } }",
            input={"name": name, "defaultEnvironmentName": "staging"},
        )
        self.project_id = made["id"]
        self.environment_id = made["environments"]["edges"][0]["node"]["id"]
        return self

    @property
    def scope(self) -> dict[str, str]:
        return {"projectId": self.project_id, "environmentId": self.environment_id}

    def make_service(self, name: str = "backend", **settings: Any) -> str:
        """Make an empty service and set it."""
        made = self.run(
            "mutation C($input: ServiceCreateInput!) { serviceCreate(input: $input) { id } }",
            input={**self.scope, "name": name},
        )
        service_id: str = made["id"]
        if settings:
            self.configure(service_id, **settings)
        return service_id

    def configure(self, service_id: str, **settings: Any) -> None:
        self.run(
            "mutation U($s: String!, $e: String!, $input: ServiceInstanceUpdateInput!)"
            " { serviceInstanceUpdate(serviceId: $s, environmentId: $e, input: $input) }",
            s=service_id,
            e=self.environment_id,
            input=settings,
        )

    def make_domain(self, service_id: str) -> str:
        made = self.run(
            "mutation D($input: ServiceDomainCreateInput!)"
            " { serviceDomainCreate(input: $input) { domain } }",
            input={"serviceId": service_id, "environmentId": self.environment_id},
        )
        return str(made["domain"])

    def set_variables(
        self,
        service_id: str | None,
        *,
        skip: bool = True,
        replace: bool = False,
        **variables: str,
    ) -> None:
        order: dict[str, Any] = {
            **self.scope,
            "variables": variables,
            "skipDeploys": skip,
            "replace": replace,
        }
        self.run(
            "mutation V($input: VariableCollectionUpsertInput!) { variableCollectionUpsert(input: $input) }",
            input=order | ({"serviceId": service_id} if service_id else {}),
        )

    def variables(
        self, service_id: str | None, *, unrendered: bool = False
    ) -> dict[str, str]:
        found: dict[str, str] = self.run(
            "query V($p: String!, $e: String!, $s: String, $u: Boolean)"
            " { variables(projectId: $p, environmentId: $e, serviceId: $s, unrendered: $u) }",
            p=self.project_id,
            e=self.environment_id,
            s=service_id,
            u=unrendered,
        )
        return found

    def send(self, service_id: str, archive: bytes, message: str = "hello") -> Answer:
        """Upload a source, whatever comes of it."""
        path = f"/project/{self.project_id}/environment/{self.environment_id}/up"
        return self.sandbox.api(
            "railway",
            "POST",
            f"{path}?serviceId={service_id}&message={message}",
            archive,
            headers={"Content-Type": "application/gzip", **self.headers},
        )

    def upload(self, service_id: str, archive: bytes, message: str = "hello") -> str:
        """Upload a source and return the deployment's id."""
        answer = self.send(service_id, archive, message)
        assert answer.status == 200, answer.text
        return str(answer.json()["deploymentId"])

    def deployment(self, deployment_id: str) -> dict[str, Any]:
        found: dict[str, Any] = self.run(DEPLOYMENT, id=deployment_id)
        return found

    def deployments(self, service_id: str) -> list[dict[str, Any]]:
        found = self.run(
            "query D($input: DeploymentListInput!) { deployments(input: $input)"
            " { edges { node { id status meta canRollback } } } }",
            input={**self.scope, "serviceId": service_id},
        )
        return [edge["node"] for edge in found["edges"]]

    def until(self, is_true: Callable[[], bool], seconds: float = 20) -> None:
        """Look until something is true; fail when it does not become so."""
        pause = threading.Event()
        for _ in range(int(seconds / 0.02)):
            if is_true():
                return
            pause.wait(0.02)
        raise AssertionError("it did not become true")

    def wait(
        self, deployment_id: str, *statuses: str, seconds: float = 20
    ) -> dict[str, Any]:
        """Poll until a deployment has one of the statuses."""
        pause, found = threading.Event(), {}
        for _ in range(int(seconds / 0.02)):
            found = self.deployment(deployment_id)
            if found["status"] in statuses:
                return found
            pause.wait(0.02)
        raise AssertionError(
            (
                found,
                self.log("build", deployment_id),
                self.log("deployment", deployment_id),
            )
        )

    def deploy(self, service_id: str, archive: bytes, message: str = "hello") -> str:
        """Upload a source and wait until it serves."""
        deployment_id = self.upload(service_id, archive, message)
        self.wait(deployment_id, "SUCCESS")
        return deployment_id

    def act(self, mutation: str, deployment_id: str) -> Any:
        """Run a mutation that takes the id of a deployment."""
        return self.run(
            f"mutation A($id: String!) {{ {mutation}(id: $id) }}", id=deployment_id
        )

    def log(self, kind: str, deployment_id: str) -> list[str]:
        found = self.run(LOG % f"{kind}Logs", id=deployment_id)
        return [line["message"] for line in found]

    def show(self, host: str, path: str = "/") -> dict[str, Any]:
        """Return what the small web service answers."""
        answer = self.sandbox.visit(host, path)
        assert answer.status == 200, answer.text
        shown: dict[str, Any] = answer.json()
        return shown
