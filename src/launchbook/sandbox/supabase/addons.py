"""What can be bought for a project, and its prices.

Sources: the vendor's pages on compute and disk and on the usage of point-in-time
recovery, IPv4 and custom domains (2026); dollars an hour.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from launchbook.sandbox.supabase.state import Project

COMPUTE: Final = "compute_instance"
PITR: Final = "pitr"
PITR_SIZES: Final = frozenset({"nano", "micro"})
"""Sizes that are too small for point-in-time recovery."""


@dataclass(frozen=True, slots=True)
class Variant:
    """One thing of a kind that can be bought."""

    id: str
    name: str
    hourly_dollars: float

    def as_json(self) -> dict[str, object]:
        """Return it as the API shows it."""
        price = {
            "description": f"${self.hourly_dollars:g}/hour",
            "type": "usage",
            "interval": "hourly",
            "amount": self.hourly_dollars,
        }
        return {"id": self.id, "name": self.name, "price": price}


@dataclass(frozen=True, slots=True)
class Addon:
    """A kind of thing that can be bought, one variant of it at a time."""

    name: str
    variants: tuple[Variant, ...]


_COMPUTE_HOURLY: Final[Mapping[str, float]] = {
    "micro": 0.01344,
    "small": 0.0206,
    "medium": 0.0822,
    "large": 0.1517,
    "xlarge": 0.2877,
    "2xlarge": 0.562,
    "4xlarge": 1.32,
    "8xlarge": 2.562,
    "12xlarge": 3.836,
    "16xlarge": 5.12,
}
ADDONS: Final[Mapping[str, Addon]] = {
    COMPUTE: Addon(
        "Compute Instance",
        tuple(
            Variant(f"ci_{size}", size.capitalize(), price)
            for size, price in _COMPUTE_HOURLY.items()
        ),
    ),
    PITR: Addon(
        "Point in Time Recovery",
        (
            Variant("pitr_7", "7 days", 0.137),
            Variant("pitr_14", "14 days", 0.274),
            Variant("pitr_28", "28 days", 0.55),
        ),
    ),
    "custom_domain": Addon(
        "Custom Domain", (Variant("cd_default", "Custom Domain", 0.0137),)
    ),
    "ipv4": Addon(
        "Dedicated IPv4 address", (Variant("ipv4_default", "IPv4 Address", 0.0055),)
    ),
}
"""By the vendor's name of the kind."""


def find_variant(kind: str, variant_id: str) -> Variant | None:
    """Return what a request names, if it can be bought."""
    addon = ADDONS.get(kind)
    variants = addon.variants if addon else ()
    return next((one for one in variants if one.id == variant_id), None)


def kind_of(variant_id: str) -> str | None:
    """Return the kind that a variant is of."""
    for kind in ADDONS:
        if find_variant(kind, variant_id):
            return kind
    return None


def addons_answer(project: Project, *, is_paid: bool) -> dict[str, object]:
    """Return what a project has and what it could have; nothing on a free plan."""
    held = {**project.addons, COMPUTE: f"ci_{project.size}"}
    found = [(kind, find_variant(kind, variant)) for kind, variant in held.items()]
    return {
        "selected_addons": [
            {"type": kind, "variant": variant.as_json()}
            for kind, variant in found
            if variant
        ],
        "available_addons": [
            {
                "type": kind,
                "name": addon.name,
                "variants": [variant.as_json() for variant in addon.variants],
            }
            for kind, addon in ADDONS.items()
            if is_paid
        ],
    }
