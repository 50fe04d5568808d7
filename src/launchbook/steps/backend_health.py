"""backend.health: the four health endpoints answer, truthfully and in time.

Figures: health endpoints under 500 ms, pool under 80 % (requirements). What the
backend says of its build and of its variables is compared with what was deployed,
and only the product's own origins may call it from a browser.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from launchbook.digest import canonical
from launchbook.engine.check import Check, Look, look_until_right
from launchbook.engine.step import Context, Prior, Verified
from launchbook.errors import Unavailable
from launchbook.model.change import Action, Change, Planned
from launchbook.redact import Secret, reveal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from launchbook.transport.probe import Answer, Prober

DEADLINE_SECONDS: Final = 60.0
SLOWEST_SECONDS: Final = 0.5
FULLEST_POOL_PERCENT: Final = 80
FOREIGN_ORIGIN: Final = "https://foreign.example"
ENDPOINTS: Final = ("", "/detailed", "/database", "/jobs")


@dataclass(frozen=True, slots=True)
class Inputs:
    """What the backend must say.

    Attributes:
        identity: Of the build that must serve.
        worker: Identity of the worker's build; it must run for ``/health/jobs``.
        variables: Name to value, as they must have arrived.
        origins: The web apps that may call it from a browser.
    """

    url: str
    identity: str
    worker: str
    variables: Mapping[str, str | Secret]
    origins: tuple[str, ...]


class BackendHealth(Check):
    """A check: it reads and proves."""

    name: ClassVar[str] = "backend.health"
    inputs_type: ClassVar[type] = Inputs

    def __init__(self, prober: Prober) -> None:
        self._prober = prober

    def facts(self, inputs: Inputs, context: Context) -> None:
        """Nothing to read before the deployments are done."""

    def plan(self, inputs: Inputs, facts: None, prior: Prior | None) -> Planned:
        """Nothing to write."""
        change = Change(Action.NO_CHANGE, self.name, inputs.url)
        return Planned((change,), {"url": inputs.url})

    def verify(self, inputs: Inputs, context: Context) -> Verified:
        """Look until everything is right, and say what is not.

        Raises:
            VerificationFailed: Something stays wrong.
        """
        seen = look_until_right(
            lambda: self._look(inputs),
            inputs.url,
            clock=context.clock,
            deadline_seconds=DEADLINE_SECONDS,
            hint="Read the backend's log, mend it, and run the command again.",
        )
        return Verified({"url": inputs.url}, seen.evidence)

    def _look(self, inputs: Inputs) -> Look:
        """Ask every endpoint once, and the preflight of each origin."""
        try:
            answers = {
                path: self._prober.probe(f"{inputs.url}/health{path}")
                for path in ENDPOINTS
            }
            origins = self._origin_problems(inputs)
        except Unavailable as error:
            return Look((error.message,))
        problems = [
            f"/health{path} {problem}"
            for path, answer in answers.items()
            for problem in _answer_problems(answer)
        ]
        if not problems:
            bodies = {path: json.loads(each.text) for path, each in answers.items()}
            problems = _content_problems(bodies, inputs)
        milliseconds = {
            f"/health{path}": round(each.elapsed_seconds * 1000)
            for path, each in answers.items()
        }
        evidence = {"identity": inputs.identity, "response_time_ms": milliseconds}
        return Look((*problems, *origins), evidence)

    def _origin_problems(self, inputs: Inputs) -> list[str]:
        """Each own origin is allowed by name, a foreign one is not."""
        problems = []
        for origin in (*inputs.origins, FOREIGN_ORIGIN):
            answer = self._prober.probe(
                f"{inputs.url}/api/feedback",
                {"Origin": origin, "Access-Control-Request-Method": "POST"},
                method="OPTIONS",
            )
            allowed = answer.headers.get("access-control-allow-origin", "")
            if (allowed == origin) is (origin == FOREIGN_ORIGIN):
                problems.append(f"origin {origin} is answered with {allowed!r}")
            if allowed == "*":
                problems.append("every origin is allowed")
        return problems


def _answer_problems(answer: Answer) -> list[str]:
    """Status, time and form of one answer."""
    if answer.status != 200:
        return [f"answers {answer.status}"]
    problems = []
    if answer.elapsed_seconds > SLOWEST_SECONDS:
        problems.append(f"took {answer.elapsed_seconds:.2f} s, more than 0.5 s")
    try:
        json.loads(answer.text)
    except ValueError:
        problems.append("is not JSON")
    return problems


def _content_problems(
    bodies: Mapping[str, dict[str, object]], inputs: Inputs
) -> list[str]:
    """What the answers say, against what was deployed."""
    problems = []
    if bodies[""].get("build") != inputs.identity:
        found = bodies[""].get("build")
        problems.append(f"/health says build {found!r} instead of {inputs.identity!r}")
    pool = bodies["/database"].get("connection_pool")
    used = pool.get("pool_utilization") if isinstance(pool, dict) else None
    if not isinstance(used, int | float) or used >= FULLEST_POOL_PERCENT:
        problems.append(f"/health/database says pool utilization {used!r}")
    if bodies["/jobs"].get("scheduler_running") is not True:
        problems.append("/health/jobs says that the scheduler does not run")
    if bodies["/detailed"].get("configuration") != _configuration(inputs):
        problems.append(
            "/health/detailed does not show the variables that were written"
        )
    return problems


def _configuration(inputs: Inputs) -> dict[str, object]:
    """Names and keyed fingerprint of the variables, as the backend computes them.

    HMAC-SHA-256 with the JWT secret over canonical JSON: no value can be read from
    it, and no value is sent anywhere.
    """
    values = {name: str(reveal(value)) for name, value in inputs.variables.items()}
    key = values.get("JWT_SECRET", "").encode()
    mac = hmac.new(key, canonical(values), hashlib.sha256).hexdigest()
    return {"names": sorted(values), "fingerprint": mac}
