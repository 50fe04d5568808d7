"""Tokens: who may ask, in which team, and until when."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING, Final

from aiohttp import web

from launchbook.sandbox.vercel.answers import FOUNDED_AT
from launchbook.sandbox.vercel.body import read_fields
from launchbook.sandbox.vercel.faults import ApiError, bad_request, forbidden, not_found
from launchbook.sandbox.vercel.paging import whole
from launchbook.sandbox.vercel.records import Token
from launchbook.sandbox.vercel.state import TEAM_ID, TEAM_SLUG, new_id

if TYPE_CHECKING:
    from launchbook.sandbox.vercel.records import Json
    from launchbook.sandbox.vercel.state import State

CURRENT: Final = "current"
"""As an id: the token that asks."""
_TEAM_NAMES: Final = frozenset({None, TEAM_ID, TEAM_SLUG})


class Doorkeeper:
    """Knows which token asks.

    Args:
        state: The account, with the tokens that were made by its API.
        first: The secret of the token that was there from the beginning.

    Attributes:
        first: That token; it may act everywhere.
    """

    def __init__(self, state: State, first: str) -> None:
        self._state = state
        self.first = Token(
            id="tok_sandbox",
            name="sandbox",
            digest=_digest(first),
            ends=first[-4:],
            created_at=FOUNDED_AT,
            active_at=FOUNDED_AT,
        )

    def check(self, request: web.Request) -> Token:
        """Return the token of a request.

        Raises:
            ApiError: 403: none, an unknown or expired one, or one of another team.
        """
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not given:
            message = "The request is missing an authentication token"
            raise ApiError(401, "forbidden", message, {"missingToken": True})
        token = self._find(given)
        if token is None or _is_over(token, self._state.now()):
            raise forbidden("Not authorized", {"invalidToken": True})
        token.active_at = self._state.now()
        if token.team_id and not request.path.startswith(("/v2/user", "/v5/user")):
            self._check_scope(request)
        return token

    def _check_scope(self, request: web.Request) -> None:
        """Refuse a team's token outside of its team."""
        query = request.query
        if (
            "teamId" not in query
            and "slug" not in query
            and "/teams" not in request.path
        ):
            raise forbidden("Not authorized", {"scope": TEAM_SLUG})

    def _find(self, given: str) -> Token | None:
        digest = _digest(given)
        known = (self.first, *self._state.tokens.values())
        found = (one for one in known if hmac.compare_digest(one.digest, digest))
        return next(found, None)


class TokenHandlers:
    """The user's tokens."""

    def __init__(self, state: State, doorkeeper: Doorkeeper) -> None:
        self._state = state
        self._doorkeeper = doorkeeper

    async def listed(self, request: web.Request) -> web.Response:
        """GET /v6/user/tokens."""
        del request
        known = (self._doorkeeper.first, *self._state.tokens.values())
        tokens = [token_answer(one) for one in known]
        return web.json_response({"tokens": tokens, "pagination": whole(tokens)})

    async def read(self, request: web.Request) -> web.Response:
        """GET /v5/user/tokens/{token}; ``current`` is the one that asks."""
        name, first = request.match_info["token"], self._doorkeeper.first
        if name == CURRENT:
            found = self._doorkeeper.check(request)
        else:
            found = first if name == first.id else self._token(name)
        return web.json_response({"token": token_answer(found)})

    async def create(self, request: web.Request) -> web.Response:
        """POST /v3/user/tokens: shown this once; ``teamId`` limits it to the team."""
        fields = await read_fields(request, {"name", "expiresAt"}, {"projectId"})
        team = request.query.get("teamId") or request.query.get("slug")
        if team not in _TEAM_NAMES:
            raise forbidden("Not authorized")
        expires_at = fields.data.get("expiresAt")
        if expires_at is not None and not isinstance(expires_at, int):
            raise bad_request("`expiresAt` should be number")
        secret = f"vcp_{secrets.token_hex(28)}"
        moment = self._state.moment()
        token = Token(
            id=new_id("tok_"),
            name=fields.text("name"),
            digest=_digest(secret),
            ends=secret[-4:],
            created_at=moment,
            active_at=moment,
            expires_at=expires_at,
            team_id=TEAM_ID if team else None,
        )
        self._state.tokens[token.id] = token
        self._state.save()
        return web.json_response({"token": token_answer(token), "bearerToken": secret})

    async def delete(self, request: web.Request) -> web.Response:
        """DELETE /v3/user/tokens/{token}: refused from now on."""
        token = self._token(request.match_info["token"])
        del self._state.tokens[token.id]
        self._state.save()
        return web.json_response({"tokenId": token.id})

    def _token(self, token_id: str) -> Token:
        token = self._state.tokens.get(token_id)
        if token is None:
            raise not_found("Token")
        return token


def token_answer(token: Token) -> Json:
    """Return a token, without its secret."""
    scope: Json = {"type": "user", "origin": "manual", "createdAt": token.created_at}
    if token.team_id:
        scope |= {"type": "team", "teamId": token.team_id}
    answer: Json = {
        "id": token.id,
        "name": token.name,
        "type": "token",
        "origin": "manual",
        "prefix": "vcp_",
        "suffix": token.ends,
        "scopes": [scope],
        "createdAt": token.created_at,
        "activeAt": token.active_at,
    }
    if token.expires_at is not None:
        scope["expiresAt"] = answer["expiresAt"] = token.expires_at
    return answer


def _is_over(token: Token, now: int) -> bool:
    return token.expires_at is not None and token.expires_at <= now


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
