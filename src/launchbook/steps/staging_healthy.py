"""staging.healthy: another environment serves this commit, and is well.

Nothing goes to production that was not tried: each address is asked now, and the
build that it shows must be of what the commit holds of that app. The environment that
is asked about is itself a place to try, so nothing is asked of it there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from launchbook.engine.check import Check, Look
from launchbook.engine.gate import pass_gate
from launchbook.engine.step import Context, Prior, Verified
from launchbook.errors import Unavailable
from launchbook.model.address import public_url
from launchbook.model.change import Action, Change, Planned
from launchbook.model.gate import Finding, Verdict
from launchbook.model.source import COMMIT_DIGITS, CONTENT_DIGITS
from launchbook.release.served import shown_identity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from launchbook.transport.probe import Answer, Prober

RETRY_SECONDS: Final = 2.0
"""A point of a probe fails after one retry this much later (operating policy)."""
HEALTH_PATHS: Final = ("/health", "/health/database", "/health/jobs")
PAGE_PATHS: Final = ("/build.json",)


@dataclass(frozen=True, slots=True)
class Inputs:
    """Where the other environment is, and what it must serve.

    Attributes:
        environment: Its name; an override is called ``ENVIRONMENT-healthy``.
        commit: Which commit shall be deployed; an override is bound to it.
        contents: App to the digest of what it is built of at that commit.
        backend: Host of the API.
        pages: App to the host of its pages.
        public_port: 443, or the port of the sandbox's edge.
    """

    environment: str
    commit: str
    contents: Mapping[str, str]
    backend: str
    pages: Mapping[str, str]
    public_port: int


class StagingHealthy(Check):
    """A gate with one item."""

    name: ClassVar[str] = "staging.healthy"
    inputs_type: ClassVar[type] = Inputs

    def __init__(self, prober: Prober) -> None:
        self._prober = prober

    @staticmethod
    def overridable(inputs: Mapping[str, object]) -> tuple[str, ...]:
        """Return what an override may name."""
        return (f"{inputs['environment']}-healthy",)

    def facts(self, inputs: Inputs, context: Context) -> None:
        """Nothing to read for a plan."""

    def plan(self, inputs: Inputs, facts: None, prior: Prior | None) -> Planned:
        """Nothing to write."""
        name = f"{inputs.environment} {inputs.commit[:COMMIT_DIGITS]}"
        change = Change(Action.NO_CHANGE, self.name, name)
        return Planned((change,), {"commit": inputs.commit})

    def verify(self, inputs: Inputs, context: Context) -> Verified:
        """Ask every address.

        Raises:
            GateFailed: One does not answer well, or serves another commit.
        """
        finding = self._finding(inputs, context)
        evidence = pass_gate(
            [finding],
            context,
            what=f"the state of {inputs.environment}",
            hint=f"Type `invoke provision.{inputs.environment}` first, so that it "
            "serves this commit",
            subject=inputs.commit,
        )
        return Verified({"commit": inputs.commit}, evidence)

    def _finding(self, inputs: Inputs, context: Context) -> Finding:
        name = f"{inputs.environment}-healthy"
        short = inputs.commit[:COMMIT_DIGITS]
        if context.environment == inputs.environment:
            words = f"this is {inputs.environment}: here commit {short} is tried"
            return Finding(name, Verdict.PASSED, words)
        seen = self._look(inputs)
        if seen.problems:
            context.clock.sleep(RETRY_SECONDS)
            seen = self._look(inputs)
        if seen.problems:
            return Finding(name, Verdict.FAIL, "; ".join(seen.problems))
        words = f"serves commit {short} everywhere"
        return Finding(name, Verdict.PASSED, words, seen.evidence)

    def _look(self, inputs: Inputs) -> Look:
        """Ask every address once."""
        places: list[tuple[str, str, tuple[str, ...]]] = [
            ("backend", inputs.backend, HEALTH_PATHS)
        ]
        places += [(app, host, PAGE_PATHS) for app, host in inputs.pages.items()]
        problems: list[str] = []
        builds: dict[str, object] = {}
        for app, host, paths in places:
            url = public_url(host, inputs.public_port)
            try:
                answers = {path: self._prober.probe(url + path) for path in paths}
            except Unavailable as error:
                problems.append(f"{app}: {error.message}")
                continue
            problems += [f"{app}: {each}" for each in _wrong(answers)]
            builds[app] = shown_identity(answers[paths[0]].text)
            if not str(builds[app]).startswith(inputs.contents[app][:CONTENT_DIGITS]):
                problems.append(
                    f"{app} serves {builds[app] or 'no build of ours'}, not what commit "
                    f"{inputs.commit[:COMMIT_DIGITS]} holds"
                )
        return Look(tuple(problems), {"builds": builds})


def _wrong(answers: Mapping[str, Answer]) -> Iterator[str]:
    for path, answer in answers.items():
        if answer.status != 200:
            yield f"{path} answers {answer.status}"
