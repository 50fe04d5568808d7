"""Reads the JSON body of a request, field by field, as strictly as the vendor."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from launchbook.sandbox.vercel.faults import ApiError, bad_request

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from aiohttp import web


async def read_json(request: web.Request) -> Any:
    """Return the body.

    Raises:
        ApiError: 400, it is not JSON.
    """
    content = await request.read()
    try:
        return json.loads(content) if content else {}
    except ValueError as error:
        raise bad_request("the body is not JSON") from error


async def read_fields(
    request: web.Request,
    allowed: Collection[str],
    not_emulated: Collection[str] = (),
) -> Fields:
    """Return the body, an object with no other keys than those allowed.

    Args:
        request: Whose body.
        allowed: Keys that mean something here.
        not_emulated: Keys that the vendor knows beside them.

    Raises:
        ApiError: 400, or 501 for what is not emulated.
    """
    data = await read_json(request)
    for key in data if isinstance(data, dict) else ():
        if key in not_emulated:
            raise ApiError(501, "not_emulated", f"`{key}` is not emulated")
    return Fields(data, allowed)


class Fields:
    """The fields of one JSON object.

    Args:
        data: What was sent.
        allowed: The keys that the vendor knows here.

    Raises:
        ApiError: 400, not an object, or an unknown key.
    """

    def __init__(self, data: object, allowed: Collection[str]) -> None:
        if not isinstance(data, dict):
            raise bad_request("should be object")
        for key in data:
            if key not in allowed:
                raise bad_request(f"should NOT have additional property `{key}`")
        self.data: dict[str, Any] = data

    def __contains__(self, name: str) -> bool:
        return name in self.data

    def text(self, name: str) -> str:
        """Return a required, non-empty text."""
        value = self.data.get(name)
        if name not in self.data:
            raise bad_request(f"missing required property `{name}`")
        if not isinstance(value, str) or not value:
            raise bad_request(f"`{name}` should be a non-empty string")
        return value

    def optional_text(self, name: str) -> str | None:
        """Return a text that may be missing or null."""
        value = self.data.get(name)
        if value is not None and not isinstance(value, str):
            raise bad_request(f"`{name}` should be string")
        return value

    def choice(self, name: str, allowed: Iterable[str]) -> str:
        """Return a required text that must be one of some."""
        value = self.text(name)
        names = list(allowed)
        if value not in names:
            raise bad_request(
                f"`{name}` should be equal to one of the allowed values"
                f" {', '.join(names)}"
            )
        return value

    def texts(self, name: str) -> list[str]:
        """Return a list of texts; empty when it is missing."""
        value = self.data.get(name, [])
        if not isinstance(value, list) or not all(isinstance(x, str) for x in value):
            raise bad_request(f"`{name}` should be array of strings")
        return value

    def mapping(self, name: str) -> dict[str, Any]:
        """Return an object; empty when it is missing or null."""
        value = self.data.get(name)
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise bad_request(f"`{name}` should be object")
        return value

    def boolean(self, name: str, *, default: bool) -> bool:
        """Return a boolean."""
        value = self.data.get(name, default)
        if not isinstance(value, bool):
            raise bad_request(f"`{name}` should be boolean")
        return value
