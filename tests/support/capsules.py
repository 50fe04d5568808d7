"""Capsules for tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from launchbook.model.release import Capsule, SchemaRange, Surface, SurfaceKind

MORNING = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
NAMES = ("backend", "worker", "customer")
BEGAN = datetime(2026, 11, 23, 4, 12, 7, tzinfo=UTC)


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


def full_surface(
    name: str, kind: SurfaceKind = SurfaceKind.SERVICE, **more: object
) -> Surface:
    """One surface, served by a deployment that is called after it."""
    given: dict[str, object] = {
        "app": "backend" if kind is SurfaceKind.SERVICE else name,
        "place": {"project_id": "p1"},
        "deployment_id": f"{name}-deployment",
        "identity": "3f9a1c0b77de-8e12ab90",
        "content": "c" * 64,
        "variables": "7d0e1f2a3b4c5d6e",
        "url": f"https://{name}.vocilia.com",
        **more,
    }
    return Surface(name=name, kind=kind, **given)  # type: ignore[arg-type] # a test gives what the field takes


def full_capsule(**more: object) -> Capsule:
    """A release of production, with everything that one may have."""
    given: dict[str, object] = {
        "id": "production-12",
        "environment": "production",
        "commit": "3f9a1c0b77deaa11bb22cc33dd44ee55ff667788",
        "branch": "main",
        "subject": "Let customers correct a feedback",
        "author": "Ada Lindqvist",
        "actor": "ada@runner-7",
        "previous": "production-11",
        "began_at": BEGAN,
        "done_at": BEGAN + timedelta(seconds=93),
        "schema": SchemaRange("20260101000200", "20260101000400", ("20260301000000",)),
        "surfaces": (
            full_surface("backend"),
            full_surface("customer", SurfaceKind.WEB, is_reused=True),
        ),
        "approvals": ({"actor": "bo@vocilia.com", "plan": "9c1f0a7be2d4"},),
        "gates": {
            "checklist": {
                "items": [
                    {"name": "rollback", "verdict": "pass", "words": "OPEN"},
                    {"name": "backups", "verdict": "inconclusive", "words": "no part"},
                ],
                "overridden": {"backups": "no customers yet"},
            },
            "bake": {"verdict": "pass", "asked": 720, "bad_rounds": 0},
        },
        "timings": {"whole": 93.0, "backend": 61.5, "customer_variables": 4.2},
        "tool_version": "0.1.0",
        **more,
    }
    return Capsule(**given)  # type: ignore[arg-type] # a test gives what the field takes
