"""Prices of the platforms, as ``inventory/prices.yml`` has them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Final, cast

from launchbook.errors import InvalidValue, MissingKey

if TYPE_CHECKING:
    from collections.abc import Mapping

    from launchbook.config.yaml import Document
    from launchbook.errors import Location

CURRENCY: Final = "USD"
"""What all three platforms send their bills in."""
UNKNOWN: Final = "unknown"
"""The amount of a price that no source says."""


@dataclass(frozen=True, slots=True)
class Price:
    """One price.

    Attributes:
        key: Its name, as ``railway-egress``.
        amount: For one unit, in ``CURRENCY``; None where no source says it.
        unit: As ``GB-month``.
        included: How many units cost nothing.
        source: The page that says so, or that has to be looked at.
        read_on: The date of that page, or of the day it was read.
        location: Where it stands in the file.
    """

    key: str
    amount: Decimal | None
    unit: str
    included: Decimal
    source: str
    read_on: date
    location: Location

    def cost_of(self, quantity: Decimal) -> Decimal | None:
        """Return what so many units cost; None where no source says it.

        What is included costs nothing, whatever more of it would cost.
        """
        charged = max(Decimal(), quantity - self.included)
        if not charged:
            return Decimal()
        return None if self.amount is None else charged * self.amount


@dataclass(frozen=True, slots=True)
class PriceList:
    """The file, valid by its schema."""

    document: Document

    def plan(self, platform: str) -> str:
        """Return the plan that the account at a platform is on.

        Raises:
            MissingKey: The file does not say.
        """
        plans = cast("dict[str, str]", self.document.mapping()["plans"])
        if platform in plans:
            return plans[platform]
        raise MissingKey(
            f"the plan of {platform} is missing",
            hint=f"Add the line `{platform}: NAME` with the plan of its account, then "
            "type the same command again.",
            location=self.document.locate(f"/plans/{platform}", key=True),
        )

    def price(self, key: str) -> Price:
        """Return a price.

        Raises:
            MissingKey: The file does not have it.
            InvalidValue: Its date is none.
        """
        prices = cast(
            "dict[str, Mapping[str, object]]", self.document.mapping()["prices"]
        )
        if key in prices:
            return self._read(key, prices[key])
        raise MissingKey(
            f"the price `{key}` is missing",
            hint=f"Add `{key}` with its source and date, and with `amount: unknown` "
            "where no source says it; then type the same command again.",
            location=self.document.locate(f"/prices/{key}", key=True),
        )

    def _read(self, key: str, entry: Mapping[str, object]) -> Price:
        """Make a price of its entry."""
        pointer = f"/prices/{key}"
        try:
            read_on = date.fromisoformat(str(entry["date"]))
        except ValueError as error:
            raise InvalidValue(
                f"`date` is {entry['date']}, and there is no such day",
                hint="Write the day as year, month and day, such as `date: 2026-11-22`.",
                location=self.document.locate(f"{pointer}/date"),
            ) from error
        amount = str(entry["amount"]).removeprefix(CURRENCY).strip()
        return Price(
            key=key,
            amount=None if amount == UNKNOWN else Decimal(amount),
            unit=str(entry["unit"]),
            included=Decimal(str(entry.get("included", 0))),
            source=str(entry["source"]),
            read_on=read_on,
            location=self.document.locate(pointer, key=True),
        )
