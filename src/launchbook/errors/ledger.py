"""The ledger is damaged, locked, or cannot be used."""

from __future__ import annotations

from launchbook.errors.base import LaunchbookError


class LedgerError(LaunchbookError):
    """The ledger is damaged, or cannot be used."""

    code = "ledger-error"
    exit_status = 9


class LockHeld(LedgerError):
    """Another run holds the environment's lock."""

    code = "lock-held"
    exit_status = 7
    retryable = True


class LeaseLost(LedgerError):
    """Our lease ended or was taken over; the fencing token is too old."""

    code = "lease-lost"
    exit_status = 7


class ChainBroken(LedgerError):
    """A record was changed, dropped, reordered or cut off."""

    code = "chain-broken"


class ChainUnverifiable(LedgerError):
    """The key of the ledger is not there, so nothing can be said about it."""

    code = "chain-unverifiable"


class LedgerUnwritable(LedgerError):
    """A record could not be written (disk full, permissions)."""

    code = "ledger-unwritable"


class LedgerVersion(LedgerError):
    """A newer version of the tool wrote the ledger."""

    code = "ledger-version"


class LedgerNotMoved(LedgerError):
    """The ledger is to be shared, and its history is still on one machine."""

    code = "ledger-not-moved"
