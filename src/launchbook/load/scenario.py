"""How many users come for how long, what they do, and where."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LONGEST_ARRIVAL_SECONDS: Final = 30.0
"""In this time all users of a phase come, before its time begins to count."""


@dataclass(frozen=True, slots=True)
class Phase:
    """So many users, for so long.

    Attributes:
        name: As ``load`` or ``peak``.
        seconds: With all of them present. What happens while they arrive is measured
            too.
    """

    name: str
    users: int
    seconds: int

    @property
    def arrival_seconds(self) -> float:
        """How long users arrive: short runs are not all arrival."""
        return min(LONGEST_ARRIVAL_SECONDS, self.seconds / 2)

    @property
    def whole_seconds(self) -> int:
        """From the first user to the end."""
        return round(self.arrival_seconds) + self.seconds

    @property
    def arrivals_per_second(self) -> float:
        """How fast users come."""
        return self.users / self.arrival_seconds


@dataclass(frozen=True, slots=True)
class Place:
    """Where the product is.

    Attributes:
        urls: App to the base URL of its public host.
        addresses: Host to IP address, where the system's resolver does not know it.
        ca_file: The authority to trust; empty for the usual ones.
        has_own_addresses: Whether each user comes from an address of its own; only
            loopback gives a machine that many.
    """

    urls: Mapping[str, str]
    addresses: Mapping[str, str] = field(default_factory=dict)
    ca_file: str = ""
    has_own_addresses: bool = False


@dataclass(frozen=True, slots=True)
class Scenario:
    """What is made to happen.

    Attributes:
        journeys: What users do, as ``inventory/load.yml`` says it.
        api: The app whose requests count as the API's.
    """

    environment: str
    place: Place
    journeys: Sequence[Mapping[str, Any]]
    phases: tuple[Phase, ...]
    api: str = "backend"

    def as_json(self) -> dict[str, object]:
        """Return what Locust's processes read."""
        return {
            "urls": dict(self.place.urls),
            "addresses": dict(self.place.addresses),
            "ca_file": self.place.ca_file,
            "has_own_addresses": self.place.has_own_addresses,
            "journeys": list(self.journeys),
            "api": self.api,
        }


def journeys_for(
    environment: str, journeys: Sequence[Mapping[str, Any]]
) -> tuple[Mapping[str, Any], ...]:
    """Return the journeys that are for an environment."""
    return tuple(each for each in journeys if environment in each["environments"])
