"""Where projects can be: exact places, and groups that leave it to the vendor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from launchbook.sandbox.supabase.faults import ApiError

if TYPE_CHECKING:
    from collections.abc import Mapping

REGIONS: Final = {
    "eu-north-1": "North EU (Stockholm)",
    "eu-central-1": "Central EU (Frankfurt)",
    "eu-west-1": "West EU (Ireland)",
    "us-east-1": "East US (North Virginia)",
    "ap-south-1": "South Asia (Mumbai)",
}
SMART_GROUPS: Final = {
    "emea": ("Europe, Middle East, Africa", "eu-central-1"),
    "americas": ("Americas", "us-east-1"),
    "apac": ("Asia-Pacific", "ap-south-1"),
}


def chosen_region(body: Mapping[str, Any]) -> str:
    """Return the region that a new project asks for, by code or by group.

    Raises:
        ApiError: 400, there is no such region.
    """
    choice = body.get("region_selection") or {"code": body.get("region")}
    code = str(choice.get("code", "")) if isinstance(choice, dict) else ""
    region = SMART_GROUPS[code][1] if code in SMART_GROUPS else code
    if region not in REGIONS:
        raise ApiError(400, f"region {code!r} is not available")
    return region


def regions_answer() -> dict[str, object]:
    """Return the answer of ``GET /v1/projects/available-regions``."""
    groups = [
        {"name": name, "code": code, "type": "smartGroup"}
        for code, (name, _) in SMART_GROUPS.items()
    ]
    places = [
        {"name": name, "code": code, "type": "specific", "provider": "AWS"}
        for code, name in REGIONS.items()
    ]
    return {
        "recommendations": {"smartGroup": groups[0], "specific": places[:1]},
        "all": {"smartGroup": groups, "specific": places},
    }
