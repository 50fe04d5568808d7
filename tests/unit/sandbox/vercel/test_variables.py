"""Variables: what can be read back, what collides, what fails in part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.support.vercel_world import Vercel

UPSERT = "env?upsert=true"


def entry(key: str, value: str = "value", **more: object) -> dict[str, Any]:
    return {
        "key": key,
        "value": value,
        "type": "encrypted",
        "target": ["production"],
        **more,
    }


def one(vercel: Vercel, project: str, id_: str) -> dict[str, Any]:
    found: dict[str, Any] = vercel.get(f"/v1/projects/{project}/env/{id_}")
    return found


def test_a_list_shows_only_plain_values(vercel: Vercel) -> None:
    project = vercel.project()
    for kind in ("plain", "encrypted", "sensitive"):
        vercel.variable(project, kind.upper(), f"value of {kind}", type=kind)
    envs = vercel.get(f"/v10/projects/{project}/env")["envs"]
    shown = {env["key"]: env["value"] for env in envs}
    assert (shown["PLAIN"], shown["SENSITIVE"]) == ("value of plain", "")
    assert "value of" not in shown["ENCRYPTED"]
    assert shown["ENCRYPTED"]


def test_one_variable_is_decrypted_unless_it_is_sensitive(vercel: Vercel) -> None:
    project = vercel.project()
    open_ = vercel.variable(project, "A", "readable")
    closed = vercel.variable(project, "B", "never", type="sensitive")
    found = one(vercel, project, open_["id"])
    assert (found["value"], found["decrypted"]) == ("readable", True)
    found = one(vercel, project, closed["id"])
    assert ("value" in found, found["decrypted"]) == (False, False)


def test_what_was_sensitive_once_stays_unreadable(vercel: Vercel) -> None:
    project = vercel.project()
    secret = vercel.variable(project, "A", "never", type="sensitive")
    path = f"/v9/projects/{project}/env/{secret['id']}"
    vercel.done("PATCH", path, {"type": "plain"})
    vercel.variable(project, "A", "nor this", type="plain")
    assert "value" not in one(vercel, project, secret["id"])


def test_an_upsert_replaces_and_keeps_the_id(vercel: Vercel) -> None:
    project = vercel.project()
    first = vercel.variable(project, "A", "1")
    second = vercel.variable(project, "A", "2")
    assert second["id"] == first["id"]
    assert one(vercel, project, first["id"])["value"] == "2"


def test_without_upsert_a_duplicate_is_refused(vercel: Vercel) -> None:
    project = vercel.project()
    vercel.variable(project, "A", "1", target=["production"])
    path = f"/v10/projects/{project}/env"
    status, code, error = vercel.refused("POST", path, entry("A"))
    assert (status, code, error["key"]) == (400, "ENV_CONFLICT", "A")


def test_an_upsert_with_other_places_that_overlap_is_a_conflict(
    vercel: Vercel,
) -> None:
    project = vercel.project()
    vercel.variable(project, "A", "1", target=["production", "preview"])
    path = f"/v10/projects/{project}/{UPSERT}"
    assert vercel.refused("POST", path, entry("A"))[:2] == (400, "ENV_CONFLICT")


def test_the_same_name_may_live_in_different_places(vercel: Vercel) -> None:
    project = vercel.project()
    vercel.variable(project, "A", "1", target=["production"])
    vercel.variable(project, "A", "2", target=["preview"])
    vercel.variable(project, "A", "3", target=["preview"], gitBranch="main")
    assert len(vercel.get(f"/v10/projects/{project}/env")["envs"]) == 3


def test_a_201_may_say_that_some_failed(vercel: Vercel) -> None:
    project = vercel.project()
    vercel.variable(project, "B", "old", target=["production", "preview"])
    answer = vercel.ask(
        "POST", f"/v10/projects/{project}/{UPSERT}", [entry("A"), entry("B")]
    )
    body = answer.json()
    assert answer.status == 201
    assert ["A"] == [variable["key"] for variable in body["created"]]
    assert [("B", "ENV_CONFLICT")] == [
        (one["error"]["key"], one["error"]["code"]) for one in body["failed"]
    ]


def test_a_fault_lets_named_keys_fail(vercel: Vercel) -> None:
    project = vercel.project()
    vercel.fault("env_partial", keys=["B"])
    path = f"/v10/projects/{project}/{UPSERT}"
    answer = vercel.done("POST", path, [entry("A"), entry("B"), entry("C")])
    assert ["A", "C"] == [variable["key"] for variable in answer["created"]]
    assert ["B"] == [one["error"]["key"] for one in answer["failed"]]
    assert vercel.done("POST", path, [entry("B")])["failed"] == []


def test_a_fault_answers_that_another_update_is_under_way(vercel: Vercel) -> None:
    project = vercel.project()
    vercel.fault("env_conflict")
    path = f"/v10/projects/{project}/{UPSERT}"
    status, code, error = vercel.refused("POST", path, entry("A"))
    assert (status, code) == (409, "conflict")
    assert "ongoing env update" in error["message"]
    assert vercel.get(f"/v10/projects/{project}/env")["envs"] == []


@pytest.mark.parametrize(
    "body",
    [
        entry("1A"),
        entry("A-B"),
        entry("A" * 257),
        entry("A", "x" * 65_537),
        entry("A", type="secret"),
        entry("A", target=[]),
        entry("A", target=["staging"]),
        entry("A", target="production"),
        entry("A", customEnvironmentIds=["env_none"]),
        entry("A", type="sensitive", target=["development"]),
        entry("A", environment="production"),
        {"key": "A", "type": "plain", "target": ["production"]},
        ["A"],
    ],
)
def test_a_malformed_write_is_400_and_writes_nothing(
    vercel: Vercel, body: object
) -> None:
    project = vercel.project()
    sent = body if isinstance(body, list) else [entry("FINE"), body]
    path = f"/v10/projects/{project}/{UPSERT}"
    assert vercel.refused("POST", path, sent)[0] == 400
    assert vercel.get(f"/v10/projects/{project}/env")["envs"] == []


def test_a_variable_can_change_in_part(vercel: Vercel) -> None:
    project = vercel.project()
    made = vercel.variable(project, "A", "1")
    path = f"/v9/projects/{project}/env/{made['id']}"
    change = {"value": "2", "key": "B", "target": ["preview"], "comment": "why"}
    vercel.done("PATCH", path, change | {"gitBranch": "main"})
    found = one(vercel, project, made["id"])
    assert ("B", "2", ["preview"], "why", "main") == (
        found["key"],
        found["value"],
        found["target"],
        found["comment"],
        found["gitBranch"],
    )


def test_variables_are_deleted_one_by_one_or_many_at_once(vercel: Vercel) -> None:
    project = vercel.project()
    ids = [vercel.variable(project, name, "x")["id"] for name in "ABC"]
    vercel.done("DELETE", f"/v9/projects/{project}/env/{ids[0]}")
    many = f"/v1/projects/{project}/env"
    answer = vercel.done("DELETE", many, {"ids": [*ids[1:], "unknown"]})
    assert answer == {"deleted": 2, "ids": ids[1:]}
    assert vercel.refused("DELETE", many, {"ids": []})[0] == 400
    assert vercel.ask("GET", f"/v1/projects/{project}/env/{ids[0]}").status == 404


def test_a_list_can_be_limited_to_one_environment(vercel: Vercel) -> None:
    project = vercel.project()
    staging = vercel.environment(project)
    vercel.variable(project, "A", "1")
    place = {"target": [], "customEnvironmentIds": [staging]}
    vercel.variable(project, "B", "2", **place)
    for query in (f"customEnvironmentId={staging}", "customEnvironmentSlug=staging"):
        envs = vercel.get(f"/v10/projects/{project}/env?{query}")["envs"]
        assert ["B"] == [env["key"] for env in envs]
