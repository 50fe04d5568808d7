"""Railway's deployment triggers: pushes that it deploys by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from launchbook.model.trigger import Trigger
from launchbook.providers.railway.calls import RailwayCalls, scope_ids

if TYPE_CHECKING:
    from launchbook.model.railway import ServiceScope


class TriggerVerbs(RailwayCalls):
    """The verbs around triggers; a part of the client."""

    def read_triggers(self, scope: ServiceScope) -> tuple[Trigger, ...]:
        """Return what deploys a service by itself."""
        pages = self._pages("deployment_triggers", scope_ids(scope))
        return tuple(
            Trigger(node.text("id"), node.text("repository"), node.text("branch"))
            for node in pages
        )

    def delete_trigger(self, trigger_id: str) -> None:
        """Let pushes deploy nothing any more; the repository stays connected."""
        self._run("deployment_trigger_delete", {"id": trigger_id})
