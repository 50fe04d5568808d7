"""When to send again, and how long to wait before."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt

if TYPE_CHECKING:
    from collections.abc import Callable

    from launchbook.clock import Clock
    from launchbook.errors import ProviderError


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How stubborn to be.

    Attributes:
        attempts: Including the first.
        first_wait_seconds: Doubles with every attempt, with full jitter.
        longest_wait_seconds: For our own back-off.
        longest_vendor_wait_seconds: A vendor that asks for more than this is
            not waited for: the run stops and says so.
    """

    attempts: int = 5
    first_wait_seconds: float = 0.25
    longest_wait_seconds: float = 8.0
    longest_vendor_wait_seconds: float = 60.0


Result = TypeVar("Result")
STANDARD: Final = RetryPolicy()


class TransientError(Exception):
    """An attempt failed in a way that may pass.

    Args:
        error: What to raise when there is no further attempt.
        wait_seconds: What the vendor asks for, or None.
    """

    def __init__(self, error: ProviderError, wait_seconds: float | None = None) -> None:
        super().__init__(str(error))
        self.error = error
        self.wait_seconds = wait_seconds


def persistently(
    policy: RetryPolicy, clock: Clock, attempt: Callable[[], Result]
) -> Result:
    """Call ``attempt`` until it returns, or raises something but ``TransientError``.

    Raises:
        ProviderError: The one inside the last ``TransientError``.
    """
    retrying = Retrying(
        sleep=clock.sleep,
        stop=stop_after_attempt(policy.attempts),
        wait=lambda state: _wait_seconds(policy, state),
        retry=retry_if_exception(lambda error: _may_pass(policy, error)),
        reraise=True,
    )
    try:
        return retrying(attempt)
    except TransientError as last:
        raise last.error from last


def _may_pass(policy: RetryPolicy, error: BaseException) -> bool:
    if not isinstance(error, TransientError):
        return False
    asked = error.wait_seconds or 0.0
    return asked <= policy.longest_vendor_wait_seconds


def _wait_seconds(policy: RetryPolicy, state: RetryCallState) -> float:
    """Back off with jitter, and never sooner than the vendor asks."""
    ceiling = policy.first_wait_seconds * 2.0 ** (state.attempt_number - 1)
    jittered = random.uniform(0.5, 1.0) * min(ceiling, policy.longest_wait_seconds)  # noqa: S311 - jitter, not a secret
    error = state.outcome.exception() if state.outcome else None
    asked = error.wait_seconds if isinstance(error, TransientError) else None
    return jittered if asked is None else asked + jittered * 0.1
