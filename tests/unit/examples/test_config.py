"""The backend's configuration is refused as a whole, and never shown."""

from __future__ import annotations

import pytest

from tests.support.vocilia import backend_module, finish, start, variables

PRODUCTION = {
    **variables(),
    "NODE_ENV": "production",
    "PORT": "3000",
    "OPENAI_API_KEY": "k",
    "BCRYPT_ROUNDS": "12",
}


def problems(**changes: str) -> list[str]:
    """What is wrong with a production environment after the changes."""
    config = backend_module("config")
    given = {name: text for name, text in {**PRODUCTION, **changes}.items() if text}
    return list(config.find_problems(given, needs_port=True))


def test_a_complete_environment_has_no_problem() -> None:
    assert [] == problems()


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("JWT_SECRET", "", "JWT_SECRET is missing"),
        ("JWT_SECRET", "short", "JWT_SECRET must have at least 32 characters"),
        ("PORT", "80", "PORT must be a whole number from 3000 to 65535"),
        ("PORT", "", "PORT is missing"),
        ("OPENAI_API_KEY", "", "OPENAI_API_KEY is missing"),
        (
            "BCRYPT_ROUNDS",
            "8",
            "BCRYPT_ROUNDS must be a whole number from 10 to 15 in production",
        ),
        ("FORCE_HTTPS", "yes", "FORCE_HTTPS must be true or false"),
        (
            "SUPABASE_URL",
            "PENDING",
            "SUPABASE_URL must be an absolute URL starting with https:// or http://",
        ),
        (
            "CORS_ORIGIN",
            "*",
            (
                "CORS_ORIGIN must be a comma-separated list of origins"
                " such as https://app.example.com"
            ),
        ),
        (
            "RATE_LIMIT_WINDOW",
            "soon",
            "RATE_LIMIT_WINDOW must be a duration such as 15m, 7d or a plain number",
        ),
    ],
)
def test_a_wrong_variable_is_named_with_its_rule(
    name: str, text: str, problem: str
) -> None:
    assert [problem] == problems(**{name: text})


def test_the_backend_does_not_start_and_lists_everything_at_once() -> None:
    given = {**variables(), "JWT_SECRET": "hush", "SESSION_SECRET": ""}
    status, output = finish(start("backend", given))
    assert 78 == status
    assert [
        "configuration error: cannot start",
        "  - PORT is missing",
        "  - JWT_SECRET must have at least 32 characters",
        "  - SESSION_SECRET is missing",
    ] == output.splitlines()
    assert "hush" not in output


@pytest.mark.parametrize(
    ("text", "unit", "seconds"),
    [("15m", "ms", 900), ("900000", "ms", 900), ("7d", "s", 604800), ("60", "s", 60)],
)
def test_durations_are_read_with_and_without_a_unit(
    text: str, unit: str, seconds: float
) -> None:
    assert seconds == backend_module("rules").seconds(text, bare_unit=unit)


def test_the_local_analyst_is_chosen_without_a_key_or_by_name() -> None:
    config, analyst = backend_module("config"), backend_module("analyst")

    def chosen(**changes: str) -> str:
        given = config.read_config({**PRODUCTION, **changes}, needs_port=True)
        return type(analyst.choose_analyst(given)).__name__

    assert "LocalAnalyst" == chosen(OPENAI_MODEL="local")
    assert "LocalAnalyst" == chosen(NODE_ENV="staging", OPENAI_API_KEY="")
    assert "OpenAIAnalyst" == chosen(OPENAI_MODEL="gpt-4o-mini")


def test_only_production_has_no_demo_data() -> None:
    config = backend_module("config")
    demo = [
        config.read_config({**PRODUCTION, "NODE_ENV": name}, needs_port=True).has_demo
        for name in ("development", "staging", "production")
    ]
    assert [True, True, False] == demo
