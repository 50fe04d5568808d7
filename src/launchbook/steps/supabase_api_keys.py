"""supabase.api_keys: the keys that the product's apps use, read from the platform."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from launchbook.engine.check import Check
from launchbook.engine.poll import until
from launchbook.engine.step import Context, Prior, Verified
from launchbook.model.change import Action, Change, Planned

if TYPE_CHECKING:
    from collections.abc import Sequence

    from launchbook.model.supabase import ApiKey
    from launchbook.providers.supabase.client import SupabaseClient

DEADLINE_SECONDS: Final = 120.0
NEEDED: Final = {"anon": "anon_key", "service_role": "service_role_key"}


@dataclass(frozen=True, slots=True)
class Inputs:
    """Whose keys."""

    ref: str


class SupabaseApiKeys(Check):
    """A reading: the platform makes the keys with the project."""

    name: ClassVar[str] = "supabase.api_keys"
    inputs_type: ClassVar[type] = Inputs

    def __init__(self, client: SupabaseClient) -> None:
        self._client = client

    def facts(self, inputs: Inputs, context: Context) -> Sequence[ApiKey]:
        """Read the keys, revealed."""
        return self._client.read_api_keys(inputs.ref)

    def plan(
        self, inputs: Inputs, facts: Sequence[ApiKey], prior: Prior | None
    ) -> Planned:
        """Nothing to write."""
        change = Change(Action.NO_CHANGE, self.name, inputs.ref)
        return Planned((change,), _outputs(facts))

    def verify(self, inputs: Inputs, context: Context) -> Verified:
        """Wait until both keys are there."""
        keys = until(
            lambda: self.facts(inputs, context),
            lambda found: len(_outputs(found)) == len(NEEDED),
            clock=context.clock,
            deadline_seconds=DEADLINE_SECONDS,
            what=f"API keys of Supabase project {inputs.ref}",
        )
        return Verified(_outputs(keys), {"keys": sorted(NEEDED)})


def _outputs(keys: Sequence[ApiKey]) -> dict[str, object]:
    """What other steps may refer to; the values are secrets."""
    return {
        NEEDED[key.name]: key.value
        for key in keys
        if key.name in NEEDED and key.value is not None
    }
