"""supabase.pool: the pooler's size, and how much of it each process may use.

Computed from replicas and workers, so that a deployment never meets a full pooler; a
plan that cannot fit is refused before anything is written.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from launchbook.database.pool import Demand, Supply, size_for
from launchbook.engine.poll import until
from launchbook.engine.step import Context, Prior, Verified
from launchbook.model.change import Action, Change, FieldChange, Planned

if TYPE_CHECKING:
    from collections.abc import Mapping

    from launchbook.model.supabase import Pooler
    from launchbook.providers.supabase.client import SupabaseClient

DEADLINE_SECONDS: Final = 120.0


@dataclass(frozen=True, slots=True)
class Inputs:
    """What there is, and who needs it.

    Attributes:
        host: Of the pooler; named so that it exists first.
        replicas: Service to its replicas.
        workers: Service to the processes of one replica.
        overlapping: Services that run twice while a deployment is exchanged.
        server_percent: Of the server's connections, for the pooler.
        pool_percent: Of the pooler's connections, for the product.
        largest_pool: The most that one process may keep.
    """

    ref: str
    host: str
    instance_size: str
    replicas: Mapping[str, int]
    workers: Mapping[str, int]
    overlapping: tuple[str, ...]
    server_percent: int
    pool_percent: int
    largest_pool: int


class SupabasePool:
    """One number at the pooler, and one that every process is told."""

    name: ClassVar[str] = "supabase.pool"
    inputs_type: ClassVar[type] = Inputs
    is_check: ClassVar[bool] = False

    def __init__(self, client: SupabaseClient) -> None:
        self._client = client

    def facts(self, inputs: Inputs, context: Context) -> Pooler | None:
        """Return the primary's entry, or None while there is none."""
        entries = self._client.read_pooler(inputs.ref)
        return next((each for each in entries if each.is_primary), None)

    def plan(
        self, inputs: Inputs, facts: Pooler | None, prior: Prior | None
    ) -> Planned:
        """Compare the pooler's size.

        Raises:
            PoolTooSmall: The processes cannot all have connections.
        """
        outputs = _outputs(inputs)
        before = facts.default_pool_size if facts else None
        after = _supply(inputs).pooler_size
        fields = (
            ()
            if before == after
            else (FieldChange("default_pool_size", before, after),)
        )
        action = Action.UPDATE if fields else Action.NO_CHANGE
        return Planned((Change(action, self.name, "pooler", fields),), outputs)

    def apply(self, inputs: Inputs, facts: Pooler | None, context: Context) -> None:
        """Set the size."""
        self._client.update_pooler(inputs.ref, _supply(inputs).pooler_size)

    def verify(self, inputs: Inputs, context: Context) -> Verified:
        """Wait until the pooler says so."""
        until(
            lambda: self.facts(inputs, context),
            lambda facts: not self.plan(inputs, facts, None).is_pending,
            clock=context.clock,
            deadline_seconds=DEADLINE_SECONDS,
            what=f"pool size of Supabase project {inputs.ref}",
        )
        processes = _demand(inputs).processes
        return Verified(_outputs(inputs), {"processes": processes})

    def undo(self, inputs: Inputs, facts: Pooler | None, context: Context) -> None:
        """Set the size that was there."""
        if facts is not None and facts.default_pool_size is not None:
            self._client.update_pooler(inputs.ref, facts.default_pool_size)


def _demand(inputs: Inputs) -> Demand:
    return Demand(inputs.replicas, inputs.workers, inputs.overlapping)


def _supply(inputs: Inputs) -> Supply:
    return Supply(
        inputs.instance_size,
        inputs.server_percent,
        inputs.pool_percent,
        inputs.largest_pool,
    )


def _outputs(inputs: Inputs) -> dict[str, object]:
    """What other steps may refer to: certain before anything is written."""
    supply = _supply(inputs)
    return {
        "size": size_for(_demand(inputs), supply),
        "pooler_size": supply.pooler_size,
    }
