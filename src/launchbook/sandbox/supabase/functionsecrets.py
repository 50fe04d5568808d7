"""Routes about the secrets of edge functions: what is set is never read back."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any, Final

from aiohttp import web

from launchbook.sandbox.supabase.faults import ApiError

if TYPE_CHECKING:
    from launchbook.sandbox.supabase.platform import Platform

_NAME: Final = re.compile(r"(?!SUPABASE_).{1,256}", re.DOTALL)
LONGEST_VALUE: Final = 24576
"""Characters of a value (the vendor's contract, CreateSecretBody)."""


class FunctionSecretHandlers:
    """Secrets of a project's edge functions.

    Args:
        platform: What the emulator's handlers share.
    """

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    async def listed(self, request: web.Request) -> web.Response:
        """GET .../secrets: names, and digests instead of values."""
        project = self._platform.project(request)
        return web.json_response(
            [
                {"name": name, **kept}
                for name, kept in sorted(project.function_secrets.items())
            ]
        )

    async def create(self, request: web.Request) -> web.Response:
        """POST .../secrets: sets all or none."""
        project = self._platform.project(request)
        entries = [_entry(each) for each in await _list(request)]
        now = self._platform.world.clock.iso()
        for name, value in entries:
            digest = hashlib.sha256(value.encode()).hexdigest()
            project.function_secrets[name] = {"value": digest, "updated_at": now}
        self._platform.state.save()
        return web.Response(status=201)

    async def delete(self, request: web.Request) -> web.Response:
        """DELETE .../secrets: a name that is not there is no error."""
        project = self._platform.project(request)
        for name in await _list(request):
            project.function_secrets.pop(str(name), None)
        self._platform.state.save()
        return web.json_response({})


async def _list(request: web.Request) -> list[Any]:
    """The body, which is an array.

    Raises:
        ApiError: 400, it is none.
    """
    try:
        body = await request.json()
    except ValueError:
        body = None
    if not isinstance(body, list):
        raise ApiError(400, "the body must be an array")
    return body


def _entry(given: object) -> tuple[str, str]:
    """Name and value of one secret.

    Raises:
        ApiError: 400, the contract refuses it.
    """
    entry = given if isinstance(given, dict) else {}
    name, value = entry.get("name"), entry.get("value")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ApiError(400, "Secret name must not start with the SUPABASE_ prefix.")
    if not isinstance(value, str) or len(value) > LONGEST_VALUE:
        raise ApiError(400, f"value must be a text of at most {LONGEST_VALUE}")
    return name, value
