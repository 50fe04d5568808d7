"""web.identity: the public page shows the build that was made.

Not the status but the content counts: a protection page answers 200 too.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from launchbook.engine.check import Check, Look, look_until_right
from launchbook.engine.step import Context, Prior, Verified
from launchbook.model.change import Action, Change, Planned
from launchbook.model.source import public_digest
from launchbook.model.vercel import bypass_headers
from launchbook.redact import Secret, reveal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from launchbook.transport.probe import Answer, Prober

DEADLINE_SECONDS: Final = 30.0


@dataclass(frozen=True, slots=True)
class Inputs:
    """Which page must show what.

    Attributes:
        variables: Name to value, as they must have arrived in the build.
        bypass: Opens a protected address; empty for one that is open.
        is_staged: The address is that of one deployment, which nobody is shown yet.
    """

    url: str
    app: str
    identity: str
    variables: Mapping[str, str | Secret]
    bypass: Secret | str = ""
    is_staged: bool = False


class WebIdentity(Check):
    """A check: it reads and proves."""

    name: ClassVar[str] = "web.identity"
    inputs_type: ClassVar[type] = Inputs

    def __init__(self, prober: Prober) -> None:
        self._prober = prober

    def facts(self, inputs: Inputs, context: Context) -> None:
        """Nothing to read before the deployments are done."""

    def plan(self, inputs: Inputs, facts: None, prior: Prior | None) -> Planned:
        """Nothing to write."""
        change = Change(Action.NO_CHANGE, self.name, inputs.app)
        return Planned((change,), _outputs(inputs))

    def verify(self, inputs: Inputs, context: Context) -> Verified:
        """Look until the page shows the identity, and its variables arrived.

        Raises:
            VerificationFailed: It shows something else; the message says what.
        """
        seen = look_until_right(
            lambda: self._look(inputs),
            inputs.url,
            clock=context.clock,
            deadline_seconds=DEADLINE_SECONDS,
            hint="Open the address, compare, and run the same command again.",
        )
        return Verified(_outputs(inputs), seen.evidence)

    def _look(self, inputs: Inputs) -> Look:
        """Ask for the page and for what it says of its build."""
        headers = bypass_headers(inputs.bypass)
        page = self._prober.probe(inputs.url + "/", headers)
        build = self._prober.probe(inputs.url + "/build.json", headers)
        problems = (*_page_problems(page, inputs), *_build_problems(build, inputs))
        milliseconds = round(page.elapsed_seconds * 1000)
        evidence = {"identity": inputs.identity, "response_time_ms": milliseconds}
        return Look(problems, evidence)


def _outputs(inputs: Inputs) -> dict[str, object]:
    """What other steps may refer to; a staged address is for nobody else."""
    return {"staged_url" if inputs.is_staged else "url": inputs.url}


def _page_problems(page: Answer, inputs: Inputs) -> list[str]:
    """What is wrong with the page itself."""
    if page.status != 200:
        return [f"the page answers {page.status}"]
    mark = f'<meta name="build-identity" content="{inputs.identity}"'
    if mark not in page.text:
        return ["the page answers 200 without the expected build identity"]
    return []


def _build_problems(answer: Answer, inputs: Inputs) -> list[str]:
    """What is wrong with what the build says of itself."""
    try:
        build = json.loads(answer.text)
    except ValueError:
        return [f"/build.json answers {answer.status} and is not JSON"]
    values = {name: str(reveal(value)) for name, value in inputs.variables.items()}
    wanted = {
        "identity": inputs.identity,
        "app": inputs.app,
        "variables_digest": public_digest(values),
    }
    return [
        f"/build.json says {key} {build.get(key)!r} instead of {value!r}"
        for key, value in wanted.items()
        if build.get(key) != value
    ]
