"""The vendor's backups, and recovery to a point in time.

Sources: the vendor's page on backups, and published measurements of its restores
(erfianugrah/supabase-lab, experiments/restore-paths, 2026-10).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aiohttp import web

from launchbook.sandbox.supabase.addons import PITR
from launchbook.sandbox.supabase.faults import ApiError
from launchbook.sandbox.supabase.handlers import body_of

if TYPE_CHECKING:
    from launchbook.sandbox.supabase.platform import Platform
    from launchbook.sandbox.supabase.state import Project

TARGET: Final = "recovery_time_target_unix"
DAY_SECONDS: Final = 86_400


@dataclass(frozen=True, slots=True)
class Window:
    """Between what times a database can be recovered, both included.

    Attributes:
        earliest: Whole sandbox seconds since 1970, as ``latest``.
    """

    earliest: int
    latest: int

    def check(self, moment: int) -> None:
        """Refuse a moment outside.

        Raises:
            ApiError: 400, with the range, in the vendor's own words.
        """
        if not self.earliest <= moment <= self.latest:
            raise ApiError(
                400,
                "Recovery time target must be within range:"
                f" {self.earliest} <= t <= {self.latest}",
            )


class BackupHandlers:
    """Handlers of backups."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    async def listed(self, request: web.Request) -> web.Response:
        """GET .../database/backups: no daily ones; with PITR, a window."""
        project = self._platform.project(request)
        window = self._window(project)
        answer = {
            "region": project.region,
            "walg_enabled": True,
            "pitr_enabled": PITR in project.addons,
            "backups": [],
            "physical_backup_data": {
                "earliest_physical_backup_date_unix": window.earliest,
                "latest_physical_backup_date_unix": window.latest,
            }
            if window
            else {},
        }
        return web.json_response(answer)

    async def recover(self, request: web.Request) -> web.Response:
        """POST .../restore-pitr: the project is down until its data is of then."""
        project = self._platform.awake(request)
        moment = (await body_of(request)).get(TARGET)
        if not isinstance(moment, int) or isinstance(moment, bool):
            raise ApiError(400, f"{TARGET}: Invalid input: expected number")
        window = self._window(project)
        if window is None:
            raise ApiError(400, "PITR is not enabled for this project.")
        window.check(moment)
        # The first second of the window began before the window did.
        self._platform.recover(project, max(moment, project.recoverable_from))
        return web.Response(status=201)

    def _window(self, project: Project) -> Window | None:
        """Return the window; the latest changes are not in it yet."""
        if not project.recoverable_from:
            return None
        clock = self._platform.world.clock
        now = clock.timestamp()
        days = int(project.addons[PITR].removeprefix("pitr_"))
        earliest = max(project.recoverable_from, now - days * DAY_SECONDS)
        latest = max(earliest, now - clock.length("supabase.archive"))
        return Window(int(earliest), int(latest))
