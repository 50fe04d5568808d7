"""How long the vendors take: short by default, their own with ``--realistic``.

The realistic figures are those of the vendors' documentation and of published
measurements; the short ones keep the order of states visible to a poller.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Delay:
    """One delay in seconds, in both worlds."""

    short_seconds: float
    realistic_seconds: float


DELAYS: Final[dict[str, Delay]] = {
    # Supabase: creation takes minutes at worst, health lags ACTIVE_HEALTHY, a
    # pause takes about 62 s and a restore about 200 s.
    "supabase.create": Delay(0.3, 90),
    "supabase.health": Delay(0.3, 20),
    "supabase.pooler": Delay(0.3, 15),
    "supabase.setting": Delay(0.1, 5),
    "supabase.restart": Delay(0.2, 40),
    "supabase.pause": Delay(0.3, 62),
    "supabase.restore": Delay(0.5, 200),
    "supabase.delete": Delay(0.1, 10),
    # The latest point in time that can be recovered lags by 19 to 96 s; a recovery
    # takes about 30 s.
    "supabase.archive": Delay(0.3, 60),
    "supabase.recover": Delay(0.3, 30),
    # Railway: states of a deployment between its real parts.
    "railway.queue": Delay(0.05, 2),
    "railway.build": Delay(0.1, 20),
    "railway.deploy": Delay(0.1, 5),
    "railway.settle": Delay(0.3, 10),
    "railway.drain": Delay(0.1, 5),
    "railway.restart": Delay(0.2, 3),
    "railway.domain": Delay(0.05, 5),
    "railway.certificate": Delay(0.2, 300),
    "railway.sample": Delay(1, 30),
    "railway.dns_check": Delay(0.1, 60),
    # Cloudflare: what the API has is not yet what its name servers say.
    "dns.propagate": Delay(0.1, 30),
    "cloudflare.activate": Delay(0.1, 600),
    # Vercel: READY comes before the alias is assigned; promotes are jobs.
    "vercel.queue": Delay(0.05, 2),
    "vercel.initialize": Delay(0.05, 3),
    "vercel.build": Delay(0.1, 15),
    "vercel.alias": Delay(0.2, 4),
    "vercel.promote": Delay(0.2, 5),
    "vercel.certificate": Delay(0.2, 60),
    "vercel.dns_check": Delay(0.1, 30),
}
"""Every vendor delay by name; a room adds its own lines here."""


def delay_seconds(name: str, *, is_realistic: bool) -> float:
    """Return the length of a delay.

    Raises:
        KeyError: No delay has this name.
    """
    delay = DELAYS[name]
    return delay.realistic_seconds if is_realistic else delay.short_seconds
