"""Vercel's domains: verified is not configured, and configured is not certified.

Who owns a name (``verified``), whether DNS leads here (``configuration``) and whether
there is a certificate are three answers of three routes (platform facts 2.7).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from launchbook.errors import Conflict, DomainTaken, NotFound, Rejected
from launchbook.model.domain import Domain, DomainRecord, Purpose, Stage
from launchbook.model.vercel import PRODUCTION
from launchbook.providers.vercel.calls import VercelCalls
from launchbook.transport.lost import create_or_find

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from launchbook.transport.answer import Fields

MOST_PAGES: Final = 50
"""So many pages of certificates are looked through, 20 each."""
TRY_AGAIN: Final = 449
"""The certificate cannot be ordered yet: what it needs is not seen yet."""


class DomainVerbs(VercelCalls):
    """The verbs around host names; a part of the client."""

    def read_domain(self, project_id: str, host: str) -> Domain | None:
        """Return a host name of a project with all that is known of it, or None."""
        path = f"/v9/projects/{project_id}/domains/{host}"
        try:
            node = self._fields(self._read(path), "domain")
        except NotFound:
            return None
        request = self._read(
            f"/v6/domains/{host}/config", {"projectIdOrName": project_id}
        )
        configuration = self._fields(request, "domain configuration")
        is_owned = node.is_truthy("verified")
        expires_at = self._certified_until(host) if is_owned else None
        return Domain(
            platform="vercel",
            host=node.text("name"),
            id=node.text("name"),
            environment_id=_environment_id(node),
            records=(_route(host, configuration), *_proofs(node)),
            is_owned=is_owned,
            is_routed=not configuration.is_truthy("misconfigured"),
            is_proxied=configuration.text_or_empty("configuredBy") == "http",
            stage=_stage(is_owned=is_owned, has_certificate=expires_at is not None),
            error="" if is_owned else _reason(node),
            added_at=node.moment("createdAt"),
            expires_at=expires_at,
        )

    def add_domain(self, project_id: str, host: str, environment_id: str) -> None:
        """Give a project a host name, for production or a custom environment.

        Raises:
            DomainTaken: Another project has it.
        """
        body = {"name": host}
        if environment_id != PRODUCTION:
            body["customEnvironmentId"] = environment_id
        path = f"/v10/projects/{project_id}/domains"
        request = self._write("POST", path, body, endpoint_class="domain_write")
        try:
            create_or_find(
                lambda: self._fields(request, "domain").text("name"),
                lambda: self._name_of(project_id, host),
            )
        except Conflict as error:
            raise _taken(host, error.message) from error

    def verify_domain(self, project_id: str, host: str) -> None:
        """Ask the vendor to look for the proof of ownership now.

        Raises:
            Rejected: It is not there.
        """
        path = f"/v9/projects/{project_id}/domains/{host}/verify"
        self._send(self._write("POST", path, endpoint_class="domain_write"))

    def remove_domain(self, project_id: str, host: str) -> None:
        """Take a host name away from a project."""
        path = f"/v9/projects/{project_id}/domains/{host}"
        self._send(self._write("DELETE", path, endpoint_class="domain_write"))

    def issue_certificate(self, host: str) -> bool:
        """Order a certificate now instead of when the platform does.

        Returns:
            False when the platform does not see yet what it needs.

        Raises:
            Rejected: It will not be issued; the vendor's code says why.
        """
        request = self._write(
            "POST", "/v8/certs", {"cns": [host]}, endpoint_class="certificate_write"
        )
        try:
            self._send(request)
        except Rejected as error:
            if error.status == TRY_AGAIN:
                return False
            raise
        return True

    def _name_of(self, project_id: str, host: str) -> str | None:
        path = f"/v9/projects/{project_id}/domains/{host}"
        try:
            return self._fields(self._read(path), "domain").text("name")
        except NotFound:
            return None

    def _certified_until(self, host: str) -> datetime | None:
        """The latest end of a certificate for a host name, however many there are."""
        ends = [
            end
            for node in self._certificates()
            if host in node.texts("cns") and (end := node.moment("expiresAt"))
        ]
        return max(ends, default=None)

    def _certificates(self) -> Iterator[Fields]:
        until: int | None = None
        for _ in range(MOST_PAGES):
            answer = self._fields(self._read("/v8/certs", {"until": until}), "certs")
            yield from answer.children("certs")
            until = answer.child("pagination").optional_whole("next")
            if until is None:
                return


def _stage(*, is_owned: bool, has_certificate: bool) -> Stage:
    if not is_owned:
        return Stage.UNPROVEN
    return Stage.VALID if has_certificate else Stage.PENDING


def _environment_id(node: Fields) -> str:
    """Where a name leads: a custom environment, a branch, or production."""
    branch = node.text_or_empty("gitBranch")
    custom = node.text_or_empty("customEnvironmentId")
    return custom or (f"branch {branch}" if branch else PRODUCTION)


def _route(host: str, configuration: Fields) -> DomainRecord:
    """The preferred record; an apex cannot be a CNAME and gets an address."""
    if host.count(".") > 1:
        ranked = configuration.children("recommendedCNAME")
        best = min(ranked, key=lambda each: each.whole("rank"))
        return DomainRecord(host, "CNAME", best.text("value").rstrip("."))
    ranked = configuration.children("recommendedIPv4")
    best = min(ranked, key=lambda each: each.whole("rank"))
    return DomainRecord(host, "A", best.texts("value")[0])


def _proofs(node: Fields) -> Iterator[DomainRecord]:
    """What proves the ownership, while it is not proven."""
    for each in node.optional_children("verification"):
        yield DomainRecord(
            host=each.text("domain").rstrip(".").lower(),
            kind=each.text("type"),
            value=each.text("value"),
            purpose=Purpose.OWNERSHIP,
        )


def _reason(node: Fields) -> str:
    challenges = node.optional_children("verification")
    return next((each.text_or_empty("reason") for each in challenges), "")


def _taken(host: str, message: str) -> DomainTaken:
    return DomainTaken(
        f"Vercel does not give {host} to this project: {message}",
        hint="Remove the domain from the project that has it, or write another host "
        "below `domains` of the environment, then run the same command again.",
        platform="vercel",
        details={"host": host},
    )
