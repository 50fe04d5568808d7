"""Makes a site from source: real files, real commands, real output."""

from __future__ import annotations

import asyncio
import json
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from launchbook.sandbox.process import Launch, run_to_end
from launchbook.sandbox.vercel.buildlog import BuildLog
from launchbook.sandbox.vercel.environment import build_environment
from launchbook.sandbox.vercel.siteconfig import ConfigError, read_config

if TYPE_CHECKING:
    from pathlib import Path

    from launchbook.sandbox.process import ProcessTable
    from launchbook.sandbox.vercel.blobs import Blobs, Folders
    from launchbook.sandbox.vercel.records import Deployment
    from launchbook.sandbox.vercel.state import State

BUILD_LIMIT_SECONDS: Final = 45 * 60.0
"""The vendor's own limit for a build."""
_OVERRIDES: Final = ("buildCommand", "installCommand", "outputDirectory")
"""Settings that ``vercel.json`` may say instead of the project."""
_NOT_SERVED: Final = ("vercel.json", ".git", ".vercel", "node_modules", ".env*")
"""What stays out when the root directory itself is the output."""


class BuildError(Exception):
    """A build that ended without a site.

    Args:
        code: The deployment's errorCode.
        message: Its errorMessage.
        step: Its errorStep.
    """

    def __init__(self, code: str, message: str, step: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.step = step


@dataclass(frozen=True, slots=True)
class _Bench:
    """What the steps of one build share."""

    deployment: Deployment
    folders: Folders
    log: BuildLog
    environment: dict[str, str]

    @property
    def source(self) -> Path:
        return self.folders.work / "source"


class Workshop:
    """Builds one deployment at a time, for whoever asks.

    Args:
        state: Where the project's variables are.
        blobs: Where the files are.
        processes: Where running commands are remembered.
    """

    def __init__(self, state: State, blobs: Blobs, processes: ProcessTable) -> None:
        self._state = state
        self._blobs = blobs
        self._processes = processes

    async def make(self, deployment: Deployment, folders: Folders) -> None:
        """Build a deployment; its site is in ``folders`` afterwards.

        Raises:
            BuildError: With the vendor's code for it. The log says more.
        """
        home = folders.work / "home"
        bench = _Bench(
            deployment=deployment,
            folders=folders,
            log=BuildLog(folders.events, self._state.moment),
            environment=build_environment(self._state, deployment, home),
        )
        try:
            await self._make(bench, home)
        finally:
            await asyncio.to_thread(shutil.rmtree, folders.work, ignore_errors=True)

    async def _make(self, bench: _Bench, home: Path) -> None:
        folders = bench.folders
        # A killed sandbox may have left half a build here.
        await asyncio.to_thread(shutil.rmtree, folders.work, ignore_errors=True)
        bench.log.clear()
        bench.log.add("Running build in Stockholm, Sweden (East) - arn1")
        files = folders.read_files()
        await asyncio.to_thread(self._blobs.write_tree, files, bench.source)
        await asyncio.to_thread(home.mkdir, mode=0o700)
        bench.log.add(f"Retrieved {len(files)} files")
        root = _root_directory(bench)
        config = _config(root)
        settings = bench.deployment.settings | {
            name: config[name] for name in _OVERRIDES if name in config
        }
        await self._run(bench, root, "install", settings.get("installCommand"))
        await self._run(bench, root, "build", settings.get("buildCommand"))
        output = _output_directory(bench, root, settings.get("outputDirectory"))
        folders.save_config(config)
        count = await asyncio.to_thread(_collect, output, root, folders.output)
        bench.log.add(f"Build Completed. Collected {count} static files")

    async def _run(
        self, bench: _Bench, root: Path, step: str, command: str | None
    ) -> None:
        """Run a step's command; an empty or missing one is no step."""
        if not command:
            return
        bench.log.add(f'Running "{step}" command: `{command}`...', kind="command")
        launch = Launch(command, root, bench.folders.log, environment=bench.environment)
        ended = await run_to_end(
            launch,
            self._processes,
            limit_seconds=BUILD_LIMIT_SECONDS,
            on_line=bench.log.add,
        )
        if ended.is_timed_out:
            message = "The build took longer than 45 minutes and was stopped"
            raise BuildError("BUILD_EXCEEDED_MAXIMUM_DURATION", message, f"{step}Step")
        if ended.exit_status:
            status = ended.exit_status
            message = f'Command "{command}" exited with {status}'
            raise BuildError(f"BUILD_UTILS_SPAWN_{status}", message, f"{step}Step")


def _root_directory(bench: _Bench) -> Path:
    name = bench.deployment.settings.get("rootDirectory")
    root = bench.source / name if name else bench.source
    if not _is_inside(root, bench.source):
        message = (
            f'The specified Root Directory "{name}" does not exist.'
            " Please update your Project Settings."
        )
        raise BuildError("ROOT_DIR_NOT_EXIST", message, "prepareStep")
    return root


def _config(root: Path) -> dict[str, Any]:
    """Return the root directory's ``vercel.json``; empty when there is none."""
    path = root / "vercel.json"
    if not path.exists():
        return {}
    try:
        config = json.loads(path.read_bytes())
        read_config(config)
    except (ValueError, ConfigError) as error:
        message = f"Invalid vercel.json file provided: {error}"
        raise BuildError("INVALID_VERCEL_CONFIG", message, "prepareStep") from error
    return dict(config)


def _output_directory(bench: _Bench, root: Path, name: str | None) -> Path:
    if name is None:
        return root / "public" if (root / "public").is_dir() else root
    output = (root / name).resolve()
    if not _is_inside(output, bench.source):
        message = (
            f'No Output Directory named "{name}" found after the Build completed.'
            " Configure the Output Directory in your Project Settings."
        )
        raise BuildError("STATIC_BUILD_NO_OUT_DIR", message, "buildStep")
    if not any(output.iterdir()):
        message = f'The Output Directory "{name}" is empty.'
        raise BuildError("STATIC_BUILD_EMPTY_OUT_DIR", message, "buildStep")
    return output


def _is_inside(folder: Path, source: Path) -> bool:
    """Whether a folder is there and does not lie outside what was sent."""
    return folder.is_dir() and folder.resolve().is_relative_to(source.resolve())


def _collect(output: Path, root: Path, target: Path) -> int:
    """Copy the output to where it stays; return how many files there are."""
    shutil.rmtree(target, ignore_errors=True)
    is_root = output.samefile(root)
    ignore = shutil.ignore_patterns(*_NOT_SERVED) if is_root else None
    shutil.copytree(output, target, ignore=ignore)
    return sum(path.is_file() for path in target.rglob("*"))
