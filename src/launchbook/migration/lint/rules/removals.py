"""What is taken away while the running release still reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from launchbook.migration.lint.finding import error
from launchbook.migration.lint.parser import choice, inner, names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from launchbook.migration.lint.parser import Parsed
    from launchbook.migration.lint.scene import Scene


@error(
    "drop-column",
    "Stop reading it, release that, and drop it in a file with phase=contract.",
)
def drop_column(statement: Parsed, scene: Scene) -> Iterator[str]:
    """A column outside the contract phase."""
    if not scene.is_contract:
        for each in scene.alterations(statement, "AT_DropColumn"):
            yield f"dropping {each.table}.{each.column} breaks the running release if it still reads it"


@error(
    "drop-table",
    "Stop reading it, release that, and drop it in a file with phase=contract.",
)
def drop_table(statement: Parsed, scene: Scene) -> Iterator[str]:
    """A table outside the contract phase."""
    if not scene.is_contract:
        for name in _dropped(statement, scene, "OBJECT_TABLE"):
            yield f"dropping the table {name} breaks the running release if it still reads it"


@error(
    "drop-view",
    "Stop reading it, release that, and drop it in a file with phase=contract.",
)
def drop_view(statement: Parsed, scene: Scene) -> Iterator[str]:
    """A view outside the contract phase."""
    if not scene.is_contract:
        for name in _dropped(statement, scene, "OBJECT_VIEW", "OBJECT_MATVIEW"):
            yield f"dropping the view {name} breaks the running release if it still reads it"


@error(
    "drop-function",
    "Keep the old one beside the new one, and drop it in a file with phase=contract.",
)
def drop_function(statement: Parsed, scene: Scene) -> Iterator[str]:
    """A function outside the contract phase."""
    if not scene.is_contract:
        for name in _dropped(statement, scene, "OBJECT_FUNCTION", "OBJECT_PROCEDURE"):
            yield f"dropping the function {name} breaks the running release if it still reads it"


@error(
    "drop-schema",
    "Drop what is in it by name in a file with phase=contract, then the empty schema.",
)
def drop_schema(statement: Parsed, scene: Scene) -> Iterator[str]:
    """A schema goes with all that is in it."""
    if not scene.is_contract:
        for name in _dropped(statement, scene, "OBJECT_SCHEMA"):
            yield f"dropping the schema {name} takes everything with it that the running release reads"


def _dropped(statement: Parsed, scene: Scene, *kinds: str) -> Iterator[str]:
    """Return the names of what a ``DROP`` takes away and was there before the file."""
    node = statement.node
    if statement.kind != "drop_stmt" or choice(node, "remove_type") not in kinds:
        return
    for each in node.objects:
        kind, item = inner(each)
        if kind == "string":
            yield item.sval
            continue
        words = names(item.items if kind == "list" else item.objname)
        name = ".".join(words if len(words) > 1 else ("public", *words))
        if not scene.is_new(name, statement):
            yield name


RULES: Final = (
    drop_column,
    drop_table,
    drop_view,
    drop_function,
    drop_schema,
)
