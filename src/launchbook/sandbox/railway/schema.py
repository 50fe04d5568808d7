"""The emulated part of the vendor's GraphQL schema, and what lies beyond it."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graphql import (
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    build_schema,
    get_named_type,
    type_from_ast,
    visit,
)

from launchbook.sandbox.railway.faults import not_emulated

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from graphql import (
        ArgumentNode,
        DocumentNode,
        FieldNode,
        GraphQLSchema,
        ObjectFieldNode,
        OperationDefinitionNode,
    )

_FOLDER = Path(__file__).parent
_RENAMED = {"id": "id_", "input": "order", "filter": "pattern"}


@cache
def schema() -> GraphQLSchema:
    """Return the emulated schema; resolvers get arguments in Python's names."""
    built = build_schema((_FOLDER / "schema.graphql").read_text(encoding="utf-8"))
    for kind in built.type_map.values():
        if isinstance(kind, GraphQLObjectType) and not kind.name.startswith("__"):
            for field in kind.fields.values():
                for name, argument in field.args.items():
                    argument.out_name = _RENAMED.get(name, _snake(name))
    return built


@cache
def unemulated_names() -> Mapping[str, frozenset[str]]:
    """Return what the vendor has and we have not: by type, or by ``Type.field``."""
    text = (_FOLDER / "not_emulated.txt").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    entries = re.findall(r"^(\S+): ((?:.+\n?)+)", "\n".join(lines), re.MULTILINE)
    return {owner: frozenset(names.split()) for owner, names in entries}


def check_emulated(
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Mapping[str, Any],
) -> None:
    """Refuse by name what is valid for the vendor but not emulated.

    Raises:
        ApiError: With the code NOT_EMULATED.
    """
    if operation.operation.value == "subscription":
        raise not_emulated("subscriptions")
    info = TypeInfo(schema())
    visit(document, TypeInfoVisitor(info, _Beyond(info)))
    for definition in operation.variable_definitions or ():
        kind = type_from_ast(schema(), definition.type)
        value = variables.get(definition.variable.name.value)
        for owner, name in _input_fields(kind, value):
            _refuse(owner, name)


class _Beyond(Visitor):
    """Refuses the first field or argument that lies beyond the emulation."""

    def __init__(self, info: TypeInfo) -> None:
        super().__init__()
        self._info = info

    def enter_field(self, node: FieldNode, *_: object) -> None:
        """A field of an object."""
        parent = self._info.get_parent_type()
        if isinstance(parent, GraphQLObjectType | GraphQLInterfaceType):
            _refuse(parent.name, node.name.value)

    def enter_argument(self, node: ArgumentNode, *_: object) -> None:
        """An argument of a field that we have."""
        parent, field = self._info.get_parent_type(), self._info.get_field_def()
        if parent and field and field.ast_node:
            _refuse(f"{parent.name}.{field.ast_node.name.value}", node.name.value)

    def enter_object_field(self, node: ObjectFieldNode, *_: object) -> None:
        """A field of an input that is written in the document."""
        parent = get_named_type(self._info.get_parent_input_type())
        if parent:
            _refuse(parent.name, node.name.value)


def _input_fields(kind: Any, value: object) -> Iterator[tuple[str, str]]:
    """Yield owner and name of every field of an input value."""
    named = get_named_type(kind) if kind else None
    if isinstance(value, list):
        for one in value:
            yield from _input_fields(kind, one)
    elif isinstance(named, GraphQLInputObjectType) and isinstance(value, dict):
        for name, inner in value.items():
            yield named.name, name
            field = named.fields.get(name)
            yield from _input_fields(field.type if field else None, inner)


def _refuse(owner: str, name: str) -> None:
    if name in unemulated_names().get(owner, ()):
        raise not_emulated(f"{owner}.{name}")


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
