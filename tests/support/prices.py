"""Small price lists and needs, in figures that a head can add up."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from launchbook.config.yaml import parse
from launchbook.cost.need import Needs, Service
from launchbook.cost.price import CURRENCY, UNKNOWN, PriceList

if TYPE_CHECKING:
    from collections.abc import Mapping

PLANS: Mapping[str, str] = {
    "railway": "pro",
    "vercel": "pro",
    "supabase": "pro",
    "cloudflare": "free",
}
AMOUNTS: Mapping[str, str] = {
    "railway-plan-pro": "20",
    "railway-credit-pro": "20",
    "railway-cpu": "20",
    "railway-memory": "10",
    "railway-egress": "0.05",
    "railway-domain-pro": "0",
    "vercel-plan-pro": "20",
    "vercel-transfer-pro": "0.15",
    "vercel-build": "0.01",
    "vercel-domain-pro": "0",
    "supabase-plan-pro": "25",
    "supabase-credit-pro": "10",
    "supabase-compute-micro": "0.01344",
    "supabase-disk-pro": "0.125",
    "supabase-egress-pro": "0.09",
    "cloudflare-plan-free": "0",
}


def price_list(
    amounts: Mapping[str, str | None] | None = None,
    *,
    plans: Mapping[str, str] | None = None,
    included: Mapping[str, int] | None = None,
    dates: Mapping[str, str] | None = None,
) -> PriceList:
    """Return the list above with some of it changed; None takes a price away."""
    lines = ["plans:"]
    lines += [f"  {name}: {plan}" for name, plan in {**PLANS, **(plans or {})}.items()]
    lines.append("prices:")
    for key, amount in {**AMOUNTS, **(amounts or {})}.items():
        if amount is None:
            continue
        lines += [
            f"  {key}:",
            f"    amount: {amount if amount == UNKNOWN else f'{CURRENCY} {amount}'}",
            "    unit: month",
            f"    source: https://example.com/{key}",
            f"    date: {(dates or {}).get(key, '2026-11-22')}",
        ]
        if key in (included or {}):
            lines.append(f"    included: {(included or {})[key]}")
    return PriceList(parse("\n".join(lines), "inventory/prices.yml"))


def service(replicas: int = 1, **changes: Any) -> Service:
    """Return a service that may use half a processor and half a gigabyte."""
    given: dict[str, Any] = {
        "name": "backend",
        "replicas": replicas,
        "vcpus": Decimal("0.5"),
        "memory_gb": Decimal("0.5"),
    }
    return Service(**(given | changes))


def needs(*services: Service, **changes: Any) -> Needs:
    """Return what one environment uses; one service unless others are given."""
    given: dict[str, Any] = {
        "services": services or (service(),),
        "domains": {"railway": 1, "vercel": 3},
        "members": 1,
        "instance_size": "micro",
        "dns_provider": "cloudflare",
    }
    return Needs(**(given | changes))
