"""What the workspace pays for, what that allows, and what things cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from launchbook.sandbox.railway.faults import OrderedFaults

DEFAULT_PLAN: Final = "PRO"
DOMAIN_LIMITS: Final[Mapping[str, int]] = {"FREE": 1, "HOBBY": 2, "PRO": 20}
"""Custom domains of one service, by plan (platform docs, 2026)."""
REPLICA_LIMITS: Final[Mapping[str, int]] = {"FREE": 1, "HOBBY": 6, "PRO": 42}
"""Replicas of one service, by plan (platform docs, pricing plans, 2026)."""
PRICES: Final[Mapping[str, float]] = {
    "CPU_USAGE": 0.000463,
    "MEMORY_USAGE_GB": 0.000231,
}
"""Dollars a vCPU minute and a gigabyte minute (platform docs, pricing plans, 2026)."""
MONTH_SECONDS: Final = 30 * 86_400
"""The month of the platform's own price tables."""


def plan_of(faults: OrderedFaults) -> str:
    """Return the workspace's plan: PRO, or what the fault ``plan`` says."""
    fault = faults.take("workspace", "plan")
    plan = str(fault.details.get("plan", DEFAULT_PLAN)) if fault else DEFAULT_PLAN
    return plan if plan in DOMAIN_LIMITS else DEFAULT_PLAN
