"""Opening the sandbox's host names in a browser that knows them."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from tests.support.chromium import certificate_of, key_digest
from tests.support.journey import web_host

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.journey import Journey

pytestmark = pytest.mark.xdist_group("journey")
BROWSE = "sandbox.browse"
PROGRAM = """#!/bin/sh
printf '%s\\n' "$@" > "$0.new"
mv "$0.new" "$0.told"
"""


def told(program: Path) -> list[str]:
    """What the program was told; it runs on its own, so wait for it."""
    file = program.with_name(f"{program.name}.told")
    for _ in range(500):
        if file.exists():
            return file.read_text().splitlines()
        threading.Event().wait(0.01)
    pytest.fail("the program was not started")


def test_a_browser_is_told_the_names_and_the_keys_behind_them(
    journey: Journey, tmp_path: Path
) -> None:
    program = tmp_path / "bin" / "chromium"
    program.parent.mkdir()
    program.write_text(PROGRAM)
    program.chmod(0o755)
    path = f"{program.parent}:/usr/bin:/bin"
    seen = journey.elsewhere(tmp_path / "shop", PATH=path).run(BROWSE)
    assert 0 == seen.status, seen.err
    words = told(program)
    port, host = journey.sandbox.facts["edge_port"], web_host("customer")
    assert f"https://{host}:{port}/" == words[-1]
    rules = next(word for word in words if "resolver" in word)
    assert f"MAP {host} 127.0.0.1" in rules
    certificate = certificate_of(host, port, journey.sandbox.ca_file)
    keys = next(word for word in words if "spki" in word)
    assert key_digest(certificate) in keys


def test_a_host_that_is_not_served_is_refused_with_those_that_are(
    journey: Journey,
) -> None:
    refused = journey.run(BROWSE, "--host", "shop.vocilia.com")
    assert (8, True) == (refused.status, web_host("admin") in refused.hint)


def test_without_a_browser_the_command_for_curl_is_told(
    journey: Journey, tmp_path: Path
) -> None:
    seen = journey.elsewhere(tmp_path / "shop", PATH=str(tmp_path)).run(BROWSE)
    assert 2 == seen.status
    host, port = web_host("customer"), journey.sandbox.facts["edge_port"]
    assert f"--resolve {host}:{port}:127.0.0.1" in seen.hint
