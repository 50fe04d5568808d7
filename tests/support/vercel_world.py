"""Vercel in the sandbox, driven over its API: projects, trees, builds, visits."""

from __future__ import annotations

import hashlib
import itertools
import json
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.support.contracts import check_exchange

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.support.sandbox import Answer, Endpoints

# Builds a site as the product does: from the environment, with this interpreter.
BUILD_SCRIPT = b"""\
import json, os, pathlib, sys
shared = pathlib.Path("../../packages/ui/shared.txt")
out = pathlib.Path("dist")
out.mkdir()
names = {name: value for name, value in os.environ.items() if name != "HOME"}
page = "<h1>{}</h1>".format(os.environ.get("NEXT_PUBLIC_GREETING", "no greeting"))
(out / "index.html").write_text(page)
(out / "about.html").write_text("about")
(out / "404.html").write_text("nothing here")
(out / "docs").mkdir()
(out / "docs" / "index.html").write_text("docs")
(out / "assets").mkdir()
(out / "assets" / "app.js").write_text("let a = 1")
(out / "environment.json").write_text(json.dumps(names))
if shared.exists():
    (out / "shared.txt").write_text(shared.read_text())
print("built with", sys.executable)
"""
SITE = {"apps/web/build.py": BUILD_SCRIPT, "packages/ui/shared.txt": b"from outside"}
SETTINGS = {
    "rootDirectory": "apps/web",
    "buildCommand": "python build.py",
    "outputDirectory": "dist",
}
FINAL = {"READY", "ERROR", "CANCELED"}

_numbers = itertools.count(1)


def sha1(content: bytes) -> str:
    return hashlib.sha1(content, usedforsecurity=False).hexdigest()


def site(
    config: Mapping[str, object] | None = None, **files: bytes
) -> dict[str, bytes]:
    """Return the test site, with a ``vercel.json`` and other files of the app."""
    tree = dict(SITE)
    if config is not None:
        tree["apps/web/vercel.json"] = json.dumps(config).encode()
    return tree | {f"apps/web/{name}": content for name, content in files.items()}


