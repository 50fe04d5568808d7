"""Reads the catalogue: a handful of queries, whatever the number of tables."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final, TypeVar

from launchbook.database.catalog import (
    API_ROLES,
    Catalog,
    CheckRule,
    Column,
    ForeignKey,
    Function,
    Policy,
    Table,
    View,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from launchbook.database.catalog import Session

    Row = Mapping[str, object]

Kind = TypeVar("Kind")
COMMANDS: Final = {
    "r": "select",
    "a": "insert",
    "w": "update",
    "d": "delete",
    "*": "all",
}
"""Letters of ``pg_policy.polcmd``."""

_RELATIONS: Final = """
SELECT c.oid::int8 AS id, n.nspname || '.' || c.relname AS name, c.relkind::text AS kind,
  c.relrowsecurity AS has_rls, coalesce(c.reloptions, '{}') AS options,
  ARRAY(SELECT r FROM unnest(CAST(:roles AS text[])) AS r
    WHERE has_any_column_privilege(r, c.oid, 'SELECT')) AS readable_by
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm') AND NOT c.relispartition
  AND (n.nspname = ANY(CAST(:schemas AS text[])) OR c.oid IN (
    SELECT k.confrelid FROM pg_constraint AS k
    JOIN pg_namespace AS kn ON kn.oid = k.connamespace
    WHERE k.contype = 'f' AND kn.nspname = ANY(CAST(:schemas AS text[]))))
  AND NOT EXISTS (SELECT FROM pg_depend AS of
    WHERE of.classid = 'pg_class'::regclass AND of.objid = c.oid AND of.deptype = 'e')
ORDER BY name
"""
_COLUMNS: Final = """
SELECT a.attrelid::int8 AS id, a.attname AS name,
  format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull AS is_required,
  (a.atthasdef OR a.attidentity <> '' OR a.attgenerated <> '') AS is_filled,
  (a.attidentity = 'a' OR a.attgenerated <> '') AS is_fixed,
  ARRAY(SELECT e.enumlabel::text FROM pg_enum AS e WHERE e.enumtypid = a.atttypid
    ORDER BY e.enumsortorder) AS labels,
  ARRAY(SELECT r FROM unnest(CAST(:roles AS text[])) AS r
    WHERE has_column_privilege(r, a.attrelid, a.attnum, 'SELECT')) AS readable_by,
  ARRAY(SELECT r FROM unnest(CAST(:roles AS text[])) AS r
    WHERE has_column_privilege(r, a.attrelid, a.attnum, 'INSERT')) AS insertable_by,
  ARRAY(SELECT r FROM unnest(CAST(:roles AS text[])) AS r
    WHERE has_column_privilege(r, a.attrelid, a.attnum, 'UPDATE')) AS updatable_by
FROM pg_attribute AS a
WHERE a.attrelid = ANY(CAST(:ids AS int8[])) AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attrelid, a.attnum
"""
_CONSTRAINTS: Final = """
SELECT k.conrelid::int8 AS id, k.conname AS name, k.contype::text AS kind,
  ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY AS u(n, o)
    JOIN pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = u.n
    ORDER BY u.o) AS columns,
  coalesce(fn.nspname || '.' || f.relname, '') AS target,
  ARRAY(SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY AS u(n, o)
    JOIN pg_attribute AS a ON a.attrelid = k.confrelid AND a.attnum = u.n
    ORDER BY u.o) AS targets,
  CASE WHEN k.contype = 'c' THEN pg_get_constraintdef(k.oid) ELSE '' END AS expression
FROM pg_constraint AS k
LEFT JOIN pg_class AS f ON f.oid = k.confrelid
LEFT JOIN pg_namespace AS fn ON fn.oid = f.relnamespace
WHERE k.conrelid = ANY(CAST(:ids AS int8[])) AND k.contype IN ('p', 'f', 'c')
ORDER BY k.conrelid, k.conname
"""
_INDEXES: Final = """
SELECT i.indrelid::int8 AS id,
  ARRAY(SELECT coalesce(a.attname::text, '')
    FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS u(n, o)
    LEFT JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = u.n AND u.n > 0
    WHERE u.o <= i.indnkeyatts ORDER BY u.o) AS columns
FROM pg_index AS i
WHERE i.indrelid = ANY(CAST(:ids AS int8[])) AND i.indpred IS NULL AND i.indisvalid
"""
_POLICIES: Final = """
SELECT p.polrelid::int8 AS id, p.polname AS name, p.polcmd::text AS command,
  p.polpermissive AS is_permissive,
  ARRAY(SELECT CASE WHEN r = 0 THEN 'public' ELSE pg_get_userbyid(r)::text END
    FROM unnest(p.polroles) AS r) AS roles,
  coalesce(pg_get_expr(p.polqual, p.polrelid), '') AS using_clause,
  coalesce(pg_get_expr(p.polwithcheck, p.polrelid), '') AS check_clause
FROM pg_policy AS p WHERE p.polrelid = ANY(CAST(:ids AS int8[]))
ORDER BY p.polrelid, p.polname
"""
_FUNCTIONS: Final = """
SELECT n.nspname || '.' || f.proname || '('
    || pg_get_function_identity_arguments(f.oid) || ')' AS name,
  f.prosecdef AS is_definer,
  EXISTS (SELECT FROM unnest(f.proconfig) AS s WHERE s LIKE 'search_path=%')
    AS has_search_path,
  f.prorettype = 'trigger'::regtype AS is_trigger,
  ARRAY(SELECT r FROM unnest(CAST(:roles AS text[])) AS r
    WHERE has_function_privilege(r, f.oid, 'EXECUTE')) AS callable_by
