from __future__ import annotations

import pytest

from launchbook.config.text import is_open, is_secret


@pytest.mark.parametrize(
    "text",
    [
        "secret:JWT_SECRET",
        "env:RAILWAY_API_TOKEN",
        "file:keys/swish.pem",
        "cmd:vault",
        "cmd:op:railway/token",
        "cmd:pass:team@vocilia/railway.token",
    ],
)
def test_a_reference_to_a_secret_is_known_by_its_whole_text(text: str) -> None:
    assert is_secret(text)
    assert is_open(text)


@pytest.mark.parametrize(
    "text",
    [
        "secret:",
        "secret:a-b",
        "a secret:JWT",
        "cmd:",
        "cmd:Vault",
        "cmd:vault:",
        "cmd:vault:--export",
        "cmd:vault:a b",
        "cmd:vault;ls",
        "cmd:vault:$(ls)",
        "file://host/path",
    ],
)
def test_what_only_looks_like_a_reference_is_plain_text(text: str) -> None:
    assert not is_secret(text)
