"""Write docs/sandbox-coverage.md: what of each vendor's contract is emulated, and used.

It starts a sandbox, lets the product provision on it and strangers' clients work on
it, and reads from the sandbox's own log which operations each of them called. It needs
the vendors' contracts (LAUNCHBOOK_CONTRACTS), Node and npm.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from graphql import GraphQLObjectType, build_schema

from launchbook.sandbox.server import default_builders
from launchbook.sandbox.settings import Settings
from launchbook.sandbox.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT: Final = Path(__file__).parents[1]
PAGE: Final = ROOT / "docs" / "sandbox-coverage.md"
SCHEMA: Final = ROOT / "src/launchbook/sandbox/railway/schema.graphql"
PRODUCT: Final = "product"
COMMANDS: Final = (
    ("provision.staging",),
    ("provision.staging",),
    ("domains.status",),
    ("env.diff",),
    ("doctor",),
    ("scale.staging",),
    ("provision.production",),
    ("live.smoke", "--platforms", "sandbox"),
    ("destroy.staging", "--confirm", "staging", "--include", "database,domain"),
)
"""What the product is asked to do; each ends with 0 or with a refusal of its own."""
STRANGERS: Final = {
    "@vercel/sdk": ("node", "vercel.mjs", "vercel"),
    "supabase-management-js": ("node", "supabase.mjs", "supabase"),
    "railway-client": (sys.executable, "railway_client.py", "railway"),
}
UPLOAD: Final = "POST /project/{}/environment/{}/up"
VENDORS: Final = {
    "railway": "Railway (GraphQL)",
    "vercel": "Vercel (REST)",
    "supabase": "Supabase (Management API)",
    "cloudflare": "Cloudflare (REST)",
}


def plain(operation: str) -> str:
    """Return an operation whose placeholders have no names: vendors' differ."""
    return re.sub(r"\{[^}]*\}", "{}", operation)


def emulated() -> dict[str, set[str]]:
    """Return the operations of each emulator, by vendor."""
    found: dict[str, set[str]] = {}
    with tempfile.TemporaryDirectory() as folder:
        world = World(Settings(Path(folder)))
        for build in default_builders():
            emulator = build(world)
            routes = emulator.application().router.routes()
            found[emulator.name] = {
                plain(f"{route.method} {route.resource.canonical}")
                for route in routes
                if route.resource is not None and route.method not in {"*", "HEAD"}
            }
        world.requests.close()
    found["railway"] = set(graphql_fields(SCHEMA.read_text())) | {UPLOAD}
    return found


def graphql_fields(text: str) -> Iterator[str]:
    """Yield the fields of Query and Mutation of a schema."""
    schema = build_schema(text, assume_valid=True)
    for kind in (schema.query_type, schema.mutation_type):
        if isinstance(kind, GraphQLObjectType):
            yield from kind.fields


def contracted(folder: Path) -> dict[str, set[str]]:
    """Return the operations of each contract, by vendor."""
    rest = {
        "vercel": "vercel.current.openapi.json",
        "supabase": "supabase.openapi.json",
    }
    found = {
        vendor: {
            plain(f"{method.upper()} {path}")
            for path, methods in json.loads((folder / name).read_text())[
                "paths"
            ].items()
            for method in methods
            if method in {"get", "post", "put", "patch", "delete"}
        }
        for vendor, name in rest.items()
    }
    text = (folder / "railway.schema.graphql").read_text()
    return {**found, "railway": set(graphql_fields(text))}


