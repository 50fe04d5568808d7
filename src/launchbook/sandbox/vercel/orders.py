"""Reads an order for a deployment: files, place, settings."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from launchbook.sandbox.vercel.blobs import PathError, safe_path
from launchbook.sandbox.vercel.body import Fields
from launchbook.sandbox.vercel.faults import ApiError, bad_request, not_found
from launchbook.sandbox.vercel.settings import ON_DEPLOY, checked_settings

if TYPE_CHECKING:
    from launchbook.sandbox.vercel.blobs import Blobs
    from launchbook.sandbox.vercel.records import Json, Project
    from launchbook.sandbox.vercel.state import State

FILE_LIMIT: Final = 15_000
FIELDS: Final = frozenset(
    {
        "autoAssignCustomDomains",
        "customEnvironmentSlugOrId",
        "deploymentId",
        "files",
        "gitMetadata",
        "meta",
        "monorepoManager",
        "name",
        "project",
        "projectSettings",
        "target",
        "withLatestCommit",
    }
)
"""Known keys. ``autoAssignCustomDomains`` is undocumented: the vendor's own
client sends it to leave the domains where they are."""
NOT_EMULATED: Final = frozenset({"buildMachine", "gitAccessToken", "gitSource"})
_STANDARD_TARGETS: Final = frozenset({"preview", "staging", "development"})
_DETECTED: Final = ("framework", "buildCommand", "installCommand", "outputDirectory")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a deployment goes: production, a custom environment, or a preview."""

    target: str | None
    custom_environment_id: str | None


def read_place(state: State, project: Project, fields: Fields) -> Place:
    """Return where a deployment shall go.

    Raises:
        ApiError: 400 or 404, there is no such place.
    """
    slug = fields.optional_text("customEnvironmentSlugOrId")
    target = fields.optional_text("target")
    if slug:
        environment = state.find_environment(project.id, slug)
        if environment is None:
            raise not_found("Custom environment")
        return Place(None, environment.id)
    if target in {None, "production"}:
        return Place(target, None)
    if environment := state.find_environment(project.id, str(target)):
        return Place(None, environment.id)
    if target not in _STANDARD_TARGETS:
        raise bad_request("`target` should be production, staging or preview")
    return Place(None, None)


def read_files(blobs: Blobs, fields: Fields) -> dict[str, str]:
    """Return the files of an order: digest by path.

    Raises:
        ApiError: 400, with ``missing`` for what has to be uploaded first.
    """
    entries = fields.data.get("files")
    if not isinstance(entries, list) or not entries:
        raise ApiError(400, "no_files", "There are no files in this deployment.")
    if len(entries) > FILE_LIMIT:
        message = f"Deployments can have up to {FILE_LIMIT} files."
        raise ApiError(400, "too_many_files", message)
    files = dict(_read_file(blobs, entry) for entry in entries)
    missing = sorted({digest for digest in files.values() if not blobs.has(digest)})
    if missing:
        message = "Missing files"
        raise ApiError(400, "missing_files", message, {"missing": missing})
    return files


def _read_file(blobs: Blobs, entry: object) -> tuple[str, str]:
    fields = Fields(entry, {"file", "sha", "size", "data", "encoding", "mode"})
    try:
        path = safe_path(fields.text("file"))
    except PathError as error:
        raise bad_request(str(error)) from error
    if "data" not in fields:
        return path, fields.text("sha")
    data = str(fields.data["data"])
    if fields.optional_text("encoding") != "base64":
        return path, blobs.add(data.encode())
    try:
        return path, blobs.add(base64.b64decode(data, validate=True))
    except binascii.Error as error:
        raise bad_request(f"`data` of {path} is not base64") from error


def read_settings(
    state: State, project: Project, fields: Fields, *, is_detection_skipped: bool
) -> Json:
    """Return the settings that a deployment is built with.

    Raises:
        ApiError: 400, also missing_project_settings: the project's first
            deployment, and nobody said how it is built.
    """
    sent = Fields(fields.mapping("projectSettings"), ON_DEPLOY)
    said = checked_settings(sent)
    is_said = "projectSettings" in fields or any(
        project.settings[name] is not None for name in _DETECTED
    )
    is_first = not state.deployments_of(project.id)
    if is_first and not is_said and not is_detection_skipped:
        message = (
            "The `projectSettings` object is required for new projects,"
            " but is missing in the deployment payload"
        )
        raise ApiError(
            400,
            "missing_project_settings",
            message,
            {"framework": {"slug": None, "name": "Other"}, "projectSettings": {}},
        )
    return project.settings | said


def read_labels(fields: Fields, name: str) -> dict[str, Any]:
    """Return ``meta`` or ``gitMetadata``; the values of ``meta`` are texts.

    Raises:
        ApiError: 400.
    """
    labels = fields.mapping(name)
    if name == "meta" and not all(isinstance(text, str) for text in labels.values()):
        raise bad_request("`meta` should hold only strings")
    return labels


def fingerprint(*parts: object) -> str:
    """Return a digest by which an identical order is known again."""
    text = json.dumps(parts, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
