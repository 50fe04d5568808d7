"""Constraints that are proven on every row at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from launchbook.migration.lint.finding import error, warning
from launchbook.migration.lint.parser import choice
from launchbook.migration.lint.scene import alterations

if TYPE_CHECKING:
    from collections.abc import Iterator

    from launchbook.migration.lint.parser import Parsed
    from launchbook.migration.lint.scene import Scene


ADD: Final = "AT_AddConstraint"


@error(
    "add-check-validated",
    "Add it NOT VALID, then VALIDATE CONSTRAINT in a later file.",
)
def add_check_validated(statement: Parsed, scene: Scene) -> Iterator[str]:
    """A check reads the whole table."""
    for each in scene.alterations(statement, ADD):
        if _is(each.constraint, "CONSTR_CHECK") and not each.constraint.skip_validation:
            yield f"adding the check {each.constraint.conname} reads all of {each.table} under an exclusive lock"


@error(
    "add-foreign-key-validated",
    "Add it NOT VALID, then VALIDATE CONSTRAINT in a later file.",
)
def add_foreign_key_validated(statement: Parsed, scene: Scene) -> Iterator[str]:
    """A foreign key reads the whole table and locks both."""
    for each in scene.alterations(statement, ADD):
        if (
            _is(each.constraint, "CONSTR_FOREIGN")
            and not each.constraint.skip_validation
        ):
            yield f"adding the foreign key {each.constraint.conname} reads all of {each.table} and lets nobody write to both tables"


@error(
    "add-unique-constraint",
    "CREATE UNIQUE INDEX CONCURRENTLY in a file of its own, then ADD CONSTRAINT ... UNIQUE USING INDEX.",
)
def add_unique_constraint(statement: Parsed, scene: Scene) -> Iterator[str]:
    """A unique constraint builds its index under a lock."""
    for each in scene.alterations(statement, ADD):
        if _is(each.constraint, "CONSTR_UNIQUE") and not each.constraint.indexname:
            yield f"the unique constraint {each.constraint.conname} builds its index on {each.table} under an exclusive lock"


@error(
    "add-primary-key",
    "CREATE UNIQUE INDEX CONCURRENTLY in a file of its own, then ADD CONSTRAINT ... PRIMARY KEY USING INDEX.",
)
def add_primary_key(statement: Parsed, scene: Scene) -> Iterator[str]:
    """A primary key builds its index under a lock."""
    for each in scene.alterations(statement, ADD):
        if _is(each.constraint, "CONSTR_PRIMARY") and not each.constraint.indexname:
            yield f"the primary key of {each.table} builds its index under an exclusive lock"


@error(
    "add-exclusion-constraint",
    "Make a new table with the constraint, fill it in batches, and swap in a contract file; no index can be attached.",
)
def add_exclusion_constraint(statement: Parsed, scene: Scene) -> Iterator[str]:
    """An exclusion constraint always builds its index under a lock."""
    for each in scene.alterations(statement, ADD):
        if _is(each.constraint, "CONSTR_EXCLUSION"):
            yield f"the exclusion constraint {each.constraint.conname} builds its index on {each.table} under an exclusive lock"


@error(
    "validate-in-same-transaction",
    "Move VALIDATE CONSTRAINT to the next file.",
)
def validate_in_same_transaction(statement: Parsed, scene: Scene) -> Iterator[str]:
    """Validation within the transaction that took the strong lock."""
    added = {
        (each.table, each.constraint.conname)
        for before in scene.before(statement)
        for each in alterations(before)
        if each.action == ADD and scene.is_transactional
    }
    for each in scene.alterations(statement, "AT_ValidateConstraint"):
        if (each.table, each.node.name) in added:
            yield f"validating {each.node.name} reads all of {each.table} while the lock of adding it is still held"


@warning(
    "drop-constraint",
    "Drop it in a contract file, once no release relies on it.",
)
def drop_constraint(statement: Parsed, scene: Scene) -> Iterator[str]:
    """What the running release relies on being refused."""
    if not scene.is_contract:
        for each in scene.alterations(statement, "AT_DropConstraint"):
            yield f"dropping {each.node.name} lets rows into {each.table} that the running release does not expect"


def _is(constraint: Any, kind: str) -> bool:
    return choice(constraint, "contype") == kind


RULES: Final = (
    add_check_validated,
    add_foreign_key_validated,
    add_unique_constraint,
    add_primary_key,
    add_exclusion_constraint,
    validate_in_same_transaction,
    drop_constraint,
)
