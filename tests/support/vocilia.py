"""The reference product run by hand: migrated database, processes, HTTP calls."""

from __future__ import annotations

import contextlib
import http.client
import importlib
import json
import os
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.support.cluster import SUPERUSER, Cluster

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from types import ModuleType

PRODUCT = Path(__file__).parents[2] / "examples" / "vocilia"
BACKEND = PRODUCT / "apps" / "backend"
MIGRATIONS = sorted((PRODUCT / "supabase" / "migrations").glob("*.sql"))
CUSTOMER_ORIGIN = "https://customer.vocilia.test"
BUSINESS_ORIGIN = "https://business.vocilia.test"
ADMIN_ORIGIN = "https://admin.vocilia.test"
PUBLIC_VARIABLES = {
    "NEXT_PUBLIC_API_URL": "https://api.vocilia.test:8443",
    "NEXT_PUBLIC_APP_URL": "https://customer.vocilia.test:8443",
    "NEXT_PUBLIC_SUPABASE_ANON_KEY": "public-anon-key",
    "NEXT_PUBLIC_SUPABASE_URL": "https://project.supabase.test",
}


def backend_module(name: str) -> ModuleType:
    """Import a module of the backend, which is no part of the product's package."""
    if str(BACKEND) not in sys.path:
        sys.path.append(str(BACKEND))
    return importlib.import_module(f"backend.{name}")


def migrate(cluster: Cluster) -> None:
    """Make the cluster a Supabase project with the product's schema."""
    local = PRODUCT / "packages" / "database" / "local.sql"
    cluster.run(local.read_text(), user=SUPERUSER)
    for path in MIGRATIONS:
        cluster.run(path.read_text())


def variables(cluster: Cluster | None = None) -> dict[str, str]:
    """A complete staging environment; its database is away without a cluster."""
    return {
        "NODE_ENV": "staging",
        "DATABASE_URL": cluster.url
        if cluster
        else "postgresql://nobody@127.0.0.1:1/postgres",
        "DATABASE_CA": cluster.ca if cluster else "",
        "SUPABASE_URL": "https://project.supabase.test",
        "SUPABASE_ANON_KEY": "anon",
        "SUPABASE_SERVICE_ROLE_KEY": "service",
        "JWT_SECRET": "j" * 32,
        "SESSION_SECRET": "s" * 32,
        "BCRYPT_ROUNDS": "8",
        "CORS_ORIGIN": f"{CUSTOMER_ORIGIN},{BUSINESS_ORIGIN},{ADMIN_ORIGIN}",
        "OPENAI_MODEL": "local",
        "HOST": "127.0.0.1",
        "LAUNCHBOOK_VARIABLES": "NODE_ENV,CORS_ORIGIN",
    }


def start(
    module: str,
    environ: Mapping[str, str],
    *arguments: str,
    folder: Path = BACKEND,
) -> subprocess.Popen[str]:
    """Start a module of the backend as Railway would; output is one stream."""
    return subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1", **environ},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def finish(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Wait for a process to end by itself; return exit status and output."""
    with process:
        output, _ = process.communicate(timeout=20)
    return process.returncode, output


@contextlib.contextmanager
def started(
    module: str, environ: Mapping[str, str], folder: Path = BACKEND
) -> Iterator[None]:
    """Run a module of the backend until the end of the block, then SIGTERM."""
    process = start(module, environ, folder=folder)
    try:
        yield
    finally:
        process.terminate()
        status, output = finish(process)
    assert status == 0, output


@dataclass(frozen=True)
class Answer:
    """What the backend answered; header names in lower case."""

    status: int
    headers: dict[str, str]
    body: Any


@dataclass(frozen=True)
class Backend:
    """A backend that listens on a loopback port."""

    port: int
    environ: dict[str, str] = field(repr=False)

    def call(
        self,
        path: str,
        *,
        method: str = "GET",
        body: object = None,
        headers: Mapping[str, str] | None = None,
        token: str | None = None,
    ) -> Answer:
        """Send one request."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        sent = {
            **(headers or {}),
            **({"Authorization": f"Bearer {token}"} if token else {}),
        }
        text = None if body is None else json.dumps(body)
        try:
            connection.request(method, path, text, sent)
            answer = connection.getresponse()
            raw = answer.read()
            known = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, known, json.loads(raw) if raw else None)
        finally:
            connection.close()

    def post(self, path: str, body: object, token: str | None = None) -> Answer:
        """Send a POST with a JSON body."""
        return self.call(path, method="POST", body=body, token=token)


@contextlib.contextmanager
def serving(environ: Mapping[str, str], folder: Path = BACKEND) -> Iterator[Backend]:
    """Run the backend on a free port until the end of the block."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    given = {**environ, "PORT": str(port)}
    backend = Backend(port, given)
    with started("backend", given, folder):
        wait_until(lambda: is_listening(port), "the backend listens")
        yield backend


def is_listening(port: int) -> bool:
    """Whether somebody accepts connections."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_until(is_so: Callable[[], bool], what: str, seconds: float = 10) -> None:
    """Wait for something that another process brings about."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.05)
