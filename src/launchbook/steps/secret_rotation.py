"""secret.rotation: which values of a secret count, proven from outside.

The backend is shown short-lived tokens of an audience that opens nothing. One that
is signed with a value that counts is taken, one that is signed with a value that was
taken away is refused. For a secret that somebody else issued, a person's statement
that the old value was revoked is kept.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from launchbook.digest import canonical
from launchbook.engine.check import Check, Look, look_until_right
from launchbook.engine.step import Context, Prior, Verified
from launchbook.errors import Unavailable
from launchbook.model.change import Action, Change, Planned

if TYPE_CHECKING:
    from collections.abc import Sequence

    from launchbook.redact import Secret
    from launchbook.transport.probe import Prober

DEADLINE_SECONDS: Final = 60.0
TOKEN_SECONDS: Final = 60
PROBES: Final = 4
"""Each token is shown this often, so that several replicas see it."""
TAKEN: Final = 200
REFUSED: Final = 401
HEADER: Final = {"alg": "HS256", "typ": "JWT"}


@dataclass(frozen=True, slots=True)
class Inputs:
    """Which values count, and which do not any more.

    Attributes:
        secret: Its name, for people.
        url: Of the backend; known once the backend is proven to serve.
        audience: Of the tokens; empty where no token proves anything.
        accepted: Values whose tokens must be taken.
        refused: Values whose tokens must be refused.
        statement: What a person says of the old value's end; may be empty.
    """

    secret: str
    url: str
    audience: str
    accepted: tuple[Secret, ...]
    refused: tuple[Secret, ...]
    statement: str = ""


class SecretRotation(Check):
    """A check: it reads and proves."""

    name: ClassVar[str] = "secret.rotation"
    inputs_type: ClassVar[type] = Inputs

    def __init__(self, prober: Prober) -> None:
        self._prober = prober

    def facts(self, inputs: Inputs, context: Context) -> None:
        """Nothing to read before the deployments are done."""

    def plan(self, inputs: Inputs, facts: None, prior: Prior | None) -> Planned:
        """Nothing to write."""
        change = Change(Action.NO_CHANGE, self.name, inputs.secret)
        return Planned((change,), {"secret": inputs.secret})

    def verify(self, inputs: Inputs, context: Context) -> Verified:
        """Show tokens until every answer is right.

        Raises:
            VerificationFailed: An answer stays wrong.
        """
        evidence: dict[str, object] = {
            "secret": inputs.secret,
            "accepted": _fingerprints(inputs.accepted, context),
            "refused": _fingerprints(inputs.refused, context),
        }
        if inputs.statement:
            evidence["statement"] = inputs.statement
        if inputs.audience:
            seen = look_until_right(
                lambda: self._look(inputs, context),
                f"the exchange of {inputs.secret}",
                clock=context.clock,
                deadline_seconds=DEADLINE_SECONDS,
                hint="Read the backend's log, mend it, and run the command again.",
            )
            evidence |= seen.evidence
        return Verified({"secret": inputs.secret}, evidence)

    def _look(self, inputs: Inputs, context: Context) -> Look:
        """Show a token of each value, several times."""
        now = int(context.clock.now().timestamp())
        expected = [
            *((value, TAKEN) for value in inputs.accepted),
            *((value, REFUSED) for value in inputs.refused),
        ]
        try:
            found = [
                (status, self._answer(inputs, _token(value, inputs.audience, now)))
                for value, status in expected
                for _ in range(PROBES)
            ]
        except Unavailable as error:
            return Look((error.message,))
        problems = {
            f"a token that must be answered {wanted} is answered {status}"
            for wanted, status in found
            if status != wanted
        }
        return Look(tuple(sorted(problems)), {"tokens_shown": len(found)})

    def _answer(self, inputs: Inputs, token: str) -> int:
        """The status of one call."""
        url = f"{inputs.url}/api/session/{inputs.audience}"
        return self._prober.probe(url, {"Authorization": f"Bearer {token}"}).status


def _fingerprints(values: Sequence[Secret], context: Context) -> list[str]:
    """What says which value it was, and not what it is."""
    return [context.fingerprint(value.reveal()) for value in values]


def _token(key: Secret, audience: str, now: int) -> str:
    """A token that is valid for a minute and opens nothing (RFC 7519, HS256)."""
    claims = {"aud": audience, "iat": now, "exp": now + TOKEN_SECONDS}
    signed = ".".join(_encoded(canonical(part)) for part in (HEADER, claims))
    mac = hmac.new(key.reveal().encode(), signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{_encoded(mac)}"


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
