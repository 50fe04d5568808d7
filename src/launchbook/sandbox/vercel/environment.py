"""The variables that a build sees."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from launchbook.sandbox.process import DEFAULT_PATH
from launchbook.sandbox.vercel.answers import REGION

if TYPE_CHECKING:
    from launchbook.sandbox.vercel.records import Deployment, Variable
    from launchbook.sandbox.vercel.state import State

_GIT_NAMES: Final = {
    "VERCEL_GIT_COMMIT_SHA": "commitSha",
    "VERCEL_GIT_COMMIT_REF": "commitRef",
    "VERCEL_GIT_COMMIT_MESSAGE": "commitMessage",
    "VERCEL_GIT_COMMIT_AUTHOR_NAME": "commitAuthorName",
}


def build_environment(
    state: State, deployment: Deployment, home: Path
) -> dict[str, str]:
    """Return a build's whole environment.

    ``PATH`` starts with the folder of this sandbox's interpreter, so that a
    build runs with the packages that are installed beside it.

    Args:
        state: Where the project's variables are.
        deployment: What is built.
        home: An empty folder of its own, for ``HOME`` and ``TMPDIR``.
    """
    system = _system_variables(state, deployment)
    own = {
        variable.key: _value(variable, system)
        for variable in applicable(state, deployment)
    }
    tools = {
        "PATH": f"{Path(sys.executable).parent}:{DEFAULT_PATH}",
        "HOME": str(home),
        "TMPDIR": str(home),
        "LANG": "C.UTF-8",
        "CI": "1",
    }
    return own | system | tools


def applicable(state: State, deployment: Deployment) -> list[Variable]:
    """Return the variables for where a deployment goes.

    A preview sees those of its branch in place of those of every branch.
    """
    place = deployment.custom_environment_id or deployment.target or "preview"
    branches = {None, deployment.branch}
    found = [
        variable
        for variable in state.variables_of(deployment.project_id)
        if place in variable.places and variable.git_branch in branches
    ]
    return sorted(found, key=lambda variable: variable.git_branch is not None)


def _value(variable: Variable, system: dict[str, str]) -> str:
    if variable.kind == "system":
        return system.get(variable.value, "")
    return variable.value


def _system_variables(state: State, deployment: Deployment) -> dict[str, str]:
    environment = state.environments.get(deployment.custom_environment_id or "")
    kind = deployment.target or "preview"
    productive = [
        domain.name
        for domain in state.domains_of(deployment.project_id)
        if domain.is_productive and not domain.redirect
    ]
    variables = {
        "VERCEL": "1",
        "VERCEL_ENV": kind,
        "VERCEL_TARGET_ENV": environment.slug if environment else kind,
        "VERCEL_URL": deployment.host,
        "VERCEL_DEPLOYMENT_ID": deployment.id,
        "VERCEL_PROJECT_ID": deployment.project_id,
        "VERCEL_REGION": REGION,
    }
    if productive:
        variables["VERCEL_PROJECT_PRODUCTION_URL"] = min(productive, key=len)
    for name, fact in _GIT_NAMES.items():
        if deployment.git.get(fact):
            variables[name] = str(deployment.git[fact])
    return variables
