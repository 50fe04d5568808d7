"""What the files of the inventory say that an environment uses."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from launchbook.cost.need import Service, read_needs

PRODUCT: dict[str, Any] = {
    "team": {"size": 2},
    "apps": {
        "backend": {"platform": "railway"},
        "shop": {"platform": "vercel"},
        "desk": {"platform": "vercel"},
    },
    "services": {
        "backend": {"app": "backend"},
        "weekly": {"app": "backend", "settings": {"cron_schedule": "0 6 * * 1"}},
        "elsewhere": {"app": "backend"},
    },
}
ENVIRONMENT: dict[str, Any] = {
    "domains": {
        "backend": "api.example.com",
        "shop": "example.com",
        "desk": "desk.example.com",
        "status": "status.example.com",
    },
    "replicas": {"backend": 2, "weekly": 1},
    "limits": {"backend": {"vcpus": 0.1, "memory_gb": 1}},
    "database": {"instance_size": "small"},
}
PLATFORM = {"dns": {"provider": "cloudflare"}}


def test_services_are_those_that_the_environment_runs() -> None:
    found = read_needs(PRODUCT, ENVIRONMENT, PLATFORM)
    assert (
        Service("backend", 2, Decimal("0.1"), Decimal(1)),
        Service("weekly", 1, None, None, "0 6 * * 1"),
    ) == found.services


def test_host_names_are_counted_where_their_apps_are() -> None:
    found = read_needs(PRODUCT, ENVIRONMENT, PLATFORM)
    assert {"railway": 1, "vercel": 2} == found.domains


def test_team_database_and_zone_are_read() -> None:
    found = read_needs(PRODUCT, ENVIRONMENT, PLATFORM)
    assert (2, "small", "cloudflare") == (
        found.members,
        found.instance_size,
        found.dns_provider,
    )
