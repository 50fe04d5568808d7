"""Who calls: access keys are exchanged for tokens, tokens are read."""

from __future__ import annotations

import asyncio
from typing import Any

import bcrypt
from aiohttp import web

from backend import session, tokens
from backend.config import Config
from backend.database import SERVICE, Connection
from backend.limit import LIMIT
from backend.problem import Unauthorized
from backend.shapes import read_body
from backend.state import state_of

BUSINESS = "business"
STAFF = "staff"
REWARD = "reward"
PROBE = "probe"
"""Of tokens that open nothing: who has one sees which key is taken."""
CLAIM_LIFETIME_SECONDS = 30 * 86400
# The hash of a random key: an unknown name costs time as a wrong key does.
_NO_SUCH_ACCOUNT = bcrypt.hashpw(b"nobody", bcrypt.gensalt(4)).decode()


def hash_key(access_key: str, rounds: int) -> str:
    """Return the bcrypt hash of an access key; takes long by design."""
    return bcrypt.hashpw(access_key.encode(), bcrypt.gensalt(rounds)).decode()


async def _check_key(access_key: str, hashed: str | None) -> None:
    is_right = await asyncio.to_thread(
        bcrypt.checkpw, access_key.encode(), (hashed or _NO_SUCH_ACCOUNT).encode()
    )
    if hashed is None or not is_right:
        raise Unauthorized("the name or the access key is wrong")


def _token(config: Config, audience: str, claims: dict[str, str]) -> web.Response:
    token = tokens.issue(
        claims,
        audience=audience,
        lifetime_seconds=config.token_lifetime_seconds,
        key=config.jwt_keys[0],
    )
    expires = int(config.token_lifetime_seconds)
    return web.json_response({"token": token, "expires_in_seconds": expires})


async def open_business(request: web.Request) -> web.Response:
    """POST /api/business/session: a business shows its access key."""
    request.app[LIMIT].check(request)
    body = await read_body(request, "business_session")

    async def find(connection: Connection) -> Any:
        return await connection.fetchrow(
            "select owner_id, access_key_hash from businesses where slug = $1",
            body["shop"],
        )

    state = state_of(request)
    found = await state.database.run(SERVICE, find)
    await _check_key(body["access_key"], found and found["access_key_hash"])
    return _token(state.config, BUSINESS, {"sub": str(found["owner_id"])})


async def open_staff(request: web.Request) -> web.Response:
    """POST /api/admin/session: a member of the staff shows an access key."""
    request.app[LIMIT].check(request)
    body = await read_body(request, "staff_session")

    async def find(connection: Connection) -> Any:
        return await connection.fetchrow(
            "select id, access_key_hash from staff where name = $1 and is_active",
            body["name"],
        )

    state = state_of(request)
    found = await state.database.run(SERVICE, find)
    await _check_key(body["access_key"], found and found["access_key_hash"])
    return _token(state.config, STAFF, {"sub": str(found["id"])})


def reward_claim(config: Config, feedback_id: str) -> str:
    """Return the token that shows one feedback's reward to who left it."""
    return tokens.issue(
        {"feedback_id": feedback_id},
        audience=REWARD,
        lifetime_seconds=CLAIM_LIFETIME_SECONDS,
        key=config.session_keys[0],
    )


def require(request: web.Request, audience: str) -> dict[str, Any]:
    """Return the claims of the caller's token.

    Raises:
        Unauthorized: There is no valid token for this use.
    """
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    config = state_of(request).config
    keys = config.session_keys if audience == REWARD else config.jwt_keys
    bearer = token.strip() if scheme.lower() == "bearer" else ""
    if audience == REWARD and not bearer:
        bearer = session.remembered(request, config)
    try:
        return tokens.read(bearer, audience=audience, keys=keys)
    except tokens.InvalidToken:
        raise Unauthorized(
            f"a valid {audience} token is needed", {"www-authenticate": "Bearer"}
        ) from None


async def show_probe(request: web.Request) -> web.Response:
    """GET /api/session/{audience}: whether a token of this use is taken, no more.

    The audience `probe` opens nothing else, so that the exchange of a key can be
    proven with tokens that are worth nothing.
    """
    audience = request.match_info["audience"]
    require(request, audience)
    return web.json_response({"audience": audience})
