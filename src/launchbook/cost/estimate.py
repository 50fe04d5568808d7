"""What an environment costs in a month, line by line, and what cannot be said.

Names of prices are made here: ``PLATFORM-WHAT`` or ``PLATFORM-WHAT-PLAN``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from launchbook.cost.line import NOTHING, Item, Line, sum_high, sum_low

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from launchbook.cost.need import Needs, Service
    from launchbook.cost.price import Price, PriceList

RAILWAY: Final = "railway"
VERCEL: Final = "vercel"
SUPABASE: Final = "supabase"
FREE: Final = "free"
ONE: Final = Decimal(1)
OLD_AFTER: Final = timedelta(days=180)
"""How long a price is trusted: vendors change theirs about once a year."""
BY_TRAFFIC: Final = "as much as is sent"


@dataclass(frozen=True, slots=True)
class Estimate:
    """All lines of one environment, in the order of the platforms."""

    lines: tuple[Line, ...]

    @property
    def low(self) -> Decimal:
        """What is paid at least, whatever is used."""
        return sum_low(self.lines)

    @property
    def high(self) -> Decimal:
        """What is paid with every service at its limits, without what is unknown."""
        return sum_high(self.lines)

    @property
    def paid_once(self) -> Decimal:
        """What accounts ask for their plans, whatever runs there; credits not counted."""
        shared = (each.low for each in self.lines if each.is_shared)
        return sum((max(NOTHING, low) for low in shared if low is not None), NOTHING)

    @property
    def unknown(self) -> tuple[Line, ...]:
        """Lines of which nobody can say what they cost at most."""
        return tuple(each for each in self.lines if not each.is_known)

    def old_prices(self, today: date) -> tuple[Price, ...]:
        """Return the prices that were read too long ago, each once."""
        prices = {each.price.key: each.price for each in self.lines}
        return tuple(
            each for each in prices.values() if today - each.read_on > OLD_AFTER
        )


def estimate(needs: Needs, prices: PriceList) -> Estimate:
    """Reckon what an environment costs, as if it had the accounts for itself.

    Raises:
        MissingKey: A price or a plan is not in the file.
        InvalidValue: A price has no date.
    """
    return Estimate(
        (
            *_railway(needs, prices),
            *_vercel(needs, prices),
            *_supabase(needs, prices),
            *_dns(needs, prices),
        )
    )


def _plan(platform: str, prices: PriceList, quantity: Decimal = ONE) -> Line:
    """The subscription."""
    plan = prices.plan(platform)
    price = prices.price(f"{platform}-plan-{plan}")
    return Item(platform, f"plan {plan}", is_shared=True).fixed(price, quantity)


def _railway(needs: Needs, prices: PriceList) -> Iterator[Line]:
    """Usage up to the limits, less what the subscription includes of it."""
    plan = prices.plan(RAILWAY)
    yield _plan(RAILWAY, prices)
    usage = [line for each in needs.services for line in _service(each, prices)]
    egress = Item(RAILWAY, "egress", remark=BY_TRAFFIC)
    usage.append(egress.used(prices.price("railway-egress"), None))
    yield from usage
    credit = Item(RAILWAY, "usage included in the plan", is_shared=True)
    yield credit.credit(prices.price(f"railway-credit-{plan}"), usage)
    yield from _domains(RAILWAY, needs, prices)


def _service(service: Service, prices: PriceList) -> Iterator[Line]:
    """Processor and memory of all replicas."""
    remark = ""
    if service.schedule:
        remark = f"runs at {service.schedule}; the high end runs all the time"
    for what, limit, key in (
        ("vCPU", service.vcpus, "railway-cpu"),
        ("memory", service.memory_gb, "railway-memory"),
    ):
        words = remark if limit is not None else "without a limit"
        quantity = None if limit is None else limit * service.replicas
        item = Item(RAILWAY, f"{service.name}: {what}, {_times(service)}", words)
        yield item.used(prices.price(key), quantity)


def _times(service: Service) -> str:
    return f"{service.replicas} replica" + ("s" if service.replicas > 1 else "")


def _vercel(needs: Needs, prices: PriceList) -> Iterator[Line]:
    """A plan for each member; the web apps are files, no functions."""
    plan = prices.plan(VERCEL)
    yield _plan(VERCEL, prices, Decimal(needs.members))
    transfer = Item(VERCEL, "data transfer", remark=BY_TRAFFIC)
    yield transfer.used(prices.price(f"vercel-transfer-{plan}"), None)
    build = Item(VERCEL, "builds", remark="as long as is built")
    yield build.used(prices.price("vercel-build"), None)
    yield from _domains(VERCEL, needs, prices)


def _supabase(needs: Needs, prices: PriceList) -> Iterator[Line]:
    """The server by the hour, less the organization's credit for it."""
    plan = prices.plan(SUPABASE)
    yield _plan(SUPABASE, prices)
    if plan == FREE:
        return
    size = needs.instance_size
    compute = Item(SUPABASE, f"database {size}", remark="28 to 31 days")
    line = compute.hourly(prices.price(f"supabase-compute-{size}"))
    yield line
    credit = Item(SUPABASE, "compute credit", is_shared=True)
    yield credit.credit(prices.price(f"supabase-credit-{plan}"), [line])
    disk = Item(SUPABASE, "disk", remark="as the database grows")
    yield disk.used(prices.price(f"supabase-disk-{plan}"), None)
    egress = Item(SUPABASE, "egress", remark=BY_TRAFFIC)
    yield egress.used(prices.price(f"supabase-egress-{plan}"), None)


def _dns(needs: Needs, prices: PriceList) -> Iterator[Line]:
    """The zone, which all environments share.

    A provider of octoDNS is named by its class, as ``octodns_route53.Route53Provider``;
    its prices by its package, as ``route53-plan-...``.
    """
    package = needs.dns_provider.partition(".")[0]
    yield _plan(package.removeprefix("octodns_").replace("_", "-"), prices)


def _domains(platform: str, needs: Needs, prices: PriceList) -> Iterator[Line]:
    """Host names; each belongs to another app, so each has what one app includes."""
    count = Decimal(needs.domains.get(platform, 0))
    if not count:
        return
    price = prices.price(f"{platform}-domain-{prices.plan(platform)}")
    each = price.cost_of(ONE)
    cost = None if each is None else each * count
    yield Line(platform, "custom domains", count, price, cost, cost)
