"""Vercel's team: its plan; and its clock, since every answer tells the time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from launchbook.model.account import Tenancy
from launchbook.providers.vercel.calls import VercelCalls
from launchbook.transport.answer import Fields
from launchbook.transport.request import Request

if TYPE_CHECKING:
    from datetime import datetime


class AccountVerbs(VercelCalls):
    """The verbs around the account; a part of the client."""

    def read_team(self) -> Tenancy:
        """Return the team that every request names.

        Raises:
            Unauthorized, Rejected, NotFound: The token may not use it.
        """
        response = self._send(Request("GET", f"/v2/teams/{self._team}"))
        node = Fields(response.json(), "vercel team")
        billing = node.optional_child("billing")
        return Tenancy(
            id=node.text("id"),
            name=node.text("slug"),
            plan=billing.text_or_empty("plan") if billing else "",
            answered_at=response.answered_at,
        )

    def read_teams(self) -> tuple[Tenancy, ...]:
        """Return the teams that the token may use, without their plans.

        Raises:
            Unauthorized: It is none.
        """
        answer = self._fields(Request("GET", "/v2/teams"), "teams")
        return tuple(
            Tenancy(node.text("id"), node.text("slug"), plan="")
            for node in answer.children("teams")
        )

    def read_token_end(self) -> datetime | None:
        """Return when the token expires; None for never.

        Raises:
            Unauthorized: It is none.
        """
        request = Request("GET", "/v5/user/tokens/current")
        return self._fields(request, "token").child("token").moment("expiresAt")
