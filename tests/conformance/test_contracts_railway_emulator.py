"""Every name of the emulated schema is the vendor's, with the vendor's type."""

import os
from pathlib import Path

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    build_schema,
)

from launchbook.sandbox.railway.schema import schema, unemulated_names

_CONTRACTS = os.environ.get("LAUNCHBOOK_CONTRACTS")
pytestmark = pytest.mark.skipif(
    not _CONTRACTS, reason="LAUNCHBOOK_CONTRACTS does not name the vendors' files"
)


@pytest.fixture(scope="module")
def vendor() -> GraphQLSchema:
    text = (Path(_CONTRACTS or "") / "railway.schema.graphql").read_text(
        encoding="utf-8"
    )
    return build_schema(text, assume_valid=True)


def shape(kind: object) -> dict[str, str]:
    """Return every name of a type, dotted, with its type as the vendor writes it."""
    if isinstance(kind, GraphQLEnumType):
        return dict.fromkeys(kind.values, "value")
    found: dict[str, str] = {}
    if isinstance(kind, GraphQLInputObjectType):
        for name, field in kind.fields.items():
            found[name] = f"{field.type} = {field.default_value}"
    if isinstance(kind, GraphQLObjectType):
        for name, output in kind.fields.items():
            found[name] = str(output.type)
            for word, argument in output.args.items():
                found[f"{name}.{word}"] = f"{argument.type} = {argument.default_value}"
    return found


def ours() -> list[str]:
    built_in = {"Boolean", "Float", "ID", "Int", "String"}
    return sorted(
        n for n in schema().type_map if not n.startswith("__") and n not in built_in
    )


@pytest.mark.parametrize("name", ours())
def test_a_type_has_only_what_the_vendors_has(name: str, vendor: GraphQLSchema) -> None:
    kind, theirs = schema().type_map[name], vendor.type_map[name]
    assert type(kind) is type(theirs)
    expected = shape(theirs)
    assert {key: expected.get(key) for key in shape(kind)} == shape(kind)


@pytest.mark.parametrize("name", ours())
def test_what_a_type_lacks_is_listed_as_not_emulated(
    name: str, vendor: GraphQLSchema
) -> None:
    kind, theirs = schema().type_map[name], vendor.type_map[name]
    if isinstance(kind, GraphQLScalarType):
        return
    missing = {key for key in shape(theirs) if key not in shape(kind)}
    listed = set(unemulated_names().get(name, frozenset()))
    for owner, names in unemulated_names().items():
        if owner.startswith(f"{name}."):
            field = owner.removeprefix(f"{name}.")
            listed |= {f"{field}.{word}" for word in names}
    fields_without_arguments = {
        key for key in missing if key.split(".")[0] not in missing or "." not in key
    }
    assert listed == fields_without_arguments
