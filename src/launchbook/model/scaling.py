"""How much a service may use, what it uses, and how many replicas that asks for."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """What one replica may use; None where the platform's own limit counts."""

    vcpus: float | None = None
    memory_gb: float | None = None


@dataclass(frozen=True, slots=True)
class Load:
    """What all replicas together used at the busiest time, as shares of their limits.

    Attributes:
        cpu: 0.7 is 70 %; None where nothing was measured.
        memory: The same.
        points: How many points of time were measured.
    """

    cpu: float | None
    memory: float | None
    points: int

    @property
    def is_known(self) -> bool:
        """Whether anything was measured."""
        return self.cpu is not None or self.memory is not None


@dataclass(frozen=True, slots=True)
class Scale:
    """How far a service scales, and what it aims at.

    Attributes:
        lowest: Fewest replicas.
        highest: Most replicas.
        cpu: Share of the CPU to aim at, as 0.7.
        memory: Share of the memory to aim at, as 0.75.
    """

    lowest: int
    highest: int
    cpu: float
    memory: float

    def recommend(self, replicas: int, load: Load) -> int:
        """Return how many replicas bring both shares to what is aimed at.

        A share that is spread over more replicas falls in proportion; the tighter one
        of the two decides. Memory does not fall quite so, which makes this err on the
        side of too many.
        """
        pairs = ((load.cpu, self.cpu), (load.memory, self.memory))
        wanted = [replicas * used / aim for used, aim in pairs if used is not None]
        # A hair over a whole number is that number: figures are measured.
        needed = math.ceil(max(wanted, default=replicas) - 0.005)
        return min(self.highest, max(self.lowest, needed))
