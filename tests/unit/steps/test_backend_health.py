"""backend.health reads what the endpoints say in the units they say it in."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import TYPE_CHECKING, cast

import pytest

from launchbook.errors import VerificationFailed
from launchbook.steps.backend_health import BackendHealth, Inputs
from launchbook.transport.probe import Answer
from tests.support.domains import context

if TYPE_CHECKING:
    from collections.abc import Mapping

    from launchbook.transport.probe import Prober

URL = "https://api.shop.example"
ORIGIN = "https://customer.shop.example"
INPUTS = Inputs(URL, "abc-1", "abc-1", {}, (ORIGIN,))


class Backend:
    """A healthy backend whose pool is used so far."""

    def __init__(self, pool_percent: float) -> None:
        empty = hmac.new(b"", b"{}", hashlib.sha256).hexdigest()
        self._bodies: dict[str, object] = {
            "": {"build": "abc-1"},
            "/detailed": {"configuration": {"names": [], "fingerprint": empty}},
            "/database": {"connection_pool": {"pool_utilization": pool_percent}},
            "/jobs": {"scheduler_running": True},
        }

    def probe(
        self, url: str, headers: Mapping[str, str] | None = None, method: str = "GET"
    ) -> Answer:
        origin = (headers or {}).get("Origin", "")
        if method == "OPTIONS":
            allowed = origin if origin == ORIGIN else ""
            shown = {"access-control-allow-origin": allowed}
            return Answer(url, 204, shown, b"", 0.0, 0.0)
        body = self._bodies[url.removeprefix(f"{URL}/health")]
        return Answer(url, 200, {}, json.dumps(body).encode(), 0.0, 0.0)


@pytest.mark.parametrize("used", [0, 1, 14.3, 79.9])
def test_a_pool_below_80_percent_is_right(used: float) -> None:
    step = BackendHealth(cast("Prober", Backend(used)))
    assert {"url": URL} == step.verify(INPUTS, context()).outputs


def test_a_pool_at_80_percent_is_wrong() -> None:
    step = BackendHealth(cast("Prober", Backend(80)))
    with pytest.raises(VerificationFailed, match="pool utilization 80"):
        step.verify(INPUTS, context())
