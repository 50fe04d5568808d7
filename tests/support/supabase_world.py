"""Supabase in the sandbox, driven over its API and over PostgreSQL's own protocol."""

from __future__ import annotations

import asyncio
import itertools
import ssl
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import asyncpg
import pytest

from tests.support.contracts import check_exchange

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from tests.support.sandbox import Answer, Endpoints

PASSWORD = "a long database password"
WAIT_SECONDS = 20
SERVICES = "auth,db,pooler,rest,storage,realtime"

_numbers = itertools.count(1)
_pause = threading.Event()


@dataclass
class Supabase:
    """One organization of one sandbox.

    Attributes:
        is_checked: Hold every exchange against the vendor's contract file.
        problems: What broke it.
    """

    endpoints: Endpoints
    is_checked: bool = False
    problems: list[str] = field(default_factory=list)

    @property
    def organization(self) -> str:
        return str(self.endpoints.facts["supabase"]["organization"])

    @property
    def ports(self) -> dict[str, int]:
        return dict(self.endpoints.facts["pooler"])

    @property
    def tls(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.endpoints.ca_file)

    def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Ask once."""
        answer = self.endpoints.api("supabase", method, path, body, headers=headers)
        if self.is_checked:
            parts = urlsplit(path)
            query = {k: v[-1] for k, v in parse_qs(parts.query).items()}
            content = answer.json() if answer.body else None
            self.problems += check_exchange(
                "supabase", method, parts.path, query, body, answer.status, content
            )
        return answer

    def get(self, path: str) -> Any:
        """Read; anything but 200 fails the test."""
        answer = self.ask("GET", path)
        assert answer.status == 200, (answer.status, answer.text)
        return answer.json()

    def done(self, method: str, path: str, body: object = None) -> Any:
        """Write; anything but success fails the test."""
        answer = self.ask(method, path, body)
        assert answer.status in {200, 201}, (answer.status, answer.text)
        return answer.json() if answer.body else None

    def refused(self, method: str, path: str, body: object = None) -> tuple[int, str]:
        """Ask for what must be refused; return the status and the message."""
        answer = self.ask(method, path, body)
        assert answer.status >= 400, answer.text
        return answer.status, answer.json()["message"]

    def order(self, **more: object) -> dict[str, object]:
        """The body of a new project."""
        body: dict[str, object] = {
            "name": f"shop-{next(_numbers)}",
            "organization_slug": self.organization,
            "db_pass": PASSWORD,
            "region_selection": {"type": "specific", "code": "eu-north-1"},
        }
        return body | more

    def create(self, **more: object) -> Project:
        """Begin a project."""
        created = self.done("POST", "/v1/projects", self.order(**more))
        return Project(self, created["ref"])

    def name_only(self, **more: object) -> Project:
        """A project that never gets a server: quick, for what needs none."""
        self.fault("init_failed", "POST /v1/projects")
        return self.create(**more)

    def project(self, **more: object) -> Project:
        """A project whose services are all healthy and that has a pooler."""
        project = self.create(**more)
        project.reach("ACTIVE_HEALTHY")
        until(lambda: all(each["healthy"] for each in project.health()))
        path = project.path("/config/database/pooler")
        until(lambda: self.ask("GET", path).status == 200)
        return project

    def on_free_plan(self) -> None:
        """Let the organization be on the free plan, until faults are forgotten."""
        self.fault("plan", "organization", plan="free", times=0)

    def fault(self, effect: str, operation: str = "*", **details: object) -> None:
        """Order something to go wrong."""
        body = {"vendor": "supabase", "effect": effect, "operation": operation}
        assert self.endpoints.control("POST", "/faults", body | details).status == 201


@dataclass
class Project:
    """One project."""

    vendor: Supabase
    ref: str

    def path(self, rest: str = "") -> str:
        return f"/v1/projects/{self.ref}{rest}"

    @property
    def status(self) -> str:
        return str(self.vendor.get(self.path())["status"])

    def reach(self, status: str) -> None:
        """Wait for a status."""
        until(lambda: self.status == status)

    def health(self, services: str = SERVICES) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.vendor.get(
            self.path(f"/health?services={services}")
        )
        return found

    def query(self, sql: str, *parameters: object) -> Any:
        """Run SQL over the Management API."""
        body: dict[str, object] = {"query": sql}
        if parameters:
            body["parameters"] = list(parameters)
        return self.vendor.done("POST", self.path("/database/query"), body)

    def restrict(self, *networks: str) -> None:
        """Let only some IPv4 networks in, and wait until that is in force."""
        body = {"dbAllowedCidrs": list(networks), "dbAllowedCidrsV6": ["::/0"]}
        path = self.path("/network-restrictions")
        self.vendor.done("POST", f"{path}/apply", body)
        until(lambda: self.vendor.get(path)["status"] == "applied")

    def enforce_tls(self, *, is_enforced: bool) -> None:
        body = {"requestedConfig": {"database": is_enforced}}
        self.vendor.done("PUT", self.path("/ssl-enforcement"), body)

    async def connect(self, mode: str = "session", **more: Any) -> Any:
        """Open an asyncpg connection through the pooler, over verified TLS."""
        options: dict[str, Any] = {
            "user": f"postgres.{self.ref}",
            "password": PASSWORD,
            "database": "postgres",
            "host": "127.0.0.1",
            "port": self.vendor.ports[f"{mode}_port"],
            "ssl": self.vendor.tls,
            "timeout": 10,
        }
        if mode == "transaction":
            options["statement_cache_size"] = 0
        return await asyncpg.connect(**(options | more))

    def run(self, work: Callable[[Any], Awaitable[Any]], mode: str = "session") -> Any:
        """Run something with one connection."""

        async def connected() -> Any:
            connection = await self.connect(mode)
            try:
                return await work(connection)
            finally:
                await connection.close()

        return asyncio.run(connected())

    def refusal(self, mode: str = "session", **more: Any) -> tuple[str, str]:
        """Connect where that must fail; return SQLSTATE and message."""

        async def attempt() -> tuple[str, str]:
            try:
                connection = await self.connect(mode, **more)
            except asyncpg.PostgresError as error:
                # The driver closes without waiting: let TLS say goodbye.
                await asyncio.sleep(0.05)
                return str(error.sqlstate), str(error)
            await connection.close()
            pytest.fail("the pooler let the client in")

        return asyncio.run(attempt())


def until(is_true: Callable[[], bool]) -> None:
    """Look until something is true; fail when it does not become so."""
    for _ in range(int(WAIT_SECONDS / 0.05)):
        if is_true():
            return
        _pause.wait(0.05)
    pytest.fail("it did not become true")
