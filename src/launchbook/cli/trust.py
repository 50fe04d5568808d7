"""``invoke sandbox.trust|untrust``: the sandbox's certificates in this user's browsers.

Only this user's stores are touched: on Linux the NSS databases that Chromium and
Firefox read, on macOS the login keychain. The system's own store is left alone.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from launchbook.cli.desk import Desk, open_desk
from launchbook.errors import CommandMissing, InputError
from launchbook.providers.sandbox.client import read_endpoints
from launchbook.transport.process import Command, Finished, Processes

if TYPE_CHECKING:
    from collections.abc import Mapping

NICKNAME: Final = "Launchbook sandbox"
SHARED: Final = Path(".pki") / "nssdb"
"""What Chromium and its relatives read; made where it is absent."""
FIREFOX: Final = (
    ".mozilla/firefox/*/cert9.db",
    "snap/firefox/common/.mozilla/firefox/*/cert9.db",
)
"""Firefox has a database in each of its profiles; used where there is one."""
MACOS: Final = "darwin"
CERTUTIL: Final = "certutil"


def trust(options: Mapping[str, object]) -> int:
    """Install the sandbox's authority for this user."""
    desk = open_desk(options)
    ca_file = read_endpoints(desk.emulator_home).ca_file
    if sys.platform == MACOS:
        stores = ["the login keychain"]
        _must("security", "add-trusted-cert", "-r", "trustRoot", str(ca_file))
    else:
        _make_shared(_home(desk))
        stores = [str(path) for path in _databases(_home(desk))]
        for store in stores:
            _remove(store)
            _must(CERTUTIL, "-A", *_named(store), "-t", "C,,", "-i", str(ca_file))
    record = {"ca_file": str(ca_file), "stores": stores}
    desk.output.record({"kind": "sandbox-trusted", **record})
    desk.output.line(f"trusted by this user's browsers: {ca_file}")
    for store in stores:
        desk.output.line(f"  in {store}")
    desk.output.line("restart them; `invoke sandbox.untrust` takes this back")
    return 0


def untrust(options: Mapping[str, object]) -> int:
    """Remove the sandbox's authority for this user; absent is fine."""
    desk = open_desk(options)
    if sys.platform == MACOS:
        ca_file = desk.emulator_home / "ca" / "ca.pem"
        stores = ["the login keychain"]
        _must("security", "remove-trusted-cert", str(ca_file))
    else:
        databases = [str(path) for path in _databases(_home(desk))]
        stores = [store for store in databases if _remove(store)]
    desk.output.record({"kind": "sandbox-untrusted", "stores": stores})
    for store in stores:
        desk.output.line(f"no longer trusted in {store}")
    if not stores:
        desk.output.line("this user's browsers did not trust the sandbox")
    return 0


def _home(desk: Desk) -> Path:
    """The folder in which this user's browsers keep what they trust."""
    return Path(desk.environ.get("HOME") or Path.home())


def _databases(home: Path) -> list[Path]:
    """The folders of the databases that this user has."""
    patterns = (f"{SHARED}/cert9.db", *FIREFOX)
    return [path.parent for each in patterns for path in sorted(home.glob(each))]


def _named(store: str) -> tuple[str, ...]:
    """The arguments that name our certificate in a database."""
    return ("-d", f"sql:{store}", "-n", NICKNAME)


def _make_shared(home: Path) -> None:
    """Make the shared database where no browser did yet; without a password."""
    folder = home / SHARED
    if not (folder / "cert9.db").exists():
        # Asked for first, so that a missing tool leaves no empty folder.
        _run(CERTUTIL, "--version")
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _must(CERTUTIL, "-N", "-d", f"sql:{folder}", "--empty-password")


def _remove(store: str) -> bool:
    """Take our certificate out of a database; return whether it was there."""
    is_there = _run(CERTUTIL, "-L", *_named(store)).is_success
    if is_there:
        _must(CERTUTIL, "-D", *_named(store))
    return is_there


def _must(program: str, *arguments: str) -> None:
    """Run a tool that has to succeed.

    Raises:
        InputError: It is not installed, or it refused.
    """
    ended = _run(program, *arguments)
    if not ended.is_success:
        reason = (ended.complaint or ended.text).strip().splitlines() or ["no reason"]
        raise InputError(
            f"{program} refused: {reason[-1]}",
            hint="Close the browsers that use this store, then run the command again.",
        )


def _run(program: str, *arguments: str) -> Finished:
    """Run a tool.

    Raises:
        InputError: It is not installed.
    """
    try:
        return Processes().run(Command((program, *arguments)))
    except CommandMissing as error:
        raise InputError(
            f"{program} is not installed",
            hint="Install it (package libnss3-tools on Debian, nss-tools on Fedora), "
            "or accept the browser's warning once a host name.",
        ) from error
