"""The platforms' tokens: which there are, and whom one stands for.

Where they are made and which rights they need is from the vendors' docs of 2026
(Railway: public API; Vercel: REST API; Supabase: Management API; Cloudflare: API
tokens).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

from launchbook.app.clients import Clients
from launchbook.errors import Rejected

if TYPE_CHECKING:
    from collections.abc import Mapping

    from launchbook.clock import Clock
    from launchbook.redact import Redactor, Secret


@dataclass(frozen=True, slots=True)
class TokenKind:
    """A token that a set of platforms needs.

    Attributes:
        platform: Its part of the platforms' file.
        name: Of the secret, and of the variable that may hold it.
        made_at: Where a person makes one.
        rights: What it must be allowed to do.
        chosen: The key of the platforms' file that says which workspace, team or
            organization is meant; empty where there is nothing to choose.
    """

    platform: str
    name: str
    made_at: str
    rights: str
    chosen: str = ""

    def as_json(self) -> dict[str, str]:
        """Return it for ``--json``."""
        return {
            "platform": self.platform,
            "name": self.name,
            "made_at": self.made_at,
            "rights": self.rights,
        }


TOKENS: Final = (
    TokenKind(
        "railway",
        "RAILWAY_API_TOKEN",
        "https://railway.com/account/tokens",
        "an account token, or one of the workspace; a project token cannot create "
        "projects",
        "workspace",
    ),
    TokenKind(
        "vercel",
        "VERCEL_TOKEN",
        "https://vercel.com/account/settings/tokens",
        "scope: the team; an end as far away as your policy allows",
        "team",
    ),
    TokenKind(
        "supabase",
        "SUPABASE_ACCESS_TOKEN",
        "https://supabase.com/dashboard/account/tokens",
        "a personal access token of a member who may create projects",
        "organization",
    ),
    TokenKind(
        "dns",
        "CLOUDFLARE_API_TOKEN",
        "https://dash.cloudflare.com/profile/api-tokens",
        "Zone: Zone: Edit and Zone: DNS: Edit, for the product's zone alone once it "
        "exists",
    ),
)
"""In the order in which they are asked for."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Whom a token may act for: a workspace, a team, an organization.

    Attributes:
        value: How the platforms' file names it.
    """

    value: str
    name: str

    def is_named(self, text: str) -> bool:
        """Whether a person means this one."""
        return text in {self.value, self.name}

    def __str__(self) -> str:
        return self.name if self.name == self.value else f"{self.name} ({self.value})"


@dataclass(frozen=True)
class Introduction:
    """Asks a platform whom a token stands for; it writes nothing.

    Attributes:
        platform: The set of platforms as its file says it.
        zone: The product's, as ``vocilia.com``.
    """

    platform: Mapping[str, Any]
    zone: str
    clock: Clock
    redactor: Redactor

    def holders(self, kind: TokenKind, token: Secret) -> tuple[Holder, ...]:
        """Return whom the token may act for; for DNS the zone, if it is there.

        Raises:
            ProviderError: It is refused, or the platform cannot be asked.
        """
        entry = {**self.platform[kind.platform], "token": token}
        whole = {**self.platform, kind.platform: entry}
        clients = Clients(whole, self.clock, self.redactor)
        if kind.platform == "railway":
            return _of_railway(clients)
        if kind.platform == "vercel":
            teams = clients.vercel.read_teams()
            return tuple(Holder(each.id, each.name) for each in teams)
        if kind.platform == "supabase":
            found = clients.supabase.read_organizations()
            return tuple(Holder(each.slug, each.name) for each in found)
        zone = clients.dns.find_zone(self.zone)
        return (Holder(zone.name, zone.name),) if zone else ()


def _of_railway(clients: Clients) -> tuple[Holder, ...]:
    account = clients.railway.read_account()
    if account.token_kind == "project":  # noqa: S105 - a kind, not a token
        raise Rejected(
            "this is a token of one Railway project, and those cannot create projects",
            hint="Make an account token or a workspace token, then run `invoke "
            "connect --only railway` again.",
            platform="railway",
        )
    return tuple(Holder(each.id, each.name) for each in account.workspaces)


def settled(kind: TokenKind, platform: Mapping[str, Any]) -> str:
    """Return which workspace, team or organization the file names; or nothing."""
    entry = cast("Mapping[str, object]", platform[kind.platform])
    return str(entry.get(kind.chosen, "")) if kind.chosen else ""