@dataclass
class Vercel:
    """The API and the edge, as a client of the team sees them.

    Attributes:
        checks: Hold every exchange against the vendor's contract files.
        problems: What those checks found.
    """

    endpoints: Endpoints
    checks: bool = False
    problems: list[str] = field(default_factory=list)

    @property
    def team(self) -> str:
        return str(self.endpoints.facts["vercel"]["team"])

    def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Ask in the team's scope, unless the path names another team."""
        if "teamId=" not in path and "personal=" not in path:
            path += f"{'&' if '?' in path else '?'}teamId={self.team}"
        path = path.replace("?personal=", "")
        answer = self.endpoints.api("vercel", method, path, body, headers=headers)
        if self.checks:
            self._check(method, path, body, answer)
        return answer

    def _check(self, method: str, path: str, body: object, answer: Answer) -> None:
        parts = urlsplit(path)
        query: dict[str, Any] = {k: v[0] for k, v in parse_qs(parts.query).items()}
        is_json = answer.headers.get("content-type", "").startswith("application/json")
        shown = answer.json() if answer.body and is_json else None
        self.problems += check_exchange(
            "vercel", method, parts.path, query, body, answer.status, shown
        )

    def get(self, path: str) -> Any:
        """Return what a route answers, which must be 200."""
        return self.done("GET", path)

    def done(self, method: str, path: str, body: object = None) -> Any:
        """Return the JSON of an answer that must be a success."""
        answer = self.ask(method, path, body)
        assert answer.status < 300, answer.text
        return answer.json() if answer.body else None

    def refused(
        self, method: str, path: str, body: object = None
    ) -> tuple[int, str, dict[str, Any]]:
        """Return status, code and the whole error of an answer that is one."""
        answer = self.ask(method, path, body)
        error = answer.json()["error"]
        return answer.status, error["code"], error

    def project(self, **settings: object) -> str:
        """Create a project with a new name and return the name."""
        name = f"shop-{next(_numbers)}"
        body = {"name": name, **SETTINGS, **settings}
        self.done("POST", "/v11/projects", body)
        return name

    def environment(self, project: str, slug: str = "staging") -> str:
        """Create a custom environment and return its id."""
        path = f"/v9/projects/{project}/custom-environments"
        return str(self.done("POST", path, {"slug": slug})["id"])

    def variable(
        self, project: str, key: str, value: str, **more: object
    ) -> dict[str, Any]:
        """Write one variable, for production and previews when nothing is said."""
        place: dict[str, object] = {"target": ["production", "preview"]}
        body = {"key": key, "value": value, "type": "encrypted", **place, **more}
        answer = self.done("POST", f"/v10/projects/{project}/env?upsert=true", body)
        created: dict[str, Any] = answer["created"]
        return created

    def upload(self, tree: Mapping[str, bytes]) -> list[dict[str, object]]:
        """Upload a tree; return its list for an order."""
        for content in tree.values():
            headers = {"x-vercel-digest": sha1(content)}
            answer = self.ask("POST", "/v2/files", content, headers=headers)
            assert answer.status == 200, answer.text
        return [
            {"file": name, "sha": sha1(content), "size": len(content)}
            for name, content in tree.items()
        ]

    def order(
        self,
        project: str,
        tree: Mapping[str, bytes] = SITE,
        *,
        query: str = "?forceNew=1",
        **more: object,
    ) -> dict[str, Any]:
        """Upload a tree and order its deployment; return the first answer."""
        body = {
            "name": project,
            "project": project,
            "files": self.upload(tree),
            **more,
        }
        answer: dict[str, Any] = self.done("POST", f"/v13/deployments{query}", body)
        return answer

    def deploy(
        self, project: str, tree: Mapping[str, bytes] = SITE, **more: Any
    ) -> dict[str, Any]:
        """Order a deployment and wait until it is live, staged or failed."""
        return self.settled(self.order(project, tree, **more)["id"])

    def settled(self, deployment_id: str) -> dict[str, Any]:
        """Wait until nothing more happens to a deployment."""

        def is_settled(one: dict[str, Any]) -> bool:
            if one["readyState"] != "READY":
                return one["readyState"] in FINAL
            is_staged = one.get("readySubstate") == "STAGED"
            return bool(one["aliasAssigned"] or one["aliasError"] or is_staged)

        path = f"/v13/deployments/{deployment_id}"
        settled: dict[str, Any] = self.until(path, is_settled, hurries=True)
        return settled

    def until(
        self, path: str, is_true: Callable[[Any], bool], *, hurries: bool = False
    ) -> Any:
        """Read until the answer is as wanted; fail after some twenty seconds.

        Args:
            path: What is read.
            is_true: Whether an answer is as wanted.
            hurries: Advance the sandbox's clock, so that no delay is waited for.
        """
        pause = threading.Event()
        found = None
        for _ in range(1000):
            found = self.get(path)
            if is_true(found):
                return found
            if hurries:
                self.endpoints.control("POST", "/advance", {"seconds": 1})
            pause.wait(0.02)
        return pytest.fail(f"{path} did not come so far: {found}")

    def moved(self, project: str) -> dict[str, Any]:
        """Wait for a promote or rollback to end; return the project."""
        done = {"succeeded", "failed"}
        found: dict[str, Any] = self.until(
            f"/v9/projects/{project}",
            lambda one: one["lastAliasRequest"]["jobStatus"] in done,
            hurries=True,
        )
        return found

    def certified(self, host: str) -> dict[str, Any]:
        """Wait for the certificate of a host name and return it."""

        def found(page: Any) -> list[dict[str, Any]]:
            return [one for one in page["certs"] if host in one["cns"]]

        path = "/v8/certs"
        page = self.until(path, lambda page: bool(found(page)), hurries=True)
        return found(page)[0]

    def log(self, deployment_id: str) -> list[str]:
        """Return the lines of a build's log."""
        path = f"/v3/deployments/{deployment_id}/events?builds=1"
        return [event["text"] for event in self.get(path)]

    def open(self, project: str) -> None:
        """Switch the protection of a project's deployments off."""
        self.done("PATCH", f"/v9/projects/{project}", {"ssoProtection": None})

    def visit(
        self,
        host: str,
        path: str = "/",
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Ask the edge."""
        return self.endpoints.visit(host, path, method=method, headers=headers)

    def fault(self, effect: str, operation: str = "*", **more: object) -> None:
        """Order a fault."""
        body = {"vendor": "vercel", "effect": effect, "operation": operation, **more}
        answer = self.endpoints.control("POST", "/faults", body)
        assert answer.status < 300, answer.text
