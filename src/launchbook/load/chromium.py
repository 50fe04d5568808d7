"""Finding a browser, and running it over pages in a process of its own."""

from __future__ import annotations

import json
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from launchbook.errors import ExtraMissing, LoadFailed
from launchbook.load.page import SLOW, Line
from launchbook.transport.process import Command, Processes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

BROWSER_FILE: Final = Path(__file__).parent / "outside" / "browser.py"
PROGRAMS: Final = ("chromium", "chromium-browser", "google-chrome",
                   "google-chrome-stable")  # fmt: skip
PAGE_SECONDS: Final = 60.0
LIGHTHOUSE_SECONDS: Final = 120.0
NO_EXECUTABLE: Final = "Executable doesn't exist"


@dataclass(frozen=True, slots=True)
class Visits:
    """Which pages are visited how.

    Attributes:
        pages: App to URL.
        addresses: Host to address, where the system does not know it.
        keys: Of certificates that are taken though no public authority vouches for
            them: SHA-256 of the public key, base64.
    """

    pages: Mapping[str, str]
    runs: int
    addresses: Mapping[str, str] = field(default_factory=dict)
    keys: Sequence[str] = ()
    line: Line = SLOW

    @property
    def flags(self) -> list[str]:
        """What the browser is told."""
        rules = ", ".join(f"MAP {host} {ip}" for host, ip in self.addresses.items())
        flags = [
            *("--no-sandbox", "--disable-quic", "--disable-background-networking"),
            # The product is public; that it is on loopback here must not count.
            "--disable-features=LocalNetworkAccessChecks",
        ]
        if rules:
            flags.append(f"--host-resolver-rules={rules}")
        if self.keys:
            flags.append(f"--ignore-certificate-errors-spki-list={','.join(self.keys)}")
        return flags


@dataclass(frozen=True, slots=True)
class Chromium:
    """Runs browsers.

    Args:
        folder: Where orders, results and profiles go.
        path: Where programs are looked for; None: the process's own PATH.
    """

    folder: Path
    processes: Processes
    path: str | None = None

    @property
    def program(self) -> str:
        """The installed browser; empty leaves Playwright its own."""
        found = (shutil.which(name, path=self.path) for name in PROGRAMS)
        return next((each for each in found if each), "")

    def measure(self, visits: Visits) -> dict[str, Any]:
        """Visit every page; return what ``outside/browser.py`` wrote.

        Raises:
            ExtraMissing: There is no browser.
            LoadFailed: The browser gave up.
        """
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        order, result = self.folder / "order.json", self.folder / "result.json"
        result.unlink(missing_ok=True)
        said = {
            "program": self.program,
            "flags": visits.flags,
            "pages": dict(visits.pages),
            "runs": visits.runs,
            "line": visits.line.as_json(),
        }
        order.write_text(json.dumps(said), encoding="utf-8")
        command = Command(
            (sys.executable, str(BROWSER_FILE), str(order), str(result)),
            cwd=self.folder,
            timeout_seconds=2 * PAGE_SECONDS * visits.runs * len(visits.pages),
        )
        finished = self.processes.run(command)
        if not finished.is_success:
            raise _failed(finished.complaint)
        found: dict[str, Any] = json.loads(result.read_text(encoding="utf-8"))
        return found

    def lighthouse(self, url: str, visits: Visits) -> tuple[dict[str, Any] | None, str]:
        """Return Lighthouse's report, or None and why there is none.

        Only what is installed is run: nothing is downloaded here.
        """
        npx = shutil.which("npx", path=self.path)
        if npx is None:
            return None, "Node is not installed"
        ask = (npx, "--no-install", "lighthouse")
        is_there = self.processes.run(Command((*ask, "--version"), cwd=self.folder))
        if not is_there.is_success:
            return None, "`npm install lighthouse` was not done"
        output = self.folder / f"lighthouse-{urlsplit(url).hostname}.json"
        output.unlink(missing_ok=True)
        flags = " ".join(["--headless=new", *(f"'{each}'" for each in visits.flags)])
        command = Command(
            (*ask, url, "--quiet", "--output=json", f"--output-path={output}",
             "--only-categories=performance", f"--chrome-flags={flags}"),
            cwd=self.folder,
            environment={"CHROME_PATH": self.program} if self.program else {},
            timeout_seconds=LIGHTHOUSE_SECONDS,
        )  # fmt: skip
        if not self.processes.run(command).is_success or not output.is_file():
            return None, "Lighthouse gave up on it"
        found: dict[str, Any] = json.loads(output.read_text(encoding="utf-8"))
        return found, ""


def _failed(complaint: str) -> ExtraMissing | LoadFailed:
    """What the browser's process complained about."""
    if NO_EXECUTABLE in complaint:
        return ExtraMissing(
            f"there is no browser: none of {', '.join(PROGRAMS)}, nor Playwright's own",
            hint="Type `playwright install chromium`, or install Chromium, and run the "
            "same command again.",
        )
    lines = complaint.strip().splitlines()[-8:]
    return LoadFailed(
        "the browser gave up before every page was measured",
        hint="Read what it says above; `invoke domains.status` says whether every host "
        "name answers.",
        details={"log": lines},
    )
