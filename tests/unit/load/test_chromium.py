"""Finding the browser, and what becomes of its answers; no browser runs here."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from launchbook.errors import ExtraMissing, LoadFailed
from launchbook.load.chromium import Chromium, Visits
from launchbook.transport.process import Command, Finished, Processes

if TYPE_CHECKING:
    from pathlib import Path

VISITS = Visits(
    {"customer": "https://customer.vocilia.com/"},
    runs=3,
    addresses={"customer.vocilia.com": "127.0.0.1"},
    keys=("abc=",),
)


class Stand(Processes):
    """Answers for programs.

    Args:
        files: What each run leaves, name to content.
    """

    def __init__(
        self,
        status: int = 0,
        complaint: str = "",
        files: dict[str, object] | None = None,
    ) -> None:
        self._finished = Finished(status, b"", complaint.encode())
        self._files = files or {}
        self.commands: list[Command] = []

    def run(self, command: Command) -> Finished:
        self.commands.append(command)
        assert command.cwd is not None
        for name, content in self._files.items():
            (command.cwd / name).write_text(json.dumps(content), encoding="utf-8")
        return self._finished


def program(folder: Path, name: str) -> str:
    """Put a program in place, and return the folder as a PATH."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_text("#!/bin/sh\n")
    (folder / name).chmod(0o755)
    return str(folder)


def test_an_installed_browser_is_used(tmp_path: Path) -> None:
    path = program(tmp_path / "bin", "chromium")
    stand = Stand(files={"result.json": {"visits": []}})
    assert {"visits": []} == Chromium(tmp_path, stand, path).measure(VISITS)
    order = json.loads((tmp_path / "order.json").read_text())
    assert f"{path}/chromium" == order["program"]


def test_hosts_and_certificates_of_our_own_are_told_to_the_browser() -> None:
    assert "--host-resolver-rules=MAP customer.vocilia.com 127.0.0.1" in VISITS.flags
    assert "--ignore-certificate-errors-spki-list=abc=" in VISITS.flags


def test_elsewhere_the_browser_trusts_and_finds_as_always() -> None:
    flags = " ".join(Visits({"customer": "https://x.example/"}, runs=3).flags)
    assert "certificate" not in flags
    assert "resolver" not in flags


def test_without_any_browser_it_is_said_what_to_install(tmp_path: Path) -> None:
    stand = Stand(1, "BrowserType.launch: Executable doesn't exist at /nowhere")
    with pytest.raises(ExtraMissing) as caught:
        Chromium(tmp_path, stand, str(tmp_path)).measure(VISITS)
    assert "playwright install chromium" in caught.value.hint
    assert 2 == caught.value.exit_status


def test_a_page_that_does_not_load_is_an_error_with_what_the_browser_says(
    tmp_path: Path,
) -> None:
    stand = Stand(1, "Trace\nnet::ERR_CONNECTION_REFUSED")
    with pytest.raises(LoadFailed) as caught:
        Chromium(tmp_path, stand, str(tmp_path)).measure(VISITS)
    assert ["Trace", "net::ERR_CONNECTION_REFUSED"] == caught.value.details["log"]


def test_lighthouse_is_not_measured_without_node(tmp_path: Path) -> None:
    found = Chromium(tmp_path, Stand(), str(tmp_path)).lighthouse("https://x/", VISITS)
    assert (None, "Node is not installed") == found


def test_lighthouse_is_never_downloaded(tmp_path: Path) -> None:
    path = program(tmp_path / "bin", "npx")
    stand = Stand(1)
    report, why = Chromium(tmp_path, stand, path).lighthouse("https://x/", VISITS)
    assert (None, "`npm install lighthouse` was not done") == (report, why)
    assert {"--no-install"} == {each.argv[1] for each in stand.commands}


def test_lighthouse_s_report_is_read(tmp_path: Path) -> None:
    path = program(tmp_path / "bin", "npx")
    said = {"categories": {"performance": {"score": 0.97}}}
    stand = Stand(files={"lighthouse-x.json": said})
    found = Chromium(tmp_path, stand, path).lighthouse("https://x/", VISITS)
    assert (said, "") == found
