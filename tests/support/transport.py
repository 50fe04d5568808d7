"""Stand-ins for clock, connection and platform."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import requests
from requests.adapters import BaseAdapter

from launchbook.errors import LaunchbookError
from launchbook.redact import Secret, reveal
from launchbook.transport.http import HttpTransport, Origin, bearer, open_session
from launchbook.transport.request import Request, Response

if TYPE_CHECKING:
    from launchbook.clock import Clock

START = datetime(2026, 11, 22, 12, tzinfo=UTC)


class JumpingClock:
    """Sleeps by moving on at once, and remembers for how long."""

    def __init__(self) -> None:
        self.slept: list[float] = []
        self._passed = 0.0

    def now(self) -> datetime:
        return START + timedelta(seconds=self._passed)

    def monotonic(self) -> float:
        return self._passed

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self._passed += seconds


@dataclass
class Reply:
    """What a scripted connection answers."""

    status: int = 200
    body: object = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def content(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        return b"" if self.body is None else json.dumps(self.body).encode()


class ScriptedAdapter(BaseAdapter):
    """Answers from a list, the last entry for ever; exceptions are raised."""

    def __init__(self, *script: Reply | Exception) -> None:
        super().__init__()
        self.sent: list[requests.PreparedRequest] = []
        self.bodies: list[bytes] = []
        self._script = list(script)

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> Any:
        self.sent.append(request)
        body: Any = request.body
        self.bodies.append(body.read() if hasattr(body, "read") else body or b"")
        step = self._script.pop(0) if len(self._script) > 1 else self._script[0]
        if isinstance(step, Exception):
            raise step
        response = requests.Response()
        response.status_code = step.status
        response.headers.update(step.headers)
        response.raw = io.BytesIO(step.content)
        response.url = request.url or ""
        response.request = request
        return response

    def close(self) -> None:
        return


def transport_over(
    adapter: ScriptedAdapter, clock: Clock | None = None, **options: Any
) -> HttpTransport:
    """Return a real transport on a scripted connection."""
    origin = Origin("vercel", "https://api.test", bearer(Secret("token-of-the-test")))
    return HttpTransport(
        origin,
        clock=clock or JumpingClock(),
        session=open_session(None, adapter),
        **options,
    )


Answering = Callable[[Request], object]


class ScriptedSender:
    """Takes requests as values; answers JSON, or raises, by ``METHOD /path``.

    Args:
        answers: By the request's text; ``InTurn`` gives one after the
            other. An exception is raised. A callable is asked.
    """

    def __init__(self, answers: Mapping[str, object]) -> None:
        self.requests: list[Request] = []
        self._answers = dict(answers)

    def send(self, request: Request) -> Response:
        self.requests.append(request)
        answer = self._answer(str(request))
        if callable(answer):
            answer = answer(request)
        if isinstance(answer, LaunchbookError):
            raise answer
        content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        return Response("test", 200, {}, content)

    def _answer(self, key: str) -> object:
        found = self._answers[key]
        if not isinstance(found, InTurn):
            return found
        self._answers[key] = InTurn(found[1:]) if len(found) > 1 else found
        return found[0]

    @property
    def sent(self) -> list[str]:
        return [str(request) for request in self.requests]


class InTurn(tuple[object, ...]):
    """Several answers, one after the other; the last one stays."""

    __slots__ = ()


class ScriptedGraphql:
    """A sender that answers GraphQL operations by name with ``data``."""

    def __init__(self, answers: Mapping[str, object]) -> None:
        self.requests: list[Request] = []
        self.operations: list[str] = []
        self._answers = {
            name: list(value) if isinstance(value, InTurn) else [value]
            for name, value in answers.items()
        }

    def send(self, request: Request) -> Response:
        self.requests.append(request)
        body = request.json if isinstance(request.json, dict) else {}
        name = str(body.get("operationName") or request)
        self.operations.append(name)
        script = self._answers[name]
        answer = script.pop(0) if len(script) > 1 else script[0]
        if isinstance(answer, LaunchbookError):
            raise answer
        if isinstance(answer, Refusal):
            answer = {"errors": [{"message": answer.message}], "data": None}
        elif body:
            answer = {"data": answer}
        return Response("railway", 200, {}, json.dumps(answer).encode())

    def variables(self, name: str) -> dict[str, Any]:
        """Return the variables of the last request of an operation, in clear."""
        for request in reversed(self.requests):
            body = reveal(request.json)
            if isinstance(body, dict) and body.get("operationName") == name:
                return dict(body["variables"])
        raise KeyError(name)


@dataclass(frozen=True)
class Refusal:
    """A GraphQL error under status 200."""

    message: str


def body_of(request: Request) -> Any:
    """Return a request's body as it goes over the wire."""
    if request.json is not None:
        return json.loads(json.dumps(reveal(request.json)))
    if isinstance(request.body, Path):
        return request.body.read_bytes()
    return request.body
