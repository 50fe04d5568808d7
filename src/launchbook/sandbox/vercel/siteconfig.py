"""The part of ``vercel.json`` that says how a site is served."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from launchbook.sandbox.vercel.patterns import Source, SourceError, compile_source

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

KNOWN_KEYS: Final = frozenset(
    {
        "$schema",
        "buildCommand",
        "bunVersion",
        "cleanUrls",
        "crons",
        "devCommand",
        "framework",
        "git",
        "github",
        "headers",
        "ignoreCommand",
        "images",
        "installCommand",
        "name",
        "outputDirectory",
        "public",
        "redirects",
        "regions",
        "rewrites",
        "trailingSlash",
        "version",
    }
)
"""Keys that a file may have; what is not about serving or building is ignored."""

_NOT_EMULATED: Final = frozenset(
    {"builds", "fluid", "functions", "functionFailoverRegions", "routes"}
)
"""Keys of the vendor whose meaning would be lost here: refused by name."""

_REDIRECT_STATUSES: Final = frozenset({301, 302, 303, 307, 308})


class ConfigError(ValueError):
    """A ``vercel.json`` that the vendor would refuse."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One entry of ``has`` or ``missing``.

    Attributes:
        kind: host, header, cookie or query.
        key: Which header, cookie or query parameter.
        value: A pattern for its whole value; None: it need only be there.
    """

    kind: str
    key: str
    value: re.Pattern[str] | None


@dataclass(frozen=True, slots=True)
class Rule:
    """A header rule, redirect or rewrite.

    Attributes:
        destination: Empty for a header rule.
        status: Of a redirect.
        headers: Of a header rule: names and values.
        has: All must hold. missing: none may hold.
    """

    source: Source
    destination: str = ""
    status: int = 308
    headers: tuple[tuple[str, str], ...] = ()
    has: tuple[Condition, ...] = ()
    missing: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class SiteConfig:
    """How a site is served.

    Attributes:
        is_clean: ``/about`` is ``about.html``, and ``/about.html`` moves there.
        trailing_slash: True and False redirect to that form; None leaves both.
    """

    headers: tuple[Rule, ...] = ()
    redirects: tuple[Rule, ...] = ()
    rewrites: tuple[Rule, ...] = ()
    is_clean: bool = False
    trailing_slash: bool | None = None


def read_config(data: object) -> SiteConfig:
    """Read the content of a ``vercel.json``.

    Raises:
        ConfigError: As the vendor, a key that nobody knows is an error.
    """
    if not isinstance(data, dict):
        raise ConfigError("should be object")
    for key in data:
        if key in _NOT_EMULATED:
            raise ConfigError(f"the sandbox does not emulate `{key}`")
        if key not in KNOWN_KEYS:
            raise ConfigError(f"should NOT have additional property `{key}`")
    try:
        return SiteConfig(
            headers=_rules(data, "headers", _header_rule),
            redirects=_rules(data, "redirects", _redirect_rule),
            rewrites=_rules(data, "rewrites", _rewrite_rule),
            is_clean=_boolean(data, "cleanUrls") or False,
            trailing_slash=_boolean(data, "trailingSlash"),
        )
    except SourceError as error:
        raise ConfigError(str(error)) from error


def _boolean(data: Mapping[str, Any], key: str) -> bool | None:
    value = data.get(key)
    if value is not None and not isinstance(value, bool):
        raise ConfigError(f"`{key}` should be boolean")
    return value


def _rules(
    data: Mapping[str, Any], key: str, read: Callable[[Mapping[str, Any]], Rule]
) -> tuple[Rule, ...]:
    entries = data.get(key, [])
    if not isinstance(entries, list):
        raise ConfigError(f"`{key}` should be array")
    for entry in entries:
        if not isinstance(entry, dict) or not isinstance(entry.get("source"), str):
            raise ConfigError(f"`{key}` needs a `source` in every entry")
    return tuple(read(entry) for entry in entries)


def _header_rule(entry: Mapping[str, Any]) -> Rule:
    headers = entry.get("headers")
    if not isinstance(headers, list):
        raise ConfigError("`headers` needs an array of `key` and `value`")
    try:
        pairs = tuple((str(one["key"]), str(one["value"])) for one in headers)
    except (KeyError, TypeError) as error:
        raise ConfigError("a header needs `key` and `value`") from error
    return replace(_rule(entry), headers=pairs)


def _redirect_rule(entry: Mapping[str, Any]) -> Rule:
    """Read a redirect: permanent (308) when it does not say."""
    status = entry.get("statusCode", 308 if entry.get("permanent", True) else 307)
    if status not in _REDIRECT_STATUSES:
        raise ConfigError("`statusCode` of a redirect should be 301, 302, 307 or 308")
    return replace(_rule(entry), destination=_destination(entry), status=status)


def _rewrite_rule(entry: Mapping[str, Any]) -> Rule:
    return replace(_rule(entry), destination=_destination(entry))


def _rule(entry: Mapping[str, Any]) -> Rule:
    """Read what all kinds of rules have."""
    return Rule(
        source=compile_source(entry["source"]),
        has=_conditions(entry, "has"),
        missing=_conditions(entry, "missing"),
    )


def _destination(entry: Mapping[str, Any]) -> str:
    destination = entry.get("destination")
    if not isinstance(destination, str):
        raise ConfigError(f"{entry['source']!r} needs a `destination`")
    return destination


def _conditions(entry: Mapping[str, Any], name: str) -> tuple[Condition, ...]:
    conditions = entry.get(name, [])
    if not isinstance(conditions, list):
        raise ConfigError(f"`{name}` should be array")
    return tuple(_condition(one) for one in conditions)


def _condition(entry: Any) -> Condition:
    if not isinstance(entry, dict) or not isinstance(entry.get("type"), str):
        raise ConfigError("`has` and `missing` need a `type` in every entry")
    value = entry.get("value")
    try:
        pattern = None if value is None else re.compile(str(value))
    except re.error as error:
        raise ConfigError(f"{value!r} is no pattern: {error}") from error
    return Condition(entry["type"], str(entry.get("key", "")), pattern)
