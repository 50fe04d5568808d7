"""Where the ledger of a set of platforms is: a file here, or a database for all."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, cast

from launchbook.config.keys import SharedKeys
from launchbook.config.recipients import Recipients
from launchbook.config.secret import ENVIRONMENT
from launchbook.errors import LedgerNotMoved, MissingSecret
from launchbook.ledger.history import History
from launchbook.ledger.sqlite import SqliteStore
from launchbook.redact import Secret

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

    from launchbook.clock import Clock
    from launchbook.config.workspace import Workspace
    from launchbook.ledger.postgres import PostgresStore
    from launchbook.ledger.sealed import SealedFiles
    from launchbook.ledger.store import Store
    from launchbook.redact import Redactor
    from launchbook.transport.postgres import Session


@dataclass(frozen=True)
class LedgerHome:
    """The ledger of one set of platforms, before it is opened.

    Attributes:
        told: What ``inventory/platforms/NAME.yml`` says below ``ledger``; empty for
            a file of the state folder.
    """

    workspace: Workspace
    platforms: str
    told: Mapping[str, Any]
    environ: Mapping[str, str]
    clock: Clock
    redactor: Redactor

    @property
    def path(self) -> Path:
        """The file; of a shared ledger, what its head is noted beside."""
        return self.workspace.home / self.platforms / "ledger.db"

    @property
    def is_shared(self) -> bool:
        """Whether several machines share it."""
        return bool(self.told)

    @property
    def place(self) -> str:
        """Where it is, for people."""
        return f"the database behind {self._variable}" if self.told else str(self.path)

    @property
    def keys(self) -> SharedKeys | None:
        """The keys that all who share it have; None without such."""
        if not self.told:
            return None
        folder = self.workspace.keys_folder(self.platforms)
        return SharedKeys(folder, self.readers)

    @property
    def readers(self) -> tuple[str, ...]:
        """Public halves of all who may read the secrets of the set of platforms."""
        return Recipients(self.workspace.keys_folder(self.platforms).parent).all_keys()

    @cached_property
    def connect(self) -> Callable[[], AbstractContextManager[Session]]:
        """Opens a session on the shared ledger.

        Raises:
            MissingSecret: The variable that leads to it is not set.
            InputError: It holds no URL of a database.
        """
        from launchbook.transport.database_address import DatabaseAddress
        from launchbook.transport.postgres import Postgres

        url = self.environ.get(self._variable)
        if not url:
            raise MissingSecret(
                f"the ledger of {self.platforms} is shared, and {self._variable} is not "
                "set",
                hint=f"Set it: `export {self._variable}=postgresql://USER:PASSWORD@HOST:"
                "PORT/DATABASE`.",
            )
        ca_file = self.told.get("ca_file")
        address = DatabaseAddress.from_url(
            self.redactor.learn(Secret(url)),
            self.workspace.root / str(ca_file) if ca_file else None,
        )
        if password := address.password.reveal():
            self.redactor.learn(Secret(password))
        return Postgres(
            address, self.clock, application_name="launchbook ledger"
        ).connect

    def empty_store(self) -> PostgresStore:
        """Open the database that the ledger is moved to.

        Raises:
            LedgerUnwritable, LedgerVersion: It cannot be used.
        """
        from launchbook.ledger.postgres import PostgresStore

        return PostgresStore(self.connect)

    def store(self, *, is_readonly: bool = False) -> PostgresStore:
        """Open the shared ledger.

        Raises:
            LedgerNotMoved: Its history is still in the file of a state folder.
            LedgerUnwritable, LedgerVersion: It cannot be used.
        """
        from launchbook.ledger.postgres import PostgresStore

        self.require_moved()
        return PostgresStore(self.connect, is_readonly=is_readonly)

    def require_moved(self) -> None:
        """Refuse to begin a second history.

        Raises:
            LedgerNotMoved: There is one in the file, or there are no shared keys.
        """
        keys = self.keys
        if keys is not None and keys.is_made and not self.path.exists():
            return
        raise LedgerNotMoved(
            f"the ledger of {self.platforms} is to be shared, and was not moved yet",
            hint=f"Type `invoke ledger.move --platforms {self.platforms}`, and commit the "
            "keys that it puts beside the secrets.",
        )

    def history(self) -> History:
        """Open the ledger for reading.

        Raises:
            LedgerError: It cannot be used.
        """
        return History(self.readable())

    def readable(self) -> Store:
        """Open what keeps the ledger, for reading.

        Raises:
            LedgerError: It cannot be used.
        """
        if self.told:
            return self.store(is_readonly=True)
        return SqliteStore(self.path, is_readonly=True)

    def files(self, folder: str) -> SealedFiles | None:
        """Return the encrypted files beside a shared ledger; None beside a file."""
        if not self.told:
            return None
        from launchbook.ledger.sealed import SealedFiles

        return SealedFiles(partial(_opened, self), folder)

    @property
    def _variable(self) -> str:
        return str(self.told["url"]).removeprefix(ENVIRONMENT)


def _opened(home: LedgerHome) -> AbstractContextManager[Session]:
    """Connect only when a file is asked for."""
    return home.connect()


def ledger_home_of(
    workspace: Workspace,
    platforms: str,
    platform: Mapping[str, object],
    *,
    environ: Mapping[str, str],
    clock: Clock,
    redactor: Redactor,
) -> LedgerHome:
    """Return where the ledger of a set of platforms is, by its file."""
    told = cast("Mapping[str, Any]", platform.get("ledger", {}))
    return LedgerHome(workspace, platforms, told, environ, clock, redactor)
