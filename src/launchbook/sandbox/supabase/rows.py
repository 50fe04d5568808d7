"""Rows of a query as JSON."""

from __future__ import annotations

import json
from datetime import date, datetime, time
from decimal import Decimal
from typing import Final

import asyncpg

SEVERAL: Final = "cannot insert multiple commands into a prepared statement"


async def json_rows(
    connection: asyncpg.Connection, sql: str, parameters: object
) -> list[dict[str, object]]:
    """Run SQL and return the rows of its one statement; none for several.

    What the vendor answers to several statements is not documented.
    """
    arguments = parameters if isinstance(parameters, list) else []
    for name in ("json", "jsonb"):
        await connection.set_type_codec(
            name, encoder=json.dumps, decoder=json.loads, schema="pg_catalog"
        )
    try:
        rows = await connection.fetch(sql, *arguments)
    except asyncpg.PostgresSyntaxError as error:
        if arguments or SEVERAL not in str(error):
            raise
        await connection.execute(sql)
        return []
    return [{key: json_value(value) for key, value in row.items()} for row in rows]


def json_value(value: object) -> object:
    """Return a column's value as JSON can say it."""
    if isinstance(value, list | tuple):
        return [json_value(each) for each in value]
    if value is None or isinstance(value, bool | int | float | str | dict):
        return value
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    return "\\x" + value.hex() if isinstance(value, bytes) else str(value)
