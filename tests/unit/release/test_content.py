from __future__ import annotations

import json

import pytest

from launchbook.errors import SourceError
from launchbook.model.source import SourceEntry
from launchbook.release.content import content_digests

ROOTS = {"backend": "apps/backend", "customer": "apps/customer", "admin": "apps/admin"}
APART = ("supabase/migrations",)


def manifest(name: str, *needs: str) -> str:
    return json.dumps(
        {"name": name, "dependencies": dict.fromkeys(needs, "workspace:*")}
    )


FILES = {
    "package.json": '{"name": "shop"}',
    "pnpm-workspace.yaml": "packages:\n  - apps/*\n  - packages/*\n",
    "pnpm-lock.yaml": "lockfileVersion: '9.0'\n",
    "README.md": "# Shop\n",
    "tools/build.py": "print()\n",
    "supabase/migrations/1_first.sql": "select 1;\n",
    "apps/backend/package.json": manifest("@shop/backend", "@shop/database"),
    "apps/backend/main.py": "1\n",
    "apps/customer/package.json": manifest("@shop/customer", "@shop/ui"),
    "apps/customer/page.js": "1\n",
    "apps/admin/package.json": manifest("@shop/admin", "@shop/ui"),
    "packages/ui/package.json": manifest("@shop/ui", "@shop/theme"),
    "packages/ui/page.js": "1\n",
    "packages/theme/package.json": manifest("@shop/theme"),
    "packages/theme/theme.css": "a {}\n",
    "packages/database/package.json": manifest("@shop/database"),
    "packages/database/seed.json": "{}\n",
}


def digests(
    changed: dict[str, str] | None = None, modes: dict[str, int] | None = None
) -> dict[str, str]:
    files = {path: text for path, text in {**FILES, **(changed or {})}.items() if text}
    entries = [
        SourceEntry(path, (modes or {}).get(path, 0o644), text.encode())
        for path, text in files.items()
    ]
    return content_digests(entries, ROOTS, APART)


def moved(path: str, text: str = "other\n") -> set[str]:
    """The apps that are another content when a file changes."""
    before, after = digests(), digests({path: text})
    return {app for app in ROOTS if before[app] != after[app]}


@pytest.mark.parametrize(
    ("path", "apps"),
    [
        ("apps/customer/page.js", {"customer"}),
        ("packages/ui/page.js", {"customer", "admin"}),
        ("packages/theme/theme.css", {"customer", "admin"}),
        ("packages/database/seed.json", {"backend"}),
        ("pnpm-lock.yaml", {"backend", "customer", "admin"}),
        ("tools/build.py", {"backend", "customer", "admin"}),
        ("requirements.txt", {"backend", "customer", "admin"}),
        ("tools/new.py", {"backend", "customer", "admin"}),
        ("README.md", set()),
        ("supabase/migrations/2_second.sql", set()),
        ("packages/unused/anything.js", {"backend", "customer", "admin"}),
    ],
)
def test_a_file_moves_exactly_the_apps_that_are_built_of_it(
    path: str, apps: set[str]
) -> None:
    assert apps == moved(path)


def test_a_file_that_becomes_a_program_is_another_content() -> None:
    changed = digests(modes={"apps/backend/main.py": 0o755})
    assert digests()["backend"] != changed["backend"]
    assert digests()["customer"] == changed["customer"]


def test_the_order_of_files_does_not_matter() -> None:
    entries = [SourceEntry(p, 0o644, t.encode()) for p, t in FILES.items()]
    turned = content_digests(entries[::-1], ROOTS, APART)
    assert digests() == turned


def test_a_repository_without_a_workspace_is_one_app() -> None:
    files = [SourceEntry("main.py", 0o644, b"1"), SourceEntry("lib/a.py", 0o644, b"2")]
    other = [files[0], SourceEntry("lib/a.py", 0o644, b"3")]
    whole = {"backend": "."}
    assert content_digests(files, whole) != content_digests(other, whole)


def test_a_workspace_may_be_named_by_the_root_manifest() -> None:
    root = '{"name": "shop", "workspaces": {"packages": ["apps/*", "packages/**"]}}'
    changed = {"package.json": root, "pnpm-workspace.yaml": ""}
    before = digests(changed)
    after = digests({**changed, "packages/theme/theme.css": "b {}"})
    assert before["backend"] == after["backend"]
    assert before["admin"] != after["admin"]


def test_a_package_that_the_workspace_lacks_is_told_with_who_needs_it() -> None:
    path = "apps/admin/package.json"
    with pytest.raises(
        SourceError, match=r"apps/admin/package\.json depends on @shop/x"
    ):
        digests({path: manifest("@shop/admin", "@shop/x")})


def test_a_manifest_that_is_no_json_is_told_by_its_path() -> None:
    with pytest.raises(SourceError, match=r"packages/ui/package.json is no JSON"):
        digests({"packages/ui/package.json": "{"})


@pytest.mark.parametrize(
    "version", ["*", "1.0.0", "file:../../packages/ui", "link:../ui"]
)
def test_a_member_is_depended_on_however_it_is_asked_for(version: str) -> None:
    told = {"name": "@shop/admin", "dependencies": {"@shop/ui": version}}
    needs = json.dumps(told)
    changed = {"apps/admin/package.json": needs}
    before = digests(changed)
    after = digests({**changed, "packages/ui/page.js": "2\n"})
    assert before["admin"] != after["admin"]
    assert before["backend"] == after["backend"]


def test_a_package_that_is_excluded_belongs_to_everybody() -> None:
    patterns = "packages:\n  - apps/*\n  - packages/*\n  - '!packages/database'\n"
    changed = {
        "pnpm-workspace.yaml": patterns,
        "apps/backend/package.json": manifest("@shop/backend"),
    }
    before = digests(changed)
    after = digests({**changed, "packages/database/seed.json": "[]\n"})
    assert all(before[app] != after[app] for app in ROOTS)


def test_a_workspace_file_that_is_no_yaml_is_told_by_its_path() -> None:
    with pytest.raises(SourceError, match=r"pnpm-workspace.yaml is no YAML"):
        digests({"pnpm-workspace.yaml": "packages: [\n"})


@pytest.mark.parametrize("dependencies", ["null", "[]", '"x"'])
def test_dependencies_of_another_shape_are_none(dependencies: str) -> None:
    text = f'{{"name": "@shop/admin", "dependencies": {dependencies}}}'
    assert digests({"apps/admin/package.json": text})
