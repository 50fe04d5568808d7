"""Request bodies checked against `packages/types/shapes.json`."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from aiohttp import web
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from backend.problem import BadRequest
from backend.workspace import shared


@cache
def _validator(shape: str) -> Draft202012Validator:
    document = json.loads(shared("types/shapes.json").read_text(encoding="utf-8"))
    schema = {"$ref": f"#/$defs/{shape}", "$defs": document["$defs"]}
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


async def read_body(request: web.Request, shape: str) -> dict[str, Any]:
    """Return the JSON body; an empty body counts as an empty object.

    Raises:
        BadRequest: It is not JSON or not of the shape; says which field and why.
    """
    raw = await request.read()
    try:
        body = json.loads(raw or b"{}")
    except ValueError:
        raise BadRequest("the body is not JSON") from None
    error = best_match(_validator(shape).iter_errors(body))
    if error is not None:
        field = ".".join(str(part) for part in error.absolute_path)
        raise BadRequest(f"{field}: {error.message}" if field else error.message)
    return dict(body)
