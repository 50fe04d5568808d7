from __future__ import annotations

import json

import pytest

from launchbook.errors import (
    Conflict,
    MalformedAnswer,
    NotEmulated,
    NotFound,
    RateLimited,
    Rejected,
    Unauthorized,
)
from launchbook.redact import REDACTED, Redactor, Secret
from launchbook.transport.graphql import Document, GraphqlTransport, meaning
from launchbook.transport.request import Request, Response
from tests.support.transport import JumpingClock

QUERY = Document.parse("query Find($id: String!) { thing(id: $id) { id } }")
MUTATION = Document.parse("mutation Make { makeThing }")


class Wire:
    """Answers bodies in turn, the last one for ever."""

    def __init__(self, *bodies: object) -> None:
        self.bodies = list(bodies)
        self.requests: list[Request] = []

    def send(self, request: Request) -> Response:
        self.requests.append(request)
        body = self.bodies.pop(0) if len(self.bodies) > 1 else self.bodies[0]
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return Response("railway", 200, {}, content)


def run(
    wire: Wire, document: Document = QUERY, clock: JumpingClock | None = None
) -> dict[str, object]:
    transport = GraphqlTransport(wire, clock or JumpingClock(), platform="railway")
    return transport.run(document, {"id": "1"})


def refusal(message: str, code: str = "INTERNAL_SERVER_ERROR") -> dict[str, object]:
    extensions = {"code": code, "traceId": "trace-1"}
    error = {"message": message, "extensions": extensions}
    return {"errors": [error], "data": None}


def test_data_is_returned() -> None:
    assert {"thing": {"id": "1"}} == run(Wire({"data": {"thing": {"id": "1"}}}))


def test_a_request_always_has_a_query_string_and_an_operation_name() -> None:
    wire = Wire({"data": {}})
    run(wire)
    (request,) = wire.requests
    assert [("source", "launchbook")] == request.parameters()
    assert isinstance(request.json, dict)
    assert "Find" == request.json["operationName"]


def test_a_query_may_be_repeated_and_a_mutation_may_not() -> None:
    transport = GraphqlTransport(Wire({}), JumpingClock(), platform="railway")
    assert transport.request(QUERY, {}).may_be_repeated
    assert not transport.request(MUTATION, {}).may_be_repeated


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("Not Authorized", Unauthorized),
        ("Two Factor Authentication Required", Unauthorized),
        ("Project not found", NotFound),
        ("Project Token not found", NotFound),
        ("A service named x already exists in this project", Conflict),
        ("environment with that name already exists", Conflict),
        ("Cannot redeploy yet, please wait for the deployment", Conflict),
        ("Problem processing request", Rejected),
        ("Invalid service name", Rejected),
        ("You are creating projects too quickly", RateLimited),
        ("Something nobody has seen", Rejected),
    ],
)
def test_the_words_of_a_message_decide_its_class(
    message: str, kind: type[Exception]
) -> None:
    assert kind is meaning(message)


def test_an_error_under_status_200_is_an_error_with_its_facts() -> None:
    with pytest.raises(NotFound) as caught:
        run(Wire(refusal("Project not found")))
    error = caught.value
    assert "railway refused Find: Project not found" == error.message
    assert ("INTERNAL_SERVER_ERROR", "trace-1") == (error.vendor_code, error.request_id)


def test_a_soft_throttle_is_waited_out_even_for_a_mutation() -> None:
    clock = JumpingClock()
    throttled = refusal("creating projects too quickly")
    wire = Wire(throttled, throttled, {"data": {"makeThing": True}})
    assert {"makeThing": True} == run(wire, MUTATION, clock)
    assert 2 == len(clock.slept)


def test_a_soft_throttle_that_stays_is_an_error() -> None:
    with pytest.raises(RateLimited):
        run(Wire(refusal("creating volumes too quickly")), MUTATION)


def test_what_the_sandbox_does_not_emulate_is_told_apart() -> None:
    with pytest.raises(NotEmulated):
        run(Wire(refusal("volumeCreate", "NOT_EMULATED")))


@pytest.mark.parametrize("body", [b"<html>", [], {"data": None}, {}, {"data": []}])
def test_an_answer_that_is_not_graphql_is_malformed(body: object) -> None:
    with pytest.raises(MalformedAnswer):
        run(Wire(body))


@pytest.mark.parametrize("errors", [["text"], "text", [{}], {"a": 1}])
def test_errors_of_an_unknown_shape_are_errors(errors: object) -> None:
    with pytest.raises(Rejected):
        run(Wire({"errors": errors}))


def test_secret_values_in_a_message_are_redacted() -> None:
    redactor = Redactor()
    redactor.learn(Secret("p4ssw0rd-value"))
    transport = GraphqlTransport(
        Wire(refusal("bad value p4ssw0rd-value")),
        JumpingClock(),
        platform="railway",
        redactor=redactor,
    )
    with pytest.raises(Rejected, match="bad value") as caught:
        transport.run(QUERY, {})
    assert REDACTED in str(caught.value)
    assert "p4ssw0rd" not in str(caught.value)


def test_a_document_without_a_named_operation_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="named"):
        Document.parse("{ me { id } }")
