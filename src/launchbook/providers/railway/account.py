"""Railway's workspace: its plan and what it has spent."""

from __future__ import annotations

from launchbook.model.account import Spending, Tenancy
from launchbook.providers.railway.calls import RailwayCalls
from launchbook.transport.answer import Fields


class AccountVerbs(RailwayCalls):
    """The verbs around the account; a part of the client."""

    def read_workspace(self, workspace_id: str) -> Tenancy:
        """Return a workspace; a project token may not see it.

        Raises:
            Unauthorized: The token may not.
        """
        data = self._run("workspace", {"workspaceId": workspace_id})
        node = Fields(data["workspace"], "railway workspace")
        customer = node.child("customer")
        limit = customer.optional_child("usageLimit")
        return Tenancy(
            id=node.text("id"),
            name=node.text("name"),
            plan=node.text("plan").lower(),
            spending=Spending(
                spent_dollars=customer.optional_number("currentUsage") or 0.0,
                limit_dollars=limit.optional_number("hardLimit") if limit else None,
                is_over=limit.is_truthy("isOverLimit") if limit else False,
            ),
        )
