"""A real Chromium without a window, driven over its DevTools protocol."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import itertools
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

NAMES = ("chromium", "google-chrome")
START_SECONDS = 30.0
ANSWER_SECONDS = 20.0
STOP_SECONDS = 10.0
LOOK_SECONDS = 0.05
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-port=0",
    "--window-size=1000,900",
    # The product is public; that it is on loopback here must not be the reason.
    "--disable-features=LocalNetworkAccessChecks",
    "--host-resolver-rules=MAP *.localhost 127.0.0.1, MAP *.vocilia.com 127.0.0.1",
)
# The middle of an element, where a person would press.
MIDDLE = """(() => {
  const found = document.querySelector(%s);
  found.scrollIntoView({ block: "center", behavior: "instant" });
  const box = found.getBoundingClientRect();
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
})()"""


def installed_browser() -> str:
    """Return the browser's program; skip the test where there is none."""
    for name in NAMES:
        if found := shutil.which(name):
            return found
    pytest.skip(f"needs a browser: none of {', '.join(NAMES)} is installed")


def key_digest(certificate: x509.Certificate) -> str:
    """Return what a browser calls a certificate's key: SHA-256, base64."""
    key = certificate.public_key()
    form = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(hashlib.sha256(form).digest()).decode()


def certificate_of(host: str, port: int, ca_file: str) -> x509.Certificate:
    """Return what a loopback server shows for a name, verified by an authority.

    A browser compares keys only with certificates that the server sends, and a
    server does not send its authority's: so each name's own is what is told to it.
    """
    context = ssl.create_default_context(cafile=ca_file)
    with (
        socket.create_connection(("127.0.0.1", port), ANSWER_SECONDS) as plain,
        context.wrap_socket(plain, server_hostname=host) as shown,
    ):
        return x509.load_der_x509_certificate(
            shown.getpeercert(binary_form=True) or b""
        )


@dataclass
class Wire:
    """One conversation with the browser: a command, then its answer."""

    socket: aiohttp.ClientWebSocketResponse
    events: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=1000))
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    async def ask(self, method: str, session: str = "", **params: object) -> Any:
        """Send a command and return its result; events in between are kept."""
        number = next(self._numbers)
        command: dict[str, object] = {"id": number, "method": method, "params": params}
        if session:
            command["sessionId"] = session
        await self.socket.send_json(command)
        async with asyncio.timeout(ANSWER_SECONDS):
            while (answer := await self.socket.receive_json()).get("id") != number:
                self.events.append(answer)
        assert "error" not in answer, f"{method}: {answer['error']}"
        return answer["result"]

    async def hear(self, seconds: float) -> None:
        """Keep the events of a while."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while True:
                    self.events.append(await self.socket.receive_json())


@dataclass
class Page:
    """A tab."""

    wire: Wire
    runner: asyncio.Runner
    session: str

    def ask(self, method: str, **params: object) -> Any:
        """Send a command of the DevTools protocol to this tab."""
        return self.runner.run(self.wire.ask(method, self.session, **params))

    def go(self, url: str) -> None:
        """Load an address; fail when it cannot be shown (TLS included)."""
        shown = self.ask("Page.navigate", url=url)
        assert "errorText" not in shown, f"{url}: {shown['errorText']}"
        self.wait_until('document.readyState === "complete"')

    def value(self, script: str) -> Any:
        """Return the value of an expression, of a promise when it is one."""
        answer = self.ask(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True
        )
        assert "exceptionDetails" not in answer, f"{script}: {answer}"
        return answer["result"].get("value")

    def wait_until(self, script: str, seconds: float = 15) -> None:
        """Look until an expression is true; fail with the page's text if it stays."""
        for _ in range(int(seconds / LOOK_SECONDS)):
            if self.value(script):
                return
            self.runner.run(asyncio.sleep(LOOK_SECONDS))
        text = self.value("document.body.innerText")
        pytest.fail(f"it did not become true: {script}; the page says: {text}")

    def press(self, selector: str) -> None:
        """Press the middle of an element with the mouse."""
        middle = self.value(MIDDLE % json.dumps(selector))
        for kind in ("mousePressed", "mouseReleased"):
            button = {"type": kind, "button": "left", "clickCount": 1}
            self.ask("Input.dispatchMouseEvent", **button, **middle)

    def write(self, selector: str, text: str) -> None:
        """Press a field and type into it."""
        self.press(selector)
        self.ask("Input.insertText", text=text)

    def pretend(self, url: str, content: str) -> None:
        """Show a page of ours under an address that nobody serves.

        What the browser makes of it (origin, site, cookies) is that of the address.
        """
        self.ask("Fetch.enable", patterns=[{"urlPattern": url}])
        self.wire.events.clear()
        # The answer to this comes only when the page was fulfilled.
        self.ask("Runtime.evaluate", expression=f"location.href = {json.dumps(url)}")
        paused = self._event("Fetch.requestPaused")
        self.ask(
            "Fetch.fulfillRequest",
            requestId=paused["requestId"],
            responseCode=200,
            responseHeaders=[{"name": "Content-Type", "value": "text/html"}],
            body=base64.b64encode(content.encode()).decode(),
        )
        self.ask("Fetch.disable")
        self.wait_until(
            f'document.readyState === "complete" && location.href === {json.dumps(url)}'
        )

    def _event(self, method: str, seconds: float = 10) -> dict[str, Any]:
        """Return what an event of this tab told; wait for it."""
        for _ in range(int(seconds / LOOK_SECONDS)):
            for each in self.wire.events:
                if (each.get("sessionId"), each["method"]) == (self.session, method):
                    found: dict[str, Any] = each["params"]
                    return found
            self.runner.run(self.wire.hear(LOOK_SECONDS))
        pytest.fail(f"the browser did not tell {method}")

    def refused(self, script: str) -> list[str]:
        """Run a script; return why the browser refused what it asked for.

        The reasons are the browser's own words: for requests across origins, as
        ``MissingAllowOriginHeader``, and for cookies, as ``InvalidPrefix``.
        """
        self.ask("Network.enable")
        self.wire.events.clear()
        self.value(script)
        self.runner.run(self.wire.hear(0.3))
        told = [e for e in self.wire.events if e.get("sessionId") == self.session]
        return [reason for event in told for reason in _reasons(event)]

    def text(self, selector: str) -> str:
        """Return the text of an element that can be seen, else nothing."""
        script = f"document.querySelector({json.dumps(selector)})"
        return str(self.value(f"{script}.checkVisibility() ? {script}.innerText : ''"))


