"""Every error that Launchbook raises on purpose.

LaunchbookError
├── UsageError (2)            what somebody wrote is wrong; nothing was started
│   ├── InventoryError        YAML, schema, references, variables, secrets
│   ├── PlaybookError         a playbook names something that does not exist
│   └── InputError            a flag or a step's input
├── ProviderError (8)         a platform is unavailable or refuses us
│   └── Unavailable, Rejected, Conflict, RateLimited, NotEmulated, ...
├── GateError (4)             Failed, Inconclusive
├── UnsafePlan (4)            the guard, or a saved plan that is stale
├── RunError (6)              a step failed after something was written
│   └── RunTakenBack (5)      ... and everything was reversed
└── LedgerError (9)           LockHeld (7), ChainBroken, LedgerUnwritable

A message says what and which, in lower case and without a full stop. The hint
is one sentence with the next command to type. Codes are permanent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Mapping


class LaunchbookError(Exception):
    """The root: a permanent code, an exit status, a hint, and facts.

    Args:
        message: What happened and to which thing; no secret values.
        hint: One full sentence with the next command to type.
        details: Further facts for ``--json``; only JSON values.

    The exit status is that of the class until the engine raises it: what failed
    after something was written ends with 6, whatever the cause.
    """

    code: ClassVar[str] = "internal-error"
    exit_status: int = 1
    retryable: ClassVar[bool] = False

    def __init__(
        self,
        message: str,
        *,
        hint: str,
        details: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.details: dict[str, object] = dict(details or {})

    def as_event(self) -> dict[str, object]:
        """Return the error as one JSON object, the shape of ``--json``."""
        return {
            "code": self.code,
            "message": self.message,
            "hint": self.hint,
            "exit_status": self.exit_status,
            "retryable": self.retryable,
            **({"details": self.details} if self.details else {}),
        }


@dataclass(frozen=True)
class Location:
    """Where in a file something stands: line and column count from 1."""

    file: str
    line: int
    column: int = 1
    pointer: str = ""

    def __str__(self) -> str:
        pointer = f" ({self.pointer})" if self.pointer else ""
        return f"{self.file}:{self.line}:{self.column}{pointer}"


class LocatedError(LaunchbookError):
    """An error that points at a place in a file."""

    def __init__(
        self,
        message: str,
        *,
        hint: str,
        location: Location | None = None,
        details: Mapping[str, object] | None = None,
    ) -> None:
        facts = dict(details or {})
        if location is not None:
            message = f"{location}: {message}"
            facts |= {
                "file": location.file,
                "line": location.line,
                "column": location.column,
                "pointer": location.pointer,
            }
        super().__init__(message, hint=hint, details=facts)
        self.location = location


# --- invalid input -----------------------------------------------------------


class UsageError(LocatedError):
    """What somebody wrote is wrong; nothing was started."""

    code = "usage-error"
    exit_status = 2


class InventoryError(UsageError):
    """An inventory file is wrong."""

    code = "inventory-error"


class InvalidYaml(InventoryError):
    """A file is not YAML at all, or uses what we do not read (tags, anchors)."""

    code = "invalid-yaml"


class FileMissing(InventoryError):
    """A file of the working folder is not there."""

    code = "file-missing"


class DuplicateKey(InventoryError):
    """One mapping holds a key twice."""

    code = "duplicate-key"


class UnknownKey(InventoryError):
    """A key that the schema does not know."""

    code = "unknown-key"


class MissingKey(InventoryError):
    """A key that the schema requires is absent."""

    code = "missing-key"


class WrongType(InventoryError):
    """A value has another type than the schema asks for."""

    code = "wrong-type"


class InvalidValue(InventoryError):
    """A value of the right type that the schema or a rule refuses."""

    code = "invalid-value"


class UnknownReference(InventoryError):
    """A ``${...}`` that names nothing."""

    code = "unknown-reference"


class CircularReference(InventoryError):
    """References that lead back to themselves; the message shows the chain."""

    code = "circular-reference"


class MissingSecret(InventoryError):
    """Secrets that are referred to and have no value, all of them at once."""

    code = "missing-secret"


class KeyUnusable(UsageError):
    """A key of the state folder is lost, damaged, or readable by others."""

    code = "key-unusable"


class InvalidVariable(InventoryError):
    """A value breaks the environment-variable contract."""

    code = "invalid-variable"


class PlaybookError(UsageError):
    """A playbook is wrong."""

    code = "playbook-error"


class UnknownStep(PlaybookError):
    """``uses:`` names a step that does not exist."""

    code = "unknown-step"


class UnknownPlaybook(PlaybookError):
    """A playbook that is not in the working folder."""

    code = "unknown-playbook"


class InputError(UsageError):
    """A flag or a step's input is wrong."""

    code = "input-error"


