from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from launchbook.errors import SignatureInvalid
from launchbook.release.ssh_signature import (
    NAMESPACE,
    check_signature,
    is_public_key,
)
from tests.support.approver import Signatory

if TYPE_CHECKING:
    from pathlib import Path

ADA, BEN = Signatory(1), Signatory(2)
TEXT = b'{"plan":"ab"}'


def test_the_holder_of_the_key_is_believed() -> None:
    check_signature(TEXT, ADA.sign(TEXT), ADA.key)


@pytest.mark.parametrize(
    ("armored", "problem"),
    [
        (ADA.sign(b"other"), "does not fit"),
        (BEN.sign(TEXT), "another key"),
        (ADA.sign(TEXT, b"file"), "for something else"),
        ("nothing", "not what `ssh-keygen"),
        ("", "not what `ssh-keygen"),
        (ADA.sign(TEXT).replace("U1NI", "U1NJ"), "another version"),
        (ADA.sign(TEXT)[:80] + "\n-----END SSH SIGNATURE-----", "does not fit"),
    ],
)
def test_anything_else_counts_for_nothing(armored: str, problem: str) -> None:
    with pytest.raises(SignatureInvalid, match=problem):
        check_signature(TEXT, armored, ADA.key)


@pytest.mark.parametrize("key", ["", "ssh-rsa AAAA", "ssh-ed25519 ?", "ssh-ed25519"])
def test_what_is_no_ed25519_key_approves_nothing(key: str) -> None:
    assert not is_public_key(key)
    with pytest.raises(SignatureInvalid):
        check_signature(TEXT, ADA.sign(TEXT), key)


def test_a_public_key_is_known_by_its_line() -> None:
    assert is_public_key(ADA.key)


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="OpenSSH's own tool")
def test_what_openssh_itself_signs_is_believed(tmp_path: Path) -> None:
    private = tmp_path / "id"
    make = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(private)]
    subprocess.run(make, check=True)
    done = subprocess.run(
        ["ssh-keygen", "-Y", "sign", "-f", str(private), "-n", NAMESPACE],
        input=TEXT,
        capture_output=True,
        check=True,
    )
    key = private.with_suffix(".pub").read_text()
    check_signature(TEXT, done.stdout.decode(), key)
