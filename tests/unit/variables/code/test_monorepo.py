from __future__ import annotations

import json
from typing import TYPE_CHECKING

from launchbook.variables.code.monorepo import read_monorepo

if TYPE_CHECKING:
    from pathlib import Path

APPS = {"shop": "apps/shop", "api": "apps/api"}


def write(root: Path, path: str, text: str) -> None:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def manifest(name: str, *uses: str, **more: object) -> str:
    return json.dumps({"name": name, "dependencies": dict.fromkeys(uses, "1"), **more})


def test_packages_count_for_the_apps_that_use_them_however_far(tmp_path: Path) -> None:
    write(tmp_path, "apps/shop/package.json", manifest("shop", "@x/ui"))
    write(tmp_path, "apps/api/main.py", "import os\nos.environ['API_ONLY']")
    write(tmp_path, "packages/ui/package.json", manifest("@x/ui", "@x/core"))
    write(tmp_path, "packages/ui/a.js", "process.env.UI_NAME")
    write(tmp_path, "packages/core/package.json", manifest("@x/core"))
    write(tmp_path, "packages/core/a.ts", "process.env.CORE_NAME")
    write(tmp_path, "tools/build.py", "import os\nos.environ['TOOL_NAME']")
    code = read_monorepo(tmp_path, APPS)
    assert {"UI_NAME", "CORE_NAME", "TOOL_NAME"} == code.names_read("shop")
    assert {"API_ONLY", "TOOL_NAME"} == code.names_read("api")
    assert {"TOOL_NAME"} == {each.name for each in code.shared}


def test_names_that_a_manifest_lists_are_read(tmp_path: Path) -> None:
    text = manifest("shop", build={"needs": ["NEXT_PUBLIC_A", "OTHER_B"]})
    write(tmp_path, "apps/shop/package.json", text)
    assert {"NEXT_PUBLIC_A"} == read_monorepo(tmp_path, APPS).names_read("shop")


def test_tests_declarations_builds_and_links_are_passed_by(tmp_path: Path) -> None:
    for path in (
        "apps/shop/a.test.ts",
        "apps/shop/env.d.ts",
        "apps/shop/dist/a.js",
        "apps/shop/node_modules/x/a.js",
        "apps/shop/tests/a.js",
        "apps/shop/.next/a.js",
    ):
        write(tmp_path, path, "process.env.NOT_READ")
    write(tmp_path, "elsewhere/a.js", "process.env.NOT_READ")
    (tmp_path / "apps/shop/link").symlink_to(tmp_path / "elsewhere")
    assert frozenset() == read_monorepo(tmp_path, APPS).by_app["shop"]


def test_a_manifest_that_is_no_json_names_nothing(tmp_path: Path) -> None:
    write(tmp_path, "apps/shop/package.json", "{")
    assert frozenset() == read_monorepo(tmp_path, APPS).by_app["shop"]
