"""``invoke sandbox.trust|untrust``: the sandbox's certificates in this user's browsers.

Only this user's store is touched: the NSS database that Chromium and others read on
Linux, the login keychain on macOS. The system's own store is left alone.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from launchbook.cli.desk import open_desk
from launchbook.errors import CommandMissing, InputError
from launchbook.providers.sandbox.client import read_endpoints
from launchbook.transport.process import Command, Processes

if TYPE_CHECKING:
    from collections.abc import Mapping

NICKNAME: Final = "Launchbook sandbox"
DATABASE: Final = Path(".pki") / "nssdb"
MACOS: Final = "darwin"


def trust(options: Mapping[str, object]) -> int:
    """Install the sandbox's authority for this user."""
    desk = open_desk(options)
    ca_file = read_endpoints(desk.emulator_home).ca_file
    if sys.platform == MACOS:
        _run("security", "add-trusted-cert", "-r", "trustRoot", str(ca_file))
    else:
        _make_database()
        _run("certutil", "-A", "-d", _database(), "-n", NICKNAME, "-t", "C,,",
             "-i", str(ca_file))  # fmt: skip
    desk.output.record({"kind": "sandbox-trusted", "ca_file": str(ca_file)})
    desk.output.line(f"this user's browsers trust {ca_file}; restart them")
    desk.output.line("next: `invoke sandbox.untrust` takes that back")
    return 0


def untrust(options: Mapping[str, object]) -> int:
    """Remove the sandbox's authority for this user."""
    desk = open_desk(options)
    ca_file = desk.emulator_home / "ca" / "ca.pem"
    if sys.platform == MACOS:
        _run("security", "remove-trusted-cert", str(ca_file))
    else:
        _run("certutil", "-D", "-d", _database(), "-n", NICKNAME)
    desk.output.record({"kind": "sandbox-untrusted"})
    desk.output.line("this user's browsers no longer trust the sandbox")
    return 0


def _database() -> str:
    """The NSS database of this user, as certutil names it."""
    return f"sql:{Path.home() / DATABASE}"


def _make_database() -> None:
    """Make the database where no browser did yet; without a password."""
    folder = Path.home() / DATABASE
    if not (folder / "cert9.db").exists():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _run("certutil", "-N", "-d", _database(), "--empty-password")


def _run(program: str, *arguments: str) -> None:
    """Run a tool that must succeed.

    Raises:
        InputError: It is not installed, or it refused.
    """
    try:
        ended = Processes().run(Command((program, *arguments)))
    except CommandMissing as error:
        raise InputError(
            f"{program} is not installed",
            hint="Install it (package libnss3-tools on Debian, nss-tools on Fedora), "
            "or accept the browser's warning once a host name.",
        ) from error
    if not ended.is_success:
        reason = (ended.complaint or ended.text).strip().splitlines() or ["no reason"]
        raise InputError(
            f"{program} refused: {reason[-1]}",
            hint="Close the browsers that use this store, then run the command again.",
        )
