"""Certificates of the sandbox's own authority."""

from __future__ import annotations

import socket
import ssl
import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from cryptography import x509

from launchbook.sandbox.authority import Authority
from launchbook.sandbox.clock import real_now

if TYPE_CHECKING:
    from pathlib import Path


def _presented(server: ssl.SSLContext, ca_file: Path, name: str) -> tuple[str, ...]:
    """Shake hands as ``name`` and return the names of the certificate."""
    client = ssl.create_default_context(cafile=ca_file)
    ours, theirs = socket.socketpair()
    found: list[str] = []

    def serve() -> None:
        try:
            with server.wrap_socket(theirs, server_side=True) as wrapped:
                wrapped.recv(1)
        except OSError:
            theirs.close()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        with client.wrap_socket(ours, server_hostname=name) as wrapped:
            names: Any = (wrapped.getpeercert() or {})["subjectAltName"]
            found = [str(name) for _, name in names]
            wrapped.send(b"x")
    finally:
        ours.close()
        thread.join()
    return tuple(found)


def test_the_edge_presents_a_certificate_for_the_name_asked_for(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    context = authority.edge_context()
    for name in ("a.localhost", "backend-staging.up.railway.localhost"):
        assert (name,) == _presented(context, authority.ca_file, name)


def test_addresses_are_in_the_certificate_of_the_apis(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    context = authority.address_context()
    for name in ("127.0.0.1", "localhost"):
        assert "127.0.0.1" in _presented(context, authority.ca_file, name)


def test_a_name_that_is_none_gets_the_certificate_of_the_address(
    tmp_path: Path,
) -> None:
    authority = Authority(tmp_path)
    context = authority.edge_context()
    with pytest.raises(ssl.SSLCertVerificationError):
        _presented(context, authority.ca_file, "under_score.localhost")


def test_another_homes_authority_is_not_trusted(tmp_path: Path) -> None:
    one, other = Authority(tmp_path / "one"), Authority(tmp_path / "other")
    with pytest.raises(ssl.SSLCertVerificationError):
        _presented(one.address_context(), other.ca_file, "127.0.0.1")


def test_authority_and_certificates_are_made_once(tmp_path: Path) -> None:
    first = Authority(tmp_path)
    first.address_context()
    content = {path: path.read_bytes() for path in tmp_path.rglob("*.*")}
    second = Authority(tmp_path)
    assert second.address_context() is second.address_context()
    assert content == {path: path.read_bytes() for path in tmp_path.rglob("*.*")}


def test_keys_are_private_and_the_authority_signs_nothing_below_itself(
    tmp_path: Path,
) -> None:
    authority = Authority(tmp_path)
    authority.address_context()
    for path in [tmp_path / "ca.key", *(tmp_path / "leaves").iterdir()]:
        assert 0o600 == path.stat().st_mode & 0o777
    certificate = x509.load_pem_x509_certificate(authority.ca_file.read_bytes())
    constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints)
    assert (True, 0) == (constraints.value.ca, constraints.value.path_length)
    assert b"PRIVATE" not in authority.ca_file.read_bytes()


def test_a_host_without_a_certificate_is_shown_that_of_the_address(
    tmp_path: Path,
) -> None:
    authority = Authority(tmp_path)
    end = real_now() + timedelta(days=5)
    context = authority.edge_context({"a.example.org": end}.get)
    assert ("a.example.org",) == _presented(context, authority.ca_file, "a.example.org")
    with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
        _presented(context, authority.ca_file, "b.example.org")


def test_a_certificate_that_has_ended_is_refused(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    end = real_now() - timedelta(days=5)
    context = authority.edge_context({"a.example.org": end}.get)
    with pytest.raises(ssl.SSLCertVerificationError, match="expired"):
        _presented(context, authority.ca_file, "a.example.org")


def test_another_end_is_another_certificate(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    ends = [real_now() + timedelta(days=days) for days in (5, 6, 5)]
    ends[2] = ends[0]
    prints = [authority.fingerprint("a.example.org", end) for end in ends]
    assert prints[0] == prints[2]
    assert prints[0] != prints[1]
