"""Builds: the source is unpacked and the build command really runs."""

from __future__ import annotations

import asyncio
import shutil
from functools import partial
from typing import TYPE_CHECKING, Final

from launchbook.sandbox.process import Launch, run_to_end
from launchbook.sandbox.railway.archive import InvalidArchive, unpack
from launchbook.sandbox.railway.log import BUILD, RUNTIME

if TYPE_CHECKING:
    from pathlib import Path

    from launchbook.sandbox.railway.parts import Parts
    from launchbook.sandbox.railway.records import Deployment

BUILD_LIMIT_SECONDS: Final = 1800.0
PRE_DEPLOY_LIMIT_SECONDS: Final = 1800.0
"""Real seconds after which a command is killed."""


class DeployFailed(Exception):
    """A deployment that ends here; the reason is in its log already.

    Attributes:
        status: FAILED or CRASHED.
    """

    def __init__(self, reason: str, status: str = "FAILED") -> None:
        super().__init__(reason)
        self.status = status


class Builds:
    """Makes the files of a deployment.

    Args:
        parts: The emulator's shared parts.
    """

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def prepare(self, deployment: Deployment) -> None:
        """Unpack the source of a deployment.

        Raises:
            DeployFailed: There is none that could be unpacked.
        """
        self._check_source(deployment)
        folder = self._parts.image_path(deployment.id)
        snapshot = self._parts.snapshot_path(deployment.snapshot_id or "")
        await asyncio.to_thread(_remove, folder)
        try:
            count = await asyncio.to_thread(unpack, snapshot, folder)
        except InvalidArchive as error:
            raise self._failure(
                deployment, f"cannot unpack the source: {error}"
            ) from error
        self._log(deployment, f"unpacked {count} files and folders")

    async def build(self, deployment: Deployment) -> None:
        """Run the build command in the root directory.

        Raises:
            DeployFailed: It is missing, or it ended with a status other than 0.
        """
        folder = self._parts.working_folder(deployment)
        if folder is None:
            wanted = deployment.settings.get("rootDirectory")
            raise self._failure(deployment, f"Could not find root directory: {wanted}")
        await self._parts.clock.delay("railway.build")
        self._check_ordered(deployment)
        command = deployment.settings.get("buildCommand")
        if command:
            await self._run(deployment, command, folder, BUILD)
        else:
            self._log(deployment, "no build command")
        if not deployment.settings.get("startCommand"):
            raise self._failure(deployment, "No start command was found")

    async def run_pre_deploy(self, deployment: Deployment, command: str) -> None:
        """Run one pre-deploy command; it is not tried again.

        Raises:
            DeployFailed: It ended with a status other than 0.
        """
        folder = self._parts.working_folder(deployment)
        if folder is None:
            raise self._failure(deployment, "the image is gone")
        await self._run(deployment, command, folder, RUNTIME)

    async def _run(
        self, deployment: Deployment, command: str, folder: Path, kind: str
    ) -> None:
        """Run a command to its end, its output in a log."""
        parts = self._parts
        parts.logs.write(deployment, kind, f"$ {command}")
        name, limit = (
            ("build", BUILD_LIMIT_SECONDS)
            if kind == BUILD
            else ("pre-deploy", PRE_DEPLOY_LIMIT_SECONDS)
        )
        launch = Launch(
            command,
            folder,
            parts.log_path(deployment, name),
            parts.environment(deployment),
        )
        ended = await run_to_end(
            launch,
            parts.world.processes,
            limit_seconds=limit,
            on_line=partial(parts.logs.write, deployment, kind),
        )
        if ended.exit_status or ended.is_timed_out:
            reason = (
                "timed out" if ended.is_timed_out else f"exit code: {ended.exit_status}"
            )
            message = f'{name} command "{command}" failed: {reason}'
            parts.logs.write(deployment, kind, message)
            raise DeployFailed(message)

    def _check_source(self, deployment: Deployment) -> None:
        """Refuse the kinds of source that no sandbox on loopback can fetch."""
        for kind in ("image", "repo"):
            if name := deployment.meta.get(kind):
                raise self._failure(
                    deployment,
                    f"not emulated: {kind} {name} cannot be fetched by the sandbox; "
                    "upload the source instead",
                )
        if not deployment.snapshot_id:
            raise self._failure(deployment, "the deployment has no source")

    def _check_ordered(self, deployment: Deployment) -> None:
        service = self._parts.state.service(deployment.service_id)
        fault = self._parts.faults.take(f"build {service.name}", "build_failed")
        if fault:
            message = str(fault.details.get("message", "the build failed"))
            raise self._failure(deployment, message)

    def _failure(self, deployment: Deployment, message: str) -> DeployFailed:
        self._log(deployment, message)
        return DeployFailed(message)

    def _log(self, deployment: Deployment, message: str) -> None:
        self._parts.logs.write(deployment, BUILD, message)


def _remove(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)
