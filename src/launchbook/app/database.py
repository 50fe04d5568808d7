"""The way to an environment's database, for commands that look at it by themselves."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from launchbook.database.advice import Acceptance
from launchbook.database.ownership import Intentions
from launchbook.database.pool import Demand, Supply
from launchbook.errors import NotFound
from launchbook.transport.postgres import DatabaseAddress

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    from launchbook.app import App
    from launchbook.redact import Secret
    from launchbook.transport.postgres import Session


class Declared:
    """What the inventory says of the database.

    Args:
        follow: Follows a reference into the inventory.
    """

    def __init__(self, follow: Callable[[str], Any]) -> None:
        self._follow = follow

    @property
    def intentions(self) -> Intentions:
        """What the inventory says that policies mean."""
        said = self._follow("${inventory.database.policies}")
        return Intentions(
            owners={each["table"]: each["column"] for each in said["owners"]},
            readable=frozenset(said["readable"]),
            writable=frozenset(said["writable"]),
            samples={each["column"]: each["value"] for each in said["samples"]},
        )

    @property
    def acceptances(self) -> tuple[Acceptance, ...]:
        """The findings that the inventory accepts."""
        found = self._follow("${inventory.database.accepted}")
        return tuple(Acceptance(**each) for each in found)

    @property
    def demand(self) -> Demand:
        """Who needs connections."""
        pool = self._follow("${inventory.database.pool}")
        replicas = self._follow("${environment.replicas}")
        return Demand(replicas, pool["workers"], tuple(pool["overlapping"]))

    @property
    def supply(self) -> Supply:
        """What connections there are."""
        pool = self._follow("${inventory.database.pool}")
        return Supply(
            self._follow("${environment.database.instance_size}"),
            pool["server_percent"],
            self._follow("${inventory.objectives.pool_percent}"),
            pool["largest_pool"],
        )


def declared(app: App) -> Declared:
    """Return what the inventory says of the database, for the command's target."""
    return Declared(lambda reference: _read(app, reference))


def open_database(app: App) -> AbstractContextManager[Session]:
    """Open a session, as the role that owns the product's tables.

    Raises:
        NotFound: There is no project, or it has no pooler yet.
        DatabaseUnavailable: It does not answer.
    """
    return app.clients.database(_address(app))


def migrations_folder(app: App) -> Path:
    """Return the folder of the SQL files that the environment is made of."""
    return Path(_read(app, "${platform.source.path}")) / str(
        _read(app, "${inventory.database.migrations}")
    )


def baseline(app: App) -> str:
    """Return the version up to which a database that was taken over has everything."""
    return str(_read(app, "${environment.database.baseline}"))


def _read(app: App, reference: str) -> Any:
    """Follow a reference into the inventory."""
    return app.view.resolver(app.secrets).resolve(reference, {})


def _address(app: App) -> DatabaseAddress:
    """Find the project by its name and read its pooler's address."""
    name = str(_read(app, "${environment.names.database}"))
    supabase = cast("Mapping[str, object]", _read(app, "${platform.supabase}"))
    client = app.clients.supabase
    project = client.find_project(str(supabase["organization"]), name)
    poolers = client.read_pooler(project.ref) if project else ()
    primary = next((each for each in poolers if each.is_primary), None)
    if primary is None:
        lacks = "has no pooler yet" if project else "does not exist"
        environment = app.target.environment
        raise NotFound(
            f"{environment} has no database: Supabase project {name} {lacks}",
            hint=f"Run `invoke provision.infrastructure --environment {environment}`, "
            "then the same command again.",
            platform="supabase",
        )
    ca_file = str(_read(app, "${platform.ca_file}"))
    return DatabaseAddress(
        host=primary.host,
        port=int(str(supabase["session_port"])),
        user=primary.user,
        database=primary.database,
        password=cast("Secret", _read(app, "secret:DATABASE_PASSWORD")),
        ca_file=Path(ca_file) if ca_file else None,
    )
