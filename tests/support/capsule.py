"""Capsules, as tests need them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from launchbook.model.release import Capsule, SchemaRange, Surface, SurfaceKind

BEGAN = datetime(2026, 11, 23, 4, 12, 7, tzinfo=UTC)


def surface(
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


def capsule(**more: object) -> Capsule:
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
            surface("backend"),
            surface("customer", SurfaceKind.WEB, is_reused=True),
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
