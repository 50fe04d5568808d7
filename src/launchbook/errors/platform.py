"""A platform is unavailable or refuses us."""

from __future__ import annotations

from typing import TYPE_CHECKING

from launchbook.errors.base import LaunchbookError

if TYPE_CHECKING:
    from collections.abc import Mapping


class ProviderError(LaunchbookError):
    """A platform is unavailable or refuses us."""

    code = "provider-error"
    exit_status = 8

    def __init__(  # noqa: PLR0913 - each is a fact that a platform gives with its refusal
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


class DomainTaken(Conflict):
    """Another project or account of the platform has the host name."""

    code = "domain-taken"


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
