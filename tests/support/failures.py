"""The matrix of failures: its rows, what serves after each, and the count of them."""

from __future__ import annotations

import fnmatch
import re
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from tests.support.hand import Hand
from tests.support.journey import Journey, web_host, web_project

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

    from launchbook.sandbox.world import World

CASES = Path(__file__).parents[1] / "cases" / "failures" / "failures.yml"
WEB = ("customer", "business", "admin")
SERVICES = ("backend", "worker", "payments")
OUTCOME = "outcome of a failure"
DEPLOYMENTS = """
query Deployments($input: DeploymentListInput!) {
  deployments(input: $input, first: 20) { edges { node { status meta } } }
}
"""
LABEL = re.compile(r"launchbook ([0-9a-f]{12}-[0-9a-f]{8})")
TOLD = re.compile(r"(\w+): (\S.*) \((OLD|NEW|neither|OLD and NEW)\)")


@dataclass(frozen=True)
class Point:
    """One failure of one surface.

    Attributes:
        command: ``release`` or ``rollback``.
        ends: What may serve afterwards.
        fault: As the sandbox's control API takes it; empty when the product fails.
        change: A file of the product, and what in it becomes what.
        kill: ``before`` or ``after`` the request; empty for no kill.
    """

    command: str
    surface: str
    what: str
    ends: tuple[str, ...]
    fault: dict[str, Any] = field(default_factory=dict)
    change: dict[str, str] = field(default_factory=dict)
    kill: str = ""
    is_changing_variables: bool = False

    @property
    def name(self) -> str:
        return f"{self.command}, {self.surface}: {self.what}"


def points() -> Iterator[Point]:
    """Every row, once for each of its surfaces."""
    for command, rows in yaml.safe_load(CASES.read_text(encoding="utf-8")).items():
        for row in rows:
            for number, surface in enumerate(row["surfaces"], start=1):
                fault = dict(row.get("fault", {}))
                if row.get("is_nth"):
                    fault["nth"] = number
                change = {
                    key: text.replace("{surface}", surface) if key == "path" else text
                    for key, text in row.get("change", {}).items()
                }
                yield Point(
                    command,
                    surface,
                    row["what"],
                    tuple(row["ends"]),
                    fault,
                    change,
                    row.get("kill", ""),
                    is_changing_variables=row.get("is_changing_variables", False),
                )


