from __future__ import annotations

import socket
import ssl
from contextlib import contextmanager
from dataclasses import replace
from threading import Thread
from typing import TYPE_CHECKING

import pytest

from launchbook.clock import SystemClock
from launchbook.errors import DatabaseUnavailable, InputError, StatementFailed
from launchbook.redact import Secret
from launchbook.transport.postgres import RESTARTING, DatabaseAddress, Postgres
from launchbook.transport.retry import RetryPolicy
from tests.support.cluster import OWNER, SUPERUSER, running_cluster
from tests.support.loopback import make_certificates
from tests.support.transport import JumpingClock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.xdist_group("postgres")
ONCE = RetryPolicy(attempts=1)
PASSWORD = "a-password-nobody-sees"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DatabaseAddress]:
    with running_cluster() as cluster:
        cluster.run(f"CREATE ROLE {OWNER} LOGIN SUPERUSER", user=SUPERUSER)
        ca_file = tmp_path_factory.mktemp("ca") / "ca.pem"
        ca_file.write_text(cluster.ca)
        yield DatabaseAddress.from_url(Secret(cluster.url), ca_file)


def database(address: DatabaseAddress, policy: RetryPolicy = ONCE) -> Postgres:
    return Postgres(address, SystemClock(), policy=policy)


def refused(address: DatabaseAddress) -> DatabaseUnavailable:
    with pytest.raises(DatabaseUnavailable) as caught, database(address).connect():
        pass
    assert PASSWORD not in f"{caught.value!r} {caught.value.as_event()}"
    return caught.value


def at_port(port: int, ca_file: Path | None = None) -> DatabaseAddress:
    return DatabaseAddress("127.0.0.1", port, "u", "d", Secret(PASSWORD), ca_file)


@contextmanager
def listening(talk: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server that takes one connection and does something strange with it."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def take() -> None:
            connection, _ = server.accept()
            with connection:
                talk(connection)

        thread = Thread(target=take)
        thread.start()
        yield server.getsockname()[1]
        thread.join(5)


# --- the address -------------------------------------------------------------


def test_a_url_is_read_with_its_escapes() -> None:
    url = Secret("postgresql://postgres.abc:p%40ss%2Fword@pooler.test:6543/postgres")
    found = DatabaseAddress.from_url(url)
    assert ("pooler.test", 6543, "postgres.abc", "postgres", True) == (
        found.host,
        found.port,
        found.user,
        found.database,
        found.is_tls,
    )
    assert "p@ss/word" == found.password.reveal()
    assert "p@ss" not in f"{found} {found!r}"


def test_a_url_without_port_and_database_gets_the_usual_ones() -> None:
    found = DatabaseAddress.from_url(Secret("postgres://u@h"))
    assert (5432, "postgres", True) == (found.port, found.database, found.is_tls)


@pytest.mark.parametrize(
    "url", ["", "mysql://u:hush@h/d", "postgresql://", "postgresql://u:hush@h:port/d"]
)
def test_another_url_is_refused_without_showing_it(url: str) -> None:
    with pytest.raises(InputError) as caught:
        DatabaseAddress.from_url(Secret(url))
    assert "hush" not in str(caught.value)


# --- connecting --------------------------------------------------------------


def test_rows_come_back_as_mappings(address: DatabaseAddress) -> None:
    with database(address).connect() as session:
        rows = session.query("SELECT :a::int AS a, 'it''s :b' AS b", a=5)
        assert [{"a": 5, "b": "it's :b"}] == rows
        assert [] == session.query("SELECT 1 WHERE false")
        assert [{"n": "launchbook"}] == session.query(
            "SELECT current_setting('application_name') AS n"
        )


def test_a_script_may_hold_many_statements(address: DatabaseAddress) -> None:
    script = "CREATE TEMP TABLE t (a int); INSERT INTO t VALUES (1), (2);"
    with database(address).connect() as session:
        session.execute_script(script)
        assert [{"n": 2}] == session.query("SELECT count(*) AS n FROM t")


def test_a_transaction_is_taken_back_when_its_block_raises(
    address: DatabaseAddress,
) -> None:
    with database(address).connect() as session:
        session.execute_script("CREATE TEMP TABLE t (a int)")
        with pytest.raises(StatementFailed), session.transaction():
            session.execute_script("INSERT INTO t VALUES (1); SELECT nothing")
        with session.transaction():
            session.execute_script("INSERT INTO t VALUES (2)")
        assert [{"a": 2}] == session.query("SELECT a FROM t")


def test_a_refused_statement_says_where_and_why(address: DatabaseAddress) -> None:
    with database(address).connect() as session:
        with pytest.raises(StatementFailed, match='relation "nowhere" does not') as one:
            session.execute_script("SELECT 1; SELECT * FROM nowhere")
        with pytest.raises(StatementFailed) as two:
            session.query("SELECT lowercase('A')")
        assert [{"a": 1}] == session.query("SELECT 1 AS a")
    assert ("42P01", 25) == (one.value.vendor_code, one.value.details["position"])
    assert "No function matches" in str(two.value.details["server_hint"])


def test_a_connection_that_is_lost_is_said(address: DatabaseAddress) -> None:
    with database(address).connect() as session:
        with pytest.raises(DatabaseUnavailable, match=r"went away|was lost"):
            session.query("SELECT pg_terminate_backend(pg_backend_pid())")
        with pytest.raises(DatabaseUnavailable, match="lost"):
            session.query("SELECT 1")


def test_a_server_of_another_authority_is_not_trusted(
    address: DatabaseAddress, tmp_path: Path
) -> None:
    stranger = make_certificates(tmp_path, "127.0.0.1")
    error = refused(replace(address, ca_file=stranger.ca_file))
    assert "certificate is not trusted" in error.message


def test_a_certificate_for_another_name_is_not_trusted(
    address: DatabaseAddress,
) -> None:
    error = refused(replace(address, host="db.localhost"))
    assert "certificate is not trusted" in error.message


def test_a_database_that_does_not_exist_is_not_asked_for_again(
    address: DatabaseAddress,
) -> None:
    clock = JumpingClock()
    absent = Postgres(replace(address, database="absent"), clock)
    with pytest.raises(DatabaseUnavailable, match="does not exist"), absent.connect():
        pass
    assert [] == clock.slept


def test_a_server_without_tls_is_refused() -> None:
    def no_tls(connection: socket.socket) -> None:
        connection.recv(8)
        connection.sendall(b"N")

    with listening(no_tls) as port:
        assert "it offers no TLS" in refused(at_port(port)).message


def test_a_server_that_hangs_up_is_unavailable(tmp_path: Path) -> None:
    certificates = make_certificates(tmp_path, "127.0.0.1")

    def hang_up(connection: socket.socket) -> None:
        connection.recv(8)
        connection.sendall(b"S")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificates.server_file)
        context.wrap_socket(connection, server_side=True).close()

    with listening(hang_up) as port:
        assert refused(at_port(port, certificates.ca_file)).retryable


