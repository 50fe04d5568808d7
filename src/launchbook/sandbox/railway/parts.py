"""What the rooms of this emulator share, and the shape of its folder.

``home/railway/snapshots/<id>.tar.gz`` are uploaded sources;
``home/railway/deployments/<id>/`` holds ``app/`` (the unpacked and built files)
and the logs of one deployment.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from launchbook.sandbox.background import Background
from launchbook.sandbox.process import DEFAULT_PATH
from launchbook.sandbox.railway.faults import OrderedFaults
from launchbook.sandbox.railway.log import Logs
from launchbook.sandbox.railway.state import State
from launchbook.sandbox.railway.variables import Variables, deployment_variables

if TYPE_CHECKING:
    from collections.abc import Iterable

    from launchbook.sandbox.railway.records import Deployment
    from launchbook.sandbox.world import World

_PYTHON_DEFAULTS: Final = {
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONFAULTHANDLER": "1",
    "PYTHONUNBUFFERED": "1",
}
"""What the vendor's builder sets for Python programs; a variable overrides it."""


class Parts:
    """The shared parts of one Railway emulator.

    Attributes:
        world: The sandbox.
        folder: ``home/railway``.
        state: The tables.
        logs: The logs of deployments.
        variables: Rendering.
        faults: The vendor's own effects.
        background: Pipelines, supervisors and schedules.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.clock = world.clock
        self.folder = world.folder("railway")
        self.state = State(world.document("railway/state"), world.clock)
        self.logs = Logs(self.folder / "deployments", world.clock)
        self.variables = Variables(self.state)
        self.faults = OrderedFaults(world.faults, world.clock.timestamp)
        self.background = Background("railway")

    def snapshot_path(self, snapshot_id: str) -> Path:
        """Return the file of an uploaded source."""
        return self.folder / "snapshots" / f"{snapshot_id}.tar.gz"

    def image_path(self, image_id: str) -> Path:
        """Return the folder of a deployment's built files."""
        return self.folder / "deployments" / image_id / "app"

    def has_image(self, deployment: Deployment) -> bool:
        """Whether its built files are still there."""
        return bool(
            deployment.image_id and self.image_path(deployment.image_id).is_dir()
        )

    def discard(self, deployments: Iterable[Deployment]) -> None:
        """Delete the sources, built files and logs of deployments."""
        for deployment in deployments:
            shutil.rmtree(self.image_path(deployment.id).parent, ignore_errors=True)
            if deployment.snapshot_id:
                self.snapshot_path(deployment.snapshot_id).unlink(missing_ok=True)

    def log_path(self, deployment: Deployment, name: str) -> Path:
        """Return the file in which a process's raw output is kept."""
        return self.folder / "deployments" / deployment.id / f"{name}.log"

    def working_folder(self, deployment: Deployment) -> Path | None:
        """Return where its commands run: the root directory of its image.

        None when the root directory is not in the image (or leads out of it).
        """
        image = self.image_path(deployment.image_id or deployment.id).resolve()
        wanted = str(deployment.settings.get("rootDirectory") or "").strip("/")
        folder = (image / wanted).resolve()
        return folder if folder.is_relative_to(image) and folder.is_dir() else None

    def environment(
        self, deployment: Deployment, extra: dict[str, str] | None = None
    ) -> dict[str, str]:
        """Return what a process of a deployment gets.

        ``python`` is this environment's interpreter: nothing is installed for a
        service. Nothing of the sandbox's own environment is passed on.
        """
        variables = (
            _PYTHON_DEFAULTS
            | deployment.variables
            | deployment_variables(deployment)
            | (extra or {})
        )
        interpreter = str(Path(sys.executable).parent)
        path = variables.get("PATH") or DEFAULT_PATH
        return variables | {"PATH": f"{interpreter}:{path}"}
