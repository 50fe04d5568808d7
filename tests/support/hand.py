"""What somebody changes on the platforms by hand, past the product."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.support.journey import web_project

if TYPE_CHECKING:
    from tests.support.sandbox import Endpoints

RAILWAY_IDS = """
query { projects { edges { node { id name
  environments { edges { node { id name } } }
  services { edges { node { id name } } }
} } } }
"""
UPSERT = """
mutation Upsert($input: VariableCollectionUpsertInput!) {
  variableCollectionUpsert(input: $input)
}
"""
DEPLOYMENTS = """
query Deployments($input: DeploymentListInput!) {
  deployments(input: $input, first: 50) { edges { node { id status } } }
}
"""


@dataclass
class Hand:
    """A person with the tokens of the accounts."""

    endpoints: Endpoints

    # --- Railway --------------------------------------------------------------

    def railway(self, query: str, **variables: object) -> Any:
        body = {"query": query, "variables": variables}
        json = {"Content-Type": "application/json"}
        answer = self.endpoints.api(
            "railway", "POST", "/graphql/v2?source=hand", body, headers=json
        ).json()
        assert "errors" not in answer, answer
        return answer["data"]

    def scope(self, service: str) -> dict[str, str]:
        """Return the ids of a service in staging."""
        edges = self.railway(RAILWAY_IDS)["projects"]["edges"]
        named = (each["node"] for each in edges)
        (project,) = [each for each in named if each["name"] == "vocilia-staging"]
        return {
            "projectId": project["id"],
            "environmentId": _id_of(project["environments"], "staging"),
            "serviceId": _id_of(project["services"], service),
        }

    def set_backend(self, *, skip_deploys: bool = True, **variables: str) -> None:
        """Set variables of the backend in the dashboard."""
        given = {"variables": variables, "skipDeploys": skip_deploys}
        self.railway(UPSERT, input={**self.scope("backend"), **given})

    def deployments(self, service: str = "backend") -> list[str]:
        """Return the states of a service's deployments, the newest first."""
        found = self.railway(DEPLOYMENTS, input=self.scope(service))
        return [str(e["node"]["status"]) for e in found["deployments"]["edges"]]

    # --- Vercel ---------------------------------------------------------------

    def vercel(self, method: str, path: str, body: object = None) -> Any:
        team = self.endpoints.facts["vercel"]["team"]
        sign = "&" if "?" in path else "?"
        json = {"Content-Type": "application/json"}
        answer = self.endpoints.api(
            "vercel", method, f"{path}{sign}teamId={team}", body, headers=json
        )
        assert answer.status < 300, answer.text
        return answer.json()

    def set_web(self, app: str, name: str, value: str) -> None:
        """Set a variable of a web app in the dashboard."""
        project = f"/v9/projects/{web_project(app)}"
        listed = self.vercel("GET", f"/v10/projects/{web_project(app)}/env")["envs"]
        (found,) = [each for each in listed if each["key"] == name]
        self.vercel("PATCH", f"{project}/env/{found['id']}", {"value": value})

    def web_deployments(self, app: str) -> list[str]:
        """Return the states of an app's deployments."""
        project = self.vercel("GET", f"/v9/projects/{web_project(app)}")["id"]
        found = self.vercel("GET", f"/v7/deployments?projectId={project}")
        return [str(each["state"]) for each in found["deployments"]]

    def protect(self, app: str) -> None:
        """Switch on the protection of all addresses."""
        setting = {"ssoProtection": {"deploymentType": "all"}}
        self.vercel("PATCH", f"/v9/projects/{web_project(app)}", setting)


def _id_of(connection: dict[str, Any], name: str) -> str:
    (found,) = [e["node"] for e in connection["edges"] if e["node"]["name"] == name]
    return str(found["id"])
