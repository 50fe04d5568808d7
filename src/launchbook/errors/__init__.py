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
├── IntegrityError (9)        a signature does not fit, or its key is not known
└── LedgerError (9)           LockHeld (7), ChainBroken, LedgerUnwritable

A message says what and which, in lower case and without a full stop. The hint
is one sentence with the next command to type. Codes are permanent.
"""

from __future__ import annotations

from launchbook.errors.base import (
    LaunchbookError,
    LocatedError,
    Location,
)
from launchbook.errors.gate import (
    GateError,
    GateFailed,
    GateInconclusive,
    LoadFailed,
    SourceBroken,
    StalePlan,
    UnsafePlan,
)
from launchbook.errors.integrity import (
    IntegrityError,
    SignatureInvalid,
    SignatureUnverifiable,
)
from launchbook.errors.ledger import (
    ChainBroken,
    ChainUnverifiable,
    LeaseLost,
    LedgerError,
    LedgerNotMoved,
    LedgerUnwritable,
    LedgerVersion,
    LockHeld,
)
from launchbook.errors.platform import (
    Conflict,
    DatabaseUnavailable,
    DomainTaken,
    MalformedAnswer,
    NotEmulated,
    NotFound,
    PartialWrite,
    PortBusy,
    ProviderError,
    RateLimited,
    Rejected,
    SandboxFailed,
    SandboxNotRunning,
    StatementFailed,
    Unauthorized,
    Unavailable,
)
from launchbook.errors.run import (
    BakeFailed,
    BuildFailed,
    CertificateRefused,
    DeploymentFailed,
    ImageExpired,
    MigrationDrift,
    MigrationFailed,
    NotReady,
    ReleaseMixed,
    RunError,
    RunTakenBack,
    VerificationFailed,
)
from launchbook.errors.usage import (
    CircularReference,
    CommandMissing,
    CommandRefused,
    DuplicateKey,
    ExtraMissing,
    FileMissing,
    InputError,
    InvalidMigration,
    InvalidValue,
    InvalidVariable,
    InvalidYaml,
    InventoryError,
    KeyUnusable,
    MissingKey,
    MissingSecret,
    PlanUnreadable,
    PlaybookError,
    PoolTooSmall,
    SecretCommandFailed,
    SourceError,
    UnknownEnvironment,
    UnknownKey,
    UnknownPlaybook,
    UnknownReference,
    UnknownRelease,
    UnknownStep,
    UsageError,
    ValuesMissing,
    WrongType,
)

__all__ = [
    "BakeFailed",
    "BuildFailed",
    "CertificateRefused",
    "ChainBroken",
    "ChainUnverifiable",
    "CircularReference",
    "CommandMissing",
    "CommandRefused",
    "Conflict",
    "DatabaseUnavailable",
    "DeploymentFailed",
    "DomainTaken",
    "DuplicateKey",
    "ExtraMissing",
    "FileMissing",
    "GateError",
    "GateFailed",
    "GateInconclusive",
    "ImageExpired",
    "InputError",
    "IntegrityError",
    "InvalidMigration",
    "InvalidValue",
    "InvalidVariable",
    "InvalidYaml",
    "InventoryError",
    "KeyUnusable",
    "LaunchbookError",
    "LeaseLost",
    "LedgerError",
    "LedgerNotMoved",
    "LedgerUnwritable",
    "LedgerVersion",
    "LoadFailed",
    "LocatedError",
    "Location",
    "LockHeld",
    "MalformedAnswer",
    "MigrationDrift",
    "MigrationFailed",
    "MissingKey",
    "MissingSecret",
    "NotEmulated",
    "NotFound",
    "NotReady",
    "PartialWrite",
    "PlanUnreadable",
    "PlaybookError",
    "PoolTooSmall",
    "PortBusy",
    "ProviderError",
    "RateLimited",
    "Rejected",
    "ReleaseMixed",
    "RunError",
    "RunTakenBack",
    "SandboxFailed",
    "SandboxNotRunning",
    "SecretCommandFailed",
    "SignatureInvalid",
    "SignatureUnverifiable",
    "SourceBroken",
    "SourceError",
    "StalePlan",
    "StatementFailed",
    "Unauthorized",
    "Unavailable",
    "UnknownEnvironment",
    "UnknownKey",
    "UnknownPlaybook",
    "UnknownReference",
    "UnknownRelease",
    "UnknownStep",
    "UnsafePlan",
    "UsageError",
    "ValuesMissing",
    "VerificationFailed",
    "WrongType",
]
