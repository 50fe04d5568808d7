"""Who signs capsules here, and whose signatures are believed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from launchbook.app import App, Target
from launchbook.app.signing import is_as_signed, listed_keys, signer_of, verifier_of
from launchbook.clock import SystemClock
from launchbook.errors import KeyUnusable
from launchbook.redact import Redactor
from launchbook.release.signing import Signer
from tests.support.workspace import edit, shipped

if TYPE_CHECKING:
    from pathlib import Path

    from launchbook.config.workspace import Workspace

CAPSULE = {"id": "production-12"}
ELSEWHERE = Signer(bytes(32))


def app(workspace: Workspace, *, is_read_only: bool = False) -> App:
    target = Target("production", "sandbox", is_read_only=is_read_only)
    return App(workspace, target, SystemClock(), Redactor(), {})


def test_what_is_signed_here_is_believed_here(tmp_path: Path) -> None:
    here = app(shipped(tmp_path))
    signature = signer_of(here).sign(CAPSULE)
    assert is_as_signed(verifier_of(here), CAPSULE, signature) is True
    changed = {"id": "production-13"}
    assert is_as_signed(verifier_of(here), changed, signature) is False


def test_what_is_signed_elsewhere_is_believed_once_its_key_is_listed(
    tmp_path: Path,
) -> None:
    workspace = shipped(tmp_path)
    signature = ELSEWHERE.sign(CAPSULE)
    here = app(workspace, is_read_only=True)
    assert is_as_signed(verifier_of(here), CAPSULE, signature) is None
    listed = f"signing_keys: ['{ELSEWHERE.public}']"
    edit(workspace, "inventory/product.yml", "signing_keys: []", listed)
    here = app(workspace, is_read_only=True)
    assert (ELSEWHERE.public,) == listed_keys(here)
    assert is_as_signed(verifier_of(here), CAPSULE, signature) is True


def test_a_key_that_is_kept_nowhere_signs_nothing(tmp_path: Path) -> None:
    with pytest.raises(KeyUnusable, match="no signing key yet") as caught:
        signer_of(app(shipped(tmp_path), is_read_only=True))
    assert "invoke release.key" in caught.value.hint
