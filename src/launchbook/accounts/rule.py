"""Whether accounts can hold what an environment wants; pure.

Limits are the vendors' published ones (platform docs, plans and pricing, 2026). A
plan that this does not know is not refused: vendors rename plans.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from launchbook.model.gate import Finding, Verdict
from launchbook.model.railway import PROJECT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from launchbook.model.account import Tenancy

PRODUCTION: Final = "production"
RAILWAY_REPLICAS: Final[Mapping[str, int]] = {"free": 1, "hobby": 6, "pro": 42}
"""Replicas of one service, by plan."""
RAILWAY_DOMAINS: Final[Mapping[str, int]] = {"free": 1, "hobby": 2, "pro": 20}
"""Custom domains of one service, by plan (platform docs, networking, 2026)."""
SMALL_SIZES: Final = frozenset({"nano", "micro"})
"""Database sizes that every plan has."""
FREE_PROJECTS: Final = 2
"""Active Supabase projects of a free organization."""
LARGEST_SKEW: Final = timedelta(seconds=60)
"""Tokens and signatures carry times; a minute apart, they start to be refused."""
SHORTEST_TOKEN: Final = timedelta(days=1)
NAMES: Final = (
    "railway-token",
    "railway-plan",
    "railway-spend",
    "railway-names",
    "vercel-token",
    "vercel-plan",
    "supabase-token",
    "supabase-plan",
    "domain-names",
    "clock",
)
"""Every finding there is; by these they are overridden."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What an environment wants of the accounts.

    Attributes:
        environment: Its name.
        names: ``database`` and ``backend`` to the names of their projects.
        replicas: The largest number of replicas of one service.
        instance_size: Of the database.
        domains: How many host names of its own the backend shall have.
    """

    environment: str
    names: Mapping[str, str]
    replicas: int
    instance_size: str
    domains: int = 1


@dataclass(frozen=True, slots=True)
class Railway:
    """What was seen of Railway.

    Attributes:
        refusal: Why it could not be seen; empty when it could.
        token_kind: ``account``, ``workspace`` or ``project``.
        workspace: The one that is used; None when that is not certain.
        workspaces: How many the token may use.
        projects: Name to how many projects have it.
    """

    refusal: str = ""
    token_kind: str = ""
    workspace: Tenancy | None = None
    workspaces: int = 1
    projects: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Vercel:
    """What was seen of Vercel."""

    refusal: str = ""
    team: Tenancy | None = None
    token_ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Supabase:
    """What was seen of Supabase; ``projects`` are the names of all."""

    refusal: str = ""
    organization: Tenancy | None = None
    projects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    """Everything that was seen.

    Attributes:
        taken: Host name of ours to why nobody may add it.
        now: Our own clock, UTC.
    """

    railway: Railway
    vercel: Vercel
    supabase: Supabase
    now: datetime
    taken: Mapping[str, str] = field(default_factory=dict)


def judge(seen: Seen, wishes: Wishes) -> tuple[Finding, ...]:
    """Return one finding a rule, in the order of ``NAMES``."""
    return (
        _railway_token(seen.railway),
        _railway_plan(seen.railway, wishes),
        _railway_spend(seen.railway),
        _railway_names(seen.railway, wishes),
        _vercel_token(seen.vercel, seen.now),
        _vercel_plan(seen.vercel, wishes),
        _supabase_token(seen.supabase),
        _supabase_plan(seen.supabase, wishes),
        _domain_names(seen.taken),
        _clock(seen),
    )


def _passed(name: str, words: str) -> Finding:
    return Finding(name, Verdict.PASSED, words)


def _failed(name: str, words: str) -> Finding:
    return Finding(name, Verdict.FAIL, words)


def _untold(name: str, words: str) -> Finding:
    return Finding(name, Verdict.INCONCLUSIVE, words)


def _railway_token(seen: Railway) -> Finding:
    name = "railway-token"
    if seen.refusal:
        return _failed(name, f"Railway refuses the token: {seen.refusal}")
    if seen.token_kind == PROJECT:
        return _failed(name, "it is a project token, and those cannot create projects")
    if seen.workspace is None:
        words = f"the token may use {seen.workspaces} workspaces, and none is named"
        return _failed(name, f"{words} (railway.workspace of the set of platforms)")
    return _passed(name, f"{seen.token_kind} token of {seen.workspace.name}")


def _railway_plan(seen: Railway, wishes: Wishes) -> Finding:
    name = "railway-plan"
    if seen.workspace is None:
        return _untold(name, "the workspace could not be looked at")
    plan = seen.workspace.plan
    most = RAILWAY_REPLICAS.get(plan)
    if most is not None and wishes.replicas > most:
        words = f"{wishes.replicas} replicas are wanted, and the plan {plan} has {most}"
        return _failed(name, words)
    domains = RAILWAY_DOMAINS.get(plan)
    if domains is not None and wishes.domains > domains:
        words = (
            f"{wishes.domains} domains are wanted, and the plan {plan} has {domains}"
        )
        return _failed(name, words)
    return _passed(name, f"plan {plan or 'unknown'}")


def _railway_spend(seen: Railway) -> Finding:
    name = "railway-spend"
    spending = seen.workspace.spending if seen.workspace else None
    if spending is None:
        return _untold(name, "what was spent could not be looked at")
    words = f"${spending.spent_dollars:.2f} spent in this period"
    if spending.limit_dollars is None:
        return _passed(name, f"{words}, no limit set")
    words = f"{words} of ${spending.limit_dollars:.2f}"
    if spending.is_over or spending.spent_dollars >= spending.limit_dollars:
        return _failed(name, f"{words}: the platform stops what runs")
    return _passed(name, words)


def _railway_names(seen: Railway, wishes: Wishes) -> Finding:
    name, wanted = "railway-names", wishes.names["backend"]
    if seen.refusal:
        return _untold(name, "the projects could not be looked at")
    count = seen.projects.get(wanted, 0)
    if count > 1:
        return _failed(name, f"{count} projects are named {wanted}")
    return _passed(name, f"{wanted} is {'there' if count else 'free'}")


def _vercel_token(seen: Vercel, now: datetime) -> Finding:
    name = "vercel-token"
    if seen.refusal or seen.team is None:
        return _failed(name, f"Vercel refuses the token: {seen.refusal}")
    end = seen.token_ends_at
    if end is not None and end - now < SHORTEST_TOKEN:
        return _failed(name, f"the token ends on {end:%Y-%m-%d %H:%M} UTC")
    until = f", until {end:%Y-%m-%d}" if end else ""
    return _passed(name, f"token for the team {seen.team.name}{until}")


def _vercel_plan(seen: Vercel, wishes: Wishes) -> Finding:
    """Custom environments, one a project, need the Pro plan."""
    name = "vercel-plan"
    if seen.team is None:
        return _untold(name, "the team could not be looked at")
    if seen.team.plan == "hobby" and wishes.environment != PRODUCTION:
        words = "the plan hobby has no environment of one's own beside production"
        return _failed(name, words)
    return _passed(name, f"plan {seen.team.plan or 'unknown'}")


def _supabase_token(seen: Supabase) -> Finding:
    name = "supabase-token"
    if seen.refusal or seen.organization is None:
        return _failed(name, f"Supabase refuses the token: {seen.refusal}")
    return _passed(name, f"token for the organization {seen.organization.name}")


def _supabase_plan(seen: Supabase, wishes: Wishes) -> Finding:
    name = "supabase-plan"
    if seen.organization is None:
        return _untold(name, "the organization could not be looked at")
    if seen.organization.plan != "free":
        return _passed(name, f"plan {seen.organization.plan or 'unknown'}")
    if wishes.instance_size not in SMALL_SIZES:
        return _failed(name, f"the size {wishes.instance_size} needs a paid plan")
    if wishes.environment == PRODUCTION:
        return _failed(name, "the plan free keeps no backups of a database")
    others = [each for each in seen.projects if each != wishes.names["database"]]
    if len(others) >= FREE_PROJECTS:
        return _failed(name, f"the plan free has {FREE_PROJECTS} projects, all in use")
    return _passed(name, "plan free")


def _domain_names(taken: Mapping[str, str]) -> Finding:
    name = "domain-names"
    if taken:
        told = "; ".join(f"{host}: {why}" for host, why in taken.items())
        return _failed(name, told)
    return _passed(name, "nobody else has them")


def _clock(seen: Seen) -> Finding:
    """The difference to whoever tells the time; a round trip makes little of it."""
    name = "clock"
    tenancies = (seen.vercel.team, seen.supabase.organization)
    told = [each.answered_at for each in tenancies if each and each.answered_at]
    if not told:
        return _untold(name, "no platform told the time")
    skew = min((abs(seen.now - each) for each in told), default=timedelta())
    words = f"this machine is {skew.total_seconds():.0f} s apart from the platforms"
    return _failed(name, words) if skew > LARGEST_SKEW else _passed(name, words)
