"""What the steps about the database do on a real one: pass, refuse, and put back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

import pytest

from launchbook.clock import SystemClock
from launchbook.engine.step import Context
from launchbook.errors import VerificationFailed
from launchbook.model.supabase import Pooler
from launchbook.providers.supabase.client import SupabaseClient
from launchbook.redact import Secret
from launchbook.sandbox.settings import Settings
from launchbook.sandbox.supabase import build
from launchbook.steps import database_advisors, database_policies, supabase_pool
from launchbook.steps.database_advisors import DatabaseAdvisors
from launchbook.steps.database_policies import DatabasePolicies
from launchbook.steps.supabase_pool import SupabasePool
from launchbook.transport.http import Access
from launchbook.transport.postgres import Postgres
from tests.support.sandbox import Sandbox, sandbox_running
from tests.support.shop import migrate, url
from tests.support.supabase_world import Project, Supabase

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from launchbook.engine.step import Past
    from launchbook.transport.postgres import DatabaseAddress, Session

pytestmark = pytest.mark.xdist_group("database")
CHOICE = {
    "rule": "rls_policy_always_true",
    "object": "public.businesses.businesses_are_public_by_name",
    "reason": "a shop's name is on its door",
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    home: Path = tmp_path_factory.mktemp("steps") / "emulator"
    with sandbox_running(Settings(home), [build]) as one:
        yield one


@pytest.fixture(scope="module")
def project(world: Sandbox) -> Project:
    made = Supabase(world).project()
    migrate(made)
    return made


def context() -> Context:
    return Context(
        environment="staging",
        run="r1",
        step="database",
        clock=SystemClock(),
        history=cast("Past", None),  # these steps never look back
        progress=lambda _: None,
        fingerprint=lambda text: text,
        idempotency_key="k",
    )


def connect(address: DatabaseAddress) -> AbstractContextManager[Session]:
    return Postgres(address, SystemClock()).connect()


def advisors(project: Project) -> database_advisors.Inputs:
    ca = project.vendor.endpoints.ca_file
    return database_advisors.Inputs(Secret(url(project)), ca, "1", (CHOICE,))


def policies(project: Project) -> database_policies.Inputs:
    return database_policies.Inputs(
        database_url=Secret(url(project)),
        ca=project.vendor.endpoints.ca_file,
        schema="1",
        owners=({"table": "public.businesses", "column": "owner_id"},),
        readable=("public.businesses", "public.locations"),
        writable=("public.feedback",),
        samples=({"column": "public.payment_batches.week", "value": "2026-W01"},),
    )


def test_a_safe_database_passes_with_what_was_looked_at(project: Project) -> None:
    advised = DatabaseAdvisors(connect).verify(advisors(project), context())
    assert {"schema": "1"} == advised.outputs
    assert {"tables": 10, "policies": 21, "views": 0, "functions": 3} == (
        advised.evidence["counts"]
    )
    assert [f"{CHOICE['rule']} {CHOICE['object']}"] == advised.evidence["accepted"]
    proven = DatabasePolicies(connect).verify(policies(project), context())
    assert {"service", "anon", "user A", "user B", "user C"} == set(
        dict(proven.evidence)["by"]  # type: ignore[call-overload] # evidence is JSON
    )


def test_a_hole_made_by_hand_is_refused_by_both(project: Project) -> None:
    project.query(
        "create policy hole on public.staff for select to anon using (true);"
        " grant select on public.staff to anon"
    )
    try:
        with pytest.raises(
            VerificationFailed, match="sensitive_column_readable"
        ) as one:
            DatabaseAdvisors(connect).verify(advisors(project), context())
        with pytest.raises(
            VerificationFailed, match="anon tries to read any row"
        ) as two:
            DatabasePolicies(connect).verify(policies(project), context())
    finally:
        project.query(
            "drop policy hole on public.staff; revoke all on public.staff from anon"
        )
    assert "invoke database.advise" in one.value.hint
    assert "invoke database.prove" in two.value.hint


def test_what_nobody_accepts_any_more_is_refused(project: Project) -> None:
    without = replace(advisors(project), accepted=())
    with pytest.raises(VerificationFailed, match="businesses_are_public_by_name"):
        DatabaseAdvisors(connect).verify(without, context())


def test_an_empty_database_is_no_proof(world: Sandbox) -> None:
    empty = Supabase(world).project()
    with pytest.raises(VerificationFailed, match="nothing was looked at"):
        DatabaseAdvisors(connect).verify(
            replace(advisors(empty), accepted=()), context()
        )
    nothing = replace(policies(empty), owners=(), readable=(), writable=(), samples=())
    with pytest.raises(VerificationFailed, match="nothing was tried"):
        DatabasePolicies(connect).verify(nothing, context())


def pool(project: Project) -> supabase_pool.Inputs:
    return supabase_pool.Inputs(
        ref=project.ref,
        host="127.0.0.1",
        instance_size="micro",
        replicas={"backend": 1, "worker": 1, "payments": 1},
        workers={"backend": 1},
        overlapping=("backend", "worker"),
        server_percent=80,
        pool_percent=80,
        largest_pool=10,
    )


def test_the_pooler_gets_its_size_once_and_it_can_be_taken_back(
    world: Sandbox, project: Project
) -> None:
    client = SupabaseClient.open(
        Access(
            base_url=str(world.facts["supabase"]["api"]),
            token=Secret(str(world.facts["supabase"]["token"])),
            ca_file=world.world.authority.ca_file,
        ),
        SystemClock(),
    )
    step, inputs = SupabasePool(client), pool(project)
    before = step.facts(inputs, context())
    assert isinstance(before, Pooler)
    assert 15 == before.default_pool_size
    step.apply(inputs, before, context())
    assert {"size": 7, "pooler_size": 48} == step.verify(inputs, context()).outputs
    assert not step.plan(inputs, step.facts(inputs, context()), None).is_pending
    step.undo(inputs, before, context())
    assert before == step.facts(inputs, context())
