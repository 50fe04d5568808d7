"""The doors: who comes in, and what the others are told."""

from __future__ import annotations

import asyncio
import struct
from typing import TYPE_CHECKING

import pytest

from tests.support.supabase_world import PASSWORD

if TYPE_CHECKING:
    from tests.support.supabase_world import Project

pytestmark = pytest.mark.xdist_group("pooler-front")

MODES = ("session", "transaction")
TLS_REQUEST = struct.pack("!II", 8, 80877103)
GSS_REQUEST = struct.pack("!II", 8, 80877104)


async def exchange(project: Project, *sent: bytes) -> bytes:
    """Send raw bytes to the session door and return what came before the end."""
    port = project.vendor.ports["session_port"]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"".join(sent))
    answer = await asyncio.wait_for(reader.read(1000), 5)
    writer.close()
    await writer.wait_closed()
    return answer


def startup(project: Project, version: int) -> bytes:
    words = f"user\0postgres.{project.ref}\0database\0postgres\0\0".encode()
    return struct.pack("!II", len(words) + 8, version) + words


@pytest.mark.parametrize("mode", MODES)
def test_an_unknown_project_is_not_found(project: Project, mode: str) -> None:
    for user in (f"postgres.{'a' * 20}", "postgres"):
        expected = ("XX000", "Tenant or user not found")
        assert expected == project.refusal(mode, user=user)


@pytest.mark.parametrize("mode", MODES)
def test_a_wrong_password_is_the_servers_own_refusal(
    project: Project, mode: str
) -> None:
    sqlstate, message = project.refusal(mode, password="wrong")
    assert sqlstate == "28P01"
    assert message == 'password authentication failed for user "postgres"'


@pytest.mark.parametrize("mode", MODES)
def test_a_database_that_is_not_there_is_named(project: Project, mode: str) -> None:
    assert ("3D000", 'database "nowhere" does not exist') == project.refusal(
        mode, database="nowhere"
    )


@pytest.mark.parametrize("mode", MODES)
def test_a_client_without_tls_is_refused_only_where_tls_is_enforced(
    project: Project, mode: str
) -> None:
    async def plain() -> object:
        connection = await project.connect(mode, ssl=False)
        value = await connection.fetchval("select 1")
        await connection.close()
        return value

    assert asyncio.run(plain()) == 1
    project.enforce_tls(is_enforced=True)
    try:
        expected = "(ESSLREQUIRED) SSL connection is required for user: postgres"
        assert ("XX000", expected) == project.refusal(mode, ssl=False)
        assert 1 == project.run(lambda c: c.fetchval("select 1"), mode)
    finally:
        project.enforce_tls(is_enforced=False)


@pytest.mark.parametrize("mode", MODES)
def test_a_client_from_elsewhere_is_refused(project: Project, mode: str) -> None:
    project.restrict("192.0.2.0/24")
    try:
        assert project.refusal(mode) == (
            "XX000",
            "(EADDRNOTALLOWED) address not in tenant allow_list: {127, 0, 0, 1}",
        )
        project.restrict("192.0.2.0/24", "127.0.0.0/8")
        assert 1 == project.run(lambda c: c.fetchval("select 1"), mode)
    finally:
        project.restrict("0.0.0.0/0")


def test_many_bad_passwords_keep_an_address_out_for_a_while(project: Project) -> None:
    # A good login forgives what other tests on the same project got wrong.
    assert 1 == project.run(lambda c: c.fetchval("select 1"))
    for _ in range(10):
        assert project.refusal(password="wrong")[0] == "28P01"
    sqlstate, message = project.refusal(password=PASSWORD)
    assert (sqlstate, message.split()[0]) == ("XX000", "(ECIRCUITBREAKER)")
    project.vendor.endpoints.control("POST", "/advance", {"seconds": 31})
    assert 1 == project.run(lambda c: c.fetchval("select 1"))


def test_a_client_that_asks_for_kerberos_first_is_told_no(project: Project) -> None:
    assert asyncio.run(exchange(project, GSS_REQUEST)) == b"N"


def test_a_client_that_speaks_a_newer_protocol_is_told_which_is_spoken(
    project: Project,
) -> None:
    answer = asyncio.run(exchange(project, startup(project, (3 << 16) + 2)))
    assert answer[:13] == b"v" + struct.pack("!III", 12, 3 << 16, 0)


@pytest.mark.parametrize(
    "sent",
    [
        struct.pack("!II", 8, 1234),
        struct.pack("!II", 3, 0),
        b"GET / HTTP/1.1\r\n\r\n",
        struct.pack("!IIII", 16, 80877102, 1, 2),
    ],
    ids=["a strange code", "a short length", "http", "a cancel of nobody"],
)
def test_strange_clients_are_left_standing(project: Project, sent: bytes) -> None:
    assert asyncio.run(exchange(project, sent)) == b""
    assert 1 == project.run(lambda c: c.fetchval("select 1"))
