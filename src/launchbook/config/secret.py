"""Secrets: where the values behind ``secret:``, ``env:`` and ``file:`` come from.

One age-encrypted file an environment holds what ``secret:NAME`` names. On the
sandbox, what is missing there is generated once and kept.
"""

from __future__ import annotations

import json
import secrets
import string
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from launchbook.config import safe_file
from launchbook.errors import KeyUnusable, MissingSecret
from launchbook.redact import Redactor, Secret

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from launchbook.config.keys import KeyRing

SECRET: Final = "secret:"  # noqa: S105 - the prefix of a reference
ENVIRONMENT: Final = "env:"
FILE: Final = "file:"
FORMAT_VERSION: Final = 1
ALPHABET: Final = string.ascii_letters + string.digits
GENERATED_LENGTH: Final = 43
"""Characters of letters and digits that hold 256 bits."""


@dataclass(frozen=True, slots=True)
class SecretRule:
    """What the contract asks of a secret's text."""

    min_length: int = 0
    max_length: int | None = None

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


class SecretStore:
    """One age-encrypted file: a mapping of names to values.

    Args:
        path: The file; it is made with the first value.
        keys: Whose identity it is encrypted to.
    """

    def __init__(self, path: Path, keys: KeyRing) -> None:
        self.path = path
        self._keys = keys
        self._values: dict[str, Secret] | None = None

    def names(self) -> frozenset[str]:
        """Return the names that have a value."""
        return frozenset(self._read())

    def get(self, name: str) -> Secret | None:
        """Return a value, or None.

        Raises:
            KeyUnusable: The file cannot be decrypted, or is damaged.
        """
        return self._read().get(name)

    def add(self, values: Mapping[str, Secret]) -> None:
        """Set values; others stay as they are. Safe beside another process."""
        with safe_file.locked(self.path.parent):
            self._values = None
            self._write({**self._read(), **values})

    def add_missing(self, values: Mapping[str, Secret]) -> None:
        """Set those values that have none yet; what is there wins."""
        with safe_file.locked(self.path.parent):
            self._values = None
            self._write({**values, **self._read()})

    def _read(self) -> dict[str, Secret]:
        if self._values is None:
            self._values = self._load() if self.path.exists() else {}
        return self._values

    def _load(self) -> dict[str, Secret]:
        try:
            content = json.loads(self._keys.decrypt(self.path.read_bytes()))
            version, values = content["version"], dict(content["secrets"])
        except KeyUnusable as error:
            raise self._damaged() from error
        except (ValueError, KeyError, TypeError):
            # Without its cause: the text of a parser's error may hold a secret.
            raise self._damaged() from None
        if version != FORMAT_VERSION:
            raise self._damaged()
        return {str(name): Secret(str(text)) for name, text in values.items()}

    def _damaged(self) -> KeyUnusable:
        return KeyUnusable(
            f"{self.path} cannot be read with this state folder's identity",
            hint="Put keys/operations.key, or the file itself, back from its copy.",
        )

    def _write(self, values: Mapping[str, Secret]) -> None:
        content = {
            "version": FORMAT_VERSION,
            "secrets": {name: values[name].reveal() for name in sorted(values)},
        }
        safe_file.write(self.path, self._keys.encrypt(json.dumps(content).encode()))
        self._values = dict(values)


class SecretSource:
    """Gives the values behind references, and says what is missing.

    Args:
        store: The environment's own file.
        policy: Whether missing values may be made up.
        root: Folder that ``file:`` paths start from.
        environ: The variables that ``env:`` names.
        rules: What made-up values must satisfy, by name.
        redactor: Learns every value that is given out.
    """

    def __init__(
        self,
        store: SecretStore,
        policy: SecretPolicy,
        *,
        root: Path,
        environ: Mapping[str, str],
        rules: Mapping[str, SecretRule],
        redactor: Redactor,
    ) -> None:
        self._store = store
        self._policy = policy
        self._root = root
        self._environ = environ
        self._rules = rules
        self._redactor = redactor
        self._pending: dict[str, Secret] = {}

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
        made = {name: _generate(self._rules.get(name, SecretRule())) for name in names}
        if self._policy.is_read_only:
            self._pending |= made
        else:
            self._store.add_missing(made)

    def _find(self, reference: str) -> Secret | None:
        kind, _, name = reference.partition(":")
        if kind == "secret":
            return self._store.get(name) or self._pending.get(name)
        if kind == "env":
            text = self._environ.get(name)
            return Secret(text) if text else None
        return self._read_file(name)

    def _read_file(self, path: str) -> Secret | None:
        try:
            text = (self._root / path).expanduser().read_text(encoding="utf-8")
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
        sentence = ", and ".join(ways)
        return f"{sentence[0].upper()}{sentence[1:]}, then run the same command again."

    def _command(self, name: str) -> str:
        """What gives a secret of this environment its value."""
        environment = self._store.path.stem
        flags = f"--environment {environment} --platforms {self._policy.platforms}"
        return f"invoke secrets.set {name} {flags}"


def _generate(rule: SecretRule) -> Secret:
    """Make up a value; letters and digits pass through every shell and URL."""
    return Secret("".join(secrets.choice(ALPHABET) for _ in range(rule.length)))
