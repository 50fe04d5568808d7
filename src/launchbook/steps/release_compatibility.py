"""release.compatibility: what serves now works with the schema that was just expanded.

After the new migrations and before the first deployment the old release runs on the
new schema: looking at it then proves that it could serve again. Its identity is part
of the proof, so that nobody looks at something else. A run that goes on after its first
deployments finds the proof in the ledger: the old release may serve no more.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Final

from launchbook.engine.check import Check, Look, look_until_right
from launchbook.engine.step import Context, Prior, Verified
from launchbook.errors import Unavailable, VerificationFailed
from launchbook.model.change import Action, Change, Planned
from launchbook.model.vercel import bypass_headers
from launchbook.release.served import shown_identity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from launchbook.redact import Secret
    from launchbook.transport.probe import Answer, Prober

DEADLINE_SECONDS: Final = 20.0
"""The old release serves already: what is wrong now was made wrong by the schema."""
HEALTH_PATHS: Final = (
    "/health",
    "/health/detailed",
    "/health/database",
    "/health/jobs",
)
PAGE_PATH: Final = "/build.json"
WELL: Final = 200


@dataclass(frozen=True, slots=True)
class Inputs:
    """What serves, and on which schema.

    Attributes:
        capsule: Id of the release that serves; empty when nothing serves yet.
        schema: The newest migration that the database has.
        known: The newest migration that the release knows; empty when that is not
            told, and it is tried in any case.
        held_before: Contract migrations that the release held.
        held: Contract migrations that are held now.
        backend: URL of the API.
        backend_identity: What it must show.
        pages: Web app to its URL.
        identities: Web app to what it must show.
        bypass: Web app to what opens its address where it is protected.
        journey: Paths of the API that read what customers read, and how each must be
            answered: a shop that does not exist is looked for in the tables as well.
    """

    capsule: str
    schema: str
    backend: str
    backend_identity: str
    pages: Mapping[str, str] = field(default_factory=dict)
    identities: Mapping[str, str] = field(default_factory=dict)
    journey: Mapping[str, int] = field(default_factory=dict)
    known: str = ""
    held_before: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    bypass: Mapping[str, Secret | str] = field(default_factory=dict)


class ReleaseCompatibility(Check):
    """A check: it reads and proves."""

    name: ClassVar[str] = "release.compatibility"
    inputs_type: ClassVar[type] = Inputs

    def __init__(self, prober: Prober) -> None:
        self._prober = prober

    def facts(self, inputs: Inputs, context: Context) -> None:
        """Nothing to read before the migrations are done."""

    def plan(self, inputs: Inputs, facts: None, prior: Prior | None) -> Planned:
        """Nothing to write."""
        name = f"{inputs.capsule or 'nothing'} with {inputs.schema}"
        return Planned((Change(Action.NO_CHANGE, self.name, name),), _outputs(inputs))

    def verify(self, inputs: Inputs, context: Context) -> Verified:
        """Look at every surface of what serves.

        Raises:
            VerificationFailed: The old release does not work with the new schema.
        """
        if not inputs.capsule:
            context.say("skipped: nothing serves yet that could be tried")
            return Verified(_outputs(inputs), {"skipped": "nothing serves yet"})
        if _is_known(inputs):
            context.progress(f"skipped: {inputs.capsule} knows this schema")
            return Verified(_outputs(inputs), {"skipped": "nothing new in the schema"})
        if (proof := _proof(inputs, context)) is not None:
            context.progress(f"{inputs.capsule} was tried on this schema before")
            return Verified(_outputs(inputs), proof)
        try:
            seen = look_until_right(
                lambda: self._look(inputs),
                f"{inputs.capsule} with schema {inputs.schema}",
                clock=context.clock,
                deadline_seconds=DEADLINE_SECONDS,
                hint="Nothing was deployed, and the old release serves. Mend the "
                "migration by another one that only adds, and release again.",
            )
        except VerificationFailed as error:
            error.details |= _outputs(inputs)
            raise
        return Verified(_outputs(inputs), {**_outputs(inputs), **seen.evidence})

    def _look(self, inputs: Inputs) -> Look:
        """Ask everything once."""
        paths = dict.fromkeys(HEALTH_PATHS, WELL) | dict(inputs.journey)
        asked = {f"{inputs.backend}{path}": wanted for path, wanted in paths.items()}
        asked |= {f"{url}{PAGE_PATH}": WELL for url in inputs.pages.values()}
        opened = {
            f"{url}{PAGE_PATH}": bypass_headers(inputs.bypass.get(app, ""))
            for app, url in inputs.pages.items()
        }
        answers: dict[str, Answer] = {}
        problems: list[str] = []
        for url, wanted in asked.items():
            try:
                answers[url] = self._prober.probe(url, opened.get(url))
            except Unavailable as error:
                problems.append(error.message)
                continue
            if (status := answers[url].status) != wanted:
                problems.append(f"{url} answers {status}, not {wanted}")
        problems += _strangers(inputs, answers)
        milliseconds = {
            url: round(each.elapsed_seconds * 1000) for url, each in answers.items()
        }
        return Look(tuple(problems), {"response_time_ms": milliseconds})


def _strangers(inputs: Inputs, answers: Mapping[str, Answer]) -> Iterator[str]:
    """Surfaces that show another build than the one that is meant."""
    expected = {f"{inputs.backend}{HEALTH_PATHS[0]}": inputs.backend_identity}
    expected |= {
        f"{inputs.pages[app]}{PAGE_PATH}": identity
        for app, identity in inputs.identities.items()
        if app in inputs.pages
    }
    for url, identity in expected.items():
        if url in answers and (shown := shown_identity(answers[url].text)) != identity:
            yield f"{url} shows {shown or 'no build of ours'}, not {identity}"


def _is_known(inputs: Inputs) -> bool:
    """Whether the schema is one that the release was proven with."""
    return (
        bool(inputs.known)
        and inputs.schema <= inputs.known
        and set(inputs.held_before) <= set(inputs.held)
    )


def _proof(inputs: Inputs, context: Context) -> dict[str, object] | None:
    """What an earlier run saw of this release on this schema; None unless it was well."""
    for earlier in reversed(context.history.verified(context.step)):
        if _outputs(inputs).items() <= earlier.evidence.items():
            return dict(earlier.evidence)
    return None


def _outputs(inputs: Inputs) -> dict[str, object]:
    """What other steps may refer to."""
    return {"capsule": inputs.capsule, "schema": inputs.schema}
