"""What the sandbox says about itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from launchbook.redact import Secret


@dataclass(frozen=True, slots=True)
class Endpoints:
    """The parts of ``endpoints.json``: where the running sandbox listens.

    Attributes:
        control: Base URL of the control API.
        ca_file: The certificate authority of everything the sandbox serves.
        edge_port: Where all product host names answer over TLS.
        edge_http_port: Where they lead from plain HTTP to there.
        nameservers: Addresses with ports of the sandbox's own DNS server.
    """

    pid: int
    started_at: str
    control: str
    control_token: Secret
    railway_api: str
    railway_token: Secret
    vercel_api: str
    vercel_token: Secret
    vercel_team: str
    supabase_api: str
    supabase_token: Secret
    supabase_organization: str
    cloudflare_api: str
    cloudflare_token: Secret
    cloudflare_account: str
    nameservers: tuple[str, ...]
    edge_port: int
    edge_http_port: int
    session_port: int
    transaction_port: int
    ca_file: Path


@dataclass(frozen=True, slots=True)
class LoggedRequest:
    """One request that the sandbox's platforms received.

    Attributes:
        sequence: Counts up, over restarts as well.
        platform: railway, vercel, supabase or cloudflare.
        operation: The route or the GraphQL field.
        status: What was answered; 0 when the connection was dropped.
        at: Sandbox time, ISO 8601.
    """

    sequence: int
    platform: str
    method: str
    path: str
    operation: str
    status: int
    is_mutating: bool
    at: str


@dataclass(frozen=True, slots=True)
class RequestLog:
    """Requests since a sequence number, and how many there were.

    Attributes:
        last_sequence: What to pass as ``since`` to see only what follows.
    """

    requests: tuple[LoggedRequest, ...]
    mutating_count: int
    last_sequence: int
