"""Shops, feedback and rewards: what customers and businesses see."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from aiohttp import web

from backend import session
from backend.account import (
    BUSINESS,
    CLAIM_LIFETIME_SECONDS,
    REWARD,
    require,
    reward_claim,
)
from backend.database import CUSTOMER, Connection, customer_of, owner
from backend.limit import LIMIT
from backend.problem import BadRequest, NotFound
from backend.shapes import read_body
from backend.state import state_of

PAGE_SIZE = 100

_SHOP = """
select place.id, place.code, place.name, business.id as business_id, business.name as business
from locations as place join businesses as business on business.id = place.business_id
where place.code = $1
"""
_FEEDBACK = """
select said.id, said.rating, said.comment, said.status, said.score, said.sentiment,
       said.topics, said.created_at, said.analysed_at, place.name as location,
       reward.amount_ore as reward_ore
from feedback as said
join locations as place on place.id = said.location_id
left join rewards as reward on reward.feedback_id = said.id
order by said.created_at desc limit $1
"""
_REWARDS = """
select reward.id, reward.feedback_id, reward.amount_ore, reward.currency,
       reward.created_at, payment.created_at as paid_at
from rewards as reward left join payments as payment on payment.reward_id = reward.id
order by reward.created_at desc limit $1
"""


def as_json(record: Any) -> dict[str, Any]:
    """Return a database record with times and ids as text."""
    return {
        name: value
        if value is None or isinstance(value, (int, str, bool, list))
        else value.isoformat()
        if hasattr(value, "isoformat")
        else str(value)
        for name, value in record.items()
    }


def id_in_path(request: web.Request) -> str:
    """Return the id that the path names.

    Raises:
        NotFound: It is no UUID, so there can be nothing.
    """
    try:
        return str(UUID(request.match_info["id"]))
    except ValueError:
        raise NotFound("there is no such id") from None


async def show_shop(request: web.Request) -> web.Response:
    """GET /api/shops/{code}: the shop behind a QR code."""
    code = request.match_info["code"].lower()
    found = await state_of(request).database.run(
        CUSTOMER, lambda connection: connection.fetchrow(_SHOP, code)
    )
    if found is None:
        raise NotFound("no shop has this code")
    return web.json_response({key: found[key] for key in ("code", "name", "business")})


async def leave(request: web.Request) -> web.Response:
    """POST /api/feedback: a customer leaves feedback; its analysis is enqueued.

    The sender chooses the id, so a request sent again makes nothing twice.
    """
    request.app[LIMIT].check(request)
    body = await read_body(request, "feedback")

    async def insert(connection: Connection) -> Any:
        shop = await connection.fetchrow(_SHOP, body["shop"])
        if shop is None:
            raise BadRequest("no shop has this code")
        await connection.execute(
            "insert into feedback (id, business_id, location_id, rating, comment)"
            " values ($1, $2, $3, $4, $5) on conflict do nothing",
            UUID(body["id"]),
            shop["business_id"],
            shop["id"],
            body["rating"],
            body.get("comment", "").strip(),
        )
        return shop

    state = state_of(request)
    shop = await state.database.run(CUSTOMER, insert)
    claim = reward_claim(state.config, body["id"])
    answer = {
        "id": body["id"],
        "shop": {"code": shop["code"], "name": shop["name"]},
        "claim": claim,
    }
    response = web.json_response(answer, status=201)
    session.remember(response, state.config, claim, CLAIM_LIFETIME_SECONDS)
    return response


async def show_reward(request: web.Request) -> web.Response:
    """GET /api/reward: what the feedback named by the claim has earned so far.

    The claim comes as a bearer token, or in the cookie of the browser that left it.
    """
    feedback_id = str(require(request, REWARD)["feedback_id"])
    found = await state_of(request).database.run(
        customer_of(feedback_id),
        lambda connection: connection.fetchrow(
            "select said.status, said.score, reward.amount_ore, reward.currency"
            " from feedback as said"
            " left join rewards as reward on reward.feedback_id = said.id"
        ),
    )
    if found is None:
        raise NotFound("this feedback is gone")
    return web.json_response(as_json(found))


async def list_feedback(request: web.Request) -> web.Response:
    """GET /api/feedback: what customers said to the business of the token."""
    user_id = require(request, BUSINESS)["sub"]
    rows = await state_of(request).database.run(
        owner(user_id), lambda connection: connection.fetch(_FEEDBACK, PAGE_SIZE)
    )
    return web.json_response({"feedback": [as_json(row) for row in rows]})


async def list_rewards(request: web.Request) -> web.Response:
    """GET /api/rewards: what the business of the token owes or has paid."""
    user_id = require(request, BUSINESS)["sub"]
    rows = await state_of(request).database.run(
        owner(user_id), lambda connection: connection.fetch(_REWARDS, PAGE_SIZE)
    )
    return web.json_response({"rewards": [as_json(row) for row in rows]})


_DECIDE = """
update feedback set status = $2 where id = $1 and status = 'review'
"""
_IS_DECIDED = """
select exists (select 1 from feedback where id = $1 and status = $2)
"""


async def review(request: web.Request) -> web.Response:
    """POST /api/feedback/{id}/review: the business decides an open case.

    A decision that is there already is no error: the request may have been sent
    again, or its first transaction may have lost nothing but its answer.
    """
    user_id = require(request, BUSINESS)["sub"]
    feedback_id = id_in_path(request)
    decision = (await read_body(request, "review"))["decision"]

    async def decide(connection: Connection) -> bool:
        key = UUID(feedback_id)
        if await connection.execute(_DECIDE, key, decision) == "UPDATE 1":
            return True
        return bool(await connection.fetchval(_IS_DECIDED, key, decision))

    if not await state_of(request).database.run(owner(user_id), decide):
        raise NotFound("there is no feedback with this id that waits for a review")
    return web.json_response({"id": feedback_id, "status": decision})
