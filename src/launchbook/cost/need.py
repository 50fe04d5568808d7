"""What an environment uses of the platforms, as far as the inventory says it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Mapping

    Entries = Mapping[str, Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class Service:
    """Processes of one kind.

    Attributes:
        replicas: How many.
        vcpus: What one may use at most; None without a limit.
        memory_gb: Likewise.
        schedule: When it runs; empty for one that always runs.
    """

    name: str
    replicas: int
    vcpus: Decimal | None
    memory_gb: Decimal | None
    schedule: str = ""


@dataclass(frozen=True, slots=True)
class Needs:
    """What is charged for, or could be.

    Attributes:
        services: Those that run in the environment.
        domains: Platform to how many host names it serves, each for another app.
        members: How many people have an account.
        instance_size: Of the database.
        dns_provider: Who holds the zone.
    """

    services: tuple[Service, ...]
    domains: Mapping[str, int]
    members: int
    instance_size: str
    dns_provider: str


def read_needs(
    product: Mapping[str, object],
    environment: Mapping[str, object],
    platform: Mapping[str, object],
) -> Needs:
    """Read what is needed from three files of the inventory, references resolved."""
    apps = cast("Entries", product["apps"])
    hosts = cast("Mapping[str, str]", environment["domains"])
    domains: dict[str, int] = {}
    for app in hosts:
        # The status page is no app of ours, and on none of the platforms.
        if app in apps:
            name = str(apps[app]["platform"])
            domains[name] = domains.get(name, 0) + 1
    database = cast("Mapping[str, object]", environment["database"])
    return Needs(
        services=_services(product, environment),
        domains=domains,
        members=cast("int", cast("Mapping[str, object]", product["team"])["size"]),
        instance_size=str(database["instance_size"]),
        dns_provider=str(cast("Mapping[str, object]", platform["dns"])["provider"]),
    )


def _services(
    product: Mapping[str, object], environment: Mapping[str, object]
) -> tuple[Service, ...]:
    """The services that the environment has replicas of."""
    replicas = cast("Mapping[str, int]", environment["replicas"])
    limits = cast("Entries", environment["limits"])
    return tuple(
        Service(
            name=name,
            replicas=replicas[name],
            vcpus=_number(limits.get(name, {}).get("vcpus")),
            memory_gb=_number(limits.get(name, {}).get("memory_gb")),
            schedule=_schedule(entry),
        )
        for name, entry in cast("Entries", product["services"]).items()
        if name in replicas
    )


def _schedule(service: Mapping[str, object]) -> str:
    settings = cast("Mapping[str, str]", service.get("settings", {}))
    return settings.get("cron_schedule", "")


def _number(value: object) -> Decimal | None:
    """A number of a file as it is written there, without a float's dust."""
    return None if value is None else Decimal(str(value))
