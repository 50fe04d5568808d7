"""Whether everything is there for a first run; read only.

It goes from near to far: this machine, the working folder, the platforms, the
accounts. What cannot be looked at because something nearer is missing is ``unknown``.
"""

from __future__ import annotations

import platform as machine
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, cast

from launchbook.app import build_inputs
from launchbook.app.autodeploy import find_auto_deploys
from launchbook.config.workspace import SANDBOX
from launchbook.errors import CommandMissing, LaunchbookError, ProviderError
from launchbook.model.gate import Verdict
from launchbook.transport.process import Command

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from launchbook.app import App
    from launchbook.model.gate import Finding
    from launchbook.model.playbook import Playbook
    from launchbook.steps.platform_accounts import Inputs, PlatformAccounts
    from launchbook.transport.process import Processes

ACCOUNTS: Final = "platform.accounts"
TOOLS: Final = ("git",)
"""Programs of the system that steps run."""
FIX: Final = "invoke doctor --fix git-deploy"


class State(StrEnum):
    """How something is."""

    OK = "ok"
    WARNING = "warning"
    """It can go on so, and somebody should look."""
    FAILED = "failed"
    UNKNOWN = "unknown"
    """Something nearer is missing."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that was looked at.

    Attributes:
        name: As ``railway-api``.
        words: What was found.
        following: What to type or to do about it; empty when nothing is to be done.
        exit_status: With which a command ends because of it: 0, 2 (to be mended
            here) or 8 (a platform).
    """

    name: str
    state: State
    words: str
    following: str = ""
    exit_status: int = 0

    def as_json(self) -> dict[str, object]:
        """Return it for ``--json``."""
        return {
            "name": self.name,
            "state": str(self.state),
            "words": self.words,
            "next": self.following,
        }


