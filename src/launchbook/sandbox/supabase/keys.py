"""A project's API keys: the legacy pair as signed tokens, and the newer kinds."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from launchbook.sandbox.supabase.state import Project

ISSUED_AT: Final = 1_700_000_000
YEARS_10: Final = 315_360_000
HIDDEN: Final = "·" * 12


def legacy_key(project: Project, role: str) -> str:
    """Return the token of a role: a JWT, HS256 (RFC 7519)."""
    claims = {
        "iss": "supabase",
        "ref": project.ref,
        "role": role,
        "iat": ISSUED_AT,
        "exp": ISSUED_AT + YEARS_10,
    }
    text = f"{_encoded({'alg': 'HS256', 'typ': 'JWT'})}.{_encoded(claims)}"
    mac = hmac.digest(project.secret.encode(), text.encode(), "sha256")
    return f"{text}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"


def listed_keys(project: Project, *, is_revealed: bool) -> list[dict[str, object]]:
    """Return the answer of ``GET /v1/projects/{ref}/api-keys``."""
    legacy = [
        _entry(project, name, "legacy", legacy_key(project, name))
        for name in ("anon", "service_role")
    ]
    publishable = "sb_publishable_" + _derived(project, "publishable")
    secret = "sb_secret_" + _derived(project, "secret")
    shown = secret if is_revealed else f"{secret[:14]}{HIDDEN}"
    return [
        *legacy,
        _entry(project, "default", "publishable", publishable),
        _entry(project, "default", "secret", shown),
    ]


def _entry(project: Project, name: str, kind: str, key: str) -> dict[str, object]:
    """One key of the list."""
    return {
        "id": _derived(project, f"{kind}-{name}")[:12],
        "name": name,
        "type": kind,
        "api_key": key,
        "prefix": key[:10],
        "inserted_at": project.created_at,
        "updated_at": project.created_at,
    }


def _derived(project: Project, purpose: str) -> str:
    """A value that stays the same for a project."""
    raw = hmac.digest(project.secret.encode(), purpose.encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(raw).decode().rstrip("=").replace("-", "x")


def _encoded(part: Mapping[str, object]) -> str:
    """One part of a token."""
    text = json.dumps(part, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(text).decode().rstrip("=")
