"""supabase.pooler: the pooler's address, read and never built.

A wrong shard answers "tenant not found", and the vendor moves tenants, so the host
comes from the API. Session mode is what Railway and migrations need: Railway has
no outbound IPv6, and transaction mode has no session state (platform facts 3.3).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final
from urllib.parse import quote

from launchbook.engine.check import Check
from launchbook.engine.poll import until
from launchbook.engine.step import Context, Prior, Verified
from launchbook.model.change import Action, Change, Planned
from launchbook.redact import Secret

if TYPE_CHECKING:
    from launchbook.model.supabase import Pooler
    from launchbook.providers.supabase.client import SupabaseClient

DEADLINE_SECONDS: Final = 120.0


@dataclass(frozen=True, slots=True)
class Inputs:
    """Which pooler, and the password that its addresses carry.

    Attributes:
        session_port: Port of session mode. The API often names the transaction
            mode's alone, on the same host.
    """

    ref: str
    password: Secret
    session_port: int


class SupabasePooler(Check):
    """A reading: there is nothing to create, but it may not exist at first."""

    name: ClassVar[str] = "supabase.pooler"
    inputs_type: ClassVar[type] = Inputs

    def __init__(self, client: SupabaseClient) -> None:
        self._client = client

    def facts(self, inputs: Inputs, context: Context) -> Pooler | None:
        """Return the primary's entry, or None while there is none (404)."""
        return next(iter(self._primaries(inputs)), None)

    def plan(
        self, inputs: Inputs, facts: Pooler | None, prior: Prior | None
    ) -> Planned:
        """Nothing to write; the addresses are known once there is an entry."""
        change = Change(Action.NO_CHANGE, self.name, inputs.ref)
        return Planned((change,), _outputs(inputs, facts) if facts else {})

    def verify(self, inputs: Inputs, context: Context) -> Verified:
        """Wait for the entry."""
        pooler, *_ = until(
            lambda: self._primaries(inputs),
            bool,
            clock=context.clock,
            deadline_seconds=DEADLINE_SECONDS,
            what=f"pooler of Supabase project {inputs.ref}",
        )
        return Verified(_outputs(inputs, pooler), {"host": pooler.host})

    def _primaries(self, inputs: Inputs) -> list[Pooler]:
        """The entries that lead to the primary."""
        return [
            each for each in self._client.read_pooler(inputs.ref) if each.is_primary
        ]


def _outputs(inputs: Inputs, pooler: Pooler) -> dict[str, object]:
    """What other steps may refer to."""
    return {
        "host": pooler.host,
        "session_url": _address(inputs, pooler, inputs.session_port),
        "transaction_url": _address(inputs, pooler, pooler.port),
    }


def _address(inputs: Inputs, pooler: Pooler, port: int) -> Secret:
    """A connection string with the password, always over verified TLS."""
    password = quote(inputs.password.reveal(), safe="")
    return Secret(
        f"postgresql://{pooler.user}:{password}@{pooler.host}:{port}"
        f"/{pooler.database}?sslmode=verify-full"
    )
