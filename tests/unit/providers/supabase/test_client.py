from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from launchbook.errors import Conflict, MalformedAnswer, NotFound, Unavailable
from launchbook.providers.supabase.client import SupabaseClient
from launchbook.redact import Secret
from launchbook.transport.http import Access
from tests.support.rest_world import (
    POOLER,
    PROJECT_ORDER,
    REF,
    SUPABASE_ANSWERS,
    SUPABASE_LISTED,
)
from tests.support.transport import JumpingClock, ScriptedSender, body_of

if TYPE_CHECKING:
    from launchbook.transport.request import Request

LOST = Unavailable("no answer", hint="Again.")
TAKEN = Conflict("Project with name x already exists", hint="Look.")
ABSENT = NotFound("absent", hint="Look.")
PROJECT = f"/v1/projects/{REF}"
LIST = "GET /v1/organizations/shop/projects"


def client(
    changes: dict[str, object] | None = None,
) -> tuple[SupabaseClient, ScriptedSender]:
    sender = ScriptedSender({**SUPABASE_ANSWERS, **(changes or {})})
    return SupabaseClient(sender), sender


def test_a_project_is_found_by_its_name_with_its_details() -> None:
    found = client()[0].find_project("shop", "vocilia-staging")
    assert found is not None
    assert (REF, f"db.{REF}.supabase.co", True) == (
        found.ref,
        found.database_host,
        found.is_healthy,
    )


def test_a_name_that_is_only_similar_is_not_found() -> None:
    assert client()[0].find_project("shop", "vocilia") is None


def test_all_pages_of_projects_are_read() -> None:
    def pages(request: Request) -> object:
        offset = dict(request.parameters())["offset"]
        count = 100 if offset == "0" else 30
        return {"projects": [SUPABASE_LISTED] * count}

    assert 130 == len(client({LIST: pages})[0].read_projects("shop"))


def test_an_absent_project_is_none() -> None:
    assert client({f"GET {PROJECT}": ABSENT})[0].read_project(REF) is None


@pytest.mark.parametrize("failure", [LOST, TAKEN])
def test_a_create_that_is_lost_or_refused_as_existing_is_looked_for(
    failure: Exception,
) -> None:
    supabase, sender = client({"POST /v1/projects": failure})
    assert REF == supabase.create_project(PROJECT_ORDER).ref
    assert 1 == sender.sent.count("POST /v1/projects")


def test_a_create_that_got_lost_and_made_nothing_is_an_error() -> None:
    supabase, _ = client({"POST /v1/projects": LOST, LIST: {"projects": []}})
    with pytest.raises(Unavailable):
        supabase.create_project(PROJECT_ORDER)


def test_a_region_is_a_place_or_a_group_of_them() -> None:
    supabase, sender = client()
    supabase.create_project(PROJECT_ORDER)
    supabase.create_project(replace(PROJECT_ORDER, region="emea", instance_size=""))
    place, group = (body_of(request) for request in sender.requests)
    assert {"type": "specific", "code": "eu-north-1"} == place["region_selection"]
    assert {"type": "smartGroup", "code": "emea"} == group["region_selection"]
    assert "desired_instance_size" not in group
    assert "a long database password" == place["db_pass"]
    assert "password" not in str(sender.requests[0].json)


@pytest.mark.parametrize(
    ("status", "is_healthy", "is_hopeless"),
    [
        ("ACTIVE_HEALTHY", True, False),
        ("COMING_UP", False, False),
        ("INIT_FAILED", False, True),
        ("PAUSE_FAILED", False, True),
        ("A_STATUS_OF_TOMORROW", False, False),
    ],
)
def test_every_status_means_something(
    status: str, is_healthy: bool, is_hopeless: bool
) -> None:
    listed = {"projects": [{**SUPABASE_LISTED, "status": status}]}
    (found,) = client({LIST: listed})[0].read_projects("shop")
    assert (is_healthy, is_hopeless) == (found.is_healthy, found.is_hopeless)


def test_health_is_asked_for_each_service() -> None:
    supabase, sender = client()
    (health,) = supabase.read_health(REF, ("db", "auth"))
    assert health.is_healthy
    assert [("services", "db"), ("services", "auth")] == sender.requests[0].parameters()


def test_the_poolers_host_is_what_the_vendor_says() -> None:
    (pooler,) = client()[0].read_pooler(REF)
    assert (POOLER["db_host"], 6543, True) == (
        pooler.host,
        pooler.port,
        pooler.is_primary,
    )


def test_a_pooler_that_is_not_there_yet_is_none() -> None:
    key = f"GET {PROJECT}/config/database/pooler"
    assert () == client({key: ABSENT})[0].read_pooler(REF)


def test_both_families_of_addresses_are_always_sent() -> None:
    supabase, sender = client()
    found = supabase.apply_network_restrictions(REF, ("10.0.0.0/8",), ())
    expected = {"dbAllowedCidrs": ["10.0.0.0/8"], "dbAllowedCidrsV6": []}
    assert expected == body_of(sender.requests[0])
    assert found.is_applied


def test_tls_is_set_and_read() -> None:
    supabase, sender = client()
    assert supabase.set_tls_enforcement(REF, is_enforced=True).is_applied
    assert supabase.read_tls_enforcement(REF).is_enforced
    expected = {"requestedConfig": {"database": True}}
    assert expected == body_of(sender.requests[0])


def test_keys_are_revealed_where_the_vendor_does_so() -> None:
    anon, service = client()[0].read_api_keys(REF)
    assert (Secret("anon-key"), None) == (anon.value, service.value)
    assert "anon-key" not in repr(anon)


def test_each_project_and_endpoint_has_a_budget_of_its_own() -> None:
    supabase, sender = client()
    supabase.read_health(REF)
    supabase.read_pooler(REF)
    classes = {request.endpoint_class for request in sender.requests}
    assert 2 == len(classes)
    assert all(name.startswith("default:") for name in classes)


@pytest.mark.parametrize("answer", [{}, {"projects": None}, {"projects": [5]}, []])
def test_a_malformed_answer_names_the_place(answer: object) -> None:
    with pytest.raises(MalformedAnswer, match="supabase projects"):
        client({LIST: answer})[0].read_projects("shop")


def test_a_client_is_opened_from_an_address_and_a_token() -> None:
    access = Access("https://127.0.0.1:1", Secret("t" * 8))
    assert isinstance(SupabaseClient.open(access, JumpingClock()), SupabaseClient)
