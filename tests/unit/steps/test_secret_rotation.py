"""Which values of a secret count is read off the backend's own answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import pytest

from launchbook.clock import SystemClock
from launchbook.engine.step import Context, Verified
from launchbook.errors import Unavailable, VerificationFailed
from launchbook.redact import Secret, fingerprint
from launchbook.steps.secret_rotation import PROBES, Inputs, SecretRotation
from launchbook.transport.probe import Answer
from tests.support.transport import JumpingClock
from tests.support.vocilia import backend_module

if TYPE_CHECKING:
    from collections.abc import Mapping

    from launchbook.transport.probe import Prober

OLD, NEW = Secret("o" * 32), Secret("n" * 32)


@dataclass
class Replicas:
    """Backends behind one address, asked in turn; each takes the keys that it has.

    Attributes:
        keys: One entry a replica.
        late: How many answers come before the replicas are there.
    """

    keys: list[tuple[str, ...]]
    late: int = 0
    asked: list[str] = field(default_factory=list)

    def probe(self, url: str, headers: Mapping[str, str]) -> Answer:
        self.asked.append(url)
        if len(self.asked) <= self.late:
            raise Unavailable("nobody is there", hint="Wait.", platform="product")
        tokens = backend_module("tokens")
        keys = self.keys[len(self.asked) % len(self.keys)]
        bearer = headers["Authorization"].removeprefix("Bearer ")
        try:
            tokens.read(bearer, audience="probe", keys=keys)
        except tokens.InvalidToken:
            return Answer(url, 401, {}, b"", 0, 0)
        return Answer(url, 200, {}, b"", 0, 0)


class Watch(JumpingClock):
    """Waits in no time; tells the time that tokens are checked by."""

    def now(self) -> Any:
        return SystemClock().now()


def verified(replicas: Replicas, **changes: Any) -> Verified:
    given: dict[str, Any] = {
        "secret": "JWT_SECRET",
        "url": "https://api.test",
        "audience": "probe",
        "accepted": (NEW,),
        "refused": (OLD,),
        **changes,
    }
    context = Context(
        environment="staging",
        run="r1",
        step="s1",
        clock=Watch(),
        history=cast("Any", None),
        progress=lambda _text: None,
        fingerprint=lambda text: fingerprint(b"key", text),
        idempotency_key="i1",
    )
    return SecretRotation(cast("Prober", replicas)).verify(Inputs(**given), context)


def test_the_new_value_counts_and_the_old_one_is_dead() -> None:
    replicas = Replicas([(NEW.reveal(),)])
    found = verified(replicas)
    assert {
        "secret": "JWT_SECRET",
        "accepted": [fingerprint(b"key", NEW)],
        "refused": [fingerprint(b"key", OLD)],
        "tokens_shown": 2 * PROBES,
    } == found.evidence
    assert {"https://api.test/api/session/probe"} == set(replicas.asked)


def test_during_the_overlap_both_count() -> None:
    both = Replicas([(NEW.reveal(), OLD.reveal())])
    verified(both, accepted=(NEW, OLD), refused=())
    with pytest.raises(
        VerificationFailed, match="must be answered 401 is answered 200"
    ):
        verified(both)


def test_one_replica_that_has_the_old_value_still_is_seen() -> None:
    replicas = Replicas([(NEW.reveal(),), (NEW.reveal(), OLD.reveal())])
    with pytest.raises(VerificationFailed, match="JWT_SECRET is not right"):
        verified(replicas)


def test_a_backend_that_comes_up_is_waited_for() -> None:
    replicas = Replicas([(NEW.reveal(),)], late=3)
    assert "tokens_shown" in verified(replicas).evidence


def test_without_an_audience_a_persons_statement_is_kept_and_nobody_asked() -> None:
    replicas = Replicas([()])
    found = verified(replicas, audience="", statement="revoked by ada")
    assert "revoked by ada" == found.evidence["statement"]
    assert [] == replicas.asked
