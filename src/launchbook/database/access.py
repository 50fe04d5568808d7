"""Rules about who reaches what: row level security, policies, views, functions.

Names and most levels are those of the vendor's own linter
(supabase.com/docs/guides/database/database-advisors). Where it is more lenient, because
it cannot know a product's intention, the stricter level is ours: an intention is said by
accepting the finding by name, with a reason.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from launchbook.database.advice import Finding, Level
from launchbook.database.catalog import API_ROLES, EVERYBODY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from launchbook.database.catalog import Catalog, Policy, Table

ALWAYS_TRUE: Final = frozenset({"true", "1=1", "trueortrue", "nottrue=false"})
SECRET_NAME: Final = re.compile(
    r"(^|_)(password|passwd|pwd|secret|token|hash|salt|private_key|api_key|pin)(_|$)"
)
"""Names of columns that no client has a reason to read."""


def rls_disabled_in_public(catalog: Catalog) -> Iterator[Finding]:
    """A table that whoever has the public key reads and writes as grants allow."""
    for table in catalog.tables:
        if not table.has_rls:
            yield Finding(
                "rls_disabled_in_public",
                Level.ERROR,
                table.name,
                "row level security is off",
                f"alter table {table.name} enable row level security;",
            )


def policy_exists_rls_disabled(catalog: Catalog) -> Iterator[Finding]:
    """Policies that look like protection and are none."""
    for table in catalog.tables:
        if table.policies and not table.has_rls:
            names = ", ".join(each.name for each in table.policies)
            yield Finding(
                "policy_exists_rls_disabled",
                Level.ERROR,
                table.name,
                f"it has policies ({names}) that are not in force",
                f"alter table {table.name} enable row level security;",
            )


def rls_enabled_no_policy(catalog: Catalog) -> Iterator[Finding]:
    """A table that nobody but the service reaches, perhaps without intention."""
    for table in catalog.tables:
        if table.has_rls and not table.policies:
            yield Finding(
                "rls_enabled_no_policy",
                Level.WARN,
                table.name,
                "row level security is on and there is no policy",
                f"create policy ... on {table.name} to service_role ...;",
            )


def rls_policy_always_true(catalog: Catalog) -> Iterator[Finding]:
    """A policy that lets anybody do something to every row."""
    for table in catalog.tables:
        for policy in table.policies:
            outside = sorted({EVERYBODY, *API_ROLES} & set(policy.roles))
            if outside and policy.is_permissive and _is_always_true(policy):
                yield _always_true(table, policy, ", ".join(outside))


def _always_true(table: Table, policy: Policy, roles: str) -> Finding:
    is_reading = policy.command == "select"
    verb = "read" if is_reading else policy.command.replace("all", "read and write")
    return Finding(
        "rls_policy_always_true",
        Level.WARN if is_reading else Level.ERROR,
        f"{table.name}.{policy.name}",
        f"it lets {roles} {verb} every row",
        "name the rows, as `using (owner_id = (select auth.uid()))`",
    )


def _is_always_true(policy: Policy) -> bool:
    """Whether a clause that lets rows through is true whatever the row.

    For writing, the check decides about new rows; without one, ``using`` does.
    """
    clauses = [policy.using] if policy.using else []
    if policy.command in {"insert", "update", "all"} and policy.check:
        clauses.append(policy.check)
    return any(_flat(each) in ALWAYS_TRUE for each in clauses)


def _flat(expression: str) -> str:
    """An expression without blanks and parentheses, in lower case."""
    return re.sub(r"[\s()]", "", expression).lower()


def security_definer_view(catalog: Catalog) -> Iterator[Finding]:
    """A view that looks at tables as its owner, past every policy."""
    for view in catalog.views:
        if not view.is_materialized and not view.is_invoker:
            yield Finding(
                "security_definer_view",
                Level.ERROR,
                view.name,
                "it reads its tables as its owner, past their policies",
                f"alter view {view.name} set (security_invoker = true);",
            )


def materialized_view_in_api(catalog: Catalog) -> Iterator[Finding]:
    """A copy of rows that knows no row level security, open to the API."""
    for view in catalog.views:
        if view.is_materialized and view.readable_by:
            yield Finding(
                "materialized_view_in_api",
                Level.WARN,
                view.name,
                f"{', '.join(view.readable_by)} may read it, and it has no policies",
                f"revoke all on {view.name} from anon, authenticated;",
            )


def function_search_path_mutable(catalog: Catalog) -> Iterator[Finding]:
    """A function whose names the caller can lead elsewhere."""
    for function in catalog.functions:
        if not function.has_search_path:
            whose = (
                "with its owner's rights" if function.is_definer else "as its caller"
            )
            yield Finding(
                "function_search_path_mutable",
                Level.ERROR if function.is_definer else Level.WARN,
                function.name,
                f"it runs {whose} and has no fixed search_path",
                f"alter function {function.name} set search_path = '';",
            )


def anon_security_definer_function_executable(catalog: Catalog) -> Iterator[Finding]:
    """A function with its owner's rights that anybody may call."""
    for function in catalog.functions:
        is_open = function.is_definer and not function.is_trigger
        if is_open and function.callable_by:
            roles = ", ".join(function.callable_by)
            yield Finding(
                "anon_security_definer_function_executable",
                Level.WARN,
                function.name,
                f"{roles} may call it, and it runs with its owner's rights",
                f"revoke execute on function {function.name} from public, {roles};",
            )


def sensitive_column_readable(catalog: Catalog) -> Iterator[Finding]:
    """A column with a secret's name that the API's roles may read."""
    for table in catalog.tables:
        for column in table.columns:
            if column.readable_by and SECRET_NAME.search(column.name):
                roles = ", ".join(column.readable_by)
                yield Finding(
                    "sensitive_column_readable",
                    Level.ERROR,
                    f"{table.name}.{column.name}",
                    f"{roles} may read it",
                    f"take it from {roles}: revoke on the table, grant other columns",
                )


def extension_in_public(catalog: Catalog) -> Iterator[Finding]:
    """An extension whose functions the API offers to everybody."""
    for name in catalog.extensions:
        extension = name.partition(".")[2]
        yield Finding(
            "extension_in_public",
            Level.WARN,
            name,
            "it is installed in a schema that the API offers",
            f"alter extension {extension} set schema extensions;",
        )


RULES: Final = (
    rls_disabled_in_public,
    policy_exists_rls_disabled,
    rls_enabled_no_policy,
    rls_policy_always_true,
    security_definer_view,
    materialized_view_in_api,
    function_search_path_mutable,
    anon_security_definer_function_executable,
    sensitive_column_readable,
    extension_in_public,
)
