"""Staged changes, and the seals that only they can put on variables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.support.railway_account import Account

STAGE = (
    "mutation S($e: String!, $p: EnvironmentConfig!, $m: Boolean) {"
    " environmentStageChanges(environmentId: $e, input: $p, merge: $m) { patch status } }"
)
COMMIT = (
    "mutation C($e: String!, $s: Boolean) {"
    " environmentPatchCommitStaged(environmentId: $e, skipDeploys: $s) }"
)
STAGED = (
    "query S($e: String!) { environmentStagedChanges(environmentId: $e) { patch } }"
)
NODES = (
    "query V($e: String!) { environment(id: $e) { variables { edges { node {"
    " name isSealed serviceId updatedAt } } } } }"
)


def sealing(service_id: str, **values: str) -> dict[str, Any]:
    variables = {
        name: {"value": value, "isSealed": True} for name, value in values.items()
    }
    return {"services": {service_id: {"variables": variables}}}


def nodes(api: Account) -> dict[str, dict[str, Any]]:
    found = api.run(NODES, e=api.environment_id)["variables"]["edges"]
    return {each["node"]["name"]: each["node"] for each in found}


def seal(api: Account, service_id: str, **values: str) -> None:
    api.run(STAGE, e=api.environment_id, p=sealing(service_id, **values))
    api.run(COMMIT, e=api.environment_id, s=True)


def test_a_sealed_variable_is_listed_without_its_value(api: Account) -> None:
    service_id = api.make_service()
    api.set_variables(service_id, OPEN="1")
    seal(api, service_id, KEY="hidden")
    assert api.variables(service_id) == {"OPEN": "1"}
    assert api.variables(service_id, unrendered=True) == {"OPEN": "1"}
    found = nodes(api)
    assert (found["KEY"]["isSealed"], found["OPEN"]["isSealed"]) == (True, False)
    assert found["KEY"]["serviceId"] == service_id


def test_a_seal_stays_when_the_value_is_set_again(api: Account) -> None:
    service_id = api.make_service()
    seal(api, service_id, KEY="one")
    before = nodes(api)["KEY"]["updatedAt"]
    api.set_variables(service_id, KEY="two")
    assert api.variables(service_id) == {}
    after = nodes(api)["KEY"]
    assert after["isSealed"]
    assert after["updatedAt"] > before


def test_nothing_is_applied_before_the_commit(api: Account) -> None:
    service_id = api.make_service()
    api.run(STAGE, e=api.environment_id, p=sealing(service_id, KEY="hidden"))
    assert nodes(api) == {}
    waiting = api.run(STAGED, e=api.environment_id)["patch"]
    assert waiting["services"][service_id]["variables"] == {"KEY": {"isSealed": True}}


def test_staging_replaces_unless_it_merges(api: Account) -> None:
    service_id = api.make_service()
    api.run(STAGE, e=api.environment_id, p=sealing(service_id, A="x"), m=False)
    staged = api.run(STAGE, e=api.environment_id, p=sealing(service_id, B="x"), m=True)
    assert set(staged["patch"]["services"][service_id]["variables"]) == {"A", "B"}
    staged = api.run(STAGE, e=api.environment_id, p=sealing(service_id, C="x"), m=False)
    assert set(staged["patch"]["services"][service_id]["variables"]) == {"C"}


def test_null_deletes_a_variable(api: Account) -> None:
    service_id = api.make_service()
    api.set_variables(service_id, OLD="1")
    patch = {"services": {service_id: {"variables": {"OLD": None}}}}
    api.run(STAGE, e=api.environment_id, p=patch)
    api.run(COMMIT, e=api.environment_id, s=True)
    assert nodes(api) == {}


@pytest.mark.parametrize(
    ("patch", "message"),
    [
        ({"volumes": {}}, "EnvironmentConfig.volumes"),
        (
            {"services": {"SERVICE": {"deploy": {}}}},
            "EnvironmentConfig.services.deploy",
        ),
        ({"services": []}, "Problem processing request"),
    ],
)
def test_what_is_not_emulated_or_malformed_is_refused(
    api: Account, patch: dict[str, Any], message: str
) -> None:
    service_id = api.make_service()
    if isinstance(patch.get("services"), dict):
        patch = {"services": {service_id: patch["services"]["SERVICE"]}}
    refused = api.refused(STAGE, e=api.environment_id, p=patch)
    assert message in refused["message"]


def test_a_copied_environment_has_no_sealed_variables(api: Account) -> None:
    service_id = api.make_service()
    api.set_variables(service_id, OPEN="1")
    seal(api, service_id, KEY="hidden")
    made = api.run(
        "mutation C($input: EnvironmentCreateInput!) { environmentCreate(input: $input) { id } }",
        input={
            "projectId": api.project_id,
            "name": "copy",
            "sourceEnvironmentId": api.environment_id,
            "skipInitialDeploys": True,
        },
    )
    api.environment_id = made["id"]
    assert set(nodes(api)) == {"OPEN"}
