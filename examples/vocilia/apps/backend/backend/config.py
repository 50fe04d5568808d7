"""Configuration: read once from environment variables, refused as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from backend import rules

Environment = Literal["development", "staging", "production"]
EVERYWHERE = frozenset({"development", "staging", "production"})
PRODUCTION = frozenset({"production"})
NOWHERE: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Variable:
    """One environment variable: where it is required and what its text must be."""

    name: str
    rule: rules.Rule = rules.is_any
    required_in: frozenset[str] = NOWHERE


VARIABLES = (
    Variable("NODE_ENV", rules.is_choice(*sorted(EVERYWHERE)), EVERYWHERE),
    Variable("PORT", rules.is_whole(3000, 65535)),
    Variable("DATABASE_URL", rules.is_url("postgresql", "postgres"), EVERYWHERE),
    Variable("DATABASE_CA"),
    Variable("DATABASE_POOL_SIZE", rules.is_whole(3, 100)),
    Variable("DATABASE_PATIENCE", rules.is_duration),
    Variable("SUPABASE_URL", rules.is_url("https", "http"), EVERYWHERE),
    Variable("SUPABASE_ANON_KEY", required_in=EVERYWHERE),
    Variable("SUPABASE_SERVICE_ROLE_KEY", required_in=EVERYWHERE),
    Variable("JWT_SECRET", rules.is_long(32), EVERYWHERE),
    Variable("JWT_SECRET_PREVIOUS", rules.is_long(32)),
    Variable("SESSION_SECRET", rules.is_long(32), EVERYWHERE),
    Variable("SESSION_SECRET_PREVIOUS", rules.is_long(32)),
    Variable("JWT_EXPIRES_IN", rules.is_duration),
    Variable("CORS_ORIGIN", rules.is_origins, EVERYWHERE),
    Variable("OPENAI_API_KEY", required_in=PRODUCTION),
    Variable("OPENAI_MODEL"),
    Variable("BCRYPT_ROUNDS"),
    Variable("RATE_LIMIT_WINDOW", rules.is_duration),
    Variable("RATE_LIMIT_MAX", rules.is_whole(1, 1_000_000)),
    Variable("SENTRY_DSN", rules.is_url("https", "http")),
    Variable("LOG_LEVEL", rules.is_choice("debug", "info", "warn", "warning", "error")),
    Variable("ENABLE_METRICS", rules.is_flag),
    Variable("FORCE_HTTPS", rules.is_flag),
    Variable("HEALTH_CHECK_INTERVAL", rules.is_duration),
    Variable("HEALTH_CHECK_TIMEOUT", rules.is_duration),
    Variable("MAX_FILE_SIZE", rules.is_whole(1, 2**31)),
    Variable("ENABLE_BACKGROUND_JOBS", rules.is_flag),
    Variable("JOB_CONCURRENCY", rules.is_whole(1, 64)),
    Variable("SWISH_MERCHANT_ID"),
    Variable("SWISH_API_KEY"),
    Variable("SWISH_CERTIFICATE"),
    Variable("REDIS_URL", rules.is_url("redis", "rediss")),
    Variable("WEBHOOK_SECRET"),
    Variable("ENCRYPTION_KEY"),
    Variable("BACKUP_ENCRYPTION_KEY"),
    Variable("CUSTOMER_APP_URL", rules.is_url("https", "http")),
    Variable("BUSINESS_APP_URL", rules.is_url("https", "http")),
    Variable("ADMIN_APP_URL", rules.is_url("https", "http")),
)
LOWEST_BCRYPT_ROUNDS = {"development": 4, "staging": 8, "production": 10}


class ConfigurationError(Exception):
    """The environment does not say what the backend needs; lists all problems."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True, repr=False)
class Config:
    """What the backend, the worker and the payments run read from the environment.

    Durations are seconds. `port` is None for the processes that serve nothing. The
    first of `jwt_keys` and of `session_keys` signs; the others are taken as well,
    while a key is exchanged.
    """

    environment: Environment
    host: str
    port: int | None
    database_url: str
    database_ca: str | None
    database_pool_size: int
    database_patience_seconds: float
    jwt_keys: tuple[str, ...]
    session_keys: tuple[str, ...]
    token_lifetime_seconds: float
    origins: frozenset[str]
    openai_api_key: str | None
    openai_model: str
    bcrypt_rounds: int
    rate_limit_window_seconds: float
    rate_limit_max: int | None
    log_level: str
    is_https_forced: bool
    health_timeout_seconds: float
    has_background_jobs: bool
    job_concurrency: int

    @property
    def has_demo(self) -> bool:
        """Whether the demo business and its public keys are put in place."""
        return self.environment != "production"


