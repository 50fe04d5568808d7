"""supabase.access: TLS enforced, and only the named networks let in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from launchbook.engine.poll import until
from launchbook.engine.step import Context, Prior, Verified
from launchbook.model.change import Action, Change, FieldChange, Planned

if TYPE_CHECKING:
    from launchbook.model.supabase import NetworkRestrictions, TlsEnforcement
    from launchbook.providers.supabase.client import SupabaseClient

DEADLINE_SECONDS: Final = 120.0


@dataclass(frozen=True, slots=True)
class Inputs:
    """Who may reach the database and its pooler, and how.

    Attributes:
        allowed_cidrs: IPv4 networks; the vendor replaces the whole list.
        allowed_cidrs_v6: Give both families, or one stays open unexpectedly.
    """

    ref: str
    is_tls_enforced: bool
    allowed_cidrs: tuple[str, ...]
    allowed_cidrs_v6: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """What is in force."""

    tls: TlsEnforcement
    network: NetworkRestrictions


class SupabaseAccess:
    """Two settings of one project."""

    name: ClassVar[str] = "supabase.access"
    inputs_type: ClassVar[type] = Inputs
    is_check: ClassVar[bool] = False

    def __init__(self, client: SupabaseClient) -> None:
        self._client = client

    def facts(self, inputs: Inputs, context: Context) -> Facts:
        """Read both settings."""
        return Facts(
            tls=self._client.read_tls_enforcement(inputs.ref),
            network=self._client.read_network_restrictions(inputs.ref),
        )

    def plan(self, inputs: Inputs, facts: Facts, prior: Prior | None) -> Planned:
        """Compare both settings."""
        changes = (
            _change("tls", _tls_fields(inputs, facts)),
            _change("network", _network_fields(inputs, facts)),
        )
        return Planned(changes, _outputs(inputs))

    def apply(self, inputs: Inputs, facts: Facts, context: Context) -> None:
        """Write the settings that differ."""
        if _tls_fields(inputs, facts):
            self._client.set_tls_enforcement(
                inputs.ref, is_enforced=inputs.is_tls_enforced
            )
        if _network_fields(inputs, facts):
            self._client.apply_network_restrictions(
                inputs.ref, inputs.allowed_cidrs, inputs.allowed_cidrs_v6
            )

    def verify(self, inputs: Inputs, context: Context) -> Verified:
        """Wait until both are in force."""
        until(
            lambda: self.facts(inputs, context),
            lambda facts: not self.plan(inputs, facts, None).is_pending,
            clock=context.clock,
            deadline_seconds=DEADLINE_SECONDS,
            what="TLS enforcement and network restrictions",
        )
        return Verified(_outputs(inputs))


def _change(setting: str, fields: tuple[FieldChange, ...]) -> Change:
    """One line a setting."""
    action = Action.UPDATE if fields else Action.NO_CHANGE
    return Change(action, "supabase.access", setting, fields)


def _tls_fields(inputs: Inputs, facts: Facts) -> tuple[FieldChange, ...]:
    """What differs in TLS enforcement."""
    if inputs.is_tls_enforced == facts.tls.is_enforced:
        return ()
    return (
        FieldChange("is_tls_enforced", facts.tls.is_enforced, inputs.is_tls_enforced),
    )


def _network_fields(inputs: Inputs, facts: Facts) -> tuple[FieldChange, ...]:
    """What differs in the networks that are let in; order does not count."""
    pairs = (
        ("allowed_cidrs", facts.network.allowed_cidrs, inputs.allowed_cidrs),
        ("allowed_cidrs_v6", facts.network.allowed_cidrs_v6, inputs.allowed_cidrs_v6),
    )
    return tuple(
        FieldChange(name, sorted(before), sorted(after))
        for name, before, after in pairs
        if sorted(before) != sorted(after)
    )


def _outputs(inputs: Inputs) -> dict[str, object]:
    """What other steps may refer to."""
    return {"is_tls_enforced": inputs.is_tls_enforced}