def _reasons(event: dict[str, Any]) -> list[str]:
    """Why a request or a cookie was refused, by one event."""
    told = event.get("params", {})
    if event["method"] == "Network.loadingFailed" and "corsErrorStatus" in told:
        return [told["corsErrorStatus"]["corsError"]]
    if event["method"] == "Network.responseReceivedExtraInfo":
        return [
            why for each in told["blockedCookies"] for why in each["blockedReasons"]
        ]
    return []


@dataclass
class Chromium:
    """A running browser."""

    wire: Wire
    runner: asyncio.Runner

    def open(self, url: str) -> Page:
        """Show an address in a new tab, in front of the others."""
        ask = self.wire.ask
        target = self.runner.run(ask("Target.createTarget", url="about:blank"))
        attach = ask("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        page = Page(self.wire, self.runner, self.runner.run(attach)["sessionId"])
        page.ask("Page.bringToFront")
        page.go(url)
        return page


@contextlib.contextmanager
def chromium_running(
    folder: Path, trusted: Sequence[x509.Certificate]
) -> Iterator[Chromium]:
    """Run a browser with a new profile for the body.

    Args:
        folder: Where everything that the browser writes goes; made when missing.
        trusted: Certificates that a server may show though no public authority
            vouches for them. No other is accepted.
    """
    program = installed_browser()
    profile = folder / "profile"
    profile.mkdir(parents=True)
    keys = ",".join(map(key_digest, trusted))
    words = [
        *FLAGS,
        f"--user-data-dir={profile}",
        f"--ignore-certificate-errors-spki-list={keys}",
        "about:blank",
    ]
    log = folder / "browser.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [program, *words],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env={"PATH": os.environ["PATH"], "HOME": str(folder)},
            start_new_session=True,
        )
    try:
        with asyncio.Runner() as runner:
            address = runner.run(_address(process, profile, log))
            with _connected(runner, address) as wire:
                yield Chromium(wire, runner)
                runner.run(wire.ask("Browser.close"))
    finally:
        _stop(process)


async def _address(process: subprocess.Popen[bytes], profile: Path, log: Path) -> str:
    """Wait for the file in which the browser says where it listens."""
    file = profile / "DevToolsActivePort"
    for _ in range(int(START_SECONDS / LOOK_SECONDS)):
        lines = file.read_text().split() if file.exists() else []
        if len(lines) == 2:
            return f"ws://127.0.0.1:{lines[0]}{lines[1]}"
        if process.poll() is not None:
            break
        await asyncio.sleep(LOOK_SECONDS)
    pytest.fail(f"the browser did not start: {log.read_text(errors='replace')[-2000:]}")


@contextlib.contextmanager
def _connected(runner: asyncio.Runner, address: str) -> Iterator[Wire]:
    """Talk to the browser at an address; its answers may be of any size."""

    async def connect() -> tuple[aiohttp.ClientSession, Wire]:
        session = aiohttp.ClientSession()
        return session, Wire(await session.ws_connect(address, max_msg_size=0))

    session, wire = runner.run(connect())
    try:
        yield wire
    finally:
        runner.run(_close(session, wire))


async def _close(session: aiohttp.ClientSession, wire: Wire) -> None:
    await wire.socket.close()
    await session.close()


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Wait for the end that was asked for; end the browser's own group otherwise."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(STOP_SECONDS)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
