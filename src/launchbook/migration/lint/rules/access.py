"""Who may read and write afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from launchbook.migration.lint.finding import error, warning
from launchbook.migration.lint.parser import choice, names
from launchbook.migration.lint.scene import alterations, created, table_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from launchbook.migration.lint.parser import Parsed
    from launchbook.migration.lint.scene import Scene


WRITES: Final = frozenset({"insert", "update", "delete", "truncate"})


@error(
    "row-security-disabled",
    "Keep it on and write a policy for whoever is missing one.",
)
def row_security_disabled(statement: Parsed, _scene: Scene) -> Iterator[str]:
    """The API gives every row to everybody."""
    for each in alterations(statement):
        if each.action in {"AT_DisableRowSecurity", "AT_NoForceRowSecurity"}:
            yield f"row level security of {each.table} is switched off"


@error(
    "table-without-row-security",
    "ALTER TABLE ... ENABLE ROW LEVEL SECURITY in the same file.",
)
def table_without_row_security(statement: Parsed, scene: Scene) -> Iterator[str]:
    """Between two files the API gives every row to everybody."""
    enabled = {
        each.table
        for other in scene.statements
        for each in alterations(other)
        if each.action == "AT_EnableRowSecurity"
    }
    for table in created(statement):
        is_temporary = (
            statement.kind == "create_stmt"
            and statement.node.relation.relpersistence == "t"
        )
        if table.startswith("public.") and table not in enabled and not is_temporary:
            yield f"{table} is made without row level security"


@error(
    "grant-to-everybody",
    "Name the columns and the role: GRANT INSERT (a, b) ON ... TO anon.",
)
def grant_to_everybody(statement: Parsed, _scene: Scene) -> Iterator[str]:
    """Rights of people who did not log in."""
    if (
        statement.kind == "grant_stmt"
        and statement.node.is_grant
        and choice(statement.node, "objtype") == "OBJECT_TABLE"
    ):
        for role in _open_roles(statement):
            is_write = not statement.node.privileges or any(
                each.access_priv.priv_name in WRITES and not each.access_priv.cols
                for each in statement.node.privileges
            )
            if is_write or role == "public":
                tables = [table_of(each.range_var) for each in statement.node.objects]
                yield f"{role} may {'write whole rows of' if is_write else 'read'} {', '.join(tables)}"


@error(
    "definer-without-search-path",
    "Add SET search_path = '' and name schemas in the body.",
)
def definer_without_search_path(statement: Parsed, _scene: Scene) -> Iterator[str]:
    """Whoever makes a function of the same name runs it with the rights of the owner."""
    if statement.kind == "create_function_stmt":
        options = [each.def_elem for each in statement.node.options]
        is_definer = any(
            each.defname == "security" and each.arg.boolean.boolval for each in options
        )
        has_path = any(
            each.arg.variable_set_stmt.name == "search_path"
            for each in options
            if each.defname == "set"
        )
        if is_definer and not has_path:
            yield f"{'.'.join(names(statement.node.funcname))} runs with the rights of its owner and without a search_path of its own"


@warning(
    "view-past-policies",
    "CREATE VIEW ... WITH (security_invoker = true).",
)
def view_past_policies(statement: Parsed, _scene: Scene) -> Iterator[str]:
    """A view reads its tables with the rights of its owner."""
    if statement.kind == "view_stmt":
        options = {each.def_elem.defname for each in statement.node.options}
        if "security_invoker" not in options and (
            view := table_of(statement.node.view)
        ).startswith("public."):
            yield f"{view} reads its tables past their policies"


def _open_roles(statement: Parsed) -> Iterator[str]:
    """Return those of a grant's roles that everybody has."""
    for each in statement.node.grantees:
        role = each.role_spec
        if choice(role, "roletype") == "ROLESPEC_PUBLIC":
            yield "public"
        elif role.rolename == "anon":
            yield "anon"


RULES: Final = (
    row_security_disabled,
    table_without_row_security,
    grant_to_everybody,
    definer_without_search_path,
    view_past_policies,
)
