"""From findings to what a step answers: wait, or refuse."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from launchbook.domains.diagnosis import diagnose
from launchbook.errors import CertificateRefused

if TYPE_CHECKING:
    from datetime import datetime

    from launchbook.domains.diagnosis import Observation

SHORTEST_REST: Final = timedelta(minutes=1)
LONGEST_REST: Final = timedelta(hours=1)
REST_SHARE: Final = 4
"""Look again after a quarter of the time that a name has waited already."""


def reason_to_wait(seen: Observation) -> str:
    """Say what a certificate waits for.

    Raises:
        CertificateRefused: Waiting does not help; the findings say what would.
    """
    findings = diagnose(seen)
    lasting = [each for each in findings if not each.is_passing]
    if lasting:
        raise CertificateRefused(
            "; ".join(f"{each.fault}: {each.message}" for each in lasting),
            hint=lasting[0].hint,
            details={
                "host": seen.domain.host,
                "findings": [each.as_json() for each in findings],
            },
        )
    return "; ".join(f"{each.fault}: {each.message}" for each in findings)


def look_again_at(seen: Observation) -> datetime:
    """When the next look is worth while: soon at first, then ever more seldom."""
    added_at = seen.domain.added_at
    age = seen.at - added_at if added_at else timedelta()
    rest = min(max(age / REST_SHARE, SHORTEST_REST), LONGEST_REST)
    return seen.at + rest
