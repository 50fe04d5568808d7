"""Platforms that hold one host name, for steps that look at it again and again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from launchbook.engine.memory import Memory
from launchbook.engine.step import Context
from launchbook.model.domain import Domain, DomainRecord, Purpose, Stage
from tests.support.transport import START, JumpingClock

if TYPE_CHECKING:
    from launchbook.clock import Clock
    from launchbook.errors import Rejected
    from launchbook.model.railway import ServiceScope

HOST = "api.vocilia.com"
TARGET = "abcd1234.up.railway.app"
PROOF = f"_railway-verify.{HOST}"
TOKEN = "railway-verify=1"
RIGHT = {f"CNAME {HOST}": [TARGET], f"TXT {PROOF}": [TOKEN]}
"""What DNS says when everything is as it should be."""


def domain(platform: str = "railway", **changes: object) -> Domain:
    """Return a host name that waits for its certificate, or as told."""
    waiting = Domain(
        platform=platform,
        host=HOST,
        id="d1",
        records=(
            DomainRecord(HOST, "CNAME", TARGET),
            DomainRecord(PROOF, "TXT", TOKEN, Purpose.OWNERSHIP),
        ),
        is_routed=True,
        added_at=START,
    )
    return replace(waiting, **changes)  # type: ignore[arg-type]  # a test's own values


VALID = domain(stage=Stage.VALID, expires_at=datetime(2027, 2, 20, tzinfo=UTC))


class Platform:
    """Shows one state after the other, the last one for ever; remembers orders.

    Args:
        states: What a look finds; None is an absent host name.
        refusal: Why an order is refused.
    """

    def __init__(self, *states: Domain | None, refusal: Rejected | None = None) -> None:
        self._states = list(states)
        self._refusal = refusal
        self.orders: list[str] = []

    def _look(self) -> Domain | None:
        return self._states.pop(0) if len(self._states) > 1 else self._states[0]

    def _order(self, text: str) -> None:
        self.orders.append(text)
        if self._refusal:
            raise self._refusal

    # --- as Railway ----------------------------------------------------------

    def read_custom_domains(self, scope: ServiceScope) -> tuple[Domain, ...]:
        found = self._look()
        return (found,) if found else ()

    def create_custom_domain(self, scope: ServiceScope, host: str) -> None:
        self._order(f"create {host}")

    def delete_custom_domain(self, domain_id: str) -> None:
        self._order(f"delete {domain_id}")

    def issue_certificate(self, name: str) -> None:
        self._order(f"issue {name}")

    # --- as Vercel -----------------------------------------------------------

    def read_domain(self, project_id: str, host: str) -> Domain | None:
        return self._look()

    def add_domain(self, project_id: str, host: str, environment_id: str) -> None:
        self._order(f"add {host} to {environment_id}")

    def verify_domain(self, project_id: str, host: str) -> None:
        self._order(f"verify {host}")

    def remove_domain(self, project_id: str, host: str) -> None:
        self._order(f"remove {host}")


def context(clock: Clock | None = None) -> Context:
    """Return what a step is given; time passes by itself."""
    return Context(
        environment="staging",
        run="r1",
        step="backend_certificate",
        clock=clock or JumpingClock(),
        history=Memory(None, "staging"),
        progress=lambda _: None,
        fingerprint=lambda text: f"{len(text):064x}",
        idempotency_key="k",
    )
