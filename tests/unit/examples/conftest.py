"""One migrated database, one backend and one worker for all tests of the product."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.cluster import Cluster, running_cluster
from tests.support.vocilia import (
    Backend,
    migrate,
    serving,
    started,
    variables,
    wait_until,
)

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def database() -> Iterator[Cluster]:
    with running_cluster() as cluster:
        migrate(cluster)
        yield cluster


@pytest.fixture(scope="session")
def backend(database: Cluster) -> Iterator[Backend]:
    with serving(variables(database)) as backend:
        seeded = "select count(*) from staff"
        wait_until(lambda: database.run(seeded) == [[1]], "the demo data is there")
        yield backend


@pytest.fixture(scope="session")
def worker(database: Cluster) -> Iterator[None]:
    beating = "select count(*) from worker_heartbeats"
    with started("backend.worker", variables(database)):
        wait_until(lambda: database.run(beating) == [[1]], "the worker beats")
        yield


@pytest.fixture(scope="session")
def business_token(backend: Backend) -> str:
    key = {"shop": "demo", "access_key": "demo-business-key"}
    return str(backend.post("/api/business/session", key).body["token"])


@pytest.fixture(scope="session")
def staff_token(backend: Backend) -> str:
    key = {"name": "demo", "access_key": "demo-staff-key"}
    return str(backend.post("/api/admin/session", key).body["token"])
