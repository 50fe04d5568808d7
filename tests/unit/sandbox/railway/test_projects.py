"""Projects, environments and tokens, as the API keeps them."""

import uuid

from tests.support.railway_account import Account, web

PROJECTS = (
    "query P($first: Int, $after: String) { projects(first: $first, after: $after)"
    " { edges { cursor node { id name workspaceId } } pageInfo { hasNextPage endCursor } } }"
)
CREATE_ENVIRONMENT = (
    "mutation E($input: EnvironmentCreateInput!)"
    " { environmentCreate(input: $input) { id name isEphemeral sourceEnvironment { name } } }"
)
ENVIRONMENTS = "query E($p: String!) { environments(projectId: $p) { edges { node { id name } } } }"


def environment_names(account: Account) -> list[str]:
    found = account.run(ENVIRONMENTS, p=account.project_id)
    return [edge["node"]["name"] for edge in found["edges"]]


def test_names_of_projects_are_not_unique_and_lists_come_in_pages(api: Account) -> None:
    twin = Account(api.sandbox).open_project("shop")
    seen, after = [], None
    while True:
        page = api.run(PROJECTS, first=1, after=after)
        seen += [edge["node"]["id"] for edge in page["edges"]]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    assert {api.project_id, twin.project_id} <= set(seen)
    assert len(seen) == len(set(seen))


def test_a_project_is_born_with_one_environment_named_production(api: Account) -> None:
    made = api.run(
        "mutation C { projectCreate(input: {}) { name environments { edges { node { name } } } } }"
    )
    assert made["name"]
    assert [edge["node"]["name"] for edge in made["environments"]["edges"]] == [
        "production"
    ]


def test_a_project_can_be_renamed_and_deleted_with_all_that_it_has(
    api: Account,
) -> None:
    service_id = api.make_service(startCommand="sleep 60")
    deployment_id = api.deploy(service_id, web())
    renamed = api.run(
        'mutation U($id: String!) { projectUpdate(id: $id, input: {name: "store", description: "d"}) { name description } }',
        id=api.project_id,
    )
    assert renamed == {"name": "store", "description": "d"}
    assert api.act("projectDelete", api.project_id) is True
    query = "query P($id: String!) { project(id: $id) { id } }"
    assert api.refused(query, id=api.project_id)["message"] == "Not Authorized"
    query = "query D($id: String!) { deployment(id: $id) { id } }"
    assert api.refused(query, id=deployment_id)["message"] == "Not Authorized"


def test_an_environment_name_is_taken_once_in_a_project(api: Account) -> None:
    order = {"projectId": api.project_id, "name": "Staging"}
    error = api.refused(CREATE_ENVIRONMENT, input=order)
    assert "environment with that name already exists" in error["message"]


def test_a_new_environment_is_empty_and_holds_no_services(api: Account) -> None:
    api.make_service()
    made = api.run(
        CREATE_ENVIRONMENT, input={"projectId": api.project_id, "name": "live"}
    )
    found = api.run(
        "query E($id: String!) { environment(id: $id) { serviceInstances { edges { node { id } } } } }",
        id=made["id"],
    )
    assert found["serviceInstances"]["edges"] == []
    assert environment_names(api) == ["staging", "live"]


def test_a_copied_environment_has_the_services_settings_and_variables(
    api: Account,
) -> None:
    service_id = api.make_service(startCommand="sleep 60")
    api.set_variables(service_id, ONE="1")
    api.set_variables(None, BOTH="2")
    api.deploy(service_id, web())
    order = {
        "projectId": api.project_id,
        "name": "copy",
        "sourceEnvironmentId": api.environment_id,
    }
    made = api.run(CREATE_ENVIRONMENT, input=order)
    assert made["sourceEnvironment"] == {"name": "staging"}
    api.environment_id = made["id"]
    assert api.variables(service_id) == {"ONE": "1"}
    assert api.variables(None) == {"BOTH": "2"}
    deployment_id = api.deployments(service_id)[0]["id"]
    api.wait(deployment_id, "SUCCESS")


def test_an_environment_can_be_renamed_and_deleted(api: Account) -> None:
    query = 'mutation R($id: String!) { environmentRename(id: $id, input: {name: "next"}) { name } }'
    assert api.run(query, id=api.environment_id) == {"name": "next"}
    assert api.act("environmentDelete", api.environment_id) is True
    assert environment_names(api) == []


def test_an_unknown_id_is_not_authorized_and_a_malformed_one_a_problem(
    api: Account,
) -> None:
    query = "query P($id: String!) { project(id: $id) { id } }"
    unknown = api.refused(query, id=str(uuid.uuid4()))
    assert unknown["message"] == "Not Authorized"
    assert unknown["path"] == ["project"]
    assert unknown["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
    assert unknown["extensions"]["traceId"].isdigit()
    assert api.refused(query, id="shop")["message"] == "Problem processing request"


def test_each_kind_of_token_has_its_own_whoami(api: Account) -> None:
    me = api.run("query M { me { name workspaces { id name } } }")
    context = api.run("query A { apiToken { workspaces { id name } } }")
    assert me["workspaces"] == context["workspaces"]
    assert api.refused("query T { projectToken { id } }")["message"] == "Not Authorized"


def test_a_project_token_reaches_its_environment_and_nothing_else(api: Account) -> None:
    secret = api.run(
        "mutation T($input: ProjectTokenCreateInput!) { projectTokenCreate(input: $input) }",
        input={**api.scope, "name": "deployer"},
    )
    stranger = Account(api.sandbox).open_project("other")
    holder = Account(
        api.sandbox,
        api.project_id,
        api.environment_id,
        headers={"Authorization": "", "Project-Access-Token": secret},
    )
    token = holder.run(
        "query T { projectToken { projectId environmentId displayToken } }"
    )
    assert (token["projectId"], token["environmentId"]) == (
        api.project_id,
        api.environment_id,
    )
    assert secret not in token["displayToken"]
    service_id = holder.make_service()
    assert holder.variables(service_id) == {}
    assert holder.refused("query M { me { id } }")["message"] == "Not Authorized"
    query = "query P($id: String!) { project(id: $id) { id } }"
    assert holder.refused(query, id=stranger.project_id)["message"] == "Not Authorized"
    query = "query E($id: String!) { environment(id: $id) { id } }"
    assert (
        holder.refused(query, id=stranger.environment_id)["message"] == "Not Authorized"
    )


def test_a_wrong_token_is_not_authorized_under_200(api: Account) -> None:
    api.headers = {"Authorization": "Bearer wrong"}
    answer = api.post("query M { me { id } }")
    assert answer.status == 200
    assert answer.json()["errors"][0]["message"] == "Not Authorized"
    assert api.send("", web()).status == 401
