"""Build one web app: `python ../../tools/build_web.py`, run in the app's folder.

Reads `src/`, the shared code of `packages/ui` and the shapes of `packages/types`;
writes `dist/`. Assets get the digest of their content into their names, so they may
be cached for ever. NEXT_PUBLIC_* variables are inlined: a build belongs to one
environment. Needs nothing but the standard library.
"""

from __future__ import annotations

import hashlib
import html
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

PREFIX = "NEXT_PUBLIC_"
IDENTITY_FILE = "launchbook-build.json"
SHARED = "@vocilia/"
GENERATED = "generated:"
_IMPORT = re.compile(r"""(\bfrom\s+|^import\s+)"([^"]+)";""", re.MULTILINE)
_PLACEHOLDER = re.compile(r"\{\{\s*([a-z_]+)(?::\s*([^\s}]+))?\s*\}\}")


class BuildError(Exception):
    """The app cannot be built; the message says why and what to change."""


def canonical(value: object) -> str:
    """Return the one JSON text of a value."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def find_upwards(name: str, start: Path) -> Path | None:
    """Return the nearest path called `name` in `start` or a folder above it."""
    for folder in (start, *start.parents):
        if (folder / name).exists():
            return folder / name
    return None


def read_variables(environ: dict[str, str], required: list[str]) -> dict[str, str]:
    """Return the public variables.

    Raises:
        BuildError: One is missing, or a URL is none (such as PENDING).
    """
    public = {name: text for name, text in environ.items() if name.startswith(PREFIX)}
    missing = [name for name in required if not public.get(name, "").strip()]
    if missing:
        raise BuildError(f"missing environment variables: {', '.join(missing)}")
    for name in (name for name in public if name.endswith("_URL") and public[name]):
        parts = urlsplit(public[name])
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise BuildError(f"{name} must be an absolute http(s) URL")
    return public


def read_identity(app_folder: Path, app: str) -> dict[str, str | None]:
    """Return which build this is; a build without a deployment is called `local`."""
    path = find_upwards(IDENTITY_FILE, app_folder)
    given = json.loads(path.read_text(encoding="utf-8")) if path else {}
    return {
        "identity": given.get("identity", "local"),
        "app": app,
        "environment": given.get("environment"),
        "commit": given.get("commit"),
    }


class Assets:
    """Writes each asset once under a name that holds its digest."""

    def __init__(self, source: Path, packages: Path, generated: dict[str, str]) -> None:
        self._source = source
        self._packages = packages
        self._generated = generated
        self.urls: dict[str, str] = {}
        self.files: dict[str, bytes] = {}
        self._open: list[str] = []

    def url(self, name: str) -> str:
        """Return the public path of an asset, such as `app.js` or `@vocilia/ui/api.js`.

        Raises:
            BuildError: There is no such file, or modules import each other in a circle.
        """
        if name in self._open:
            raise BuildError(f"modules in a circle: {' -> '.join([*self._open, name])}")
        if name not in self.urls:
            self._open.append(name)
            content = self._read(name)
            if name.endswith(".js"):
                content = _IMPORT.sub(self._rewrite, content)
            self._open.pop()
            self.urls[name] = self._write(name, content.encode())
        return self.urls[name]

    def _read(self, name: str) -> str:
        if name.startswith(GENERATED):
            return self._generated[name]
        is_shared = name.startswith(SHARED)
        folder = self._packages if is_shared else self._source
        path = folder / name.removeprefix(SHARED).removeprefix("./")
        if not path.is_file():
            asker = f" (needed by {self._open[-2]})" if len(self._open) > 1 else ""
            raise BuildError(f"no such file: {name}{asker}")
        return path.read_text(encoding="utf-8")

    def _rewrite(self, match: re.Match[str]) -> str:
        return f'{match[1]}"{self.url(match[2])}";'

    def _write(self, name: str, content: bytes) -> str:
        stem, _, ending = (
            name.rpartition("/")[2].removeprefix(GENERATED).rpartition(".")
        )
        digest = hashlib.sha256(content).hexdigest()[:10]
        path = f"assets/{stem}.{digest}.{ending}"
        self.files[path] = content
        return f"/{path}"


def policy(api_url: str) -> str:
    """Return the content security policy: this origin and the API, nothing else.

    It stands in the page because it holds a host that only the build knows; what a
    page cannot say about itself (who may frame it) is a header in vercel.json.
    """
    parts = urlsplit(api_url)
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        f"connect-src 'self' {parts.scheme}://{parts.netloc}; "
        f"base-uri 'none'; form-action 'self'"
    )


def render(template: str, assets: Assets, texts: dict[str, str]) -> str:
    """Fill a page: `{{ asset: app.js }}`, `{{ build_identity }}`, `{{ policy }}`.

    `{{ preload }}` lists the modules so that the browser asks for all at once.

    Raises:
        BuildError: The page names something unknown.
    """

    def fill(match: re.Match[str]) -> str:
        kind, name = match[1], match[2]
        if kind == "asset" and name:
            return assets.url(name)
        if kind == "preload" and name:
            assets.url(name)
            modules = [url for url in assets.urls.values() if url.endswith(".js")]
            return "\n    ".join(
                f'<link rel="modulepreload" href="{url}">' for url in sorted(modules)
            )
        if kind not in texts:
            raise BuildError(f"index.html: nothing is called {match[0]}")
        return html.escape(texts[kind], quote=True)

    return _PLACEHOLDER.sub(fill, template)


def build(app_folder: Path, environ: dict[str, str]) -> dict[str, bytes]:
    """Return the files of the built app: path below `dist/` and content.

    Raises:
        BuildError: Something is missing or wrong.
    """
    manifest_path = app_folder / "package.json"
    packages = find_upwards("packages", app_folder)
    if not manifest_path.is_file() or packages is None:
        raise BuildError(f"{app_folder} is not an app of the Vocilia workspace")
    manifest = json.loads(manifest_path.read_text(encoding="utf-8"))
    app = manifest["name"].removeprefix(SHARED)
    variables = read_variables(environ, manifest["vocilia"]["requires"])
    build_document = {
        **read_identity(app_folder, app),
        "variables_digest": hashlib.sha256(canonical(variables).encode()).hexdigest(),
    }
    shapes = json.loads((packages / "types/shapes.json").read_text(encoding="utf-8"))
    generated = {
        f"{GENERATED}config.js": _module("config", variables),
        f"{GENERATED}shapes.js": _module("shapes", shapes["$defs"]),
    }
    assets = Assets(app_folder / "src", packages, generated)
    texts = {
        "build_identity": str(build_document["identity"]),
        "policy": policy(variables["NEXT_PUBLIC_API_URL"]),
    }
    template = (app_folder / "src/index.html").read_text(encoding="utf-8")
    page = render(template, assets, texts)
    favicon = (packages / "ui/favicon.svg").read_bytes()
    return {
        "index.html": page.encode(),
        "build.json": f"{canonical(build_document)}\n".encode(),
        "favicon.svg": favicon,
        **assets.files,
    }


def _module(name: str, value: object) -> str:
    return f"export const {name} = Object.freeze({canonical(value)});\n"


def write(files: dict[str, bytes], folder: Path) -> None:
    """Write the files into a fresh folder."""
    if folder.exists():
        shutil.rmtree(folder)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def check_syntax(app_folder: Path) -> int:
    """Let Node read every module, its own and shared ones; return how many.

    Raises:
        BuildError: One is no JavaScript; with its path and line.
    """
    packages = find_upwards("packages", app_folder)
    folders = [app_folder / "src", *([packages] if packages else [])]
    modules = sorted(path for folder in folders for path in folder.rglob("*.js"))
    for path in modules:
        read = subprocess.run(
            ["node", "--input-type=module", "--check"],
            input=path.read_bytes(),
            capture_output=True,
            check=False,
        )
        if read.returncode:
            shown = os.path.relpath(path, app_folder.parent.parent)
            told = read.stderr.decode(errors="replace")
            line = re.search(r"^\[stdin\]:(\d+)", told, re.MULTILINE)
            what = re.search(r"^SyntaxError: .*", told, re.MULTILINE)
            raise BuildError(
                f"{shown}:{line[1] if line else 1}: {what[0] if what else told}"
            )
    return len(modules)


def check(app_folder: Path) -> str:
    """Build without writing, under made-up variables; return what was seen.

    Raises:
        BuildError: Something is missing or wrong.
    """
    manifest = json.loads((app_folder / "package.json").read_text(encoding="utf-8"))
    made_up = dict.fromkeys(manifest["vocilia"]["requires"], "https://check.invalid")
    count = len(build(app_folder, {**os.environ, **made_up}))
    if shutil.which("node") is None:
        return f"{count} files; node is not there, so no module was read as JavaScript"
    return f"{count} files, {check_syntax(app_folder)} modules"


def main(arguments: list[str]) -> int:
    """Build the app of the current folder; with `--check` write nothing."""
    try:
        if arguments == ["--check"]:
            sys.stdout.write(f"checked: {check(Path.cwd())}\n")
            return 0
        files = build(Path.cwd(), dict(os.environ))
    except BuildError as error:
        sys.stderr.write(f"build failed: {error}\n")
        return 1
    write(files, Path("dist"))
    total = sum(len(content) for content in files.values())
    sys.stdout.write(f"built dist: {len(files)} files, {total / 1024:.1f} KiB\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
