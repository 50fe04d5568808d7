"""A whole sandbox for a test: in a thread of this process, or as a real child."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, TypeVar
from urllib.parse import urlsplit

import pytest

from launchbook.sandbox.server import Sandbox as Server
from launchbook.sandbox.server import endpoints, running
from launchbook.sandbox.settings import Settings
from launchbook.sandbox.world import World

START_SECONDS = 60.0
T = TypeVar("T")


@dataclass(frozen=True)
class Answer:
    """An HTTP answer. Header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    cookies: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return self.body.decode()

    def json(self) -> Any:
        return json.loads(self.body)


class _Connection(http.client.HTTPSConnection):
    """Connects to loopback whatever the name, which is what TLS then asks for."""

    def __init__(self, host: str, port: int | None, context: ssl.SSLContext) -> None:
        super().__init__(host, port, timeout=30, context=context)
        self._tls = context

    def connect(self) -> None:
        plain = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        self.sock = self._tls.wrap_socket(plain, server_hostname=self.host)
        self.certificate = self.sock.getpeercert(binary_form=True) or b""


def unverifying_context() -> ssl.SSLContext:
    """Return a client's context that takes any certificate."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def fetch(
    url: str,
    *,
    method: str = "GET",
    body: object = None,
    headers: Mapping[str, str] | None = None,
    ca_file: str | Path | None = None,
) -> Answer:
    """Ask once. A body that is not bytes goes as JSON."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port
    connection: http.client.HTTPConnection
    if parts.scheme == "https":
        context = ssl.create_default_context(cafile=str(ca_file) if ca_file else None)
        connection = _Connection(host, port, context)
    else:
        connection = http.client.HTTPConnection(host, port, timeout=30)
    content = body if isinstance(body, bytes | None) else json.dumps(body).encode()
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    with contextlib.closing(connection):
        connection.request(method, path, content, dict(headers or {}))
        response = connection.getresponse()
        kept = {name.lower(): value for name, value in response.getheaders()}
        cookies = response.headers.get_all("set-cookie") or []
        return Answer(response.status, kept, response.read(), cookies)


