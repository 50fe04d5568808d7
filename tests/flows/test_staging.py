"""Staging from nothing, and again: what a person sees and what the platforms do."""

from __future__ import annotations

import pytest

from tests.support.journey import (
    STAGING,
    Journey,
    Provisioned,
    backend_host,
    counts,
    first_counts,
    web_host,
)

pytestmark = pytest.mark.xdist_group("journey")

WEB_APPS = ("customer", "business", "admin")
BACKEND_HOST = backend_host()
MADE = {
    "POST /v1/projects": 1,
    "PUT /v1/projects/{ref}/ssl-enforcement": 1,
    "POST /v1/projects/{ref}/network-restrictions/apply": 1,
    "PATCH /v1/projects/{ref}/config/database/pooler": 1,
    "projectCreate": 1,
    "environmentStageChanges": 3,
    "environmentPatchCommitStaged": 3,
    "serviceCreate": 3,
    "serviceInstanceUpdate": 3,
    "serviceInstanceLimitsUpdate": 3,
    "customDomainCreate": 1,
    "POST /client/v4/zones": 1,
    "POST /client/v4/zones/{zone}/dns_records": 6,
    "variableCollectionUpsert": 3,
    "POST /project/{project}/environment/{environment}/up": 3,
    "POST /v11/projects": 3,
    "PATCH /v9/projects/{project}": 6,
    "POST /v10/projects/{project}/promote/{deployment}": 3,
    "POST /v10/projects/{project}/domains": 3,
    "POST /v10/projects/{project}/env": 3,
    "POST /v13/deployments": 3,
}


def test_the_first_run_makes_each_thing_once(provisioned: Provisioned) -> None:
    made = dict(provisioned.made)
    made.pop("POST /v2/files")
    assert made == MADE
    assert provisioned.first.counts in first_counts()


def test_four_addresses_answer_with_the_build_that_was_made(
    provisioned: Provisioned, journey: Journey
) -> None:
    port = journey.sandbox.facts["edge_port"]
    shown = {line.split()[-1] for line in provisioned.first.lines if "://" in line}
    hosts = [BACKEND_HOST, *map(web_host, WEB_APPS)]
    assert {f"https://{host}:{port}" for host in hosts} == shown
    contents = {journey.serves(host).partition("-")[0] for host in hosts}
    assert 4 == len(contents), "each app shows what it is built of"
    for app in WEB_APPS:
        identity = journey.serves(web_host(app))
        page = journey.sandbox.visit(web_host(app)).text
        assert f'<meta name="build-identity" content="{identity}"' in page


def test_a_second_run_writes_nothing(journey: Journey) -> None:
    mark = journey.mark()
    again = journey.run(STAGING)
    assert [] == journey.written(mark)
    assert (0, counts(0)) == (again.status, again.counts)


def test_check_after_a_run_finds_nothing_pending(journey: Journey) -> None:
    mark = journey.mark()
    checked = journey.run(STAGING, "--check")
    assert [] == journey.written(mark)
    assert (0, []) == (checked.status, checked.pending)
