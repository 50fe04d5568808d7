"""Rows of a query as JSON."""

from __future__ import annotations

import json
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    import asyncpg


async def json_rows(
    connection: asyncpg.Connection, sql: str, parameters: object
) -> list[dict[str, object]]:
    """Run SQL and return the rows of its one statement; none for several."""
    arguments = parameters if isinstance(parameters, list) else []
    if not arguments and _is_script(sql):
        await connection.execute(sql)
        return []
    rows = await connection.fetch(sql, *arguments)
    return [{key: json_value(value) for key, value in row.items()} for row in rows]


def json_value(value: object) -> object:
    """Return a column's value as JSON can say it."""
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, bytes):
        return "\\x" + value.hex()
    if isinstance(value, list | tuple):
        return [json_value(each) for each in value]
    try:
        json.dumps(value)
    except TypeError:
        return str(value)
    return value


def _is_script(sql: str) -> bool:
    """Whether there is more than one statement (a guess: the vendor's rule is unknown)."""
    return ";" in sql.strip().rstrip(";")
