"""A real database that looks like a new Supabase project; every test takes back its SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from launchbook.clock import SystemClock
from launchbook.redact import Secret
from launchbook.transport.postgres import DatabaseAddress, Postgres, Session
from tests.support.cluster import SUPERUSER, Cluster, running_cluster
from tests.support.vocilia import PRODUCT

if TYPE_CHECKING:
    from collections.abc import Iterator

NEW = PRODUCT / "packages" / "database" / "local.sql"


@pytest.fixture(scope="session")
def server() -> Iterator[Cluster]:
    with running_cluster() as cluster:
        cluster.run(NEW.read_text(), user=SUPERUSER)
        cluster.run("grant create on database postgres to postgres", user=SUPERUSER)
        yield cluster


@pytest.fixture(scope="session")
def database(server: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Postgres:
    ca_file = tmp_path_factory.mktemp("ca") / "ca.pem"
    ca_file.write_text(server.ca)
    address = DatabaseAddress.from_url(Secret(server.url), ca_file)
    return Postgres(address, SystemClock())


@pytest.fixture
def session(server: Cluster, database: Postgres) -> Iterator[Session]:
    """A session; what a test made in ``public`` is gone after it."""
    with database.connect() as opened:
        yield opened
    server.run(
        "drop schema if exists public, supabase_migrations cascade;"
        " create schema public",
        user=SUPERUSER,
    )
    server.run(
        "grant all on schema public to postgres;"
        " grant usage on schema public to anon, authenticated, service_role",
        user=SUPERUSER,
    )
    server.run(
        "alter default privileges for role postgres in schema public"
        " grant all on tables to anon, authenticated, service_role",
        user=SUPERUSER,
    )
