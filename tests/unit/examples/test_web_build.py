"""Building the three web apps: real runs of the build command."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.support.vocilia import PRODUCT, PUBLIC_VARIABLES

if TYPE_CHECKING:
    from pathlib import Path

APPS = ("customer", "business", "admin")
IDS = {
    "customer": ["shop-code", "rating-1", "rating-5", "comment", "submit", "thanks"],
    "business": ["shop-code", "access-key", "open", "feedback-list"],
    "admin": ["staff-name", "access-key", "open", "batches", "run-batch"],
}
IDENTITY = {
    "identity": "0123456789ab-89abcdef",
    "commit": "0123456789abcdef",
    "app": "ignored",
    "environment": "staging",
}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the monorepo, as it is uploaded."""
    folder = tmp_path / "vocilia"
    shutil.copytree(
        PRODUCT, folder, ignore=shutil.ignore_patterns("__pycache__", "dist")
    )
    return folder


def build(
    checkout: Path, app: str, variables: dict[str, str], *words: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "../../tools/build_web.py", *words],
        cwd=checkout / "apps" / app,
        env={"PATH": os.environ["PATH"], **variables},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("app", APPS)
def test_an_app_builds_with_its_identity_and_variables(
    checkout: Path, app: str
) -> None:
    (checkout / "launchbook-build.json").write_text(json.dumps(IDENTITY))
    variables = {**PUBLIC_VARIABLES, "NEXT_PUBLIC_FEATURE_X": "true", "SECRET": "no"}
    done = build(checkout, app, variables)
    assert 0 == done.returncode, done.stderr
    dist = checkout / "apps" / app / "dist"
    page = (dist / "index.html").read_text()
    assert '<meta name="build-identity" content="0123456789ab-89abcdef">' in page
    assert (
        f"connect-src &#x27;self&#x27; {PUBLIC_VARIABLES['NEXT_PUBLIC_API_URL']};"
        in page
    )
    for name in (*IDS[app], "build-identity"):
        assert f'id="{name}"' in page
    public = {k: v for k, v in variables.items() if k != "SECRET"}
    text = json.dumps(public, sort_keys=True, separators=(",", ":"))
    assert {
        "identity": "0123456789ab-89abcdef",
        "app": app,
        "environment": "staging",
        "commit": "0123456789abcdef",
        "variables_digest": hashlib.sha256(text.encode()).hexdigest(),
    } == json.loads((dist / "build.json").read_text())
    [config] = dist.glob("assets/config.*.js")
    assert text in config.read_text()


@pytest.mark.parametrize("app", APPS)
def test_every_reference_of_a_built_app_leads_to_a_file(
    checkout: Path, app: str
) -> None:
    assert 0 == build(checkout, app, PUBLIC_VARIABLES).returncode
    dist = checkout / "apps" / app / "dist"
    texts = [path.read_text() for path in dist.rglob("*.[hj][ts]*")]
    paths = {path for text in texts for path in re.findall(r'"/([\w./-]+\.\w+)"', text)}
    assert any(path.startswith("assets/api.") for path in paths)
    assert [] == [path for path in paths if not (dist / path).is_file()]
    assert not any("@vocilia/" in text or "{{" in text for text in texts)


def test_the_same_input_builds_the_same_files(checkout: Path) -> None:
    def digest() -> dict[str, bytes]:
        build(checkout, "customer", PUBLIC_VARIABLES)
        dist = checkout / "apps" / "customer" / "dist"
        return {p.name: p.read_bytes() for p in dist.rglob("*") if p.is_file()}

    assert digest() == digest()


def test_missing_variables_fail_the_build_all_at_once(checkout: Path) -> None:
    done = build(checkout, "business", {"NEXT_PUBLIC_API_URL": "https://api.test"})
    assert 1 == done.returncode
    assert (
        "build failed: missing environment variables: NEXT_PUBLIC_APP_URL,"
        " NEXT_PUBLIC_SUPABASE_ANON_KEY, NEXT_PUBLIC_SUPABASE_URL\n"
    ) == done.stderr


def test_a_placeholder_instead_of_a_url_fails_the_build(checkout: Path) -> None:
    done = build(
        checkout, "admin", {**PUBLIC_VARIABLES, "NEXT_PUBLIC_API_URL": "PENDING"}
    )
    assert 1 == done.returncode
    assert "NEXT_PUBLIC_API_URL must be an absolute http(s) URL" in done.stderr


def test_an_import_of_a_missing_module_fails_the_build(checkout: Path) -> None:
    script = checkout / "apps" / "admin" / "src" / "app.js"
    script.write_text('import { x } from "@vocilia/ui/gone.js";\n' + script.read_text())
    done = build(checkout, "admin", PUBLIC_VARIABLES)
    assert 1 == done.returncode
    assert "no such file: @vocilia/ui/gone.js (needed by app.js)" in done.stderr


@pytest.mark.parametrize("app", APPS)
def test_hosting_rules_cache_assets_and_protect_pages(app: str) -> None:
    rules = json.loads((PRODUCT / "apps" / app / "vercel.json").read_text())
    headers = {
        rule["source"]: {h["key"]: h["value"] for h in rule["headers"]}
        for rule in rules["headers"]
    }
    assert "nosniff" == headers["/(.*)"]["X-Content-Type-Options"]
    assert "immutable" in headers["/assets/(.*)"]["Cache-Control"]
    assert ["/index.html"] == [rule["destination"] for rule in rules["rewrites"]]


@pytest.mark.parametrize("app", APPS)
def test_an_app_is_checked_without_variables_and_nothing_is_written(
    checkout: Path, app: str
) -> None:
    done = build(checkout, app, {}, "--check")
    assert 0 == done.returncode, done.stderr
    assert not (checkout / "apps" / app / "dist").exists()


def test_a_module_that_is_no_javascript_is_named_with_its_line(checkout: Path) -> None:
    if shutil.which("node") is None:
        pytest.skip("Node is not installed")
    module = checkout / "apps" / "customer" / "src" / "app.js"
    text = module.read_text()
    module.write_text(f"{text}\nexport const price = ;\n")
    done = build(checkout, "customer", {}, "--check")
    line = len(text.splitlines()) + 2
    assert 1 == done.returncode
    assert f"apps/customer/src/app.js:{line}: SyntaxError" in done.stderr


def test_without_node_a_check_says_what_it_left_out(checkout: Path) -> None:
    done = build(checkout, "customer", {"PATH": ""}, "--check")
    assert 0 == done.returncode, done.stderr
    assert "no module was read as JavaScript" in done.stdout
