"""web.caching: what the edge keeps, and what it must not.

Files whose names hold their digest never change, so the edge and browsers keep them;
a page that leads to them must be asked for anew, or a release reaches nobody. A hit
rate above 80 % (requirements) rests on this.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from launchbook.engine.check import Check, Look, look_until_right
from launchbook.engine.step import Context, Prior, Verified
from launchbook.errors import Unavailable
from launchbook.model.change import Action, Change, Planned
from launchbook.model.vercel import bypass_headers

if TYPE_CHECKING:
    from launchbook.redact import Secret
    from launchbook.transport.probe import Answer, Prober

DEADLINE_SECONDS: Final = 30.0
ASSET: Final = re.compile(r"""(?:src|href)=["'](/assets/[^"'?#]+)["']""")
AGE: Final = re.compile(r"max-age=([0-9]{1,10})")
LONG_SECONDS: Final = 86_400
CACHE: Final = "x-vercel-cache"
HIT: Final = frozenset({"HIT", "STALE"})


@dataclass(frozen=True, slots=True)
class Inputs:
    """Whose caching is looked at.

    Attributes:
        identity: Of the build that serves; a new one is looked at anew.
        bypass: Opens a protected address; empty for one that is open.
    """

    url: str
    app: str
    identity: str
    bypass: Secret | str = ""


class WebCaching(Check):
    """A check: it reads and proves."""

    name: ClassVar[str] = "web.caching"
    inputs_type: ClassVar[type] = Inputs

    def __init__(self, prober: Prober) -> None:
        self._prober = prober

    def facts(self, inputs: Inputs, context: Context) -> None:
        """Nothing to read before it is deployed."""

    def plan(self, inputs: Inputs, facts: None, prior: Prior | None) -> Planned:
        """Nothing to write."""
        change = Change(Action.NO_CHANGE, self.name, inputs.app)
        return Planned((change,), {"app": inputs.app})

    def verify(self, inputs: Inputs, context: Context) -> Verified:
        """Look at the page, at what says which build it is, and at the files.

        Raises:
            VerificationFailed: The rules are others.
        """
        seen = look_until_right(
            lambda: self._look(inputs),
            f"caching of {inputs.url}",
            clock=context.clock,
            deadline_seconds=DEADLINE_SECONDS,
            hint="Set Cache-Control in the app's vercel.json, commit, and run the "
            "same command again.",
        )
        return Verified({"app": inputs.app}, seen.evidence)

    def _look(self, inputs: Inputs) -> Look:
        headers = bypass_headers(inputs.bypass)
        try:
            page = self._prober.probe(f"{inputs.url}/", headers)
            build = self._prober.probe(f"{inputs.url}/build.json", headers)
            found = sorted(set(ASSET.findall(page.text)))
            # The first answer fills the cache, the second comes out of it.
            pairs = {
                path: [self._prober.probe(inputs.url + path, headers) for _ in "12"][1]
                for path in found
            }
        except Unavailable as error:
            return Look((error.message,))
        problems = [*_page_problems(page), *_build_problems(build)]
        for path, answer in pairs.items():
            problems += [f"{path} {problem}" for problem in _asset_problems(answer)]
        if not found:
            problems.append("the page leads to no file below /assets/")
        return Look(tuple(problems), {"assets": len(found)})


def _page_problems(page: Answer) -> list[str]:
    rule = page.headers.get("cache-control", "")
    is_fresh = "no-cache" in rule or "no-store" in rule or _age(rule) == 0
    return [] if is_fresh else [f"/ may be kept by browsers: {rule or 'no rule'}"]


def _build_problems(build: Answer) -> list[str]:
    rule = build.headers.get("cache-control", "")
    return [] if "no-store" in rule else [f"/build.json may be kept: {rule}"]


def _asset_problems(answer: Answer) -> list[str]:
    if answer.status != 200:
        return [f"answers {answer.status}"]
    problems = []
    rule = answer.headers.get("cache-control", "")
    if "immutable" not in rule or (_age(rule) or 0) < LONG_SECONDS:
        problems.append(f"is not kept for long: {rule or 'no rule'}")
    if answer.headers.get(CACHE, "").upper() not in HIT:
        problems.append("does not come out of the edge's cache the second time")
    return problems


def _age(rule: str) -> int | None:
    found = AGE.search(rule)
    return int(found[1]) if found else None
