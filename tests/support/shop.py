"""The reference product's backend as a real process on a sandbox's own database."""

from __future__ import annotations

import contextlib
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from launchbook.clock import SystemClock
from launchbook.migration.apply import apply_pending
from launchbook.migration.file import read_migrations
from launchbook.redact import Secret
from launchbook.transport.postgres import DatabaseAddress, Postgres
from tests.support.supabase_world import PASSWORD, Project, Supabase
from tests.support.vocilia import (
    MIGRATIONS,
    Backend,
    serving,
    variables,
    wait_until,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.sandbox import Endpoints

POOL_SIZE = 10
LOOK_SECONDS = 0.5


@dataclass(frozen=True)
class Shop:
    """A backend with its migrated database behind the sandbox's pooler."""

    project: Project
    backend: Backend

    def restart(self) -> None:
        """Restart the database over the vendor's API, and wait until it is back."""
        self.project.vendor.done("POST", self.project.path("/restart"))
        # Slowly: with the vendor's own delays this would spend its rate limit.
        pause = threading.Event()
        while self.project.status != "ACTIVE_HEALTHY":
            pause.wait(LOOK_SECONDS)

    def is_seeded(self) -> bool:
        """Whether the demo data is there."""
        with postgres(self.project).connect() as session:
            return bool(session.query("select from staff"))

    def kept(self) -> set[str]:
        """Ids of the feedback that the database has."""
        with postgres(self.project).connect() as session:
            rows = session.query("select id::text as id from feedback")
        return {str(row["id"]) for row in rows}


def address(project: Project, mode: str = "session") -> DatabaseAddress:
    """Where a project's database is, as the product is told."""
    return DatabaseAddress.from_url(
        Secret(url(project, mode)), Path(project.vendor.endpoints.ca_file)
    )


def url(project: Project, mode: str = "session") -> str:
    """The connection string of a project."""
    port = project.vendor.ports[f"{mode}_port"]
    password = PASSWORD.replace(" ", "%20")
    return f"postgresql://postgres.{project.ref}:{password}@127.0.0.1:{port}/postgres"


def postgres(project: Project) -> Postgres:
    """The product's own way to a project's database."""
    return Postgres(address(project), SystemClock())


def new_project(endpoints: Endpoints) -> Project:
    """A new project that is ready, without waiting for as long as the vendor takes."""
    project = Supabase(endpoints).create()
    path = project.path("/config/database/pooler")
    while project.vendor.ask("GET", path).status != 200:
        # Its delays begin when its server runs, which takes its own time.
        answer = endpoints.control("POST", "/advance", {"seconds": 600})
        assert answer.status == 200, answer.text
        threading.Event().wait(LOOK_SECONDS)
    return project


def migrate(project: Project, folder: Path = MIGRATIONS[0].parent) -> None:
    """Apply the product's migrations."""
    with postgres(project).connect() as session:
        apply_pending(session, read_migrations(folder))


@contextlib.contextmanager
def open_shop(endpoints: Endpoints, **more: str) -> Iterator[Shop]:
    """Serve the product for the body, with the demo data in place."""
    project = new_project(endpoints)
    migrate(project)
    environ = {
        **variables(),
        "DATABASE_URL": url(project),
        "DATABASE_CA": Path(endpoints.ca_file).read_text(),
        "DATABASE_POOL_SIZE": str(POOL_SIZE),
        "LOG_LEVEL": "error",
        **more,
    }
    with serving(environ) as backend:
        shop = Shop(project, backend)
        wait_until(shop.is_seeded, "the demo data is there")
        yield shop
