"""Refused: nothing was written, or nothing behind the gate."""

from __future__ import annotations

from launchbook.errors.base import LaunchbookError


class GateError(LaunchbookError):
    """A gate did not pass; nothing behind it was written."""

    code = "gate-error"
    exit_status = 4


class GateFailed(GateError):
    """A gate says fail."""

    code = "gate-failed"


class SourceBroken(GateFailed):
    """What is to be released does not pass the check of its own app."""

    code = "source-broken"


class GateInconclusive(GateError):
    """A gate cannot tell; that blocks unless it is overridden by name."""

    code = "gate-inconclusive"


class LoadFailed(GateInconclusive):
    """The load, or the browser, ended before anything was measured."""

    code = "load-failed"


class UnsafePlan(LaunchbookError):
    """Too large a share of what exists would be updated or deleted."""

    code = "unsafe-plan"
    exit_status = 4


class StalePlan(UnsafePlan):
    """A saved plan no longer fits the facts."""

    code = "stale-plan"
