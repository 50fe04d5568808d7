"""What the catalogue of a database says of tables, policies, views and functions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Protocol

API_ROLES: Final = ("anon", "authenticated")
"""As whom the outside world comes; everybody can be ``anon``."""
SERVICE: Final = "service_role"
EVERYBODY: Final = "public"


class Session(Protocol):
    """What of a database session is needed here."""

    def query(self, sql: str, **parameters: object) -> list[dict[str, object]]:
        """Run one statement and return its rows."""
        ...

    def execute_script(self, sql: str) -> None:
        """Run any number of statements."""
        ...


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Attributes:
        type: As ``timestamp with time zone``.
        labels: Of an enumeration.
        is_filled: Whether the database gives a value by itself.
        is_fixed: Whether nobody else may give one (generated).
        readable_by: Which of the API roles may read it, by grants alone.
        insertable_by: The same for inserting.
        updatable_by: The same for updating.
    """

    name: str
    type: str
    is_required: bool = False
    is_filled: bool = False
    is_fixed: bool = False
    labels: tuple[str, ...] = ()
    readable_by: tuple[str, ...] = ()
    insertable_by: tuple[str, ...] = ()
    updatable_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """A reference to another table; ``table`` with its schema."""

    name: str
    columns: tuple[str, ...]
    table: str
    references: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CheckRule:
    """A check constraint and the columns that it looks at."""

    name: str
    columns: tuple[str, ...]
    expression: str


@dataclass(frozen=True, slots=True)
class Policy:
    """One policy of row level security.

    Attributes:
        command: ``select``, ``insert``, ``update``, ``delete`` or ``all``.
        roles: As ``anon``; ``public`` is everybody.
        using: Which rows; empty where there is no such clause.
        check: Which new rows; empty where there is no such clause.
    """

    name: str
    command: str
    roles: tuple[str, ...]
    using: str = ""
    check: str = ""
    is_permissive: bool = True

    def covers(self, role: str, command: str) -> bool:
        """Whether it lets a role do something, as far as its head says."""
        return (
            self.is_permissive
            and self.command in {"all", command}
            and bool({role, EVERYBODY} & set(self.roles))
        )


@dataclass(frozen=True, slots=True)
class Table:
    """One table.

    Attributes:
        name: With its schema, as ``public.feedback``.
        key: Columns of the primary key.
        indexes: Columns of each whole index, in its order.
    """

    name: str
    has_rls: bool
    columns: tuple[Column, ...] = ()
    key: tuple[str, ...] = ()
    indexes: tuple[tuple[str, ...], ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    checks: tuple[CheckRule, ...] = ()
    policies: tuple[Policy, ...] = ()

    def column(self, name: str) -> Column:
        """Return a column by name."""
        return next(each for each in self.columns if each.name == name)


@dataclass(frozen=True, slots=True)
class View:
    """One view.

    Attributes:
        is_invoker: Whether it looks at tables as the caller (``security_invoker``).
        is_materialized: Whether it is a copy, which knows no row level security.
        readable_by: Which of the API roles may read it.
    """

    name: str
    is_invoker: bool
    is_materialized: bool
    readable_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Function:
    """One function.

    Attributes:
        name: With schema and argument types.
        is_trigger: Whether only a trigger can call it.
        callable_by: Which of the API roles may call it.
    """

    name: str
    is_definer: bool
    has_search_path: bool
    is_trigger: bool
    callable_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Catalog:
    """All of the schemas that the outside world reaches.

    Attributes:
        extensions: That are installed into them, with the schema.
        outer: Tables of other schemas that foreign keys lead to.
    """

    tables: tuple[Table, ...] = ()
    views: tuple[View, ...] = ()
    functions: tuple[Function, ...] = ()
    extensions: tuple[str, ...] = ()
    outer: tuple[Table, ...] = field(default=())

    @property
    def counts(self) -> dict[str, int]:
        """How much there is, by kind."""
        return {
            "tables": len(self.tables),
            "policies": sum(len(each.policies) for each in self.tables),
            "views": len(self.views),
            "functions": len(self.functions),
        }
