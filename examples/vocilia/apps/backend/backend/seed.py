"""The demo shops of development and staging, with keys that everybody may know."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from uuid import UUID

from backend import log
from backend.account import hash_key
from backend.config import Config
from backend.database import SERVICE, Connection, Database
from backend.workspace import shared


async def seed(config: Config, database: Database) -> None:
    """Put the demo data in place; what is there already stays as it is.

    Raises:
        DatabaseUnavailable: The database does not answer.
    """
    document = json.loads(shared("database/seed.json").read_text(encoding="utf-8"))
    known = await database.run(SERVICE, _known)
    for business in document["businesses"]:
        if business["slug"] not in known["businesses"]:
            await _add_business(config, database, business)
    for member in document["staff"]:
        if member["name"] not in known["staff"]:
            await _add_staff(config, database, member)


async def _known(connection: Connection) -> dict[str, set[str]]:
    businesses = await connection.fetch("select slug from businesses")
    staff = await connection.fetch("select name from staff")
    return {"businesses": {r[0] for r in businesses}, "staff": {r[0] for r in staff}}


async def _hash(config: Config, access_key: str) -> str:
    return await asyncio.to_thread(hash_key, access_key, config.bcrypt_rounds)


async def _add_business(config: Config, database: Database, business: Any) -> None:
    hashed = await _hash(config, business["access_key"])

    async def insert(connection: Connection) -> None:
        business_id = await connection.fetchval(
            "insert into businesses (slug, name, owner_id, access_key_hash)"
            " values ($1, $2, $3, $4) on conflict do nothing returning id",
            business["slug"],
            business["name"],
            UUID(business["owner_id"]),
            hashed,
        )
        for place in business["locations"] if business_id else ():
            await connection.execute(
                "insert into locations (business_id, code, name) values ($1, $2, $3)"
                " on conflict do nothing",
                business_id,
                place["code"],
                place["name"],
            )

    await database.run(SERVICE, insert)
    log.event("added a demo business", slug=business["slug"])


async def _add_staff(config: Config, database: Database, member: Any) -> None:
    hashed = await _hash(config, member["access_key"])
    await database.run(
        SERVICE,
        lambda connection: connection.execute(
            "insert into staff (name, access_key_hash) values ($1, $2) on conflict do nothing",
            member["name"],
            hashed,
        ),
    )
