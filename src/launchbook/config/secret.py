"""Secrets: where the values behind references come from.

``secret:NAME`` is in the environment's encrypted file, ``env:NAME`` in the process's
variables, ``file:path`` in a file, ``cmd:NAME`` in what a command of the allow-list
puts out. On the sandbox, a ``secret:`` that is missing is made up once and kept.
"""

from __future__ import annotations

import secrets
import string
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Final

from launchbook.errors import MissingSecret
from launchbook.redact import Redactor, Secret

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from launchbook.config.secret_file import Content, SecretStore

SECRET: Final = "secret:"  # noqa: S105 - the prefix of a reference
ENVIRONMENT: Final = "env:"
FILE: Final = "file:"
COMMAND: Final = "cmd:"
ALPHABET: Final = string.ascii_letters + string.digits
GENERATED_LENGTH: Final = 43
"""Characters of letters and digits that hold 256 bits."""


@dataclass(frozen=True, slots=True)
class SecretRule:
    """What the contract asks of a secret's text.

    Attributes:
        is_numeric: Digits only, as an account's number.
    """

    min_length: int = 0
    max_length: int | None = None
    is_numeric: bool = False

    @property
    def length(self) -> int:
        """How long a generated value is."""
        longest = GENERATED_LENGTH if self.max_length is None else self.max_length
        return max(self.min_length, min(GENERATED_LENGTH, longest))


@dataclass(frozen=True, slots=True)
class SecretPolicy:
    """What may be done about a missing secret.

    Attributes:
        is_generating: Missing ``secret:`` values are made up, which only a
            sandbox may do (``secrets.generate`` of the set of platforms).
        is_read_only: Made-up values are not written (``--check``).
        platforms: The set of platforms, for the command that a hint names.
    """

    is_generating: bool
    is_read_only: bool = False
    platforms: str = "live"


Run = Callable[[str], Secret | None]
"""Gives what a command of the allow-list puts out for ``cmd:NAME``; None for nothing."""


def run_none(_reference: str) -> Secret | None:
    """Run nothing: where there is no allow-list there is no command."""
    return None


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where values are that the encrypted file does not hold.

    Attributes:
        root: Folder that ``file:`` paths start from.
        environ: The variables that ``env:`` names.
        run: Runs a command of the allow-list for ``cmd:``.
    """

    root: Path
    environ: Mapping[str, str] = field(repr=False)
    run: Run = run_none


class SecretSource:
    """Gives the values behind references, and says what is missing.

    Args:
        store: The environment's own file.
        policy: Whether missing values may be made up.
        around: Where the other values are.
        rules: What made-up values must satisfy, by name.
        redactor: Learns every value that is read, given out or not.
    """

    def __init__(
        self,
        store: SecretStore,
        policy: SecretPolicy,
        around: Surroundings,
        *,
        rules: Mapping[str, SecretRule],
        redactor: Redactor,
    ) -> None:
        self._store = store
        self._policy = policy
        self._around = around
        self._rules = rules
        self._redactor = redactor
        self._pending: dict[str, Secret] = {}
        self._put_out: dict[str, Secret | None] = {}
        self._learned: Content | None = None
        # Steps side by side ask for secrets; a command is not to be run twice.
        self._lock = Lock()

    def has(self, reference: str) -> bool:
        """Return whether a reference has a value, without making one up."""
        return self._find(reference) is not None

    def require(self, references: Iterable[str]) -> None:
        """See to it that all of these have a value, before anything is created.

        Raises:
            MissingSecret: Some have none; the message lists every one.
        """
        missing = [each for each in sorted(set(references)) if not self.has(each)]
        names = [each.removeprefix(SECRET) for each in missing if self._may_make(each)]
        if refused := [each for each in missing if not self._may_make(each)]:
            raise self._missing(refused)
        if names:
            self._make(names)

    def __call__(self, reference: str) -> Secret:
        """Return the value behind a reference.

        Raises:
            MissingSecret: It has none, and none may be made up.
        """
        if (found := self._find(reference)) is None:
            self.require([reference])
            found = self._find(reference)
        # A file may vanish between the two looks.
        if found is None:
            raise self._missing([reference])
        return self._redactor.learn(found)

    def _may_make(self, reference: str) -> bool:
        return self._policy.is_generating and reference.startswith(SECRET)

    def _make(self, names: list[str]) -> None:
        made = {name: generate(self._rules.get(name, SecretRule())) for name in names}
        if self._policy.is_read_only:
            self._pending |= made
        else:
            self._store.add_missing(made)

    def _find(self, reference: str) -> Secret | None:
        kind, _, name = reference.partition(":")
        if kind == "secret":
            return self._stored(name) or self._pending.get(name)
        if kind == "cmd":
            return self._put_out_by(reference)
        if kind == "env":
            text = self._around.environ.get(name)
            return Secret(text) if text else None
        return self._read_file(name)

    def _stored(self, name: str) -> Secret | None:
        """A value of the file; all that it holds is redacted from now on.

        A platform's own words may quote a value that we never gave out, as one
        that is being replaced.
        """
        with self._lock:
            content = self._store.read()
            if content is not self._learned:
                for value in content.values.values():
                    self._redactor.learn(value)
                for each in content.rotations.values():
                    self._redactor.learn(each.retired)
                self._learned = content
        return content.values.get(name)

    def _put_out_by(self, reference: str) -> Secret | None:
        """What a command puts out; it is run once."""
        with self._lock:
            if reference not in self._put_out:
                self._put_out[reference] = self._around.run(reference)
            return self._put_out[reference]

    def _read_file(self, path: str) -> Secret | None:
        try:
            text = (self._around.root / path).expanduser().read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            return None
        return Secret(text.rstrip("\n")) if text.strip() else None

    def _missing(self, references: list[str]) -> MissingSecret:
        count = len(references)
        noun = "secret has" if count == 1 else "secrets have"
        return MissingSecret(
            f"{count} {noun} no value: {', '.join(references)}",
            hint=self._how_to_give(references),
            details={"missing": references, "store": str(self._store.path)},
        )

    def _how_to_give(self, references: list[str]) -> str:
        """The sentence that says what to type, for each kind that is missing."""
        ways = []
        first: dict[str, str] = {}
        for each in references:
            kind, _, name = each.partition(":")
            first.setdefault(kind, name)
        if "secret" in first:
            ways.append(f"type `{self._command(first['secret'])}` for each secret")
        if "env" in first:
            ways.append(f"type `export {first['env']}=...` for each variable")
        if "file" in first:
            ways.append(f"create the file {first['file']}")
        if "cmd" in first:
            ways.append(f"see why cmd:{first['cmd']} puts out nothing")
        sentence = ", and ".join(ways)
        return f"{sentence[0].upper()}{sentence[1:]}, then run the same command again."

    def _command(self, name: str) -> str:
        """What gives a secret of this environment its value."""
        environment = self._store.path.stem
        flags = f"--environment {environment} --platforms {self._policy.platforms}"
        return f"invoke secrets.set {name} {flags}"


def generate(rule: SecretRule) -> Secret:
    """Make up a value; letters and digits pass through every shell and URL."""
    alphabet = string.digits if rule.is_numeric else ALPHABET
    return Secret("".join(secrets.choice(alphabet) for _ in range(rule.length)))