@dataclass
class Endpoints:
    """What ``endpoints.json`` says, with the requests that tests make of it."""

    facts: dict[str, Any]

    @property
    def ca_file(self) -> str:
        return str(self.facts["ca_file"])

    def control(self, method: str, path: str, body: object = None) -> Answer:
        """Call the control API."""
        token = {"Authorization": f"Bearer {self.facts['control_token']}"}
        url = self.facts["control"] + path
        return fetch(url, method=method, body=body, headers=token)

    def api(
        self,
        vendor: str,
        method: str,
        path: str,
        body: object = None,
        *,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Call a vendor's API with its token (another Authorization may be given)."""
        section = self.facts[vendor]
        bearer = {"Authorization": f"Bearer {section['token']}"}
        return fetch(
            section["api"] + path,
            method=method,
            body=body,
            headers=bearer | dict(headers or {}),
            ca_file=self.ca_file,
        )

    def visit(
        self,
        host: str,
        path: str = "/",
        *,
        method: str = "GET",
        body: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Ask the edge for a host name."""
        return fetch(
            f"https://{host}:{self.facts['edge_port']}{path}",
            method=method,
            body=body,
            headers=headers,
            ca_file=self.ca_file,
        )

    def visit_anyway(self, host: str) -> tuple[Answer, bytes]:
        """Ask the edge whatever certificate it shows; return that as well (DER)."""
        port = self.facts["edge_port"]
        connection = _Connection(host, port, unverifying_context())
        with contextlib.closing(connection):
            connection.request("GET", "/")
            shown = connection.certificate
            response = connection.getresponse()
            kept = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, kept, response.read()), shown

    def mutating_count(self, since: int = 0) -> int:
        """Return how many mutating requests came after a sequence number."""
        answer = self.control("GET", f"/requests?mutating=1&since={since}")
        return int(answer.json()["count"])

    def last_sequence(self) -> int:
        """Return the number of the latest request."""
        return int(self.control("GET", "/requests").json()["last_sequence"])


@dataclass
class Sandbox(Endpoints):
    """A sandbox in a thread of its own, with a loop of its own.

    Attributes:
        server: The running server, for looking inside; use ``call`` to touch it.
    """

    server: Server
    loop: asyncio.AbstractEventLoop = field(repr=False)

    @property
    def world(self) -> World:
        return self.server.world

    def call(self, work: Callable[[], Awaitable[T]]) -> T:
        """Await something on the sandbox's own loop."""

        async def run() -> T:
            return await work()

        future = asyncio.run_coroutine_threadsafe(run(), self.loop)
        return future.result(START_SECONDS)

    def wait_until(self, is_true: Callable[[], bool], seconds: float = 10) -> None:
        """Look until something is true; fail when it does not become so."""
        pause = threading.Event()
        for _ in range(int(seconds / 0.02)):
            if is_true():
                return
            pause.wait(0.02)
        pytest.fail("it did not become true")


Builders = Sequence[Callable[[World], Any]]


@contextlib.contextmanager
def sandbox_running(
    settings: Settings, builders: Builders | None = None
) -> Iterator[Sandbox]:
    """Run a sandbox in a thread for the body; the three vendors by default."""
    ready: list[Sandbox] = []
    failures: list[BaseException] = []
    started = threading.Event()

    async def serve() -> None:
        async with running(settings, builders) as server:
            loop = asyncio.get_running_loop()
            ready.append(Sandbox(endpoints(server.world), server, loop))
            started.set()
            await server.down.wait()

    def run() -> None:
        try:
            asyncio.run(serve())
        except BaseException as error:  # noqa: BLE001 - handed to the test below
            failures.append(error)
        started.set()

    thread = threading.Thread(target=run, name="sandbox")
    thread.start()
    started.wait(START_SECONDS)
    if failures:
        thread.join()
        raise failures[0]
    sandbox = ready[0]
    try:
        yield sandbox
    finally:
        with contextlib.suppress(RuntimeError):
            sandbox.loop.call_soon_threadsafe(sandbox.server.down.set)
        thread.join(START_SECONDS)
    if failures:
        raise failures[0]


@dataclass
class ChildSandbox(Endpoints):
    """A sandbox as a real process."""

    process: subprocess.Popen[str]

    def terminate(self) -> int:
        """Ask it to stop; return its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(START_SECONDS)

    def kill(self) -> None:
        """Kill it as a power cut would."""
        self.process.kill()
        self.process.wait(START_SECONDS)


PROGRAM = ("-m", "launchbook.sandbox")


@contextlib.contextmanager
def child_sandbox(
    home: Path, *words: str, program: Sequence[str] = PROGRAM
) -> Iterator[ChildSandbox]:
    """Run a sandbox as a child process for the body.

    Args:
        home: The folder of its state.
        words: More words of its command line.
        program: What the interpreter is given in front of them.
    """
    process = spawn_sandbox(home, *words, program=program)
    try:
        line = _first_line(process)
        facts = json.loads(Path(json.loads(line)["endpoints"]).read_text())
        yield ChildSandbox(facts, process)
    finally:
        process.terminate()
        try:
            process.wait(START_SECONDS)
        finally:
            process.kill()
            process.communicate()


def spawn_sandbox(
    home: Path, *words: str, program: Sequence[str] = PROGRAM
) -> subprocess.Popen[str]:
    """Start the program without waiting for anything."""
    return subprocess.Popen(
        [sys.executable, *program, "--home", str(home), *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )


def _first_line(process: subprocess.Popen[str]) -> str:
    output: IO[str] | None = process.stdout
    line = output.readline() if output else ""
    if not line:
        _, errors = process.communicate(timeout=START_SECONDS)
        pytest.fail(f"the sandbox did not start: {errors}")
    return line


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    """The three vendors, empty, in a thread of this process."""
    with sandbox_running(Settings(tmp_path / "emulator")) as one:
        yield one


@pytest.fixture
def sandbox_process(tmp_path: Path) -> Iterator[ChildSandbox]:
    """The three vendors, empty, as a real process."""
    with child_sandbox(tmp_path / "emulator") as one:
        yield one
