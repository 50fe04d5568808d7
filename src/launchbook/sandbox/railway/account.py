"""The fields about the workspace: its plan and bill, its tokens, its regions."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from launchbook.sandbox.railway.access import make_api_token
from launchbook.sandbox.railway.faults import not_authorized
from launchbook.sandbox.railway.plans import plan_of
from launchbook.sandbox.railway.state import WORKSPACE_ID
from launchbook.sandbox.railway.views import View, connection

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from graphql import GraphQLResolveInfo

    from launchbook.sandbox.railway.access import Reach
    from launchbook.sandbox.railway.measures import Measures
    from launchbook.sandbox.railway.parts import Parts
    from launchbook.sandbox.railway.records import ApiToken
    from launchbook.sandbox.railway.views import Views

    Info = GraphQLResolveInfo

CUSTOMER_ID: Final = "0b6f2a55-6a3e-4c0e-8f43-0d1c6b7a9e21"
"""The one customer. A constant, so that a reset does not change it."""
LIMIT_ID: Final = "8d1a3f0e-5c22-4b8f-9a0c-3f7f4f3f2b10"
REGIONS: Final[tuple[View, ...]] = tuple(
    {
        "name": name,
        "region": place,
        "location": location,
        "country": country,
        "id": name,
    }
    for name, place, location, country in (
        ("us-west2", "us-west2", "California, USA", "US"),
        ("us-east4-eqdc4a", "us-east4", "Virginia, USA", "US"),
        ("europe-west4-drams3a", "europe-west4", "Amsterdam, Netherlands", "NL"),
        ("asia-southeast1-eqsg3a", "asia-southeast1", "Singapore", "SG"),
    )
)
"""Where services can run (platform docs, deployment regions, 2026)."""


class Account:
    """Resolvers; each gets what its token may reach in ``info.context``.

    Args:
        parts: The emulator's shared parts.
        measures: Knows what was spent.
        shown: Makes objects of the API.
    """

    def __init__(self, parts: Parts, measures: Measures, shown: Views) -> None:
        self._parts = parts
        self._state = parts.state
        self._measures = measures
        self._views = shown
        shown.workspace |= {
            "plan": lambda _: plan_of(parts.faults),
            "customer": lambda _: self._customer(),
            "projectCount": lambda _, **__: len(self._state.projects),
        }

    def fields(self) -> Mapping[str, Callable[..., Any]]:
        """Return the resolvers by field."""
        return {
            "regions": self.regions,
            "serviceInstanceLimitOverride": self.limit_override,
            "apiTokens": self.api_tokens,
            "apiTokenCreate": self.api_token_create,
            "apiTokenDelete": self.api_token_delete,
            "projectTokens": self.project_tokens,
            "projectTokenDelete": self.project_token_delete,
            "usageLimitSet": self.usage_limit_set,
            "usageLimitRemove": self.usage_limit_remove,
        }

    # --- the workspace and its bill ------------------------------------------

    def _customer(self) -> View:
        now = self._parts.clock.now()
        start = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        end = (start + timedelta(days=32)).replace(day=1)
        fault = self._parts.faults.take("workspace", "spent")
        spent = self._measures.spent_dollars()
        if fault:
            spent = float(fault.details.get("dollars", spent))
        return {
            "id": CUSTOMER_ID,
            "state": "ACTIVE",
            "isTrialing": False,
            "isUsageSubscriber": True,
            "isPrepaying": False,
            "hasExhaustedFreePlan": False,
            "trialDaysRemaining": 0,
            "creditBalance": 0.0,
            "appliedCredits": 0.0,
            "remainingUsageCreditBalance": 0.0,
            "currentUsage": spent,
            "billingPeriod": {"start": start.isoformat(), "end": end.isoformat()},
            "usageLimit": self._usage_limit(spent),
        }

    def _usage_limit(self, spent: float) -> View | None:
        limit = self._state.usage_limit
        if limit is None:
            return None
        hard = limit["hard_dollars"]
        return {
            "id": LIMIT_ID,
            "customerId": CUSTOMER_ID,
            "softLimit": limit["soft_dollars"],
            "hardLimit": hard,
            "isOverLimit": hard is not None and spent > hard,
        }

    def usage_limit_set(self, info: Info, *, order: dict[str, Any]) -> bool:
        """Set what may be spent in a month: a warning, and an end."""
        self._check_customer(info, order)
        self._state.usage_limit = {
            "soft_dollars": order["softLimitDollars"],
            "hard_dollars": order.get("hardLimitDollars"),
        }
        self._state.save()
        return True

    def usage_limit_remove(self, info: Info, *, order: dict[str, Any]) -> bool:
        """Let anything be spent."""
        self._check_customer(info, order)
        self._state.usage_limit = None
        self._state.save()
        return True

    def _check_customer(self, info: Info, order: Mapping[str, Any]) -> None:
        _reach(info).require_account()
        if order["customerId"] != CUSTOMER_ID:
            raise not_authorized()

    # --- what there is -------------------------------------------------------

    def regions(self, info: Info, *, project_id: str | None = None) -> list[View]:
        """Where services can run."""
        if project_id:
            _reach(info).project(project_id)
        return list(REGIONS)

    def limit_override(
        self, info: Info, *, service_id: str, environment_id: str
    ) -> View | None:
        """The limits that somebody set; null when nobody did."""
        limits = _reach(info).instance(service_id, environment_id).limits
        if not limits:
            return None
        containers: View = {}
        if "vCPUs" in limits:
            containers["cpu"] = limits["vCPUs"]
        if "memoryGB" in limits:
            containers["memoryBytes"] = int(limits["memoryGB"] * 10**9)
        return {"containers": containers}

    # --- tokens --------------------------------------------------------------

    def api_tokens(self, info: Info, **page: Any) -> View:
        """The tokens that were made here, by a person's request."""
        _reach(info).require_person()
        found = [_api_token(one) for one in self._state.api_tokens.values()]
        return connection(found, **page)

    def api_token_create(self, info: Info, *, order: dict[str, Any]) -> str:
        """Make a token of the account, or of a workspace; it is shown this once."""
        _reach(info).require_person()
        workspace_id = order.get("workspaceId")
        if workspace_id not in {None, WORKSPACE_ID}:
            raise not_authorized()
        secret, token = make_api_token(order["name"], workspace_id, self._state.now())
        self._state.api_tokens[token.id] = token
        self._state.save()
        return secret

    def api_token_delete(self, info: Info, *, id_: str) -> bool:
        """Delete a token; whoever uses it is refused from now on."""
        _reach(info).require_person()
        if self._state.api_tokens.pop(id_, None) is None:
            raise not_authorized()
        self._state.save()
        return True

    def project_tokens(self, info: Info, *, project_id: str, **page: Any) -> View:
        """The project tokens of a project."""
        reach = _reach(info)
        reach.require_account()
        project = reach.project(project_id)
        found = [
            self._views.token(one)
            for one in self._state.tokens.values()
            if one.project_id == project.id
        ]
        return connection(found, **page)

    def project_token_delete(self, info: Info, *, id_: str) -> bool:
        """Delete a project token."""
        _reach(info).require_account()
        if self._state.tokens.pop(id_, None) is None:
            raise not_authorized()
        self._state.save()
        return True


def _api_token(token: ApiToken) -> View:
    return {
        "id": token.id,
        "name": token.name,
        "displayToken": token.display,
        "expiresAt": None,
        "workspaceId": token.workspace_id,
    }


def _reach(info: Info) -> Reach:
    reach: Reach = info.context
    return reach
