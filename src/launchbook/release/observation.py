"""What the platforms say of the deployments of a release, and the ledger of values."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, Protocol, cast

from launchbook.errors import KeyUnusable, NotFound, ProviderError, ValuesMissing
from launchbook.model.release import SurfaceKind
from launchbook.release.situation import RETENTION_HOURS, Revoked, Values, Way

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from launchbook.engine.step import Past
    from launchbook.model import railway, vercel
    from launchbook.model.account import Tenancy
    from launchbook.model.release import Capsule, Surface
    from launchbook.release.vault import Vault

PRODUCTION: Final = "production"
HOBBY: Final = "hobby"
DELETED: Final = "DELETED"
PROMOTED: Final = "PROMOTED"
IN_REACH: Final = 2
"""What serves now, and what did before: as far back as Vercel's Hobby plan goes."""
LISTED: Final = 100


class Railway(Protocol):
    """What is asked of Railway."""

    def read_deployment(self, deployment_id: str) -> railway.Deployment:
        """Return one deployment."""
        ...

    def read_account(self) -> railway.Account:
        """Return whom the token stands for."""
        ...

    def read_workspace(self, workspace_id: str) -> Tenancy:
        """Return a workspace with its plan."""
        ...


class Vercel(Protocol):
    """What is asked of Vercel."""

    def read_deployment(self, id_or_url: str) -> vercel.Deployment:
        """Return one deployment."""
        ...

    def read_deployments(
        self, project_id: str, *, limit: int = 20, target: str = ""
    ) -> Sequence[vercel.Deployment]:
        """Return the latest deployments of a project, newest first."""
        ...

    def read_team(self) -> Tenancy:
        """Return the team with its plan."""
        ...


class Observer:
    """Asks both platforms; one that does not answer is no reason to ask no other.

    Args:
        railway: Its client.
        vercel: Its client.
    """

    def __init__(self, railway: Railway, vercel: Vercel) -> None:
        self._railway = railway
        self._vercel = vercel

    def ways(self, capsule: Capsule, *, is_source_there: bool) -> dict[str, Way]:
        """Return what is known of each surface; one that nobody could tell is absent."""
        found: dict[str, Way] = {}
        for surface in capsule.surfaces:
            is_service = surface.kind is SurfaceKind.SERVICE
            look = self._service if is_service else self._web
            try:
                way = look(surface)
                found[surface.name] = replace(way, is_source_there=is_source_there)
            except NotFound:
                found[surface.name] = Way(
                    surface=surface.name,
                    is_there=False,
                    is_source_there=is_source_there,
                )
            except ProviderError:
                continue
        return found

    def retention_hours(self, workspace_id: str) -> int:
        """Return how long Railway keeps images; the shortest when nobody can tell.

        Args:
            workspace_id: Empty for the only one that the token may use.
        """

        def ask() -> Tenancy:
            found = workspace_id or self._railway.read_account().workspaces[0].id
            return self._railway.read_workspace(found)

        plan = _plan(ask)
        return RETENTION_HOURS.get(plan, min(RETENTION_HOURS.values()))

    def is_hobby(self) -> bool:
        """Return whether Vercel returns one deployment back only."""
        return _plan(self._vercel.read_team) in {HOBBY, ""}

    def _service(self, surface: Surface) -> Way:
        seen = self._railway.read_deployment(surface.deployment_id)
        return Way(
            surface=surface.name,
            can_return=seen.is_serving or seen.can_roll_back,
            removed_at=None if seen.is_serving else seen.status_at,
        )

    def _web(self, surface: Surface) -> Way:
        seen = self._vercel.read_deployment(surface.deployment_id)
        environment = surface.place.get("environment_id", PRODUCTION)
        is_production = environment == PRODUCTION
        own = seen.target if is_production else seen.custom_environment_id
        return Way(
            surface=surface.name,
            is_there=seen.state != DELETED,
            state=seen.state,
            is_own=own == environment,
            is_latest=not is_production or self._is_latest(surface),
        )

    def _is_latest(self, surface: Surface) -> bool:
        """Whether it is among the last two that served production."""
        listed = self._vercel.read_deployments(
            surface.place["project_id"], limit=LISTED, target=PRODUCTION
        )
        served = [each.id for each in listed if each.substate == PROMOTED]
        return surface.deployment_id in served[:IN_REACH]


def read_revoked(past: Past, secrets: Iterable[str]) -> tuple[Revoked, ...]:
    """Return the values whose death ``secrets.rotate`` proved, oldest first."""
    found = [
        Revoked(name, str(fingerprint), proven.at)
        for name in secrets
        for proven in past.verified(f"{name.lower()}_rotation")
        for fingerprint in cast("list[object]", proven.evidence.get("refused", []))
    ]
    return tuple(sorted(found, key=lambda each: each.at))


def read_values(
    capsule: Capsule,
    vault: Vault,
    past: Past,
    fingerprint: Callable[[str], str],
    *,
    is_kept: bool,
) -> Values:
    """Return the variables of a release, then and now, as far as they can be told.

    They are kept where no release is to come that may give a surface others: what the
    ledger saw written last counts as what it has now.
    """
    held: dict[str, dict[str, str]] = {}
    lost: list[str] = []
    now: dict[str, str] = {}
    for each in capsule.surfaces:
        written = past.latest(f"{each.name}_variables") if is_kept else None
        if written is not None:
            now[each.name] = str(written.outputs.get("fingerprint", ""))
        if not each.values:
            continue
        try:
            values = vault.open(each.values)
        except (KeyUnusable, ValuesMissing):
            lost.append(each.name)
        else:
            held[each.name] = {n: fingerprint(v.reveal()) for n, v in values.items()}
    return Values(now=now, lost=tuple(lost), held=held)


def _plan(ask: Callable[[], Tenancy]) -> str:
    """An account's plan; empty when nobody can tell."""
    try:
        return ask().plan
    except (ProviderError, IndexError):
        return ""
