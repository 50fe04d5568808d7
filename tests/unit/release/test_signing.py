from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from launchbook.config.keys import KeyRing
from launchbook.errors import InputError, SignatureInvalid, SignatureUnverifiable
from launchbook.release.signing import Signer, Verifier

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SEED = bytes(range(32))
CAPSULE: Mapping[str, object] = {"id": "production-12", "commit": "ab", "gates": {}}


def test_a_capsule_as_it_was_signed_is_accepted() -> None:
    signer = Signer(SEED)
    Verifier([signer.public]).verify(CAPSULE, signer.sign(CAPSULE))


def test_the_order_of_keys_in_a_capsule_does_not_matter() -> None:
    signer = Signer(SEED)
    turned = dict(reversed(list(CAPSULE.items())))
    Verifier([signer.public]).verify(turned, signer.sign(CAPSULE))


def test_the_same_key_signs_the_same_capsule_the_same_way() -> None:
    assert Signer(SEED).sign(CAPSULE) == Signer(SEED).sign(CAPSULE)


@pytest.mark.parametrize(
    "change", [{"commit": "cd"}, {"id": "production-13"}, {"more": 1}]
)
def test_a_capsule_that_was_changed_is_refused(change: dict[str, object]) -> None:
    signer = Signer(SEED)
    with pytest.raises(SignatureInvalid, match="is not what was signed") as caught:
        Verifier([signer.public]).verify({**CAPSULE, **change}, signer.sign(CAPSULE))
    assert 9 == caught.value.exit_status


@pytest.mark.parametrize("text", ["", "no base64!", "AAAA"])
def test_a_signature_that_was_changed_is_refused(text: str) -> None:
    signer = Signer(SEED)
    signature = {**signer.sign(CAPSULE), "signature": text}
    with pytest.raises(SignatureInvalid):
        Verifier([signer.public]).verify(CAPSULE, signature)


def test_a_signature_under_another_keys_id_is_refused() -> None:
    signer, other = Signer(SEED), Signer(bytes(32))
    signature = {**other.sign(CAPSULE), "key_id": signer.key_id}
    with pytest.raises(SignatureInvalid):
        Verifier([signer.public, other.public]).verify(CAPSULE, signature)


def test_a_key_that_is_not_known_can_say_nothing() -> None:
    signer, other = Signer(SEED), Signer(bytes(32))
    with pytest.raises(SignatureUnverifiable, match=other.key_id) as caught:
        Verifier([signer.public]).verify(CAPSULE, other.sign(CAPSULE))
    assert 9 == caught.value.exit_status
    assert "team.signing_keys" in caught.value.hint


def test_a_capsule_without_a_signature_can_say_nothing() -> None:
    with pytest.raises(SignatureUnverifiable, match="no key"):
        Verifier([Signer(SEED).public]).verify(CAPSULE, {})


@pytest.mark.parametrize(
    "text", ["", "ed25519:", "ed25519:AAAA", "rsa:" + "A" * 44, "ed25519:?"]
)
def test_what_is_no_public_half_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="no public half"):
        Verifier([text])


def test_a_signer_prints_no_private_half() -> None:
    assert f"Signer({Signer(SEED).key_id})" == repr(Signer(SEED))


def test_the_key_of_a_state_folder_stays_the_same(tmp_path: Path) -> None:
    made = Signer(KeyRing.open(tmp_path).signing_seed)
    read = Signer(KeyRing.open(tmp_path, is_read_only=True).signing_seed)
    assert made.public == read.public
