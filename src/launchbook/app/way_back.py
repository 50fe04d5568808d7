"""What the judgement of a way back stands on, for a playbook and for a command."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Final, cast

from launchbook.app.database import baseline, migrations_folder, open_database
from launchbook.app.signing import is_as_signed, verifier_of
from launchbook.engine.memory import Memory
from launchbook.engine.step import Context
from launchbook.errors import ProviderError
from launchbook.migration.file import read_migrations
from launchbook.migration.history import read_history
from launchbook.migration.phase import Terms
from launchbook.model.release import SurfaceKind
from launchbook.redact import fingerprint
from launchbook.release.admission import (
    OLD_CODE_WORKS,
    REVOKED,
    SCHEMA_NEWER,
    SCHEMA_OLDER,
    Admission,
)
from launchbook.release.moves import read_moves
from launchbook.release.situation import Schema
from launchbook.release.timing import WHOLE

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from launchbook.app import App
    from launchbook.engine.step import Verified
    from launchbook.model.playbook import PlaybookEntry
    from launchbook.model.release import Capsule
    from launchbook.release.shelf import Kept, Shelf

STEP: Final = "rollback.admission"
REFUSED: Final = (SCHEMA_NEWER, SCHEMA_OLDER, OLD_CODE_WORKS, REVOKED)
"""Reasons for which a release of the past could not work, whatever is deployed."""


def schema_reader(
    app: App,
) -> Callable[[Capsule, Collection[str] | None], Schema]:
    """Return what reads the database as it matters to a release of the past."""

    def read(target: Capsule, held: Collection[str] | None) -> Schema:
        files = read_migrations(migrations_folder(app))
        try:
            with open_database(app) as session:
                applied = read_history(session)
        except ProviderError:
            return Schema(is_known=False)
        terms = None if held is None else Terms(baseline(app), held)
        return read_moves(files, applied, terms, since=target.schema.known)

    return read


def serving_facts(app: App, shelf: Shelf, kept: Kept | None) -> dict[str, object]:
    """Return what is known of a release of the past without asking a platform.

    References to it start with ``serving``.
    """
    capsule = kept.capsule.as_json() if kept else {}
    surfaces = kept.capsule.surfaces if kept else ()
    uses = app.inventory.secret_uses(app.target.environment)
    return {
        "capsule": capsule,
        "named": kept.capsule.id if kept else "",
        "is_anything_served": kept is not None,
        "is_signature_valid": (
            is_as_signed(verifier_of(app), capsule, kept.signature) if kept else None
        ),
        "surfaces": [each.name for each in surfaces],
        "secrets": sorted({each.secret for each in uses}),
        "measured_seconds": [
            each.capsule.timings[WHOLE]
            for each in shelf.kept
            if each.capsule.returned_from and WHOLE in each.capsule.timings
        ],
        "trial": _trial(kept.capsule if kept else None),
        "refused": [],
        "skipped": "",
    }


def _trial(capsule: Capsule | None) -> dict[str, object]:
    """What of a release is looked at when it is tried on a newer schema."""
    surfaces = capsule.surfaces if capsule else ()
    web = [each for each in surfaces if each.kind is SurfaceKind.WEB and each.url]
    api = next((e for e in surfaces if e.kind is SurfaceKind.SERVICE and e.url), None)
    return {
        "known": capsule.schema.known if capsule else "",
        "held": list(capsule.schema.held) if capsule else [],
        "backend": api.url if api else "",
        "backend_identity": api.identity if api else "",
        "pages": {each.name: each.url for each in web},
        "identities": {each.name: each.identity for each in web},
    }


def judge_way_back(app: App, entry: PlaybookEntry, commit: str) -> Admission:
    """Return what an entry that looks at the way back would say now; writes nothing.

    Args:
        app: With ``releases`` that say which release is meant.
        entry: Uses ``rollback.admission``.
        commit: That is checked out; as the step ``source`` puts it out.
    """
    from launchbook.app import build_inputs

    resolver = app.view.resolver(app.secrets)
    outputs = {"source": {"commit": commit}}
    values = cast(
        "Mapping[str, object]",
        resolver.resolve(dict(entry.inputs), outputs, entry.locate),
    )
    environment, key = app.target.environment, app.keys.fingerprint_key
    inputs = build_inputs(entry, {**values, "refused": []})
    with closing(app.open_history()) as history:
        context = Context(
            environment=environment,
            run="",
            step=entry.id,
            clock=app.clock,
            history=Memory(history, environment),
            progress=lambda _: None,
            fingerprint=lambda text: fingerprint(key, text),
            idempotency_key="",
        )
        verified = cast("Verified", app.step(STEP).verify(inputs, context))
    told = cast("Mapping[str, object]", verified.outputs["admission"])
    return Admission.from_json(told)
