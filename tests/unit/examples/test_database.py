"""The backend's way to its database: patience, places, and whom it trusts."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

import asyncpg
import pytest

from tests.support.vocilia import backend_module, finish, serving, start, variables

if TYPE_CHECKING:
    from tests.support.cluster import Cluster
    from tests.support.vocilia import Backend

pytestmark = pytest.mark.xdist_group("vocilia")


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (asyncpg.TooManyConnectionsError("sorry, too many clients already"), True),
        (asyncpg.CannotConnectNowError("starting up"), True),
        (asyncpg.AdminShutdownError("terminating connection"), True),
        (asyncpg.ReadOnlySQLTransactionError("a standby"), True),
        (asyncpg.ConnectionDoesNotExistError("closed"), True),
        (ConnectionRefusedError(), True),
        (TimeoutError(), True),
        (asyncpg.InternalServerError("(EMAXCONNSESSION) max clients reached"), True),
        (asyncpg.InternalServerError("(ECHECKOUTTIMEOUT) unable to check out"), True),
        (asyncpg.InternalServerError("DbHandler exited"), True),
        (asyncpg.InternalServerError("(ECIRCUITBREAKER) too many failures"), False),
        (asyncpg.InternalServerError("corrupted"), False),
        (asyncpg.InvalidPasswordError("wrong"), False),
        (asyncpg.UniqueViolationError("twice"), False),
        (asyncpg.QueryCanceledError("too slow"), False),
        (ValueError("a bug"), False),
    ],
)
def test_only_what_passes_by_itself_is_tried_again(
    error: Exception, *, expected: bool
) -> None:
    assert expected is backend_module("lost").may_pass(error)


def test_work_and_health_together_use_less_than_four_fifths_of_a_pool() -> None:
    for size in range(3, 101):
        places = backend_module("database").places_for_work(size)
        assert places >= 1
        assert (places + 1) / size < 0.8


def test_pauses_double_up_to_a_second() -> None:
    pause = backend_module("database")._pause_seconds
    assert all(0.05 <= pause(1) <= 0.1 for _ in range(50))
    assert all(0.5 <= pause(20) <= 1.0 for _ in range(50))


def test_a_pinned_authority_is_the_only_one_that_is_trusted(database: Cluster) -> None:
    tls = backend_module("database").tls_context
    pinned: ssl.SSLContext = tls(database.ca.replace("\n", "\\n"), is_local=False)
    assert (ssl.CERT_REQUIRED, True) == (pinned.verify_mode, pinned.check_hostname)
    assert 1 == len(pinned.get_ca_certs())
    deployed: ssl.SSLContext = tls(None, is_local=False)
    assert (ssl.CERT_REQUIRED, True) == (deployed.verify_mode, deployed.check_hostname)
    assert None is tls(None, is_local=True)


def test_a_deployed_backend_never_talks_without_tls(database: Cluster) -> None:
    environ = variables(database)
    del environ["DATABASE_CA"]
    environ["DATABASE_URL"] += "?sslmode=disable"
    with serving(environ) as backend:
        assert 503 == backend.call("/health").status


def test_the_pool_has_the_size_that_it_was_given(database: Cluster) -> None:
    with serving({**variables(database), "DATABASE_POOL_SIZE": "7"}) as backend:
        pool = backend.call("/health/database").body["connection_pool"]
    assert 7 == pool["max_connections"]
    status, output = finish(
        start("backend", {**variables(), "PORT": "3000", "DATABASE_POOL_SIZE": "2"})
    )
    assert 78 == status
    assert "DATABASE_POOL_SIZE must be a whole number from 3 to 100" in output


def test_patience_ends(database: Cluster) -> None:
    impatient = {**variables(), "DATABASE_PATIENCE": "300ms"}
    with serving(impatient) as backend:
        answer = backend.call("/api/shops/demo")
    assert (503, "5") == (answer.status, answer.headers["retry-after"])
    assert "database_unavailable" == answer.body["error"]


def decide(backend: Backend, token: str, feedback: str, decision: str) -> int:
    path = f"/api/feedback/{feedback}/review"
    return backend.post(path, {"decision": decision}, token).status


def test_a_decision_that_was_sent_twice_is_one_decision(
    backend: Backend, database: Cluster, business_token: str
) -> None:
    feedback = "d0000000-0000-4000-8000-0000000000d1"
    body = {"id": feedback, "shop": "demo", "rating": 3, "comment": ""}
    assert 201 == backend.post("/api/feedback", body).status
    database.run(f"update feedback set status = 'review' where id = '{feedback}'")
    statuses = [
        decide(backend, business_token, feedback, each)
        for each in ("approved", "approved", "rejected")
    ]
    assert [200, 200, 404] == statuses
    rewards = f"select count(*) from rewards where feedback_id = '{feedback}'"
    assert [[1]] == database.run(rewards)
