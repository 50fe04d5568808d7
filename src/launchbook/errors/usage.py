"""Invalid input: what somebody wrote is wrong, and nothing was started."""

from __future__ import annotations

from launchbook.errors.base import LocatedError


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


class CommandRefused(InventoryError):
    """A ``cmd:`` reference to a command that the allow-list does not offer so."""

    code = "command-refused"


class SecretCommandFailed(InventoryError):
    """A command of the allow-list did not put out a secret."""

    code = "secret-command-failed"


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


class PoolTooSmall(UsageError):
    """More processes than the database has connections for."""

    code = "pool-too-small"


class CommandMissing(UsageError):
    """A program that we need is not installed."""

    code = "command-missing"


class UnknownRelease(InputError):
    """A release was named that the ledger does not hold."""

    code = "unknown-release"


class ValuesMissing(InputError):
    """The values of variables that a release had are not kept here."""

    code = "values-missing"


class ExtraMissing(UsageError):
    """An optional part of Launchbook is not installed."""

    code = "extra-missing"
