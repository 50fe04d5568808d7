"""Variables: what may be written, and what goes wrong one by one."""

from __future__ import annotations

import base64
import json
import re
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from launchbook.sandbox.vercel.answers import variable_answer
from launchbook.sandbox.vercel.body import Fields
from launchbook.sandbox.vercel.faults import ApiError, bad_request
from launchbook.sandbox.vercel.records import Variable
from launchbook.sandbox.vercel.state import new_id

if TYPE_CHECKING:
    from collections.abc import Collection

    from launchbook.sandbox.vercel.records import Json, Project
    from launchbook.sandbox.vercel.state import State

KEY_LENGTH: Final = 256
VALUE_LENGTH: Final = 65_536
TARGETS: Final = frozenset({"production", "preview", "development"})
KINDS: Final = ("system", "encrypted", "plain", "sensitive")
FIELDS: Final = frozenset(
    {"key", "value", "type", "target", "gitBranch", "comment", "customEnvironmentIds"}
)
_KEY: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Wish:
    """A variable as a request asks for it, checked."""

    key: str
    value: str
    kind: str
    target: list[str]
    custom_environment_ids: list[str]
    git_branch: str | None
    comment: str | None

    @property
    def places(self) -> set[str]:
        """Where it shall apply."""
        return {*self.target, *self.custom_environment_ids}


@dataclass(slots=True)
class Outcome:
    """What became of a write.

    Attributes:
        created: The variables that were written.
        failed: The others, in the vendor's shape.
    """

    created: list[Variable]
    failed: list[Json]


def seal(value: str) -> str:
    """Return what stands for a value where it is not shown: nothing of it."""
    noise = secrets.token_bytes(len(value.encode()) + 28)
    text = json.dumps({"v": "v2", "c": base64.b64encode(noise).decode()})
    return base64.b64encode(text.encode()).decode()


def write_variables(
    state: State,
    project: Project,
    entries: object,
    *,
    is_upsert: bool,
    broken_keys: Collection[str] = (),
) -> Outcome:
    """Write one variable or many; what cannot be written is in ``failed``.

    Args:
        state: The account.
        project: Whose variables.
        entries: One object or a list, as sent.
        is_upsert: Replace a variable of the same name and exactly same places.
        broken_keys: Names that fail as if the platform had.

    Raises:
        ApiError: 400, an entry is malformed; nothing is written then.
    """
    sent = entries if isinstance(entries, list) else [entries]
    wishes = [read_wish(state, project, entry) for entry in sent]
    outcome = Outcome([], [])
    for wish in wishes:
        if wish.key in broken_keys:
            message = "The environment variable could not be written, try again"
            outcome.failed.append(_failure(wish, "INTERNAL_SERVER_ERROR", message))
            continue
        before = _same_name(state, project, wish)
        equal = [one for one in before if one.places == wish.places]
        if before and not (is_upsert and equal):
            outcome.failed.append(_conflict(wish, before[0]))
        else:
            outcome.created.append(_write(state, project, wish, equal))
    return outcome


def _same_name(state: State, project: Project, wish: Wish) -> list[Variable]:
    """Return the variables that a wish would collide with.

    An upsert whose places overlap without being the same is a conflict too.
    """
    return [
        variable
        for variable in state.variables_of(project.id)
        if variable.key == wish.key
        and variable.git_branch == wish.git_branch
        and variable.places & wish.places
    ]


def _write(
    state: State, project: Project, wish: Wish, equal: list[Variable]
) -> Variable:
    moment = state.moment()
    if equal:
        variable = equal[0]
    else:
        variable = Variable(
            id=new_id("")[:16],
            project_id=project.id,
            key=wish.key,
            value="",
            kind="",
            sealed="",
            target=wish.target,
            custom_environment_ids=wish.custom_environment_ids,
            created_at=moment,
            updated_at=moment,
            git_branch=wish.git_branch,
        )
        state.variables[variable.id] = variable
    variable.value = wish.value
    variable.sealed = seal(wish.value)
    # What once was sensitive stays unreadable, whatever a later write says.
    variable.kind = "sensitive" if variable.kind == "sensitive" else wish.kind
    variable.comment = wish.comment if wish.comment is not None else variable.comment
    variable.updated_at = moment
    return variable


def read_wish(state: State, project: Project, entry: object) -> Wish:
    """Read one entry of a write.

    Raises:
        ApiError: 400.
    """
    fields = Fields(entry, FIELDS)
    key = checked_key(fields.text("key"))
    wish = Wish(
        key=key,
        value=checked_value(fields),
        kind=fields.choice("type", KINDS),
        target=sorted(fields.texts("target")),
        custom_environment_ids=sorted(fields.texts("customEnvironmentIds")),
        git_branch=fields.optional_text("gitBranch"),
        comment=fields.optional_text("comment"),
    )
    check_places(state, project, wish.kind, wish.target, wish.custom_environment_ids)
    return wish


def checked_key(key: str) -> str:
    """Return a valid name.

    Raises:
        ApiError: 400.
    """
    if len(key) > KEY_LENGTH:
        raise bad_request(f"`key` should NOT be longer than {KEY_LENGTH} characters")
    if not _KEY.fullmatch(key):
        message = (
            f'The name "{key}" contains invalid characters. Only letters, digits, and'
            " underscores are allowed. Furthermore, the name should not start with a"
            " digit."
        )
        raise ApiError(400, "ENV_INVALID_NAME", message)
    return key


def checked_value(fields: Fields) -> str:
    """Return a valid value, which may be empty.

    Raises:
        ApiError: 400.
    """
    value = fields.data.get("value")
    if not isinstance(value, str):
        raise bad_request("missing required property `value`")
    if len(value) > VALUE_LENGTH:
        raise bad_request(
            f"`value` should NOT be longer than {VALUE_LENGTH} characters"
        )
    return value


def check_places(
    state: State,
    project: Project,
    kind: str,
    target: list[str],
    custom_environment_ids: list[str],
) -> None:
    """Refuse places that are not there, or not allowed for this kind.

    Raises:
        ApiError: 400.
    """
    if not target and not custom_environment_ids:
        raise bad_request("missing required property `target`")
    if unknown := sorted(set(target) - TARGETS):
        raise bad_request(f"`target` should not hold {unknown[0]}")
    own = {environment.id for environment in state.environments_of(project.id)}
    if unknown := sorted(set(custom_environment_ids) - own):
        raise bad_request(f"custom environment {unknown[0]} not found")
    if kind == "sensitive" and "development" in target:
        message = "A sensitive environment variable cannot target development."
        raise ApiError(400, "ENV_SENSITIVE_DEVELOPMENT", message)


def _conflict(wish: Wish, before: Variable) -> Json:
    message = (
        "Another Environment Variable with the same Name and Environment exists in"
        " your project. Remove it or choose a different Name or Environment."
    )
    failure = _failure(wish, "ENV_CONFLICT", message)
    failure["error"]["envVarId"] = before.id
    return failure


def _failure(wish: Wish, code: str, message: str) -> Json:
    error: dict[str, Any] = {
        "code": code,
        "message": message,
        "key": wish.key,
        "envVarKey": wish.key,
        "target": wish.target,
    }
    if wish.git_branch is not None:
        error["gitBranch"] = wish.git_branch
    return {"error": error}


def outcome_answer(outcome: Outcome, *, is_single: bool) -> Json:
    """Return the body of a 201: what was created, and what was not."""
    created = [variable_answer(variable) for variable in outcome.created]
    shown: object = created[0] if is_single and created else created
    return {"created": shown, "failed": outcome.failed}
