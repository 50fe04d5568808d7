"""An estimate as a table, and as JSON."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Final

from launchbook.cli.render.table import columns
from launchbook.cost.estimate import OLD_AFTER
from launchbook.cost.price import CURRENCY, UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from launchbook.cost.estimate import Estimate
    from launchbook.cost.line import Line
    from launchbook.cost.price import Price

CENT: Final = Decimal("0.01")
HEAD: Final = ("platform", "item", "quantity", "unit price", "low", "high", "remark")
PRICE_HEAD: Final = ("price", "date", "source")
NUMBERS: Final = frozenset({2, 4, 5})
"""Columns that are flush right."""


def table_lines(found: Estimate, *, is_verbose: bool) -> Iterator[str]:
    """Yield the table, one line an item."""
    rows: list[tuple[str, ...]] = [HEAD + (PRICE_HEAD if is_verbose else ())]
    for each in found.lines:
        origin = (each.price.key, each.price.read_on.isoformat(), each.price.source)
        rows.append(_cells(each) + (origin if is_verbose else ()))
    widths = [max(map(len, cells)) for cells in zip(*rows, strict=True)]
    return columns(
        [
            [
                cell.rjust(widths[at]) if at in NUMBERS else cell
                for at, cell in enumerate(row)
            ]
            for row in rows
        ]
    )


def total_lines(found: Estimate, today: date) -> Iterator[str]:
    """Yield the total, what it leaves out, and what is out of date."""
    low, high = money(found.low), money(found.high)
    least = "at least " if found.unknown else ""
    beside = ", without what is unknown" if found.unknown else ""
    yield (
        f"total: {least}{CURRENCY} {low} a month; {CURRENCY} {high} with every service "
        f"at its limits{beside}"
    )
    # What no source says may be a plan's price too.
    some = "at least " if any(each.low is None for each in found.unknown) else ""
    yield (
        f"of it {some}{money(found.paid_once)} for plans: an account pays them, and is given "
        "its credits, once for all environments"
    )
    if found.unknown:
        names = ", ".join(f"{each.platform} {each.item}" for each in found.unknown)
        yield f"unknown: {names}"
    if old := found.old_prices(today):
        yield old_line(old)


def old_line(old: Sequence[Price]) -> str:
    """Return which prices were read too long ago."""
    first = min(each.read_on for each in old)
    count = "1 price was" if len(old) == 1 else f"{len(old)} prices were"
    return (
        f"old: {count} read more than {OLD_AFTER.days} days ago, the oldest on {first}: "
        f"{', '.join(each.key for each in old)}"
    )


def next_line(found: Estimate) -> str:
    """Return where to look for the first price that no source says; or nothing."""
    for each in found.unknown:
        if each.low is None:
            price = each.price
            return (
                f"next: look {price.key} up at {price.source}, and write it to "
                f"{price.location.file}:{price.location.line}"
            )
    return ""


def line_record(line: Line) -> dict[str, object]:
    """Return a line for ``--json``; money is text, so that no digit is lost."""
    return {
        "kind": "cost-line",
        "platform": line.platform,
        "item": line.item,
        "quantity": UNKNOWN if line.quantity is None else plain(line.quantity),
        "unit": line.price.unit,
        "unit_price": exact(line.price.amount),
        "included": plain(line.price.included),
        "low": exact(line.low),
        "high": exact(line.high),
        "is_shared": line.is_shared,
        "remark": line.remark,
        "price": line.price.key,
        "source": line.price.source,
        "date": line.price.read_on.isoformat(),
    }


def total_record(found: Estimate, environment: str, today: date) -> dict[str, object]:
    """Return what ``--json`` ends with."""
    return {
        "kind": "cost",
        "environment": environment,
        "currency": CURRENCY,
        "low": exact(found.low),
        "high": exact(found.high),
        "is_complete": not found.unknown,
        "paid_once": exact(found.paid_once),
        "unknown": [f"{each.platform}: {each.item}" for each in found.unknown],
        "old_prices": [each.key for each in found.old_prices(today)],
    }


def money(amount: Decimal | None) -> str:
    """Return an amount as people write it."""
    if amount is None:
        return UNKNOWN
    # Zero that came of a credit has a sign, which nobody wants to read.
    return str(amount.quantize(CENT, ROUND_HALF_UP) + Decimal("0.00"))


def exact(amount: Decimal | None) -> str:
    """Return an amount with all of its digits, and at least its cents."""
    if amount is None:
        return UNKNOWN
    digits = amount.normalize()
    return plain(digits) if digits != digits.quantize(CENT) else money(digits)


def plain(number: Decimal) -> str:
    """Return a number without an exponent and without useless zeros."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _cells(line: Line) -> tuple[str, ...]:
    """The row of a line."""
    price = line.price
    after = f" after {plain(price.included)}" if price.included else ""
    return (
        line.platform,
        line.item,
        "by usage" if line.quantity is None else plain(line.quantity),
        f"{exact(price.amount)} per {price.unit}{after}",
        money(line.low),
        money(line.high),
        line.remark,
    )
