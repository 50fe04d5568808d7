"""Each rule on a real database: what is bad is found, what is good is left alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from launchbook.database.advice import Acceptance, Finding, Level
from launchbook.database.advisor import NAMES, advise
from launchbook.database.reading import read_catalog
from launchbook.migration.apply import apply_pending
from launchbook.migration.file import read_migrations
from tests.support.vocilia import MIGRATIONS

if TYPE_CHECKING:
    from launchbook.transport.postgres import Session

pytestmark = pytest.mark.xdist_group("database")

OWN = "using (owner = (select auth.uid()))"
TABLE = "create table t (id int primary key, owner uuid);"
GUARDED = f"{TABLE} alter table t enable row level security;"
INDEXED = f"{GUARDED} create index on t (owner);"
FIXED = "set search_path = ''"

CASES = {
    "rls_disabled_in_public": (
        TABLE,
        f"{INDEXED} create policy p on t for select to authenticated {OWN};",
    ),
    "policy_exists_rls_disabled": (
        f"{TABLE} create policy p on t for select to authenticated {OWN};",
        f"{INDEXED} create policy p on t for select to authenticated {OWN};",
    ),
    "rls_enabled_no_policy": (
        GUARDED,
        f"{GUARDED} create policy p on t to service_role using (true);",
    ),
    "rls_policy_always_true": (
        f"{GUARDED} create policy p on t for insert to anon with check (1 = 1);",
        f"{GUARDED} create policy p on t to service_role using (true);",
    ),
    "security_definer_view": (
        f"{GUARDED} create view v as select * from t;",
        f"{GUARDED} create view v with (security_invoker = true) as select * from t;",
    ),
    "materialized_view_in_api": (
        f"{GUARDED} create materialized view v as select * from t;",
        (
            f"{GUARDED} create materialized view v as select * from t;"
            " revoke all on v from anon, authenticated;"
        ),
    ),
    "function_search_path_mutable": (
        "create function f() returns int language sql as 'select 1';",
        f"create function f() returns int language sql {FIXED} as 'select 1';",
    ),
    "anon_security_definer_function_executable": (
        (
            "create function f() returns int language sql security definer "
            f"{FIXED} as 'select 1';"
        ),
        (
            "create function f() returns int language sql security definer "
            f"{FIXED} as 'select 1'; revoke execute on function f() from public;"
        ),
    ),
    "sensitive_column_readable": (
        "create table t (id int primary key, api_token text);",
        (
            "create table t (id int primary key, api_token text);"
            " revoke all on t from anon, authenticated;"
            " grant select (id) on t to authenticated;"
        ),
    ),
    "extension_in_public": (
        "create extension citext schema public;",
        "create schema extensions; create extension citext schema extensions;",
    ),
    "unindexed_foreign_keys": (
        f"{TABLE} create table u (id int primary key, t int references t);",
        (
            f"{TABLE} create table u (id int primary key, t int references t);"
            " create index on u (t, id);"
        ),
    ),
    "unindexed_policy_column": (
        f"{GUARDED} create policy p on t for select to authenticated {OWN};",
        f"{INDEXED} create policy p on t for select to authenticated {OWN};",
    ),
    "auth_rls_initplan": (
        f"{INDEXED} create policy p on t for select using (owner = auth.uid());",
        f"{INDEXED} create policy p on t for select {OWN};",
    ),
    "no_primary_key": ("create table t (id int);", TABLE),
}


def found(session: Session, sql: str) -> list[Finding]:
    session.execute_script(f"begin; {sql}")
    try:
        return list(advise(read_catalog(session)).open)
    finally:
        session.execute_script("rollback")


def test_every_rule_has_a_bad_and_a_good_case() -> None:
    assert set(NAMES) == set(CASES)


@pytest.mark.parametrize("rule", sorted(CASES))
def test_a_rule_finds_the_bad_and_leaves_the_good(session: Session, rule: str) -> None:
    bad, good = CASES[rule]
    hits = [each for each in found(session, bad) if each.rule == rule]
    assert 1 == len(hits)
    assert hits[0].message
    assert hits[0].remedy
    assert rule not in {each.rule for each in found(session, good)}


@pytest.mark.parametrize(
    ("policy", "level"),
    [
        ("for select to anon using (true)", Level.WARN),
        ("for select using ((true))", Level.WARN),
        ("for all to authenticated using (true)", Level.ERROR),
        ("for update to public using (owner is null) with check (true)", Level.ERROR),
        (
            "for all to authenticated using (owner is null) with check (true)",
            Level.ERROR,
        ),
        ("for delete to anon using (true)", Level.ERROR),
        ("as restrictive for delete to anon using (true)", None),
        ("for select to service_role using (true)", None),
        ("for select to anon using (owner is null)", None),
    ],
)
def test_writing_everything_is_worse_than_reading_everything(
    session: Session, policy: str, level: Level | None
) -> None:
    findings = found(session, f"{INDEXED} create policy p on t {policy};")
    levels = [f.level for f in findings if f.rule == "rls_policy_always_true"]
    assert ([level] if level else []) == levels


@pytest.mark.parametrize(
    ("using", "is_bad"),
    [
        ("owner = (select auth.uid())", True),
        ("(select auth.uid()) = owner", True),
        ("owner = auth.uid()", True),
        ("auth.uid() = owner", True),
        ("owner in (select owner from other)", True),
        ("owner = any (select owner from other)", True),
        ("owner = (select current_setting('request.x')::uuid)", True),
        ("exists (select 1 from other where other.owner = (select auth.uid()))", False),
        ("id > 5", False),
        ("owner is not null", False),
    ],
)
def test_a_column_that_is_compared_with_the_caller_needs_an_index(
    session: Session, using: str, *, is_bad: bool
) -> None:
    other = "create table other (owner uuid primary key);"
    sql = f"{other} {GUARDED} create policy p on t for select using ({using});"
    rules = {
        each.rule for each in found(session, sql) if each.object.startswith("public.t")
    }
    assert is_bad is ("unindexed_policy_column" in rules)


def test_a_definer_function_without_a_path_is_an_error(session: Session) -> None:
    head = "create function f() returns int language sql"
    for tail, level in (("", Level.WARN), ("security definer", Level.ERROR)):
        [hit] = [
            each
            for each in found(session, f"{head} {tail} as 'select 1';")
            if each.rule == "function_search_path_mutable"
        ]
        assert level is hit.level


def test_a_partial_index_is_no_index_for_a_foreign_key(session: Session) -> None:
    sql = (
        f"{TABLE} create table u (id int primary key, t int references t);"
        " create index on u (t) where id > 5;"
    )
    assert "unindexed_foreign_keys" in {each.rule for each in found(session, sql)}


def test_what_an_extension_brought_is_not_the_products(session: Session) -> None:
    rules = [f.rule for f in found(session, "create extension citext schema public;")]
    assert ["extension_in_public"] == rules


def test_the_reference_product_has_one_finding_which_is_a_choice(
    session: Session,
) -> None:
    apply_pending(session, read_migrations(MIGRATIONS[0].parent))
    catalog = read_catalog(session)
    assert {"tables": 10, "policies": 21, "views": 0, "functions": 3} == catalog.counts
    choice = Acceptance(
        "rls_policy_always_true",
        "public.businesses.businesses_are_public_by_name",
        "a shop's name is public",
    )
    advice = advise(catalog, [choice])
    assert ((), ()) == (advice.open, advice.unused)
    assert [choice.object] == [each.object for each in advice.accepted]


def test_an_acceptance_covers_its_own_finding_only(session: Session) -> None:
    session.execute_script(f"begin; {TABLE} create table u (id int primary key);")
    catalog = read_catalog(session)
    session.execute_script("rollback")
    right = Acceptance("rls_disabled_in_public", "public.t", "tried")
    stale = Acceptance("rls_disabled_in_public", "public.gone", "was dropped")
    advice = advise(catalog, [right, stale])
    assert ["public.u"] == [each.object for each in advice.blocking]
    assert (stale,) == advice.unused
