"""Frozen dataclasses out of plain YAML values, for cases as data."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from enum import Enum
from importlib import import_module
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from launchbook.migration.file import Migration
from launchbook.migration.history import Applied
from launchbook.model.release import Capsule
from launchbook.redact import Secret

NAMES = {
    "Applied": Applied,
    "Capsule": Capsule,
    "Migration": Migration,
    "Mapping": Mapping,
    "Path": Path,
    "Secret": Secret,
    "Sequence": Sequence,
    "datetime": datetime,
}


SCALARS: dict[Any, Callable[[Any], Any]] = {
    Path: Path,
    Secret: lambda text: Secret(str(text)),
    datetime: lambda text: datetime.fromisoformat(text).astimezone(UTC),
}


def construct(kind: Any, value: Any) -> Any:
    """Make a value of a type; mappings become dataclasses, strings Secrets."""
    if value is None:
        return None
    if is_dataclass(kind) and isinstance(kind, type):
        return _dataclass(kind, value)
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in {Union, UnionType}:
        return construct(
            next(each for each in arguments if each is not type(None)), value
        )
    if origin in {tuple, Sequence}:
        return tuple(construct(arguments[0], each) for each in value)
    if origin is Mapping or origin is dict:
        return {key: construct(arguments[1], each) for key, each in value.items()}
    return _scalar(kind, value)


def _scalar(kind: Any, value: Any) -> Any:
    """A value that holds no others."""
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(value)
    return SCALARS[kind](value) if kind in SCALARS else value


def _dataclass(kind: type, value: Mapping[str, Any]) -> Any:
    """One dataclass; unknown keys are a mistake in the case."""
    names = {each.name for each in fields(kind)}
    assert set(value) <= names, f"{kind.__name__} has no {set(value) - names}"
    module = import_module(kind.__module__)
    hints = get_type_hints(kind, vars(module), NAMES | _model(kind.__module__))
    return kind(**{key: construct(hints[key], each) for key, each in value.items()})


def _model(module: str) -> dict[str, Any]:
    """The vendor's own models, which a step's module imports for its types only."""
    vendor = module.rpartition(".")[2].partition("_")[0]
    if vendor in {"railway", "supabase", "vercel"}:
        return vars(import_module(f"launchbook.model.{vendor}"))
    return {}
