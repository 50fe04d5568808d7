"""What the sandbox says about itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from launchbook.redact import Secret


@dataclass(frozen=True, slots=True)
class Endpoints:
    """The parts of ``endpoints.json``: where the running sandbox listens.

    Attributes:
        control: Base URL of the control API.
        ca_file: The certificate authority of everything the sandbox serves.
        edge_port: Where all product host names answer over TLS.
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
    edge_port: int
    session_port: int
    transaction_port: int
    ca_file: Path


@dataclass(frozen=True, slots=True)
class LoggedRequest:
    """One request that the sandbox's platforms received.

    Attributes:
        number: Counts up; ``since`` refers to it.
        platform: railway, vercel or supabase.
        operation: The route or the GraphQL operation.
    """

    number: int
    platform: str
    method: str
    path: str
    operation: str
    status: int
    is_mutating: bool
    extra: Mapping[str, object]
