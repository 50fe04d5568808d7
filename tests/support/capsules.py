"""Capsules for tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from launchbook.model.release import Capsule, SchemaRange, Surface, SurfaceKind

MORNING = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
NAMES = ("backend", "worker", "customer")


def identity(number: int) -> str:
    """The identity that the build of a number shows."""
    return f"{number:012x}-{number:08x}"


def surface(name: str, number: int, **more: Any) -> Surface:
    """A surface as the release of a number has it."""
    is_web = name == "customer"
    place = {"project_id": "p1", "environment_id": "e1"}
    if not is_web:
        place["service_id"] = f"s-{name}"
    facts: dict[str, Any] = {
        "name": name,
        "kind": SurfaceKind.WEB if is_web else SurfaceKind.SERVICE,
        "app": "customer" if is_web else "backend",
        "place": place,
        "deployment_id": f"{name}-{number}",
        "identity": identity(number),
        "content": f"{number:064x}",
        "variables": f"v{number}",
        "url": "" if name == "worker" else f"https://{name}.example",
    }
    return Surface(**{**facts, **more})


def capsule(number: int, **more: Any) -> Capsule:
    """The release of a number, after the one before it."""
    facts: dict[str, Any] = {
        "id": f"production-{number}",
        "environment": "production",
        "commit": f"{number:040x}",
        "branch": "main",
        "subject": f"Change {number}",
        "author": "Ada",
        "actor": "ada@desk",
        "previous": f"production-{number - 1}" if number > 1 else "",
        "began_at": MORNING + timedelta(hours=number),
        "done_at": MORNING + timedelta(hours=number, minutes=5),
        "schema": SchemaRange("1", "1"),
        "surfaces": tuple(surface(name, number) for name in NAMES),
    }
    return Capsule(**{**facts, **more})
