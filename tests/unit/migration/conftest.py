"""A PostgreSQL of a new project, and two migrations for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from launchbook.clock import SystemClock
from launchbook.redact import Secret
from launchbook.transport.postgres import DatabaseAddress, Postgres, Session
from tests.support.cluster import OWNER, SUPERUSER, Cluster, running_cluster

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="package")
def cluster() -> Iterator[Cluster]:
    with running_cluster() as started:
        started.run(f"CREATE ROLE {OWNER} LOGIN SUPERUSER", user=SUPERUSER)
        yield started


@pytest.fixture
def database(cluster: Cluster, tmp_path: Path) -> Postgres:
    """The database as a new project has it, over verified TLS."""
    cluster.run("DROP SCHEMA IF EXISTS supabase_migrations, public CASCADE")
    cluster.run("CREATE SCHEMA public")
    ca_file = tmp_path / "ca.pem"
    ca_file.write_text(cluster.ca)
    address = DatabaseAddress.from_url(Secret(cluster.url), ca_file)
    return Postgres(address, SystemClock())


@pytest.fixture
def session(database: Postgres) -> Iterator[Session]:
    with database.connect() as opened:
        yield opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "migrations"
    path.mkdir()
    (path / "1_shops.sql").write_text(
        "-- every shop\nCREATE TABLE shops (id int PRIMARY KEY);\n"
        "CREATE FUNCTION one() RETURNS int LANGUAGE sql AS $$ SELECT 1; $$;\n"
    )
    (path / "2_names.sql").write_text("ALTER TABLE shops ADD COLUMN name text;\n")
    return path
