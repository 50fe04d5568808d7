"""What rules look at: one file's statements, and what came before them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from launchbook.migration.header import Phase
from launchbook.migration.lint.parser import choice, descend, inner, names
from launchbook.migration.lint.transaction import runs_alone

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from launchbook.migration.file import Migration
    from launchbook.migration.lint.parser import Parsed


@dataclass(frozen=True, slots=True)
class Alteration:
    """One action of an ``ALTER TABLE``.

    Attributes:
        table: With its schema.
        action: As ``AT_AddColumn``.
        node: The action's node.
    """

    table: str
    action: str
    node: Any

    @property
    def column(self) -> str:
        """The column that it names or adds."""
        return str(
            self.node.name or self.node.__getattribute__("def").column_def.colname
        )

    @property
    def definition(self) -> Any:
        """The column that it defines."""
        return self.node.__getattribute__("def").column_def

    @property
    def constraint(self) -> Any:
        """The constraint that it adds."""
        return self.node.__getattribute__("def").constraint


@dataclass(frozen=True)
class Scene:
    """One file, with what its statements have done so far.

    Attributes:
        migration: The file.
        statements: All of them.
        checked: Table to the columns that a validated constraint keeps from null,
            with earlier files.
    """

    migration: Migration
    statements: tuple[Parsed, ...]
    checked: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def is_contract(self) -> bool:
        """Whether it may take away."""
        return self.migration.header.phase == Phase.CONTRACT

    @property
    def is_transactional(self) -> bool:
        """Whether its statements run as one."""
        told = self.migration.header.has_transaction
        if told is not None:
            return told
        return not any(runs_alone(each) for each in self.statements)

    def before(self, statement: Parsed) -> tuple[Parsed, ...]:
        """Return the statements before one."""
        return self.statements[: self.statements.index(statement)]

    def is_new(self, table: str, statement: Parsed) -> bool:
        """Whether this file made a table, so that nobody uses it yet."""
        return any(table in created(each) for each in self.before(statement))

    def alterations(self, statement: Parsed, *actions: str) -> Iterator[Alteration]:
        """Return what a statement does to tables that were there before the file."""
        for each in alterations(statement):
            if each.action in actions and not self.is_new(each.table, statement):
                yield each


def table_of(relation: Any) -> str:
    """Return a table's name with its schema."""
    return f"{relation.schemaname or 'public'}.{relation.relname}"


def created(statement: Parsed) -> tuple[str, ...]:
    """Return the table that a statement makes."""
    if statement.kind == "create_stmt":
        return (table_of(statement.node.relation),)
    if statement.kind == "create_table_as_stmt":
        return (table_of(statement.node.into.rel),)
    return ()


def alterations(statement: Parsed) -> Iterator[Alteration]:
    """Return every action of an ``ALTER TABLE``."""
    if statement.kind != "alter_table_stmt":
        return
    table = table_of(statement.node.relation)
    for each in statement.node.cmds:
        yield Alteration(
            table, choice(each.alter_table_cmd, "subtype"), each.alter_table_cmd
        )


def constraints_of(definition: Any) -> dict[str, Any]:
    """Return the constraints of a column by their kind, as ``CONSTR_NOTNULL``."""
    found = (each.constraint for each in definition.constraints)
    return {choice(each, "contype"): each for each in found}


def type_of(definition: Any) -> str:
    """Return a column's type by its last word, as ``int4``."""
    words = names(definition.type_name.names)
    return words[-1] if words else ""


def columns_of(statement: Parsed) -> Iterator[tuple[str, Any]]:
    """Return every column that a statement defines, with its table."""
    if statement.kind == "create_stmt":
        for element in statement.node.table_elts:
            kind, node = inner(element)
            if kind == "column_def":
                yield table_of(statement.node.relation), node
    for each in alterations(statement):
        if each.action == "AT_AddColumn":
            yield each.table, each.definition


def calls_of(node: Any) -> tuple[str, ...]:
    """Return the functions that an expression calls."""
    return tuple(
        names(each.funcname)[-1] for kind, each in descend(node) if kind == "func_call"
    )