def test_nobody_listening_is_tried_again_and_then_said() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    clock = JumpingClock()
    policy = RetryPolicy(attempts=3)
    absent = Postgres(at_port(port), clock, policy=policy)
    with pytest.raises(DatabaseUnavailable, match="refused"), absent.connect():
        pass
    assert 2 == len(clock.slept)


# --- a server that is away for a moment ---------------------------------------


@contextmanager
def refusing(sqlstate: str, words: str, times: int) -> Iterator[int]:
    """A server that turns the first clients away, and then hangs up on the next."""
    fields = f"SFATAL\0VFATAL\0C{sqlstate}\0M{words}\0\0".encode()
    answer = b"E" + (len(fields) + 4).to_bytes(4, "big") + fields

    def serve(server: socket.socket) -> None:
        for _ in range(times):
            connection, _ = server.accept()
            with connection:
                connection.recv(1024)
                connection.sendall(answer)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = Thread(target=serve, args=(server,))
        thread.start()
        yield server.getsockname()[1]
        thread.join(5)
        assert not thread.is_alive()


@pytest.mark.parametrize(
    ("sqlstate", "words", "times"),
    [
        ("53300", "sorry, too many clients already", 3),
        ("57P03", "the database system is starting up", 3),
        ("57P01", "terminating connection", 3),
        ("XX000", "(EMAXCONNSESSION) max clients reached in session mode", 3),
        ("XX000", "DbHandler exited", 3),
        ("28P01", "password authentication failed", 1),
    ],
)
def test_a_server_that_is_away_for_a_moment_is_waited_for_and_a_refusal_is_not(
    sqlstate: str, words: str, times: int
) -> None:
    clock = JumpingClock()
    with refusing(sqlstate, words, times) as port:
        address = replace(at_port(port), is_tls=False)
        patient = Postgres(
            address, clock, policy=ONCE, patience=RetryPolicy(attempts=3)
        )
        with pytest.raises(DatabaseUnavailable, match="cannot use"), patient.connect():
            pass
    assert times - 1 == len(clock.slept)


def test_patience_lasts_longer_than_a_restart() -> None:
    clock = JumpingClock()
    with refusing("57P03", "starting up", RESTARTING.attempts) as port:
        patient = Postgres(replace(at_port(port), is_tls=False), clock)
        with pytest.raises(DatabaseUnavailable), patient.connect():
            pass
    assert 40 < sum(clock.slept) < 120


@pytest.mark.parametrize("host", ["db.example.com", "10.0.0.5"])
def test_tls_is_given_up_for_this_machine_only(host: str) -> None:
    plain = "postgresql://u:hush@{}/d?sslmode=disable"
    with pytest.raises(InputError, match="gives up TLS") as caught:
        DatabaseAddress.from_url(Secret(plain.format(host)))
    assert "hush" not in str(caught.value)
    for here in ("127.0.0.1", "[::1]", "localhost"):
        assert not DatabaseAddress.from_url(Secret(plain.format(here))).is_tls