@dataclass(frozen=True)
class Doctor:
    """Looks at everything that a run stands on, for one environment.

    Attributes:
        processes: Runs the tools, to see that they are there.
    """

    app: App
    processes: Processes

    def examine(self) -> Iterator[Condition]:
        """Yield one condition after the other; nothing is written anywhere."""
        yield _ok("python", machine.python_version())
        for tool in TOOLS:
            yield self._tool(tool)
        yield self._keys()
        yield self._variables()
        target = self.app.target
        if target.platforms == SANDBOX and target.facts is None:
            words = "it does not run, and what stands on it cannot be looked at"
            yield Condition("sandbox", State.FAILED, words, "invoke sandbox.up", 8)
            return
        tokens = self._tokens()
        yield tokens
        yield self._secrets()
        if tokens.state is not State.OK:
            yield _unknown("platforms", "a token is missing")
            return
        yield self._authority()
        reached = [self._reached(name) for name in ("railway", "vercel", "supabase")]
        yield from reached
        yield self._zone()
        yield from self._accounts(reached)
        yield from self._auto_deploys(reached)

    @property
    def playbook(self) -> Playbook:
        """The one that the environment is provisioned with."""
        return self.app.playbook(self.app.target.environment)

    # --- here -----------------------------------------------------------------

    def _tool(self, name: str) -> Condition:
        command = Command((name, "--version"), cwd=self.app.workspace.root)
        try:
            told = self.processes.run(command).text.strip()
        except CommandMissing as error:
            return _broken(f"tool-{name}", error)
        return _ok(f"tool-{name}", told)

    def _keys(self) -> Condition:
        following = "invoke secrets.init"
        if self.app.target.platforms != SANDBOX:
            following += f" --platforms {self.app.target.platforms}"
        try:
            keys = self.app.keys
        except LaunchbookError as error:
            return _broken("keys", error)
        if keys.is_ephemeral:
            words = "none yet; the first command that writes makes them"
            return Condition("keys", State.WARNING, words, following)
        if not keys.break_glass:
            words = "there, and nothing brings them back when this machine is lost"
            return Condition("keys", State.WARNING, words, following)
        return _ok("keys", "there, and the break-glass identity reads them too")

    def _variables(self) -> Condition:
        faults = self.app.declared.audit().faults
        if not faults:
            return _ok("variables", "right for this environment")
        following = f"invoke env.check --environment {self.app.target.environment}"
        words = f"{len(faults)} faults, first: {faults[0]}"
        return Condition("variables", State.FAILED, words, following, 2)

    def _tokens(self) -> Condition:
        """What the set of platforms names."""
        app = self.app
        resolver = app.view.resolver(app.secrets)
        needed = resolver.secrets(app.view.roots["platform"])
        try:
            app.secrets.require(needed)
        except LaunchbookError as error:
            following = f"invoke connect --platforms {app.target.platforms}"
            return Condition("tokens", State.FAILED, error.message, following, 2)
        return _ok("tokens", "every platform has one")

    def _secrets(self) -> Condition:
        """What playbooks name beside tokens; nothing is made up here."""
        app = self.app
        needed = app.needed_secrets(self.playbook)
        needed -= app.view.resolver(app.secrets).secrets(app.view.roots["platform"])
        try:
            app.secrets.require(needed)
        except LaunchbookError as error:
            return _broken("secrets", error)
        return _ok("secrets", f"all {len(needed)} have a value, or get one when needed")

    def _authority(self) -> Condition:
        """A live database is trusted by a certificate that a person saves first."""
        path = self._ca_file()
        if path.is_file():
            return _ok("database-authority", str(path.name))
        return Condition(
            "database-authority",
            State.FAILED,
            f"{self.app.workspace.shown(path)} is not there",
            "save the certificate of the database settings in Supabase's dashboard as "
            f"{self.app.workspace.shown(path)}",
            2,
        )

    def _ca_file(self) -> Path:
        return self.app.workspace.root / str(self.app.clients.platform["ca_file"])

    # --- platforms ------------------------------------------------------------

    def _reached(self, platform: str) -> Condition:
        """Ask whom the token stands for."""
        clients = self.app.clients
        reads: dict[str, Callable[[], object]] = {
            "railway": clients.railway.read_account,
            # A team's own route takes a slug too; everything else wants its id.
            "vercel": clients.vercel.read_project_names,
            "supabase": clients.supabase.read_organizations,
        }
        name, address = f"{platform}-api", str(clients.platform[platform]["api"])
        try:
            reads[platform]()
        except ProviderError as error:
            return _broken(name, error)
        return _ok(name, f"{address} answers, and takes the token")

    def _zone(self) -> Condition:
        """Whether the DNS provider has the product's zone, and the world asks it."""
        app, name = self.app, "dns-zone"
        product = cast("dict[str, dict[str, object]]", app.inventory.product.mapping())
        wanted = str(product["dns"]["zone"])
        try:
            zone = app.clients.dns.find_zone(wanted)
        except ProviderError as error:
            return _broken(name, error)
        if zone is None:
            words = f"{wanted} is not in the account; provisioning adds it"
            return Condition(name, State.WARNING, words)
        if not zone.is_active:
            servers = ", ".join(zone.name_servers)
            return Condition(
                name,
                State.FAILED,
                f"{wanted} is there, and its registrar leads elsewhere",
                f"enter {servers} as name servers at the registrar",
                8,
            )
        return _ok(name, f"{wanted} is served by {', '.join(zone.name_servers)}")

    def _accounts(self, reached: Sequence[Condition]) -> Iterator[Condition]:
        """Kinds of tokens, plans, spend, names, the clock."""
        app = self.app
        entries = self.playbook.all_entries
        entry = next((each for each in entries if each.uses == ACCOUNTS), None)
        if entry is None:
            return
        if away := _first_away(reached):
            yield _unknown("accounts", away.words)
            return
        resolver = app.view.resolver(app.secrets)
        given = resolver.resolve(dict(entry.inputs), {}, entry.locate)
        values = cast("dict[str, object]", given)
        step = cast("PlatformAccounts", app.step(ACCOUNTS))
        inputs = cast("Inputs", build_inputs(entry, values))
        try:
            findings = step.look(inputs, app.target.environment, app.clock)
        except ProviderError as error:
            yield _broken("accounts", error)
            return
        yield from map(_judged, findings)

    def _auto_deploys(self, reached: Sequence[Condition]) -> Iterator[Condition]:
        """Pushes that the platforms deploy by themselves."""
        if away := _first_away(reached):
            yield _unknown("git-deploy", away.words)
            return
        try:
            found = list(find_auto_deploys(self.app))
        except ProviderError as error:
            yield _broken("git-deploy", error)
            return
        if not found:
            yield _ok("git-deploy", "no platform deploys by itself")
            return
        words = "; ".join(each.words for each in found)
        target = self.app.target
        flags = f" --environment {target.environment} --platforms {target.platforms}"
        yield Condition("git-deploy", State.FAILED, words, FIX + flags, 8)


def _ok(name: str, words: str) -> Condition:
    return Condition(name, State.OK, words)


def _unknown(name: str, why: str) -> Condition:
    return Condition(name, State.UNKNOWN, f"not looked at: {why}")


def _broken(name: str, error: LaunchbookError) -> Condition:
    return Condition(name, State.FAILED, error.message, error.hint, error.exit_status)


def _first_away(reached: Sequence[Condition]) -> Condition | None:
    """The first platform that cannot be asked."""
    return next((each for each in reached if each.state is not State.OK), None)


def _judged(finding: Finding) -> Condition:
    """A finding about an account; what could not be told is worth a look."""
    if finding.verdict is Verdict.PASSED:
        return _ok(finding.name, finding.words)
    if finding.verdict is Verdict.INCONCLUSIVE:
        return Condition(finding.name, State.WARNING, finding.words)
    following = "mend it at the platform, or in the inventory"
    return Condition(finding.name, State.FAILED, finding.words, following, 8)
