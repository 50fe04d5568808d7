"""``invoke sandbox.browse``: a browser that knows the sandbox's host names.

Only the sandbox's own name server knows them, and only its authority vouches for
them: so the browser gets a profile of its own in which both are so.
"""

from __future__ import annotations

import base64
import hashlib
import shutil
from typing import TYPE_CHECKING, Final

from launchbook.cli.desk import open_desk
from launchbook.cli.options import read_text
from launchbook.errors import CommandMissing, NotFound
from launchbook.providers.sandbox.client import SandboxClient, read_endpoints
from launchbook.transport.process import Command, Processes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from launchbook.model.sandbox import Endpoints

BROWSERS: Final = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "microsoft-edge",
)
FIRST: Final = "customer"
"""Which host is opened when none is named: the first one that says this."""


def browse(options: Mapping[str, object]) -> int:
    """Open one of the sandbox's host names, in a browser of its own."""
    desk = open_desk(options)
    endpoints = read_endpoints(desk.emulator_home)
    hosts = _hosts(SandboxClient.open(endpoints, desk.clock).status())
    host = _chosen(hosts, read_text(options, "host"))
    url = f"https://{host}:{endpoints.edge_port}/"
    path = desk.environ.get("PATH")
    found = (shutil.which(name, path=path) for name in BROWSERS)
    program = next((each for each in found if each), None)
    desk.output.record({"kind": "sandbox-browse", "url": url, "browser": program or ""})
    if program is None:
        raise CommandMissing(
            f"none of {', '.join(BROWSERS)} is installed to open {url}",
            hint=f"Type `curl --cacert {endpoints.ca_file} --resolve "
            f"{host}:{endpoints.edge_port}:127.0.0.1 {url}`.",
        )
    words = _words(endpoints, hosts, desk.home / "browser", url)
    Processes().spawn(Command((program, *words)), desk.home / "browser.log")
    desk.output.line(f"opened {url} in {program}, with a profile of its own")
    return 0


def _hosts(status: Mapping[str, object]) -> list[str]:
    hosts = status.get("hosts")
    return [str(each) for each in hosts] if isinstance(hosts, list) else []


def _chosen(hosts: Sequence[str], wanted: str) -> str:
    """The host that was named, or a good one to begin with.

    Raises:
        NotFound: The sandbox serves no such host, or none at all.
    """
    custom = [host for host in hosts if not host.endswith(".localhost")]
    if wanted in hosts:
        return wanted
    if not wanted and custom:
        return next((host for host in custom if FIRST in host), custom[0])
    known = ", ".join(custom or hosts) or "none yet"
    raise NotFound(
        f"the sandbox serves no host {wanted!r}" if wanted else "nothing is served yet",
        hint=f"It serves {known}; `invoke provision.staging` makes some.",
        platform="sandbox",
    )


def _words(
    endpoints: Endpoints, hosts: Sequence[str], profile: Path, url: str
) -> tuple[str, ...]:
    """What the browser is told."""
    custom = sorted({host for host in hosts if not host.endswith(".localhost")})
    rules = ", ".join(f"MAP {host} 127.0.0.1" for host in custom)
    keys = ",".join(_key_digest(endpoints, host) for host in custom)
    return (
        f"--user-data-dir={profile}",
        "--no-first-run",
        f"--host-resolver-rules={rules}",
        f"--ignore-certificate-errors-spki-list={keys}",
        url,
    )


def _key_digest(endpoints: Endpoints, host: str) -> str:
    """What the browser calls the key of a host's certificate: SHA-256, base64."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    from launchbook.transport.tls import shown_certificate

    form = shown_certificate(host, endpoints.edge_port, "127.0.0.1", endpoints.ca_file)
    key = x509.load_der_x509_certificate(form).public_key()
    data = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(hashlib.sha256(data).digest()).decode()
