"""Real PostgreSQL clusters, started and stopped by a small driver.

A server listens on a Unix socket in a private folder and nowhere else: the pooler is
the only way in for clients, and the superuser needs no password because nobody but
the sandbox reaches the socket.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from typing import TYPE_CHECKING, Final

import asyncpg

from launchbook.sandbox.installation import DatabaseFailed, Installation
from launchbook.sandbox.lodging import PORT, Lodging
from launchbook.sandbox.process import Launch, ServiceProcess, last_lines, run_to_end

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from pathlib import Path

    from launchbook.sandbox.process import ProcessTable

ADMIN: Final = "supabase_admin"
"""The superuser, as the vendor names it."""
START_SECONDS: Final = 30.0
STOP_SECONDS: Final = 20.0
LOOK_SECONDS: Final = 0.02
CONNECT_SECONDS: Final = 10.0
PATH_VERSION: Final = 18
"""The first version whose extensions may be found outside its own folder."""

STATISTICS: Final = "pg_stat_statements"
SETTINGS: Final = {
    "unix_socket_permissions": "0700",
    "fsync": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "256MB",
    "shared_buffers": "32MB",
    "max_connections": "60",
    "password_encryption": "scram-sha-256",
    "log_min_messages": "warning",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "max_parallel_workers_per_gather": "0",
}
"""A rehearsal's data may be lost in a power cut, but not when the sandbox is killed:
without fsync a commit still reaches the operating system before it is answered."""

ACCESS_RULES: Final = f"local all {ADMIN} trust\nlocal all all scram-sha-256\n"
"""The socket's folder is private, so only the sandbox itself is the admin."""


class Cluster:
    """One PostgreSQL server with its data.

    Args:
        folder: Holds ``data`` and ``postgres.log``; below a private folder.
        installation: The programs.
        table: Where the server's process is remembered while it runs.
        extensions: A folder whose ``extension`` holds more extensions.
    """

    AT_ONCE: Final = signal.SIGQUIT
    """How to stop it where its data does not matter any more."""

    def __init__(
        self,
        folder: Path,
        installation: Installation,
        table: ProcessTable,
        extensions: Path | None = None,
    ) -> None:
        self._folder = folder
        self._installation = installation
        self._table = table
        self._extensions = extensions
        self._lodging = Lodging(folder, installation.owner)
        self._process: ServiceProcess | None = None

    @property
    def data(self) -> Path:
        """The data folder as the running server sees it."""
        return self._lodging.data

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
    def pid(self) -> int | None:
        """The server's process, while there is one."""
        return self._process.pid if self._process else None

    @property
    def socket_path(self) -> Path:
        """The Unix socket; there while the server runs."""
        return self._lodging.socket

    def mark_furnished(self) -> None:
        """Remember that the first content is complete."""
        (self._folder / "furnished").touch()

    async def create(self, settings: Mapping[str, str] | None = None) -> None:
        """Make new data, in place of any that is there; about half a second.

        Args:
            settings: PostgreSQL's settings that differ from ``SETTINGS``.

        Raises:
            DatabaseFailed: initdb failed.
        """
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        await asyncio.to_thread(self._lodging.discard)
        self._lodging.enter()
        words = self._installation.words(
            "initdb",
            f"--pgdata={self._lodging.data}",
            f"--username={ADMIN}",
            "--auth=trust",
            "--encoding=UTF8",
            "--no-locale",
            "--no-sync",
            # Half of the bytes of a new cluster, which snapshots would copy.
            "--wal-segsize=1",
            "--no-instructions",
        )
        launch = Launch(words, self._folder, self._folder / "initdb.log")
        ended = await run_to_end(launch, self._table, limit_seconds=START_SECONDS)
        if ended.exit_status != 0:
            raise DatabaseFailed("initdb failed: " + " / ".join(ended.last_lines[-5:]))
        self._configure(SETTINGS | dict(settings or {}))

    async def start(self, settings: Mapping[str, str] | None = None) -> None:
        """Start the server and wait until it takes connections.

        Args:
            settings: PostgreSQL's settings for this run, above all others.

        Raises:
            DatabaseFailed: It ended, or took too long.
        """
        await asyncio.to_thread(self._lodging.enter)
        # Whoever wrote it is gone: one home has one sandbox, and that reaps first.
        (self._lodging.data / "postmaster.pid").unlink(missing_ok=True)
        words = self._words(settings or {})
        launch = Launch(words, self._folder, self.log_path)
        self._process = await ServiceProcess.start(launch, self._table)
        deadline = asyncio.get_running_loop().time() + START_SECONDS
        while not self._is_ready():
            is_late = asyncio.get_running_loop().time() > deadline
            if not self.is_running or is_late:
                await self.stop(self.AT_ONCE)
                lines = " / ".join(last_lines(self.log_path, 5))
                raise DatabaseFailed(f"the server did not start: {lines}")
            await asyncio.sleep(LOOK_SECONDS)

    async def stop(self, mode: signal.Signals = signal.SIGINT) -> None:
        """Stop the server.

        Args:
            mode: SIGINT is "fast" (cleanly, clients are cut off), SIGQUIT is
                "immediate" (as a crash: the next start recovers).
        """
        process, self._process = self._process, None
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid, mode)
            try:
                await asyncio.wait_for(process.wait(), STOP_SECONDS)
            except TimeoutError:
                await process.kill()
        await asyncio.to_thread(self._lodging.leave)

    @contextlib.asynccontextmanager
    async def admin(
        self, database: str = "postgres"
    ) -> AsyncIterator[asyncpg.Connection]:
        """Open a superuser's connection for the body.

        Raises:
            OSError: The server does not run.
        """
        connection = await asyncpg.connect(
            user=ADMIN,
            host=str(self._lodging.place),
            port=PORT,
            database=database,
            statement_cache_size=0,
            timeout=CONNECT_SECONDS,
        )
        try:
            yield connection
        finally:
            await connection.close()

    def _configure(self, settings: dict[str, str]) -> None:
        """Write settings where ``alter system`` can still override them."""
        if self._installation.has_library(STATISTICS):
            settings["shared_preload_libraries"] = STATISTICS
        lines = [f"{key} = '{value}'\n" for key, value in settings.items()]
        with (self._lodging.data / "postgresql.conf").open("a") as file:
            file.writelines(lines)
        (self._lodging.data / "pg_hba.conf").write_text(ACCESS_RULES)

    def _words(self, more: Mapping[str, str]) -> list[str]:
        """The command line; it holds what depends on where the home is now."""
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self._lodging.place),
            **more,
        }
        version = (self._lodging.data / "PG_VERSION").read_text()
        if self._extensions and int(version) >= PATH_VERSION:
            settings["extension_control_path"] = f"{self._extensions}:$system"
        options = [f"--{key}={value}" for key, value in settings.items()]
        data = str(self._lodging.data)
        return self._installation.words("postgres", "-D", data, *options)

    def _is_ready(self) -> bool:
        """Whether the server says so, in the last line of its own file."""
        try:
            text = (self._lodging.data / "postmaster.pid").read_text()
        except OSError:
            return False
        return text.rstrip().endswith("ready")
