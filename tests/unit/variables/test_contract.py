from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from launchbook.config.inventory import load_inventory
from launchbook.redact import Secret
from launchbook.variables.contract import (
    Kind,
    Limits,
    read_contracts,
    variables_digest,
)
from tests.support.workspace import shipped

if TYPE_CHECKING:
    from pathlib import Path

# The list of the requirements, in their words.
BACKEND = [
    "NODE_ENV",
    "PORT",
    "DATABASE_URL",
    "SUPABASE_URL",
    "SUPABASE_ANON_KEY",
    "SUPABASE_SERVICE_ROLE_KEY",
    "JWT_SECRET",
    "SESSION_SECRET",
    "JWT_EXPIRES_IN",
    "CORS_ORIGIN",
    "OPENAI_API_KEY",
    "OPENAI_MODEL",
    "BCRYPT_ROUNDS",
    "RATE_LIMIT_WINDOW",
    "RATE_LIMIT_MAX",
    "SENTRY_DSN",
    "LOG_LEVEL",
    "ENABLE_METRICS",
    "FORCE_HTTPS",
    "HEALTH_CHECK_INTERVAL",
    "HEALTH_CHECK_TIMEOUT",
    "MAX_FILE_SIZE",
    "ENABLE_BACKGROUND_JOBS",
    "JOB_CONCURRENCY",
    "SWISH_MERCHANT_ID",
    "SWISH_API_KEY",
    "SWISH_CERTIFICATE",
    "REDIS_URL",
    "WEBHOOK_SECRET",
    "ENCRYPTION_KEY",
    "BACKUP_ENCRYPTION_KEY",
    "CUSTOMER_APP_URL",
    "BUSINESS_APP_URL",
    "ADMIN_APP_URL",
]
WEB = {
    "NEXT_PUBLIC_SUPABASE_URL",
    "NEXT_PUBLIC_SUPABASE_ANON_KEY",
    "NEXT_PUBLIC_API_URL",
    "NEXT_PUBLIC_APP_URL",
}


def test_the_backends_contract_has_every_required_name(tmp_path: Path) -> None:
    contract = read_contracts(load_inventory(shipped(tmp_path)))["backend"]
    assert set() == set(BACKEND) - set(contract.variables)


def test_web_apps_have_the_four_addresses_and_only_public_names(tmp_path: Path) -> None:
    contracts = read_contracts(load_inventory(shipped(tmp_path)))
    for app in ("customer", "business", "admin"):
        variables = contracts[app].variables
        assert set() == WEB - set(variables)
        assert all(each.is_public and each.is_build_time for each in variables.values())
        assert not any(each.is_secret for each in variables.values())


def test_a_variable_is_read_with_types_limits_and_place(tmp_path: Path) -> None:
    variables = read_contracts(load_inventory(shipped(tmp_path)))["backend"].variables
    rounds = variables["BCRYPT_ROUNDS"]
    assert Kind.INTEGER is rounds.kind
    assert Limits(10, 15) == rounds.limits_of("production")
    assert Limits(8, 15) == rounds.limits_of("staging")
    assert Limits(4, 15) == rounds.limits_of("development")
    assert "/variables/BCRYPT_ROUNDS" == rounds.location.pointer
    assert (True, 32) == (
        variables["JWT_SECRET"].is_secret,
        variables["JWT_SECRET"].min_length,
    )
    assert {"production"} == variables["OPENAI_API_KEY"].required_in
    assert {"development", "staging", "production"} == variables["NODE_ENV"].required_in
    assert Kind.URL is variables["CORS_ORIGIN"].items


def test_names_are_those_that_we_write(tmp_path: Path) -> None:
    contract = read_contracts(load_inventory(shipped(tmp_path)))["backend"]
    assert sorted(contract.names()) == list(contract.names())
    assert "PORT" not in contract.names()
    assert "JWT_SECRET" in contract.names()


def test_the_digest_is_that_which_a_build_shows() -> None:
    canonical = b'{"NEXT_PUBLIC_A":"1","NEXT_PUBLIC_B":"\xc3\xa5"}'
    values = {"NEXT_PUBLIC_B": Secret("å"), "NEXT_PUBLIC_A": "1", "OTHER": "x"}
    assert hashlib.sha256(canonical).hexdigest() == variables_digest(values)