class UnknownEnvironment(UsageError):
    """An environment that the inventory does not have."""

    code = "unknown-environment"


class SourceError(UsageError):
    """The product's source cannot be deployed as it stands."""

    code = "source-error"


class InvalidMigration(UsageError):
    """A migration file cannot be read or ordered."""

    code = "invalid-migration"


class PlanUnreadable(UsageError):
    """A saved plan cannot be read, or is of another version."""

    code = "plan-unreadable"


class CommandMissing(UsageError):
    """A program that we need is not installed."""

    code = "command-missing"


# --- platforms ---------------------------------------------------------------


class ProviderError(LaunchbookError):
    """A platform is unavailable or refuses us."""

    code = "provider-error"
    exit_status = 8

    def __init__(
        self,
        message: str,
        *,
        hint: str,
        platform: str = "",
        status: int | None = None,
        vendor_code: str = "",
        request_id: str = "",
        details: Mapping[str, object] | None = None,
    ) -> None:
        facts: dict[str, object] = {
            "platform": platform,
            "status": status,
            "vendor_code": vendor_code,
            "request_id": request_id,
        }
        known = {key: value for key, value in facts.items() if value}
        super().__init__(message, hint=hint, details={**known, **(details or {})})
        self.platform = platform
        self.status = status
        self.vendor_code = vendor_code
        self.request_id = request_id


class Unavailable(ProviderError):
    """No connection, a time-out, or 5xx after all retries."""

    code = "platform-unavailable"
    retryable = True


class Rejected(ProviderError):
    """The platform understood and refuses (4xx)."""

    code = "platform-rejected"


class NotFound(Rejected):
    """The platform does not know the thing that was asked for."""

    code = "platform-not-found"


class Unauthorized(Rejected):
    """The token is missing, wrong, expired, or lacks a right."""

    code = "platform-unauthorized"


class Conflict(ProviderError):
    """The thing exists already, or is being changed by somebody else."""

    code = "platform-conflict"


class RateLimited(ProviderError):
    """429 after all retries, or a wait that is too long to sit out."""

    code = "platform-rate-limited"
    retryable = True


class NotEmulated(ProviderError):
    """The sandbox does not emulate this operation (or this filter of it)."""

    code = "not-emulated"


class MalformedAnswer(ProviderError):
    """An answer that is not what the platform's contract promises."""

    code = "malformed-answer"


class PartialWrite(ProviderError):
    """A platform accepted a write and says that a part of it failed."""

    code = "partial-write"


class SandboxNotRunning(ProviderError):
    """The sandbox is the target and does not answer."""

    code = "sandbox-not-running"


class PortBusy(ProviderError):
    """A port that the sandbox must listen on is taken."""

    code = "port-busy"


class SandboxFailed(ProviderError):
    """The sandbox could not start, or died."""

    code = "sandbox-failed"


class DatabaseUnavailable(ProviderError):
    """PostgreSQL cannot be reached, or refuses the connection."""

    code = "database-unavailable"
    retryable = True


class StatementFailed(ProviderError):
    """PostgreSQL refused a statement; ``vendor_code`` is the SQLSTATE."""

    code = "statement-failed"


# --- gates and guards --------------------------------------------------------


class GateError(LaunchbookError):
    """A gate did not pass; nothing was written."""

    code = "gate-error"
    exit_status = 4


class GateFailed(GateError):
    """A gate says fail."""

    code = "gate-failed"


class GateInconclusive(GateError):
    """A gate cannot tell; that blocks unless it is overridden by name."""

    code = "gate-inconclusive"


class UnsafePlan(LaunchbookError):
    """Too large a share of what exists would be updated or deleted."""

    code = "unsafe-plan"
    exit_status = 4


class StalePlan(UnsafePlan):
    """A saved plan no longer fits the facts."""

    code = "stale-plan"


# --- runs --------------------------------------------------------------------


class RunError(LaunchbookError):
    """A step failed after something was written; a person is needed."""

    code = "run-failed"
    exit_status = 6


class DeploymentFailed(RunError):
    """A platform built or started a deployment and it failed."""

    code = "deployment-failed"


class BuildFailed(DeploymentFailed):
    """The build command of a deployment failed."""

    code = "build-failed"


class MigrationFailed(RunError):
    """A migration failed; its own transaction was rolled back."""

    code = "migration-failed"


class MigrationDrift(RunError):
    """The history in the database and the migration files disagree."""

    code = "migration-drift"


class VerificationFailed(RunError):
    """What was written does not show the desired state when read again."""

    code = "verification-failed"


class NotReady(RunError):
    """A platform did not become ready within the time allowed."""

    code = "not-ready"
    retryable = True


class RunTakenBack(RunError):
    """A run failed and all that it changed was reversed."""

    code = "run-taken-back"
    exit_status = 5


# --- the ledger --------------------------------------------------------------


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
