"""What jobs are made of: mappings in the order in which they are written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from launchbook.delivery.pin import CHECKOUT, SETUP_PYTHON

if TYPE_CHECKING:
    from launchbook.delivery.command import Command
    from launchbook.delivery.need import Needs
    from launchbook.delivery.pin import Pin

Part = dict[str, Any]

RUNNER: Final = "ubuntu-24.04"
"""Named by its year, so that it is changed on purpose."""
PYTHON: Final = "3.13"
READ: Final = {"contents": "read"}
HOME: Final = "${{ runner.temp }}/launchbook"
"""The state folder: beside the work tree, which must stay as it was committed."""
RELEASE_MINUTES: Final = 180
"""Those before it in the queue, its own way, and the watch at its end."""
SHORT_MINUTES: Final = 15


def action(name: str, pin: Pin, given: Part, *, only_if: str = "") -> Part:
    """Return a step that uses an action.

    Args:
        name: What it does.
        pin: Which action.
        given: What the action is told.
        only_if: A condition; empty for none.
    """
    condition = {"if": only_if} if only_if else {}
    return {"name": name, **condition, "uses": pin.uses, "with": given}


def setup(needs: Needs, *, has_history: bool = False) -> list[Part]:
    """Return the steps that every job of ours begins with.

    Args:
        needs: Of the product.
        has_history: All commits and branches too, not only the one that is built.
    """
    depth = {"fetch-depth": 0} if has_history else {}
    return [
        # The token would otherwise stay in .git/config for every later step.
        action("Check out", CHECKOUT, {"persist-credentials": False, **depth}),
        action("Set Python up", SETUP_PYTHON, {"python-version": PYTHON}),
        {
            "name": "Install Launchbook",
            "env": {"REQUIREMENTS": needs.requirements},
            "run": "python -m pip install --disable-pip-version-check --no-deps "
            '--require-hashes -r "$REQUIREMENTS"',
        },
    ]


def ours(name: str, *commands: Command, secrets: tuple[str, ...] = ()) -> Part:
    """Return a step that types commands of ours.

    Args:
        name: What it does.
        commands: One line each.
        secrets: Names of the secrets that it alone sees.
    """
    return {
        "name": name,
        "env": {
            "LAUNCHBOOK_HOME": HOME,
            # No cache files beside tasks.py: the work tree has to stay clean.
            "PYTHONDONTWRITEBYTECODE": "1",
            **{each: f"${{{{ secrets.{each} }}}}" for each in secrets},
        },
        "run": "\n".join(each.line for each in commands),
    }


def job(
    name: str,
    steps: list[Part],
    *,
    permissions: Part,
    minutes: int = SHORT_MINUTES,
    more: Part | None = None,
) -> Part:
    """Return a job.

    Args:
        name: What it does.
        steps: In their order.
        permissions: What its token may do on GitHub.
        minutes: After which GitHub ends it.
        more: What only some have, as ``if``, ``needs`` and ``environment``.
    """
    return {
        "name": name,
        **(more or {}),
        "runs-on": RUNNER,
        "timeout-minutes": minutes,
        "permissions": permissions,
        "steps": steps,
    }


def workflow(name: str, needs: Needs, on: Part, jobs: Part) -> Part:
    """Return a workflow; no job has a right that it does not ask for itself."""
    return {
        "name": name,
        "on": on,
        "permissions": {},
        "defaults": {"run": {"shell": "bash", "working-directory": needs.folder}},
        "jobs": jobs,
    }