FROM pg_proc AS f JOIN pg_namespace AS n ON n.oid = f.pronamespace
WHERE n.nspname = ANY(CAST(:schemas AS text[])) AND f.prokind IN ('f', 'p')
  AND NOT EXISTS (SELECT FROM pg_depend AS of
    WHERE of.classid = 'pg_proc'::regclass AND of.objid = f.oid AND of.deptype = 'e')
ORDER BY name
"""
_EXTENSIONS: Final = """
SELECT n.nspname || '.' || e.extname AS name
FROM pg_extension AS e JOIN pg_namespace AS n ON n.oid = e.extnamespace
WHERE n.nspname = ANY(CAST(:schemas AS text[])) ORDER BY name
"""


def read_catalog(session: Session, schemas: Sequence[str] = ("public",)) -> Catalog:
    """Read everything of the schemas that the outside world reaches.

    Raises:
        StatementFailed, DatabaseUnavailable: See the session.
    """
    known = {"schemas": list(schemas), "roles": list(API_ROLES)}
    relations = session.query(_RELATIONS, **known)
    tables = _tables(session, [row for row in relations if row["kind"] in {"r", "p"}])
    inside = tuple(each for each in tables if _schema(each.name) in schemas)
    return Catalog(
        tables=inside,
        views=tuple(_view(row) for row in relations if row["kind"] in {"v", "m"}),
        functions=tuple(_function(row) for row in session.query(_FUNCTIONS, **known)),
        extensions=tuple(
            str(row["name"])
            for row in session.query(_EXTENSIONS, schemas=list(schemas))
        ),
        outer=tuple(each for each in tables if each not in inside),
    )


def _schema(name: str) -> str:
    return name.partition(".")[0]


def _tables(session: Session, relations: Sequence[Row]) -> tuple[Table, ...]:
    """Read what belongs to each table, one query a kind."""
    ids = [row["id"] for row in relations]

    def read(sql: str, **more: object) -> dict[object, list[Row]]:
        found: dict[object, list[Row]] = defaultdict(list)
        for row in session.query(sql, ids=ids, **more):
            found[row["id"]].append(row)
        return found

    columns = read(_COLUMNS, roles=list(API_ROLES))
    constraints = read(_CONSTRAINTS)
    indexes, policies = read(_INDEXES), read(_POLICIES)
    return tuple(
        Table(
            name=str(row["name"]),
            has_rls=row["has_rls"] is True,
            columns=tuple(map(_column, columns[row["id"]])),
            key=_key(constraints[row["id"]]),
            indexes=tuple(_texts(each["columns"]) for each in indexes[row["id"]]),
            foreign_keys=_of_kind(constraints[row["id"]], "f", _foreign_key),
            checks=_of_kind(constraints[row["id"]], "c", _check),
            policies=tuple(map(_policy, policies[row["id"]])),
        )
        for row in relations
    )


def _of_kind(
    rows: Sequence[Row], kind: str, read: Callable[[Row], Kind]
) -> tuple[Kind, ...]:
    return tuple(read(row) for row in rows if row["kind"] == kind)


def _texts(value: object) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list | tuple) else ()


def _key(rows: Sequence[Row]) -> tuple[str, ...]:
    return next((_texts(row["columns"]) for row in rows if row["kind"] == "p"), ())


def _column(row: Row) -> Column:
    return Column(
        name=str(row["name"]),
        type=str(row["type"]),
        is_required=row["is_required"] is True,
        is_filled=row["is_filled"] is True,
        is_fixed=row["is_fixed"] is True,
        labels=_texts(row["labels"]),
        readable_by=_texts(row["readable_by"]),
        insertable_by=_texts(row["insertable_by"]),
        updatable_by=_texts(row["updatable_by"]),
    )


def _foreign_key(row: Row) -> ForeignKey:
    return ForeignKey(
        name=str(row["name"]),
        columns=_texts(row["columns"]),
        table=str(row["target"]),
        references=_texts(row["targets"]),
    )


def _check(row: Row) -> CheckRule:
    return CheckRule(str(row["name"]), _texts(row["columns"]), str(row["expression"]))


def _policy(row: Row) -> Policy:
    return Policy(
        name=str(row["name"]),
        command=COMMANDS[str(row["command"])],
        roles=_texts(row["roles"]),
        using=str(row["using_clause"]),
        check=str(row["check_clause"]),
        is_permissive=row["is_permissive"] is True,
    )


def _view(row: Row) -> View:
    options = {text.replace(" ", "").lower() for text in _texts(row["options"])}
    switched = {"security_invoker=true", "security_invoker=on", "security_invoker=1"}
    return View(
        name=str(row["name"]),
        is_invoker=bool(options & switched),
        is_materialized=row["kind"] == "m",
        readable_by=_texts(row["readable_by"]),
    )


def _function(row: Row) -> Function:
    return Function(
        name=str(row["name"]),
        is_definer=row["is_definer"] is True,
        has_search_path=row["has_search_path"] is True,
        is_trigger=row["is_trigger"] is True,
        callable_by=_texts(row["callable_by"]),
    )