@dataclass
class Stage:
    """A world in which releases fail, one after the other.

    Attributes:
        base: The commit that every change starts from.
    """

    journey: Journey
    base: str
    count: int = 0

    def serving(self) -> dict[str, str]:
        """Read what each surface shows, by nobody's word but its own."""
        shown = {app: self.journey.serves(web_host(app)) for app in WEB}
        shown["backend"] = self.journey.serves()
        hand = Hand(self.journey.sandbox)
        for service in ("worker", "payments"):
            found = hand.railway(DEPLOYMENTS, input=hand.scope(service))["deployments"]
            running = next(
                edge["node"]["meta"]
                for edge in found["edges"]
                if edge["node"]["status"] == "SUCCESS"
            )
            label = LABEL.search(str(running))
            shown[service] = label[1] if label else ""
        return shown

    def variables(self) -> str:
        """Read the value that the backend has of what rows change."""
        hand = Hand(self.journey.sandbox)
        scope = hand.scope("backend")
        query = """query V($p: String!, $e: String!, $s: String!) {
          variables(projectId: $p, environmentId: $e, serviceId: $s, unrendered: true)
        }"""
        found = hand.railway(
            query, p=scope["projectId"], e=scope["environmentId"], s=scope["serviceId"]
        )
        return str(found["variables"]["LOG_LEVEL"])

    def recorded(self) -> dict[str, str]:
        """Return the identities of the newest release, as its capsule says."""
        listed = self.journey.run("release.list", "--limit", "1", "--json").records[0]
        surfaces = listed["surfaces"]
        assert isinstance(surfaces, list)
        return {each["name"]: each["identity"] for each in surfaces}

    def change(self, point: Point | None = None) -> None:
        """Commit something new of every surface, and what the point breaks."""
        self.count += 1
        tree: Path = self.journey.work_tree
        self._git("checkout", "-q", self.base, "--", ".")
        for path in ("packages/ui/theme.css", "apps/backend/backend/health.py"):
            sign = ("/* {} */\n" if path.endswith("css") else "\n_TRY = {}\n").format
            with (tree / path).open("a", encoding="utf-8") as end:
                end.write(sign(self.count))
        if point is not None and point.change:
            file = tree / point.change["path"]
            text = file.read_text(encoding="utf-8")
            assert point.change["old"] in text, point.change
            changed = text.replace(point.change["old"], point.change["new"])
            file.write_text(changed, encoding="utf-8")
        self._git("commit", "-qam", f"Try {self.count}")
        self._git("push", "-q", "origin", "main")

    def order(self, point: Point) -> None:
        """Let it happen."""
        self.journey.order(**{**point.fault, "operation": self._operation(point)})

    def _operation(self, point: Point) -> str:
        """The pattern of the requests that are meant."""
        text = str(point.fault["operation"]).replace("{surface}", point.surface)
        if "{project}/promote" in text:
            text = text.replace("{project}", self.project_id(point.surface))
        return text

    def project_id(self, app: str) -> str:
        """Return the id of a web app's project."""
        hand = Hand(self.journey.sandbox)
        return str(hand.vercel("GET", f"/v9/projects/{web_project(app)}")["id"])

    def killed(self, point: Point, *words: str) -> None:
        """Type a command, and end its process around the point's request."""
        since = self.journey.mark()
        if point.kill == "before":
            self.order(point)
        process = self.journey.spawn(*words)
        deadline = time.monotonic() + 90
        try:
            while not self._is_reached(point, since):
                assert process.poll() is None, process.communicate()
                assert time.monotonic() < deadline, point.name
                time.sleep(0.005)
        finally:
            process.kill()
            process.communicate()
        assert -signal.SIGKILL == process.returncode
        self.journey.sandbox.control("DELETE", "/faults")

    def settle(self) -> None:
        """Let one whole release serve, whatever the last row left."""
        self.journey.sandbox.control("DELETE", "/faults")
        if self.serving() != self.recorded():
            self.change()
            done = self.journey.run("release.staging")
            assert 0 == done.status, done.err

    def _is_reached(self, point: Point, since: int) -> bool:
        """Whether the request has arrived, or was answered."""
        nth = int(point.fault.get("nth", 1))
        if point.kill == "before":
            return any(f.seen_count >= nth for f in self._world.faults.all())
        operation = self._operation(point)
        listed = self._world.requests.listed(since=since, is_mutating=True)
        names = ((e.operation, f"{e.method} {e.path}") for e in listed if e.status)
        found = [each for each in names if fnmatch.filter(each, operation)]
        return len(found) >= nth

    @property
    def _world(self) -> World:
        return self.journey.sandbox.world

    def _git(self, *words: str) -> None:
        who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com")
        subprocess.run(["git", *who, *words], cwd=self.journey.work_tree, check=True)


def said(error: str) -> dict[str, tuple[str, str]]:
    """Read what a command says of a mixture: surface to what it shows, and whose."""
    return {
        found[1]: (found[2], found[3])
        for found in map(TOLD.search, error.splitlines())
        if found
    }


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print how many failures were tried, and what served after them."""
    counts: dict[str, int] = {}
    for report in terminalreporter.stats.get("passed", []):
        for name, value in getattr(report, "user_properties", ()):
            if name == OUTCOME:
                counts[str(value)] = counts.get(str(value), 0) + 1
    if counts:
        told = ", ".join(f"{counts[each]} {each}" for each in sorted(counts))
        terminalreporter.write_line(f"failures: {sum(counts.values())} tried, {told}")
