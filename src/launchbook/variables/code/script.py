"""JavaScript and TypeScript: what a module reads of ``process.env`` and its kin.

Members, indexes and destructuring of the environment are readings, also by way of
another name for it. Names that a page inlines while it is built (``NEXT_PUBLIC_*``)
cannot be anything else, so they count wherever code names them. A module that hands
the whole environment on, as to a validator, reads the names that it lists.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from launchbook.variables.code.reading import Reading, is_name
from launchbook.variables.code.token import Token, TokenKind, tokens_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PUBLIC: Final = "NEXT_PUBLIC_"
_HOLDERS: Final = (
    ("process", "env"),
    ("import", "meta", "env"),
    ("Bun", "env"),
    ("Deno", "env"),
)
_MODULES: Final = frozenset({"process", "node:process"})
_DECLARING: Final = frozenset({"const", "let", "var"})
_GETTERS: Final = frozenset({"get", "has"})


def read_script(path: str, text: str) -> frozenset[Reading]:
    """Return what one module reads."""
    return frozenset(_Script(path, tokens_of(text)).readings())


class _Script:
    """One module's tokens, and the names that hold the environment in it."""

    def __init__(self, path: str, tokens: Sequence[Token]) -> None:
        self._path = path
        self._tokens = tokens
        self._aliases: set[str] = set()
        self._constants = dict(self._named_texts())
        self._is_handed_on = False

    def readings(self) -> Iterator[Reading]:
        """Yield every reading."""
        self._find_aliases()
        for at in range(len(self._tokens)):
            yield from self._public(at)
            end = self._holder_end(at)
            if end:
                yield from self._of_holder(at, end)
        if self._is_handed_on:
            yield from self._listed()

    # --- where the environment is --------------------------------------------

    def _find_aliases(self) -> None:
        """Other names for the environment: imports, and what it is assigned to."""
        for at, token in enumerate(self._tokens):
            is_import = token.kind is TokenKind.TEXT and token.text in _MODULES
            is_taken = token.text == "process" and self._token(at - 1).is_mark("=")
            if is_import or (is_taken and self._token(at - 2).is_mark("}")):
                self._find_imported(at)
        for at in range(len(self._tokens)):
            end = self._holder_end(at)
            is_whole = end and not self._token(end).is_mark(".", "?.", "[")
            is_named = self._token(at - 1).is_mark("=") and (
                self._token(at - 3).text in _DECLARING
            )
            if is_whole and is_named:
                self._aliases.add(self._token(at - 2).text)

    def _find_imported(self, at: int) -> None:
        """``import { env } from "process"`` or ``const { env } = process``."""
        begin = at
        while begin > 0 and self._token(begin).text not in {"import", "const", ";"}:
            begin -= 1
        words = [t.text for t in self._tokens[begin:at]]
        for index, word in enumerate(words):
            if word != "env":
                continue
            is_renamed = words[index + 1 : index + 2] in (["as"], [":"])
            self._aliases.add(words[index + 2] if is_renamed else "env")

    def _holder_end(self, at: int) -> int:
        """The index after an expression that is the environment; 0 for none."""
        token = self._token(at)
        if token.kind is not TokenKind.NAME or self._is_member(at):
            return 0
        if token.text in self._aliases:
            return at + 1
        start = at + 2 if token.text == "globalThis" else at
        return next((e for h in _HOLDERS if (e := self._path_end(start, h))), 0)

    def _path_end(self, at: int, names: Sequence[str]) -> int:
        """The index after ``a.b`` or ``a["b"]``; 0 where it does not stand there."""
        if self._token(at).text != names[0]:
            return 0
        at += 1
        for name in names[1:]:
            if self._token(at).is_mark(".", "?.") and self._token(at + 1).text == name:
                at += 2
            elif self._token(at).is_mark("[") and self._token(at + 1).text == name:
                at += 3
            else:
                return 0
        return at

    def _is_member(self, at: int) -> bool:
        """Whether a name belongs to something else, as in ``a.process``."""
        before = self._token(at - 1)
        if not before.is_mark(".", "?."):
            return False
        return self._token(at - 2).text != "globalThis"

    # --- what is read of it --------------------------------------------------

    def _of_holder(self, begin: int, end: int) -> Iterator[Reading]:
        after = self._token(end)
        if after.is_mark(".", "?."):
            yield from self._of_member(end)
        elif after.is_mark("["):
            yield from self._of_index(end + 1)
        elif self._token(begin - 1).is_mark("=") and self._token(begin - 2).is_mark(
            "}"
        ):
            yield from self._of_pattern(begin - 2)
        elif self._token(begin - 1).text == "in":
            yield from self._named(self._token(begin - 2))
        elif not self._is_alias(begin):
            self._is_handed_on = True

    def _of_member(self, dot: int) -> Iterator[Reading]:
        """``.X``, ``?.["X"]``, and ``.get("X")`` of runtimes that ask so."""
        member = self._token(dot + 1)
        if member.is_mark("["):
            yield from self._of_index(dot + 2)
        elif member.text in _GETTERS and self._token(dot + 2).is_mark("("):
            yield from self._named(self._token(dot + 3))
        elif not self._is_written(dot + 2):
            yield from self._named(member)

    def _of_index(self, at: int) -> Iterator[Reading]:
        key = self._token(at)
        if self._is_written(at + 2):
            return
        if key.kind is TokenKind.TEXT and self._token(at + 1).is_mark("]"):
            yield from self._named(key)
        elif key.text in self._constants:
            yield from self._named(Token(key.kind, self._constants[key.text], key.line))
        else:
            self._is_handed_on = True

    def _of_pattern(self, close: int) -> Iterator[Reading]:
        """``{ A, B: b, C = "x", ...rest } = ``, read from its end to its begin."""
        depth, at = 0, close
        while at >= 0:
            depth += self._token(at).is_mark("}", "]", ")")
            depth -= self._token(at).is_mark("{", "[", "(")
            if depth == 0:
                break
            at -= 1
        for index in range(at + 1, close):
            is_first = self._token(index - 1).is_mark("{", ",")
            if is_first and self._depth_between(at, index) == 1:
                yield from self._named(self._token(index))

    def _depth_between(self, begin: int, end: int) -> int:
        tokens = self._tokens[begin:end]
        opened = sum(token.is_mark("{", "[", "(") for token in tokens)
        return opened - sum(token.is_mark("}", "]", ")") for token in tokens)

    def _public(self, at: int) -> Iterator[Reading]:
        """A name that can only be a variable which is built into a page."""
        token = self._token(at)
        if not token.text.startswith(PUBLIC):
            return
        is_index = self._token(at - 1).is_mark("[") and self._token(at + 1).is_mark("]")
        if token.kind is TokenKind.NAME or is_index:
            yield from self._named(token)

    def _listed(self) -> Iterator[Reading]:
        """Names that stand as keys and texts of a module that hands all of it on."""
        for at, token in enumerate(self._tokens):
            is_key = token.kind is TokenKind.NAME and self._token(at + 1).is_mark(":")
            if (is_key or token.kind is TokenKind.TEXT) and is_name(token.text):
                yield Reading(token.text, self._path, token.line, is_listed=True)

    # --- small questions -----------------------------------------------------

    def _named(self, token: Token) -> Iterator[Reading]:
        if is_name(token.text):
            yield Reading(token.text, self._path, token.line)

    def _is_written(self, at: int) -> bool:
        return self._token(at).is_mark("=", "??=")

    def _is_alias(self, begin: int) -> bool:
        """Whether the environment gets another name here, or is that name."""
        is_declared = self._token(begin - 1).is_mark("=")
        before = self._token(begin - 1).text
        return is_declared or before in _DECLARING or before in {"{", ",", "as"}

    def _named_texts(self) -> Iterator[tuple[str, str]]:
        """``const NAME = "text"``."""
        for at in range(len(self._tokens) - 3):
            first, name, mark, text = self._tokens[at : at + 4]
            is_named = first.text in _DECLARING and mark.is_mark("=")
            if is_named and text.kind is TokenKind.TEXT:
                yield name.text, text.text

    def _token(self, at: int) -> Token:
        """The token at an index; an empty mark outside."""
        if 0 <= at < len(self._tokens):
            return self._tokens[at]
        return Token(TokenKind.MARK, "", 0)
