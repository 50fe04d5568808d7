"""Recovery of a cluster to a point in time, by PostgreSQL's own means.

A base copy is made when recovery is bought, and the server keeps all its write-ahead
log from then on. A recovery replays that log over the base copy up to the moment.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from launchbook.sandbox.installation import DatabaseFailed
from launchbook.sandbox.supabase.addons import PITR_SIZES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from launchbook.sandbox.postgres import Cluster

SIGNAL: Final = "recovery.signal"
"""The file that makes a starting server recover; the server removes it after."""
OWN_SETTINGS: Final = "postgresql.auto.conf"
LOG: Final = "pg_wal"
LEFT_OUT: Final = shutil.ignore_patterns(
    LOG, "postmaster.pid", "postmaster.opts", "pgsql_tmp*"
)
KEEP_ALL: Final = "1TB"


def server_settings(size: str) -> dict[str, str]:
    """Return how a server of an instance size runs: ready for a base copy, or not."""
    return {} if size in PITR_SIZES else {"wal_level": "replica"}


class Recovery:
    """The history of one cluster.

    Args:
        folder: The cluster's; the base copy lives in ``history`` below it.
        cluster: The server.
    """

    def __init__(self, folder: Path, cluster: Cluster) -> None:
        self._cluster = cluster
        self._data = folder / "data"
        self._history = folder / "history"
        self._base = self._history / "base"
        self._fresh = self._history / "fresh"

    async def begin(self) -> None:
        """Copy the data of the running server, and keep its log from now on.

        Raises:
            DatabaseFailed: The server does not run.
        """
        if not self._cluster.is_running:
            raise DatabaseFailed("the server does not run")
        await asyncio.to_thread(shutil.rmtree, self._history, ignore_errors=True)
        self._history.mkdir(mode=0o700)
        async with self._cluster.admin() as connection:
            await connection.execute(f"alter system set wal_keep_size = '{KEEP_ALL}'")
            await connection.execute("select pg_reload_conf()")
            await connection.execute("select pg_backup_start('base', true)")
            await asyncio.to_thread(_copy, self._cluster.data, self._base)
            label = await connection.fetchval(
                "select labelfile from pg_backup_stop(false)"
            )
        (self._base / "backup_label").write_text(label)

    async def end(self) -> None:
        """Remove the copy, and let the server remove old log again."""
        await asyncio.to_thread(shutil.rmtree, self._history, ignore_errors=True)
        if self._cluster.is_running:
            async with self._cluster.admin() as connection:
                await connection.execute("alter system reset wal_keep_size")
                await connection.execute("select pg_reload_conf()")

    async def run(self, moment: float, settings: Mapping[str, str]) -> None:
        """Bring the data back to a moment; may be repeated after a kill.

        Args:
            moment: Real time in seconds since 1970, after the base copy.
            settings: Of the server, once it runs.

        Raises:
            DatabaseFailed: The server did not come back.
        """
        if not self._is_prepared:
            if not self._cluster.is_running:
                await self._cluster.start(settings)
            await self._mark_end()
            await self._cluster.stop()
            await asyncio.to_thread(self._prepare)
        await asyncio.to_thread(self._put_in_place)
        until = datetime.fromtimestamp(moment, UTC).isoformat(sep=" ")
        replay = {
            # No archive: the whole log is beside the data.
            "restore_command": "false",
            "recovery_target_time": until,
            "recovery_target_action": "promote",
            "hot_standby": "off",
        }
        await self._cluster.start({**settings, **replay})

    @property
    def _is_prepared(self) -> bool:
        """Whether the data to start from is there, or only to be put in place."""
        return (self._data / SIGNAL).exists() or (self._fresh / SIGNAL).exists()

    async def _mark_end(self) -> None:
        """Write a commit: a replay stops at the first one after its moment."""
        async with self._cluster.admin() as connection:
            await connection.execute("select pg_current_xact_id()")

    def _prepare(self) -> None:
        """Lay the log and the settings of the stopped server over the base copy."""
        shutil.rmtree(self._fresh, ignore_errors=True)
        _copy(self._base, self._fresh)
        shutil.copytree(self._data / LOG, self._fresh / LOG)
        shutil.copy2(self._data / OWN_SETTINGS, self._fresh / OWN_SETTINGS)
        (self._fresh / SIGNAL).touch()

    def _put_in_place(self) -> None:
        """Exchange the data for what was prepared."""
        if self._fresh.exists():
            shutil.rmtree(self._data, ignore_errors=True)
            self._fresh.rename(self._data)


def _copy(source: Path, target: Path) -> None:
    """Copy a data folder, without its log; a file may go while it is copied."""
    shutil.copytree(
        source, target, symlinks=True, ignore=LEFT_OUT, copy_function=_copy_file
    )


def _copy_file(source: str, target: str) -> None:
    with contextlib.suppress(FileNotFoundError):
        shutil.copy2(source, target)