def exercised() -> dict[str, dict[str, set[str]]]:
    """Let everybody work on one sandbox; return vendor to caller to operations."""
    found: dict[str, dict[str, set[str]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        shop = Path(folder) / "shop"
        home = Path(folder) / "home"
        environ = {**os.environ, "LAUNCHBOOK_HOME": str(home)}
        run(["launchbook", "init", str(shop)], ROOT, environ)
        run(["launchbook", "sandbox.up"], shop, environ)
        try:
            for command in COMMANDS:
                run(["launchbook", *command], shop, environ)
            last = take(shop, environ, PRODUCT, found, since=0)
            facts = json.loads((home / "emulator" / "endpoints.json").read_text())
            for name, (*words, vendor) in STRANGERS.items():
                given = {**facts[vendor], "name": f"stranger-{vendor}"}
                trust = {
                    "NODE_EXTRA_CA_CERTS": facts["ca_file"],
                    "SSL_CERT_FILE": facts["ca_file"],
                }
                run(
                    [*words, json.dumps(given)],
                    ROOT / "tests" / "strangers",
                    {**environ, **trust},
                )
                last = take(shop, environ, name, found, since=last)
        finally:
            run(["launchbook", "sandbox.down"], shop, environ)
    return found


def run(words: list[str], folder: Path, environ: Mapping[str, str]) -> str:
    """Run a command; a crash stops everything, a refusal does not."""
    ended = subprocess.run(  # noqa: TID251 - a script of its own
        words, cwd=folder, env=environ, text=True, capture_output=True, check=False
    )
    if ended.returncode == 1:
        sys.exit(f"failed: {words[:2]}\n{ended.stdout[-2000:]}{ended.stderr[-2000:]}")
    return ended.stdout


def take(
    shop: Path,
    environ: Mapping[str, str],
    caller: str,
    found: dict[str, dict[str, set[str]]],
    *,
    since: int,
) -> int:
    """Note who called what since a request; return the last request's number."""
    words = ["launchbook", "sandbox.requests", "--json", "--since", str(since)]
    last = since
    for line in run(words, shop, environ).splitlines():
        entry = json.loads(line)
        if "operation" not in entry:
            continue
        last = max(last, entry["sequence"])
        calls = found.setdefault(entry["platform"], {}).setdefault(caller, set())
        # One GraphQL request may ask for several fields.
        calls.update(plain(each) for each in entry["operation"].split(","))
    return last


def page(
    ours: Mapping[str, set[str]],
    theirs: Mapping[str, set[str]],
    used: Mapping[str, Mapping[str, set[str]]],
) -> str:
    """Return the page."""
    lines = [
        "# What the sandbox covers",
        "",
        "<!-- Written by scripts/sandbox_coverage.py; change the source, then run it. -->",
        "",
        "Operations of each vendor's contract, whether the sandbox emulates them, and who",
        "called them while this page was written: the *product* itself, and clients that",
        "nobody here wrote. What is not emulated answers with a named error in the vendor's",
        "own shape. Every emulated answer is checked against the contract by",
        "`tests/conformance`.",
        "",
        "| vendor | in the contract | emulated | called by the product | called by strangers |",
        "|---|---|---|---|---|",
    ]
    for vendor, title in VENDORS.items():
        calls = used.get(vendor, {})
        strangers = set().union(*(v for k, v in calls.items() if k != PRODUCT))
        in_contract = (
            str(len(theirs[vendor])) if vendor in theirs else "no contract file"
        )
        lines.append(
            f"| {title} | {in_contract} | {len(ours.get(vendor, ()))} | "
            f"{len(calls.get(PRODUCT, set()) & ours.get(vendor, set()))} | "
            f"{len(strangers & ours.get(vendor, set()))} |"
        )
    for vendor, title in VENDORS.items():
        lines += ["", f"## {title}", "", *section(vendor, ours, theirs, used)]
    return "\n".join(lines) + "\n"


def section(
    vendor: str,
    ours: Mapping[str, set[str]],
    theirs: Mapping[str, set[str]],
    used: Mapping[str, Mapping[str, set[str]]],
) -> list[str]:
    """Return the table of one vendor and the list of what is not emulated."""
    contract = theirs.get(vendor, set())
    lines = ["| emulated operation | in the contract | called by |", "|---|---|---|"]
    for operation in sorted(ours.get(vendor, ()), key=by_path):
        callers = [
            name for name, calls in used.get(vendor, {}).items() if operation in calls
        ]
        is_known = "yes" if operation in contract else "no"
        lines.append(f"| `{operation}` | {is_known} | {', '.join(callers)} |")
    missing = sorted(contract - ours.get(vendor, set()), key=by_path)
    if missing:
        names = ", ".join(f"`{each}`" for each in missing)
        lines += ["", f"Not emulated ({len(missing)}): {names}."]
    return lines


def by_path(operation: str) -> tuple[str, str]:
    """Sort by path, then by method."""
    method, _, path = operation.partition(" ")
    return (path or method, method)


def main() -> None:
    """Write the page."""
    folder = os.environ.get("LAUNCHBOOK_CONTRACTS")
    if not folder:
        sys.exit("LAUNCHBOOK_CONTRACTS names no folder of vendor contracts")
    PAGE.write_text(page(emulated(), contracted(Path(folder)), exercised()))
    print(f"wrote {PAGE.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
