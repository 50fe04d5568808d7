"""Starts stand-ins for the sandbox: small programs that behave as it does."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest

from launchbook.clock import SystemClock
from launchbook.errors import PortBusy, SandboxFailed
from launchbook.providers.sandbox.launcher import SandboxLauncher, SandboxSettings
from launchbook.transport.process import Processes
from tests.unit.providers.sandbox.test_client import ENDPOINTS

if TYPE_CHECKING:
    from pathlib import Path

STAND_IN = """
import http.server, json, os, sys, threading
home, template = sys.argv[1], json.loads(sys.argv[2])

class Control(http.server.BaseHTTPRequestHandler):
    def log_message(self, *words): pass
    def do_GET(self):
        body = b"{}"
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        if self.path == "/down":
            threading.Thread(target=server.shutdown).start()
    do_POST = do_GET

server = http.server.HTTPServer(("127.0.0.1", 0), Control)
template |= {"pid": os.getpid(), "control": f"http://127.0.0.1:{server.server_port}"}
path = os.path.join(home, "endpoints.json")
with open(path + ".new", "w") as file:
    json.dump(template, file)
os.rename(path + ".new", path)
print(json.dumps({"event": "ready"}), flush=True)
server.serve_forever(0.01)
server.server_close()
os.unlink(path)
"""


def launcher(home: Path, script: str, *words: str) -> SandboxLauncher:
    argv = (sys.executable, "-c", script, str(home), *words)
    return SandboxLauncher(SandboxSettings(home), Processes(), SystemClock(), argv=argv)


def dying(home: Path, status: int, **facts: object) -> SandboxLauncher:
    line = json.dumps(facts)
    script = f"import sys; print({line!r}, file=sys.stderr); sys.exit({status})"
    return launcher(home, script)


def test_it_is_started_once_found_again_and_stopped(tmp_path: Path) -> None:
    home = tmp_path / "emulator"
    sandbox = launcher(home, STAND_IN, json.dumps(ENDPOINTS))
    assert sandbox.running() is None
    started = sandbox.up()
    try:
        assert started == sandbox.up()
        assert started == sandbox.running()
    finally:
        assert sandbox.down()
    assert sandbox.running() is None
    assert not sandbox.down()


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    sandbox = dying(tmp_path, 3, error="port-busy", port=443, name="edge")
    with pytest.raises(PortBusy, match=r"port 443 \(edge\)") as caught:
        sandbox.up()
    assert 443 == caught.value.details["port"]


def test_a_sandbox_that_dies_shows_its_last_words(tmp_path: Path) -> None:
    (tmp_path / "sandbox.log").write_text("one\ntwo\n")
    sandbox = dying(tmp_path, 1, error="failed", message="no postgres")
    with pytest.raises(SandboxFailed, match="status 1: no postgres") as caught:
        sandbox.up()
    log = caught.value.details["log"]
    assert isinstance(log, list)
    assert ["one", "two"] == log[:2]


def test_a_sandbox_that_dies_without_a_word_is_a_failure_too(tmp_path: Path) -> None:
    with pytest.raises(SandboxFailed, match="ended with status 9"):
        launcher(tmp_path, "import sys; print('[1]'); sys.exit(9)").up()


def test_the_folder_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    home = tmp_path / "a" / "emulator"
    with pytest.raises(SandboxFailed):
        launcher(home, "import sys; sys.exit(1)").up()
    assert 0o700 == home.stat().st_mode & 0o777


def test_settings_become_words_of_the_command_line(tmp_path: Path) -> None:
    settings = SandboxSettings(tmp_path, is_realistic=True, edge_port=8443)
    expected = (
        *("py", "-m", "launchbook.sandbox", "--home", str(tmp_path)),
        *("--realistic", "--edge-port", "8443"),
    )
    assert expected == settings.argv("py")
