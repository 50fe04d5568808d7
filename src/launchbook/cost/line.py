"""One line of an estimate, and how it is reckoned."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from launchbook.cost.price import Price

NOTHING: Final = Decimal()
SHORTEST_MONTH_HOURS: Final = Decimal(28 * 24)
LONGEST_MONTH_HOURS: Final = Decimal(31 * 24)


@dataclass(frozen=True, slots=True)
class Line:
    """One line.

    Attributes:
        platform: Whose bill it is on.
        item: What is charged for.
        quantity: How many units at most; None when only the usage will tell.
        price: For one unit.
        low: What it costs at least; None when no source says the price.
        high: What it costs at most; None when nobody can say.
        is_shared: Charged once for the account, whatever runs there.
        remark: Why the figures are what they are.
    """

    platform: str
    item: str
    quantity: Decimal | None
    price: Price
    low: Decimal | None
    high: Decimal | None
    is_shared: bool = False
    remark: str = ""

    @property
    def is_known(self) -> bool:
        """Whether the total can say what it costs at most."""
        return self.high is not None


@dataclass(frozen=True, slots=True)
class Item:
    """What a line is about."""

    platform: str
    name: str
    remark: str = ""
    is_shared: bool = False

    def fixed(self, price: Price, quantity: Decimal) -> Line:
        """Return a line of what is charged whether it is used or not."""
        cost = price.cost_of(quantity)
        return self._line(quantity, price, cost, cost)

    def used(self, price: Price, quantity: Decimal | None) -> Line:
        """Return a line of what is charged as far as it is used.

        Args:
            price: For one unit.
            quantity: The limit; None where there is none.
        """
        high = None if quantity is None else price.cost_of(quantity)
        return self._line(quantity, price, NOTHING, high)

    def hourly(self, price: Price) -> Line:
        """Return a line of what is charged for every hour of a month."""
        low = price.cost_of(SHORTEST_MONTH_HOURS)
        high = price.cost_of(LONGEST_MONTH_HOURS)
        return self._line(LONGEST_MONTH_HOURS, price, low, high)

    def credit(self, price: Price, usage: Iterable[Line]) -> Line:
        """Return a line of what an account gives back of some usage.

        A credit that no source says could be all of the usage: the total must not
        promise more than is certain.
        """
        counted = tuple(usage)
        low, high = sum_low(counted), sum_high(counted)
        if price.amount is None:
            return self._line(Decimal(1), price, -low, None)
        given = (-min(price.amount, low), -min(price.amount, high))
        return self._line(Decimal(1), price, *given)

    def _line(
        self,
        quantity: Decimal | None,
        price: Price,
        low: Decimal | None,
        high: Decimal | None,
    ) -> Line:
        return Line(
            platform=self.platform,
            item=self.name,
            quantity=quantity,
            price=price,
            low=low,
            high=high,
            is_shared=self.is_shared,
            remark=self.remark,
        )


def sum_low(lines: Iterable[Line]) -> Decimal:
    """Return what lines cost at least, as far as it is known."""
    return sum((each.low for each in lines if each.low is not None), NOTHING)


def sum_high(lines: Iterable[Line]) -> Decimal:
    """Return what lines cost at most, as far as it is known."""
    return sum((each.high for each in lines if each.high is not None), NOTHING)
