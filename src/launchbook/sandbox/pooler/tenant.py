"""What the pooler asks its owner about a project."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TENANT_MISSING: Final = "Tenant or user not found"
SERVER_LOST: Final = "DbHandler exited"
"""What the vendor's pooler says while the server of a project it knows is away
(github.com/pgflow-dev/pgflow issue 5)."""
CIRCUIT_OPEN: Final = (
    "(ECIRCUITBREAKER) too many authentication failures, "
    "new connections are temporarily blocked"
)
BAD_PASSWORDS: Final = 10
"""Bad logins in a row after which an address is kept out for a while."""
OPEN_AGAIN_SECONDS: Final = 30.0


class Refused(Exception):
    """A client is turned away.

    Attributes:
        sqlstate: PostgreSQL's code.
    """

    def __init__(self, sqlstate: str, text: str) -> None:
        super().__init__(text)
        self.sqlstate = sqlstate


@dataclass(frozen=True, slots=True)
class Tenant:
    """A project as the pooler sees it.

    Attributes:
        socket: Of its server; None while it is not up.
        is_tls_enforced: Whether clients without TLS are turned away.
        networks: From where clients may come.
        pool_size: Server connections in transaction mode, a user and database.
        session_limit: Clients in session mode.
        is_restarting: Whether its server is away only for a moment.
    """

    ref: str
    socket: Path | None
    is_tls_enforced: bool
    networks: tuple[str, ...]
    pool_size: int
    session_limit: int
    is_restarting: bool = False


class Directory(Protocol):
    """Knows the projects."""

    def tenant(self, ref: str) -> Tenant | None:
        """Return a project, or None."""
        ...


class OpenTenant(NamedTuple):
    """A project whose server is up."""

    socket: Path
    pool_size: int


def open_tenant(tenant: Tenant | None) -> OpenTenant:
    """Return what is needed to reach a project's server.

    Raises:
        Refused: There is no such project, or it is paused or not up yet: the
            vendor's pooler says the same for all of these. Or it is restarting.
    """
    if tenant is not None and tenant.socket is None and tenant.is_restarting:
        raise Refused("XX000", SERVER_LOST)
    if tenant is None or tenant.socket is None:
        raise Refused("XX000", TENANT_MISSING)
    return OpenTenant(tenant.socket, tenant.pool_size)


def check_door(tenant: Tenant, role: str, address: str, *, is_tls: bool) -> None:
    """Let a client in, by how and from where it comes.

    Raises:
        Refused: It may not come in; the wording is the vendor's.
    """
    if tenant.is_tls_enforced and not is_tls:
        raise Refused(
            "XX000", f"(ESSLREQUIRED) SSL connection is required for user: {role}"
        )
    if not _is_inside(address, tenant.networks):
        raise Refused(
            "XX000",
            f"(EADDRNOTALLOWED) address not in tenant allow_list: {_tuple(address)}",
        )


def _tuple(address: str) -> str:
    """An address as the vendor's pooler writes it: ``{127, 0, 0, 1}``."""
    return "{" + ", ".join(address.replace(":", ".").split(".")) + "}"


def _is_inside(address: str, networks: tuple[str, ...]) -> bool:
    """Whether an address belongs to one of the networks."""
    where = ipaddress.ip_address(address)
    return any(
        where in network
        for text in networks
        if (network := ipaddress.ip_network(text, strict=False)).version
        == where.version
    )


class Breaker:
    """Keeps an address out after too many bad passwords in a row.

    Args:
        now: Sandbox time as seconds since 1970.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._bad: dict[tuple[str, str], tuple[int, float]] = {}

    def check(self, ref: str, address: str) -> None:
        """Let a login try.

        Raises:
            Refused: Too many bad ones before it.
        """
        count, since = self._bad.get((ref, address), (0, 0.0))
        if count >= BAD_PASSWORDS and self._now() - since < OPEN_AGAIN_SECONDS:
            raise Refused("XX000", CIRCUIT_OPEN)

    def note(self, ref: str, address: str, *, is_good: bool) -> None:
        """Count a bad password; a good one forgives all."""
        if is_good:
            self._bad.pop((ref, address), None)
        else:
            count, _ = self._bad.get((ref, address), (0, 0.0))
            self._bad[ref, address] = (count + 1, self._now())
