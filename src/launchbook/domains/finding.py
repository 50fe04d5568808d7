"""What can be wrong with a host name, by name."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from launchbook.model.domain import DomainRecord


class Fault(StrEnum):
    """Permanent names; ``docs/domains.md`` says of each what to do."""

    NOT_ADDED = "domain-not-added"
    TAKEN = "domain-taken"
    DNS_SILENT = "dns-silent"
    DELEGATION = "zone-delegated-elsewhere"
    OWNERSHIP_MISSING = "ownership-record-missing"
    OWNERSHIP_WRONG = "ownership-record-wrong"
    ROUTE_MISSING = "route-record-missing"
    ROUTE_WRONG = "route-record-wrong"
    PROXIED = "record-proxied"
    CAA = "caa-forbids-authority"
    UNSEEN = "records-not-seen-by-platform"
    CERTIFICATE_PENDING = "certificate-pending"
    CERTIFICATE_STUCK = "certificate-stuck"
    CERTIFICATE_FAILED = "certificate-failed"
    CERTIFICATE_ENDING = "certificate-ending"
    NOT_SERVED = "certificate-not-served"
    TLS_OLD = "tls-too-old"
    NO_REDIRECT = "http-not-redirected"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, or not done yet.

    Attributes:
        message: What and which, for a line of text.
        hint: One sentence that says what to do.
        is_passing: It may go by itself, as DNS spreads and orders are carried out.
        record: The DNS record that it is about, if it is about one.
    """

    fault: Fault
    message: str
    hint: str
    is_passing: bool = False
    record: DomainRecord | None = None

    def as_json(self) -> dict[str, object]:
        """Return it for machines."""
        found: dict[str, object] = {
            "fault": str(self.fault),
            "message": self.message,
            "hint": self.hint,
            "is_passing": self.is_passing,
        }
        if self.record is not None:
            found["record"] = self.record.as_json()
        return found
