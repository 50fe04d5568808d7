"""The fields of ``Query`` and ``Mutation`` about custom domains."""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING, Any, Final

from launchbook.sandbox.railway.certifier import FAILED, VALID
from launchbook.sandbox.railway.faults import ApiError, not_authorized, not_emulated
from launchbook.sandbox.railway.plans import DOMAIN_LIMITS, plan_of
from launchbook.sandbox.railway.records import CustomDomain
from launchbook.sandbox.railway.state import HOST_SUFFIX, new_id

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from graphql import GraphQLResolveInfo

    from launchbook.sandbox.railway.access import Reach
    from launchbook.sandbox.railway.certifier import Certifier
    from launchbook.sandbox.railway.domain_views import DomainViews
    from launchbook.sandbox.railway.parts import Parts
    from launchbook.sandbox.railway.views import View

    Info = GraphQLResolveInfo

_HOST: Final = re.compile(
    r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{1,62}"
)


class CustomDomains:
    """Resolvers; each gets what its token may reach in ``info.context``.

    Args:
        parts: The emulator's shared parts.
        certifier: Looks after the domains.
        shown: Makes objects of the API.
    """

    def __init__(self, parts: Parts, certifier: Certifier, shown: DomainViews) -> None:
        self._parts = parts
        self._state = parts.state
        self._certifier = certifier
        self._views = shown

    def fields(self) -> Mapping[str, Callable[..., Any]]:
        """Return the resolvers by field."""
        return {
            "customDomain": self.custom_domain,
            "customDomainAvailable": self.available,
            "customDomainCreate": self.create,
            "customDomainUpdate": self.update,
            "customDomainDelete": self.delete,
            "customDomainIssueCertificate": self.issue_certificate,
        }

    def custom_domain(self, info: Info, *, id_: str, project_id: str) -> View:
        """One custom domain."""
        domain = self._domain(info, id_)
        if domain.project_id != project_id:
            raise not_authorized()
        return self._views.custom(domain)

    def available(self, info: Info, *, domain: str) -> View:
        """Whether a name could be added."""
        _reach(info).require_account()
        problem = self._problem(domain.lower(), "customDomainAvailable")
        message = problem or "Domain is available"
        return {"available": problem is None, "message": message}

    async def create(self, info: Info, *, order: dict[str, Any]) -> View:
        """Add a name to a service; its records have to be written elsewhere."""
        reach, host = _reach(info), order["domain"].lower()
        reach.environment(order["environmentId"], order["projectId"])
        instance = reach.instance(order["serviceId"], order["environmentId"])
        if host.startswith("*."):
            raise not_emulated("wildcard domains")
        if problem := self._problem(host, "customDomainCreate"):
            raise ApiError(problem)
        self._check_limit(instance.service_id)
        now = self._state.now()
        domain = CustomDomain(
            id=new_id(),
            host=host,
            project_id=order["projectId"],
            environment_id=instance.environment_id,
            service_id=instance.service_id,
            created_at=now,
            updated_at=now,
            target=secrets.token_hex(4) + HOST_SUFFIX,
            token=f"railway-verify={secrets.token_hex(32)}",
            stage_at=now,
            target_port=order.get("targetPort"),
        )
        self._state.custom_domains[domain.id] = domain
        self._state.save()
        self._certifier.accompany(domain)
        return self._views.custom(domain)

    def update(
        self,
        info: Info,
        *,
        id_: str,
        environment_id: str,
        target_port: int | None = None,
    ) -> bool:
        """Change the port that a name leads to."""
        domain = self._domain(info, id_)
        if domain.environment_id != environment_id:
            raise not_authorized()
        domain.target_port = target_port
        domain.updated_at = self._state.now()
        self._state.save()
        return True

    def delete(self, info: Info, *, id_: str) -> bool:
        """Take a name away; added again, it gets another target and token."""
        domain = self._domain(info, id_)
        del self._state.custom_domains[domain.id]
        self._state.save()
        return True

    def issue_certificate(self, info: Info, *, id_: str) -> bool:
        """Try again for a certificate that failed, or that is long in coming."""
        domain = self._domain(info, id_)
        if domain.stage == FAILED and not domain.is_retryable:
            raise ApiError("Certificate issuance cannot be retried")
        if domain.stage != VALID:
            self._certifier.begin(domain)
        return True

    def _domain(self, info: Info, domain_id: str) -> CustomDomain:
        domain = self._state.custom_domain(domain_id)
        _reach(info).environment(domain.environment_id)
        return domain

    def _problem(self, host: str, operation: str) -> str | None:
        """Return why a name cannot be added, as the vendor would say it."""
        if not _HOST.fullmatch(host) or host.endswith(HOST_SUFFIX):
            return "Invalid domain"
        is_taken = self._parts.faults.take(operation, "domain_taken") is not None
        if is_taken or self._state.custom_domain_at(host):
            return "Domain is already in use"
        return None

    def _check_limit(self, service_id: str) -> None:
        """Refuse one more name than the plan allows a service."""
        found = [
            one
            for one in self._state.custom_domains.values()
            if one.service_id == service_id
        ]
        limit = DOMAIN_LIMITS[plan_of(self._parts.faults)]
        if len(found) >= limit:
            raise ApiError(f"Your plan allows {limit} custom domains per service")


def _reach(info: Info) -> Reach:
    reach: Reach = info.context
    return reach
