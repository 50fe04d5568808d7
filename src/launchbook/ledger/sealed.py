"""Encrypted files beside a shared ledger: what a machine without a disk must find."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from launchbook.errors import DatabaseUnavailable, LedgerUnwritable, StatementFailed
from launchbook.ledger import postgres_sql as sql

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from launchbook.ledger.postgres import Session


class SealedFiles:
    """Named bytes in the database of a shared ledger; the database cannot read them.

    Args:
        connect: Opens a session for the length of a block.
        folder: What every name starts with, as ``values/staging``.
    """

    def __init__(
        self, connect: Callable[[], AbstractContextManager[Session]], folder: str
    ) -> None:
        self._connect = connect
        self._folder = folder

    def keep(self, name: str, content: bytes) -> None:
        """Keep a file, in place of the one of its name.

        Raises:
            LedgerUnwritable: It cannot be kept.
        """
        self._ask(sql.KEEP_FILE, name=self._path(name), content=content)

    def read(self, name: str) -> bytes | None:
        """Return a file, or None where there is none.

        Raises:
            LedgerUnwritable: The database does not answer.
        """
        found = self._ask(sql.READ_FILE, name=self._path(name))
        return bytes(cast("bytes", found[0]["content"])) if found else None

    def names(self) -> tuple[str, ...]:
        """Return the names of all files of the folder.

        Raises:
            LedgerUnwritable: The database does not answer.
        """
        start = self._path("")
        told = (str(each["name"]) for each in self._ask(sql.FILE_NAMES))
        return tuple(
            name.removeprefix(start) for name in told if name.startswith(start)
        )

    def drop(self, name: str) -> None:
        """Delete a file, if it is there.

        Raises:
            LedgerUnwritable: The database does not answer.
        """
        self._ask(sql.DROP_FILE, name=self._path(name))

    def _path(self, name: str) -> str:
        return f"{self._folder}/{name}"

    def _ask(self, statement: str, **parameters: object) -> list[dict[str, object]]:
        try:
            with self._connect() as session:
                return session.query(statement, **parameters)
        except (DatabaseUnavailable, StatementFailed) as error:
            raise LedgerUnwritable(
                f"the values beside the shared ledger cannot be used: {error.message}",
                hint="See that its URL is right, then run the same command again.",
                details={"vendor_code": error.vendor_code},
            ) from error
