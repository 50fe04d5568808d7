"""One GraphQL request: read, refused or executed, and answered."""

from __future__ import annotations

import inspect
import json
import logging
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiohttp import web
from graphql import (
    ExecutionResult,
    GraphQLError,
    OperationType,
    execute,
    get_operation_ast,
    parse,
    validate,
)

from launchbook.sandbox.emulator import Operation
from launchbook.sandbox.railway.faults import DEFAULT_CODE, ApiError, unprocessable
from launchbook.sandbox.railway.schema import check_emulated, schema

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from graphql import DocumentNode, OperationDefinitionNode

    from launchbook.sandbox.railway.access import Reach
    from launchbook.sandbox.railway.faults import OrderedFaults

_LOG = logging.getLogger(__name__)
VALIDATION_CODE = "GRAPHQL_VALIDATION_FAILED"


class InvalidRequest(Exception):
    """A body that is not GraphQL; answered with HTTP 400."""


@dataclass(frozen=True, slots=True)
class GraphqlRequest:
    """A request whose document could be parsed.

    Attributes:
        name: The first field that is asked for, as ``projectCreate``.
    """

    document: DocumentNode
    operation: OperationDefinitionNode
    operation_name: str | None
    variables: dict[str, Any]
    name: str

    @property
    def is_mutation(self) -> bool:
        """Whether it is meant to change something."""
        return self.operation.operation is OperationType.MUTATION

    def as_operation(self) -> Operation:
        """Return how the request log names it."""
        return Operation(self.name, self.is_mutation)


def read_request(body: bytes) -> GraphqlRequest:
    """Read the body of a GraphQL request.

    Raises:
        InvalidRequest: It is not JSON, names no operation, or does not parse.
    """
    try:
        content = json.loads(body)
        document = parse(content["query"])
    except (ValueError, KeyError, TypeError) as error:
        raise InvalidRequest("POST body missing, invalid or empty") from error
    except GraphQLError as error:
        raise InvalidRequest(error.message) from error
    variables, name = content.get("variables") or {}, content.get("operationName")
    operation = get_operation_ast(document, name)
    if operation is None or not isinstance(variables, dict):
        raise InvalidRequest("Must provide operation name or valid variables")
    fields = [getattr(one, "name", None) for one in operation.selection_set.selections]
    first = next((field.value for field in fields if field), operation.operation.value)
    return GraphqlRequest(document, operation, name, variables, first)


async def answer(
    asked: GraphqlRequest,
    root: Mapping[str, Any],
    reach: Reach,
    faults: OrderedFaults,
) -> web.Response:
    """Execute a request and return its answer.

    Errors come under HTTP 200, as the vendor's do; only what violates the schema
    is a 400.
    """
    try:
        check_emulated(asked.document, asked.operation, asked.variables)
        faults.check(asked.name)
    except ApiError as error:
        return refusal(error)
    if invalid := validate(schema(), asked.document):
        return invalid_response(invalid)
    result = execute(
        schema(),
        asked.document,
        root_value=root,
        context_value=reach,
        variable_values=asked.variables,
        operation_name=asked.operation_name,
    )
    if inspect.isawaitable(result):
        result = await result
    if result.errors and all(_is_invalid(error) for error in result.errors):
        return invalid_response(result.errors)
    return web.json_response(_body(result))


def refusal(error: ApiError) -> web.Response:
    """Return an error under HTTP 200, before anything was executed."""
    body = {"errors": [_shown(error.message, error.code)], "data": None}
    return web.json_response(body)


def invalid_response(errors: Sequence[GraphQLError]) -> web.Response:
    """Return HTTP 400 for a request that violates the schema."""
    shown = [_shown(error.message, VALIDATION_CODE, error) for error in errors]
    return web.json_response({"errors": shown}, status=400)


def unreadable(error: InvalidRequest) -> web.Response:
    """Return HTTP 400 for a body that is not GraphQL."""
    body = {"errors": [_shown(str(error), "BAD_REQUEST")]}
    return web.json_response(body, status=400)


def _is_invalid(error: GraphQLError) -> bool:
    """Whether an error comes from the variables' types, not from a resolver."""
    return error.path is None and not isinstance(error.original_error, ApiError)


def _body(result: ExecutionResult) -> dict[str, Any]:
    body: dict[str, Any] = {"data": result.data}
    if result.errors:
        body["errors"] = [_error(error) for error in result.errors]
    return body


def _error(error: GraphQLError) -> dict[str, Any]:
    cause = error.original_error
    if not isinstance(cause, ApiError):
        _LOG.error("a resolver failed at %s", error.path, exc_info=cause or error)
        cause = unprocessable()
    return _shown(cause.message, cause.code, error)


def _shown(
    message: str, code: str = DEFAULT_CODE, error: GraphQLError | None = None
) -> dict[str, Any]:
    """Return one error as the vendor shows it."""
    shown: dict[str, Any] = {
        "message": message,
        "extensions": {"code": code},
        # Decimal, as the vendor's.
        "traceId": str(secrets.randbits(62)),
    }
    shown["extensions"]["traceId"] = shown.pop("traceId")
    if error and error.locations:
        shown["locations"] = [
            {"line": one.line, "column": one.column} for one in error.locations
        ]
    if error and error.path:
        shown["path"] = list(error.path)
    return shown
