"""How many connections each process may keep, so that all of them always fit.

In session mode every connection of a process holds one of the pooler's, and the pooler
refuses the first one too many (EMAXCONNSESSION). So the sizes are computed, from the
largest number of processes that exist at once, and what cannot fit is refused before
anything is written.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from launchbook.errors import PoolTooSmall

if TYPE_CHECKING:
    from collections.abc import Mapping

SERVER_CONNECTIONS: Final[Mapping[str, int]] = {
    "nano": 60,
    "micro": 60,
    "small": 90,
    "medium": 120,
    "large": 160,
    "xlarge": 240,
    "2xlarge": 380,
    "4xlarge": 480,
    "8xlarge": 490,
    "12xlarge": 500,
    "16xlarge": 500,
}
"""What a server of each size allows
(supabase.com/docs/guides/platform/compute-and-disk, direct connections)."""
SMALLEST_SIZE: Final = 3
"""One for work, one for the health endpoints, one that stays free."""


@dataclass(frozen=True, slots=True)
class Demand:
    """Who needs connections.

    Attributes:
        replicas: Service to its replicas.
        workers: Service to the processes of one replica; 1 where it is not named.
        overlapping: Services of which the old and the new replicas run side by side
            while a deployment is exchanged.
    """

    replicas: Mapping[str, int]
    workers: Mapping[str, int]
    overlapping: tuple[str, ...]

    @property
    def processes(self) -> int:
        """The most processes that exist at once."""
        return sum(
            count * self.workers.get(name, 1) * (2 if name in self.overlapping else 1)
            for name, count in self.replicas.items()
        )


@dataclass(frozen=True, slots=True)
class Supply:
    """What there is.

    Attributes:
        instance_size: As ``small``.
        server_percent: How much of the server's connections the pooler may take; the
            rest is for the vendor's own services.
        pool_percent: How much of the pooler's the product may use; the rest is for
            migrations, advisors and a person.
        largest_pool: More than this, one process never needs.
    """

    instance_size: str
    server_percent: int
    pool_percent: int
    largest_pool: int

    @property
    def pooler_size(self) -> int:
        """Server connections that the pooler keeps."""
        return SERVER_CONNECTIONS[self.instance_size] * self.server_percent // 100

    @property
    def usable(self) -> int:
        """Connections that the product may use."""
        return self.pooler_size * self.pool_percent // 100


def size_for(demand: Demand, supply: Supply) -> int:
    """Return how many connections one process may keep.

    Raises:
        PoolTooSmall: Not even the fewest fit.
    """
    size = min(supply.largest_pool, supply.usable // max(1, demand.processes))
    if size >= SMALLEST_SIZE:
        return size
    needed = demand.processes * SMALLEST_SIZE
    services = ", ".join(
        f"{count} of {name}" for name, count in demand.replicas.items()
    )
    raise PoolTooSmall(
        f"{demand.processes} processes ({services}, twice while a deployment is "
        f"exchanged) need {needed} connections, and instance size "
        f"{supply.instance_size} has {supply.usable} for them",
        hint=_hint(supply, needed),
        details={
            "processes": demand.processes,
            "needed": needed,
            "usable": supply.usable,
            "instance_size": supply.instance_size,
        },
    )


def _hint(supply: Supply, needed: int) -> str:
    """Name the smallest size that would do."""
    fitting = next(
        (
            size
            for size in SERVER_CONNECTIONS
            if replace(supply, instance_size=size).usable >= needed
        ),
        None,
    )
    if fitting is None:
        return "Choose fewer replicas in inventory/environments, then run the same command again."
    return (
        f"Set database.instance_size to {fitting}, or fewer replicas, in "
        "inventory/environments, then run the same command again."
    )
