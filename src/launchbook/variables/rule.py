"""Rules for the text of one variable.

A rule answers what is wrong, as the end of a sentence that begins with the
variable's name, or nothing. It never repeats the value: that may be a secret.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from launchbook.variables.contract import Kind
from launchbook.variables.fault import Breach, FaultKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from launchbook.variables.contract import Limits, Variable

DURATION: Final = re.compile(r"[0-9]+(ms|s|m|h|d)?")
INTEGER: Final = re.compile(r"[-+]?[0-9]{1,18}")
PLACEHOLDER: Final = re.compile(
    r"pending|todo|tbd|changeme|change[-_ ]me|placeholder|xxx+|<[^<>]*>|undefined"
    r"|null|none|your[-_ ].*[-_ ]here|replace[-_ ]me",
    re.IGNORECASE,
)
"""Texts that somebody meant to replace; the first was seen in production."""
PENDING: Final = re.compile(r"\bPENDING\b")
LOCAL: Final = re.compile(
    r"(^|[/@.])(localhost|127\.[0-9.]+|0\.0\.0\.0|\[::1\])([:/?#,]|$)", re.IGNORECASE
)
PLAIN_HTTP: Final = re.compile(r"(^|,)\s*http://", re.IGNORECASE)
SECRET_WORD: Final = re.compile(
    r"(^|_)(SECRET|SERVICE_ROLE|PRIVATE|PASSWORD|TOKEN)(_|$)"
)


def faults_of(
    variable: Variable, text: str, *, environment: str, is_local_allowed: bool
) -> Iterator[Breach]:
    """Yield everything that is wrong with a text by itself."""
    if PLACEHOLDER.fullmatch(text.strip()) or PENDING.search(text):
        yield Breach(FaultKind.PLACEHOLDER, "holds a placeholder that nobody replaced")
        return
    if not is_local_allowed and LOCAL.search(text):
        yield Breach(
            FaultKind.LOCAL, "names this machine, which live platforms cannot reach"
        )
    elif not is_local_allowed and PLAIN_HTTP.search(text):
        yield Breach(FaultKind.UNENCRYPTED, "holds an address without encryption")
    yield from _kind_faults(variable, text, variable.limits_of(environment))
    yield from _shape_faults(variable, text)


def name_fault(variable: Variable) -> str:
    """Say what is wrong with a variable by its name; empty for nothing."""
    if not variable.is_public:
        return ""
    if variable.is_secret:
        return "is secret, and its prefix makes it public"
    if SECRET_WORD.search(variable.name):
        return "is called a secret, and its prefix makes it public"
    return ""


def _kind_faults(variable: Variable, text: str, limits: Limits) -> Iterator[Breach]:
    """Check a text against the variable's type."""
    if variable.kind is Kind.INTEGER:
        yield from _integer_faults(text, limits)
    elif variable.kind is Kind.ENUM and text not in variable.options:
        yield Breach(FaultKind.OPTION, f"is not one of {', '.join(variable.options)}")
    elif fault := _type_fault(variable, text):
        yield Breach(FaultKind.TYPE, fault)


def _type_fault(variable: Variable, text: str) -> str:
    """Check a text against the types that have no limits; empty for nothing wrong."""
    if variable.kind is Kind.URL:
        return _url_fault(text, variable.schemes)
    if variable.kind is Kind.LIST:
        return _list_fault(variable, text)
    if variable.kind is Kind.BOOLEAN and text not in {"true", "false"}:
        return "is not true or false"
    if variable.kind is Kind.DURATION and not DURATION.fullmatch(text):
        return "is no duration, such as 15m, 30s or 500ms"
    return ""


def _integer_faults(text: str, limits: Limits) -> Iterator[Breach]:
    if not INTEGER.fullmatch(text):
        yield Breach(FaultKind.TYPE, "is not a whole number")
    elif limits.minimum is not None and int(text) < limits.minimum:
        yield Breach(FaultKind.RANGE, f"is below {limits.minimum:g}")
    elif limits.maximum is not None and int(text) > limits.maximum:
        yield Breach(FaultKind.RANGE, f"is above {limits.maximum:g}")


def _url_fault(text: str, schemes: tuple[str, ...]) -> str:
    wanted = " or ".join(f"{scheme}://" for scheme in schemes)
    try:
        parts = urlsplit(text)
        is_right = parts.scheme in schemes and bool(parts.hostname)
        # Reading the port is what refuses one that is none.
        _ = parts.port
    except ValueError:
        is_right = False
    is_right = is_right and not re.search(r"\s", text)
    return "" if is_right else f"is no address that starts with {wanted}"


def _list_fault(variable: Variable, text: str) -> str:
    entries = [entry.strip() for entry in text.split(",")]
    if not all(entries):
        return "is a list with an empty entry"
    if variable.items is not Kind.URL:
        return ""
    faults = [_url_fault(entry, variable.schemes) for entry in entries]
    return next((f"has an entry that {fault}" for fault in faults if fault), "")


def _shape_faults(variable: Variable, text: str) -> Iterator[Breach]:
    """Yield what is wrong with length and pattern."""
    if len(text) < variable.min_length:
        count = f"{len(text)} characters, fewer than {variable.min_length}"
        yield Breach(FaultKind.LENGTH, f"has {count}")
    if variable.max_length is not None and len(text) > variable.max_length:
        count = f"{len(text)} characters, more than {variable.max_length}"
        yield Breach(FaultKind.LENGTH, f"has {count}")
    if variable.pattern and not re.fullmatch(variable.pattern, text):
        yield Breach(
            FaultKind.PATTERN, f"does not match the pattern {variable.pattern}"
        )
