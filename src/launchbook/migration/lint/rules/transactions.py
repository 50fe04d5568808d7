"""What belongs into a transaction, and what must not be in one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from launchbook.migration.lint.finding import error, warning
from launchbook.migration.lint.parser import names
from launchbook.migration.lint.transaction import runs_alone

if TYPE_CHECKING:
    from collections.abc import Iterator

    from launchbook.migration.lint.parser import Parsed
    from launchbook.migration.lint.scene import Scene


@error(
    "concurrently-in-transaction",
    "Leave transaction=yes out: the parser knows that this runs without one.",
)
def concurrently_in_transaction(statement: Parsed, scene: Scene) -> Iterator[str]:
    """PostgreSQL refuses it within a transaction."""
    if runs_alone(statement) and scene.is_transactional:
        yield f"{' '.join(statement.statement.words).lower()} cannot run within the transaction that the header demands"


@error(
    "mixed-without-transaction",
    "Give each statement that runs without a transaction a file of its own.",
)
def mixed_without_transaction(statement: Parsed, scene: Scene) -> Iterator[str]:
    """Half of a file would stand after a failure."""
    others = [each for each in scene.statements if not runs_alone(each)]
    if runs_alone(statement) and others and not scene.is_transactional:
        yield f"{' '.join(statement.statement.words).lower()} takes the transaction from {len(others)} other statements of this file"


@error(
    "enum-value-in-transaction",
    "Give ALTER TYPE ... ADD VALUE a file of its own; use the value in a later one.",
)
def enum_value_in_transaction(statement: Parsed, scene: Scene) -> Iterator[str]:
    """A new value cannot be used before its transaction ends."""
    if (
        statement.kind == "alter_enum_stmt"
        and statement.node.new_val
        and len(scene.statements) > 1
        and scene.is_transactional
    ):
        name = ".".join(names(statement.node.type_name))
        yield f"the value {statement.node.new_val} of {name} cannot be used by the other statements of this file"


@warning(
    "opaque-block",
    "Write the statements out, one by one.",
)
def opaque_block(statement: Parsed, _scene: Scene) -> Iterator[str]:
    """What a block does, no rule can see."""
    if statement.kind == "do_stmt":
        yield "no rule can see what a DO block locks or changes"


RULES: Final = (
    concurrently_in_transaction,
    mixed_without_transaction,
    enum_value_in_transaction,
    opaque_block,
)
