"""A key is exchanged while tokens of the one before it still count."""

from __future__ import annotations

import pytest

from tests.support.vocilia import Backend, backend_module, serving, variables

pytestmark = pytest.mark.xdist_group("vocilia")

OLD, NEW, FOREIGN = "o" * 32, "n" * 32, "f" * 32


def token(key: str, audience: str) -> str:
    tokens = backend_module("tokens")
    return str(tokens.issue({}, audience=audience, lifetime_seconds=60, key=key))


def statuses(backend: Backend, audience: str) -> list[int]:
    """What tokens of the old, the new and a foreign key are answered."""
    path = f"/api/session/{audience}"
    return [
        backend.call(path, token=token(key, audience)).status
        for key in (OLD, NEW, FOREIGN)
    ]


@pytest.mark.parametrize(
    ("name", "audience"), [("JWT_SECRET", "probe"), ("SESSION_SECRET", "reward")]
)
def test_both_keys_count_during_the_exchange_and_one_after_it(
    name: str, audience: str
) -> None:
    during = {**variables(), name: NEW, f"{name}_PREVIOUS": OLD}
    with serving(during) as backend:
        assert [200, 200, 401] == statuses(backend, audience)
    with serving({**during, f"{name}_PREVIOUS": NEW}) as backend:
        assert [401, 200, 401] == statuses(backend, audience)


def test_a_probe_opens_nothing_else() -> None:
    with serving({**variables(), "JWT_SECRET": NEW}) as backend:
        probe = token(NEW, "probe")
        for path in ("/api/feedback", "/api/rewards", "/api/admin/batches"):
            assert 401 == backend.call(path, token=probe).status
        assert 404 == backend.call("/api/session/staff", token=probe).status


def test_what_is_issued_is_signed_by_the_new_key() -> None:
    config = backend_module("config")
    given = {**variables(), "JWT_SECRET": NEW, "JWT_SECRET_PREVIOUS": OLD}
    assert (NEW, OLD) == config.read_config(given, needs_port=False).jwt_keys
    same = {**given, "JWT_SECRET_PREVIOUS": NEW}
    assert (NEW,) == config.read_config(same, needs_port=False).jwt_keys
