"""A host name of the product: what it needs, and how far its platform has come."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime

AUTHORITY: Final = "letsencrypt.org"
"""The authority of both hosting platforms, as CAA records name it (their docs, 2026)."""


class Purpose(StrEnum):
    """What a DNS record is for."""

    ROUTE = "route"
    OWNERSHIP = "ownership"


class Stage(StrEnum):
    """How far a platform has come with a certificate."""

    UNPROVEN = "unproven"
    """It waits for the proof of ownership."""
    PENDING = "pending"
    """It is being ordered, or will be by itself."""
    VALID = "valid"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class DomainRecord:
    """A DNS record that a platform asks for; no trailing dots.

    Attributes:
        kind: ``CNAME``, ``TXT`` or ``A``.
    """

    host: str
    kind: str
    value: str
    purpose: Purpose = Purpose.ROUTE

    def as_json(self) -> dict[str, object]:
        """Return it as steps hand it on: ``host``, ``type``, ``value``, ``purpose``."""
        return {
            "host": self.host,
            "type": self.kind,
            "value": self.value,
            "purpose": str(self.purpose),
        }


@dataclass(frozen=True, slots=True)
class Domain:
    """A custom host name as its platform has it.

    Attributes:
        platform: ``railway`` or ``vercel``.
        host: Without scheme and port.
        id: What the platform calls it; on Vercel the host itself.
        environment_id: Of the platform; ``production`` for Vercel's built-in one.
        records: What DNS must say.
        is_owned: Ownership is proven.
        is_routed: DNS leads there, as far as the platform sees.
        is_proxied: The platform sees somebody else's network in between.
        stage: Of the certificate.
        error: The platform's word for what failed; empty when nothing did.
        message: The same for people.
        is_retryable: A failed order may be repeated.
        added_at: When the platform got the name; None when it does not say.
        expires_at: End of the certificate; None without one.
    """

    platform: str
    host: str
    id: str
    environment_id: str = ""
    records: tuple[DomainRecord, ...] = ()
    is_owned: bool = True
    is_routed: bool = False
    is_proxied: bool = False
    stage: Stage = Stage.PENDING
    error: str = ""
    message: str = ""
    is_retryable: bool = False
    added_at: datetime | None = None
    expires_at: datetime | None = None

    def records_as_json(self) -> list[dict[str, object]]:
        """Return the records as an output of a step."""
        return [record.as_json() for record in self.records]
