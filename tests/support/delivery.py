"""Generated workflows, as tests read them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from launchbook.delivery.need import Needs
from launchbook.delivery.text import files

if TYPE_CHECKING:
    from collections.abc import Iterator

SECRETS = ("LAUNCHBOOK_IDENTITY", "LAUNCHBOOK_LEDGER_URL", "VERCEL_TOKEN")
NEEDS = Needs(
    branch="main",
    secrets=dict.fromkeys(("staging", "production", "review"), SECRETS),
    has_preview=True,
)


def workflows(needs: Needs = NEEDS) -> dict[str, dict[str, Any]]:
    """Every workflow, read back, by its file."""
    return {name: yaml.safe_load(text) for name, text in files(needs).items()}


def jobs() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every job of every workflow, by ``file job``."""
    for name, each in workflows().items():
        for key, job in each["jobs"].items():
            yield f"{name} {key}", job


def steps() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every step of every job, by ``file job step``."""
    for name, job in jobs():
        for step in job["steps"]:
            yield f"{name}: {step['name']}", step


def our_lines() -> Iterator[tuple[str, str]]:
    """Every line that types a command of ours, by ``file job step``."""
    for name, step in steps():
        for line in step.get("run", "").splitlines():
            if line.startswith("invoke "):
                yield name, line
