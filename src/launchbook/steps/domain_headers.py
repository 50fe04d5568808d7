"""domain.headers: a host name answers with the headers that keep browsers safe."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from launchbook.domains.headers import HSTS, header_problems
from launchbook.engine.check import Check, Look, look_until_right
from launchbook.engine.step import Context, Prior, Verified
from launchbook.errors import Unavailable
from launchbook.model.address import public_url
from launchbook.model.change import Action, Change, Planned
from launchbook.model.vercel import bypass_headers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from launchbook.redact import Secret
    from launchbook.transport.probe import Prober

DEADLINE_SECONDS: Final = 30.0


@dataclass(frozen=True, slots=True)
class Inputs:
    """Where to look.

    Attributes:
        path: What is asked for.
        after: What must have been seen before, as the identity of a build.
        bypass: Opens a protected address; empty for one that is open.
    """

    host: str
    public_port: int
    path: str = "/"
    after: tuple[str, ...] = ()
    bypass: Secret | str = ""


class DomainHeaders(Check):
    """A check: it reads and proves. What is served must be deployed before."""

    name: ClassVar[str] = "domain.headers"
    inputs_type: ClassVar[type] = Inputs

    def __init__(self, prober: Prober) -> None:
        self._prober = prober

    def facts(self, inputs: Inputs, context: Context) -> None:
        """Nothing to read before it is deployed."""

    def plan(self, inputs: Inputs, facts: None, prior: Prior | None) -> Planned:
        """Nothing to write."""
        change = Change(Action.NO_CHANGE, self.name, inputs.host)
        return Planned((change,), {"host": inputs.host})

    def verify(self, inputs: Inputs, context: Context) -> Verified:
        """Look until all headers are right.

        Raises:
            VerificationFailed: Some stay wrong.
        """
        url = public_url(inputs.host, inputs.public_port) + inputs.path
        seen = look_until_right(
            lambda: self._look(url, bypass_headers(inputs.bypass)),
            url,
            clock=context.clock,
            deadline_seconds=DEADLINE_SECONDS,
            hint="Set the headers in the app (vercel.json, or the backend's "
            "middleware), commit, and run the command again.",
        )
        return Verified({"host": inputs.host}, seen.evidence)

    def _look(self, url: str, headers: Mapping[str, str]) -> Look:
        try:
            answer = self._prober.probe(url, headers)
        except Unavailable as error:
            return Look((error.message,))
        evidence = {"status": answer.status, "hsts": answer.headers.get(HSTS, "")}
        if answer.status >= 500:
            return Look((f"answers {answer.status}",), evidence)
        return Look(header_problems(answer.headers), evidence)