def find_problems(given: Mapping[str, str], *, needs_port: bool) -> list[str]:
    """Return one line for each variable that is missing or malformed."""
    environment = given.get("NODE_ENV", "")
    problems = []
    for variable in VARIABLES:
        text = given.get(variable.name)
        is_required = environment in variable.required_in or (
            variable.required_in == EVERYWHERE
        )
        if text is None:
            if is_required or (needs_port and variable.name == "PORT"):
                problems.append(f"{variable.name} is missing")
        elif fault := variable.rule(text):
            problems.append(f"{variable.name} {fault}")
    return problems + _find_bcrypt_problems(given, environment)


def _find_bcrypt_problems(given: Mapping[str, str], environment: str) -> list[str]:
    text = given.get("BCRYPT_ROUNDS")
    low = LOWEST_BCRYPT_ROUNDS.get(environment, 10)
    fault = None if text is None else rules.is_whole(low, 15)(text)
    return [f"BCRYPT_ROUNDS {fault} in {environment}"] if fault else []


def read_config(environ: Mapping[str, str], *, needs_port: bool) -> Config:
    """Read the configuration; an empty variable counts as absent.

    Raises:
        ConfigurationError: Something is missing or malformed.
    """
    given = {name: text for name, text in environ.items() if text.strip()}
    if problems := find_problems(given, needs_port=needs_port):
        raise ConfigurationError(problems)
    return Config(
        environment=_environment(given["NODE_ENV"]),
        host=given.get("HOST", "0.0.0.0"),
        port=int(given["PORT"]) if needs_port else None,
        database_url=given["DATABASE_URL"],
        database_ca=given.get("DATABASE_CA"),
        database_pool_size=int(given.get("DATABASE_POOL_SIZE", "5")),
        database_patience_seconds=rules.seconds(
            given.get("DATABASE_PATIENCE", "60s"), bare_unit="ms"
        ),
        jwt_keys=_keys(given, "JWT_SECRET", "JWT_SECRET_PREVIOUS"),
        session_keys=_keys(given, "SESSION_SECRET", "SESSION_SECRET_PREVIOUS"),
        token_lifetime_seconds=rules.seconds(
            given.get("JWT_EXPIRES_IN", "1h"), bare_unit="s"
        ),
        origins=frozenset(
            part.strip().rstrip("/").lower() for part in given["CORS_ORIGIN"].split(",")
        ),
        openai_api_key=given.get("OPENAI_API_KEY"),
        openai_model=given.get("OPENAI_MODEL", "gpt-4o-mini"),
        bcrypt_rounds=int(given.get("BCRYPT_ROUNDS", "10")),
        rate_limit_window_seconds=rules.seconds(
            given.get("RATE_LIMIT_WINDOW", "15m"), bare_unit="ms"
        ),
        rate_limit_max=int(given["RATE_LIMIT_MAX"])
        if "RATE_LIMIT_MAX" in given
        else None,
        log_level=given.get("LOG_LEVEL", "info"),
        is_https_forced=given.get("FORCE_HTTPS") == "true",
        health_timeout_seconds=rules.seconds(
            given.get("HEALTH_CHECK_TIMEOUT", "2s"), bare_unit="ms"
        ),
        has_background_jobs=given.get("ENABLE_BACKGROUND_JOBS", "true") == "true",
        job_concurrency=int(given.get("JOB_CONCURRENCY", "4")),
    )


def _keys(given: Mapping[str, str], *names: str) -> tuple[str, ...]:
    """The values of those that are set, in order, each once."""
    return tuple(dict.fromkeys(given[name] for name in names if name in given))


def _environment(text: str) -> Environment:
    known: dict[str, Environment] = {"production": "production", "staging": "staging"}
    return known.get(text, "development")
