"""Railway's schema: documents, variables, and the shape of answers."""

from __future__ import annotations

from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLEnumType,
    GraphQLError,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    build_schema,
    parse,
    validate,
)
from graphql.execution.values import get_variable_values

MOST_PROBLEMS = 5
SCALARS: dict[str, tuple[type, ...]] = {
    "String": (str,),
    "ID": (str,),
    "Int": (int,),
    "Float": (int, float),
    "Boolean": (bool,),
    "DateTime": (str,),
}


class GraphqlContract:
    """The schema. It has one mistake of the vendor's own, so it is assumed valid."""

    def __init__(self, text: str) -> None:
        self.schema = build_schema(text, assume_valid=True)

    def document_problems(self, text: str) -> list[str]:
        """Return what is wrong with a document."""
        try:
            found = validate(self.schema, parse(text))
        except GraphQLError as error:
            found = [error]
        return [error.message for error in found]

    def problems(self, body: Any, status: int | None, answer: Any) -> list[str]:
        """Return what is wrong with a request and, where given, its answer."""
        if not isinstance(body, dict) or not isinstance(body.get("query"), str):
            return ["the body has no query"]
        problems = self.document_problems(body["query"])
        if problems:
            return problems
        document = parse(body["query"])
        operation = _operation(document, body.get("operationName"))
        problems = self._variable_problems(operation, body.get("variables") or {})
        if status is None:
            return problems
        return problems + self._answer_problems(document, operation, status, answer)

    def _variable_problems(
        self, operation: OperationDefinitionNode, variables: Any
    ) -> list[str]:
        result = get_variable_values(
            self.schema, list(operation.variable_definitions or ()), variables
        )
        problems = (
            [error.message for error in result] if isinstance(result, list) else []
        )
        declared = {
            definition.variable.name.value
            for definition in operation.variable_definitions or ()
        }
        return problems + [
            f"variable {name} is not declared" for name in variables.keys() - declared
        ]

    def _answer_problems(
        self,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        status: int,
        answer: Any,
    ) -> list[str]:
        if status == 429 or status >= 500:
            return []
        if not isinstance(answer, dict):
            return ["the answer is no JSON object"]
        if errors := answer.get("errors"):
            return [
                "an error has no message"
                for error in errors
                if not isinstance(error.get("message"), str)
            ]
        if status != 200:
            return [f"status {status} without errors"]
        kind = {
            OperationType.QUERY: self.schema.query_type,
            OperationType.MUTATION: self.schema.mutation_type,
        }[operation.operation]
        walker = _Walker(document)
        assert kind is not None
        walker.check_object(kind, operation.selection_set, answer.get("data"), "data")
        return walker.problems[:MOST_PROBLEMS]


class _Walker:
    """Holds an answer against the selections that asked for it."""

    def __init__(self, document: DocumentNode) -> None:
        self.problems: list[str] = []
        self._fragments = {
            node.name.value: node
            for node in document.definitions
            if isinstance(node, FragmentDefinitionNode)
        }

    def check_object(
        self,
        kind: GraphQLObjectType | GraphQLInterfaceType,
        selections: SelectionSetNode,
        value: Any,
        where: str,
    ) -> None:
        if not isinstance(value, dict):
            self.problems.append(f"{where}: should be an object")
            return
        for field in self._fields(selections):
            key = field.alias.value if field.alias else field.name.value
            if field.name.value == "__typename":
                continue
            output = kind.fields[field.name.value].type
            if key not in value:
                self.problems.append(f"{where}.{key}: is missing")
                continue
            self._check(output, field, value[key], f"{where}.{key}")

    def _fields(self, selections: SelectionSetNode) -> list[FieldNode]:
        found: list[FieldNode] = []
        for selection in selections.selections:
            if isinstance(selection, FieldNode):
                found.append(selection)
            elif isinstance(selection, InlineFragmentNode):
                found += self._fields(selection.selection_set)
            else:
                fragment = self._fragments[selection.name.value]  # type: ignore[attr-defined]  # the only other kind of selection
                found += self._fields(fragment.selection_set)
        return found

    def _check(
        self, output: GraphQLOutputType, field: FieldNode, value: Any, where: str
    ) -> None:
        if isinstance(output, GraphQLNonNull):
            if value is None:
                self.problems.append(f"{where}: is null")
            output = output.of_type
        if value is None:
            return
        if isinstance(output, GraphQLList):
            self._check_list(output, field, value, where)
        elif field.selection_set is not None:
            assert isinstance(output, GraphQLObjectType | GraphQLInterfaceType)
            self.check_object(output, field.selection_set, value, where)
        else:
            self._check_leaf(output, value, where)

    def _check_list(
        self,
        output: GraphQLList[GraphQLOutputType],
        field: FieldNode,
        value: Any,
        where: str,
    ) -> None:
        if not isinstance(value, list):
            self.problems.append(f"{where}: should be a list")
            return
        for index, item in enumerate(value):
            self._check(output.of_type, field, item, f"{where}[{index}]")

    def _check_leaf(self, output: GraphQLOutputType, value: Any, where: str) -> None:
        if not isinstance(output, GraphQLEnumType):
            self._check_scalar(str(output), value, where)
        elif value not in output.values:
            self.problems.append(f"{where}: {value} is no {output.name}")

    def _check_scalar(self, name: str, value: Any, where: str) -> None:
        wanted = SCALARS.get(name)
        if wanted is None:
            return
        if not isinstance(value, wanted) or (name == "Int" and isinstance(value, bool)):
            self.problems.append(f"{where}: should be {name}")


def _operation(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    found = [
        node
        for node in document.definitions
        if isinstance(node, OperationDefinitionNode)
        and name in {None, node.name.value if node.name else None}
    ]
    assert found, "the operation is not in the document"
    return found[0]
