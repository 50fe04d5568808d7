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
    ca_file = str(read_endpoints(desk.emulator_home).ca_file)
    stores = _stores(desk).add(ca_file)
    desk.output.record(
        {"kind": "sandbox-trusted", "ca_file": ca_file, "stores": stores}
    )
    desk.output.line(f"trusted by this user's browsers: {ca_file}")
    for store in stores:
        desk.output.line(f"  in {store}")
    desk.output.line("restart them; `invoke sandbox.untrust` takes this back")
    return 0


def untrust(options: Mapping[str, object]) -> int:
    """Remove the sandbox's authority for this user; absent is fine."""
    desk = open_desk(options)
    ca_file = str(desk.emulator_home / "ca" / "ca.pem")
    stores = _stores(desk).remove(ca_file)
    desk.output.record({"kind": "sandbox-untrusted", "stores": stores})
    for store in stores:
        desk.output.line(f"no longer trusted in {store}")
    if not stores:
        desk.output.line("this user's browsers did not trust the sandbox")
    return 0


class Keychain:
    """The login keychain of macOS."""

    NAME: Final = "the login keychain"

    def __init__(self, tools: Tools) -> None:
        self._tools = tools

    def add(self, ca_file: str) -> list[str]:
        """Trust an authority; return where."""
        self._tools.must("security", "add-trusted-cert", "-r", "trustRoot", ca_file)
        return [self.NAME]

    def remove(self, ca_file: str) -> list[str]:
        """Take that back; return where."""
        self._tools.must("security", "remove-trusted-cert", ca_file)
        return [self.NAME]


class Databases:
    """The NSS databases of a user, by way of certutil.

    Args:
        tools: Runs it.
        home: The user's folder.
    """

    def __init__(self, tools: Tools, home: Path) -> None:
        self._tools = tools
        self._home = home

    def add(self, ca_file: str) -> list[str]:
        """Trust an authority, in place of an earlier one; return where."""
        self._make_shared()
        found = self._found()
        for store in found:
            self._remove_from(store)
            words = ("-A", *_named(store), "-t", "C,,", "-i", ca_file)
            self._tools.must(CERTUTIL, *words)
        return found

    def remove(self, _ca_file: str) -> list[str]:
        """Take that back, whichever authority it was; return where."""
        return [store for store in self._found() if self._remove_from(store)]

    def _found(self) -> list[str]:
        """The folders of the databases that this user has."""
        patterns = (f"{SHARED}/cert9.db", *FIREFOX)
        files = [path for each in patterns for path in sorted(self._home.glob(each))]
        return [str(path.parent) for path in files]

    def _make_shared(self) -> None:
        """Make the shared database where no browser did yet; without a password."""
        folder = self._home / SHARED
        if not (folder / "cert9.db").exists():
            # Asked for first, so that a missing tool leaves no empty folder.
            self._tools.run(CERTUTIL, "--version")
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._tools.must(CERTUTIL, "-N", "-d", f"sql:{folder}", "--empty-password")

    def _remove_from(self, store: str) -> bool:
        """Take our certificate out of a database; return whether it was there."""
        is_there = self._tools.run(CERTUTIL, "-L", *_named(store)).is_success
        if is_there:
            self._tools.must(CERTUTIL, "-D", *_named(store))
        return is_there


class Tools:
    """Runs the programs that know the stores.

    Args:
        environ: Its ``PATH`` says where they are.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = {key: environ[key] for key in ("PATH",) if key in environ}

    def must(self, program: str, *arguments: str) -> None:
        """Run a tool that has to succeed.

        Raises:
            InputError: It is not installed, or it refused.
        """
        ended = self.run(program, *arguments)
        if not ended.is_success:
            said = (ended.complaint or ended.text).strip().splitlines()
            raise InputError(
                f"{program} refused: {said[-1] if said else 'it gave no reason'}",
                hint="Close the browsers that use this store, then run the same "
                "command again.",
            )

    def run(self, program: str, *arguments: str) -> Finished:
        """Run a tool.

        Raises:
            InputError: It is not installed.
        """
        command = Command((program, *arguments), environment=self._environ)
        try:
            return Processes().run(command)
        except CommandMissing as error:
            raise InputError(
                f"{program} is not installed",
                hint="Install it (package libnss3-tools on Debian, nss-tools on "
                "Fedora), or accept the browser's warning once a host name.",
            ) from error


def _stores(desk: Desk) -> Keychain | Databases:
    """What this user's browsers read."""
    tools = Tools(desk.environ)
    home = Path(desk.environ.get("HOME") or Path.home())
    return Keychain(tools) if sys.platform == MACOS else Databases(tools, home)


def _named(store: str) -> tuple[str, ...]:
    """The arguments that name our certificate in a database."""
    return ("-d", f"sql:{store}", "-n", NICKNAME)
