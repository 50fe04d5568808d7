"""The four health endpoints: the agreed fields, and true figures in them."""

from __future__ import annotations

import hashlib
import hmac
import json
import shutil
from typing import TYPE_CHECKING

import pytest

from tests.support.vocilia import (
    PRODUCT,
    Backend,
    backend_module,
    serving,
    variables,
)

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.cluster import Cluster

pytestmark = pytest.mark.xdist_group("vocilia")


def test_health_has_the_agreed_fields(backend: Backend) -> None:
    answer = backend.call("/health")
    assert 200 == answer.status
    assert {"status", "timestamp", "uptime", "build"} == set(answer.body)
    assert "healthy" == answer.body["status"]
    assert None is answer.body["build"]


def test_detailed_health_measures_what_it_says(backend: Backend, worker: None) -> None:
    before = backend.call("/health/detailed").body
    for _ in range(10):
        backend.call("/api/shops/demo")
    after = backend.call("/health/detailed").body
    assert {"memory", "checks", "performance", "configuration"} < set(after)
    assert after["uptime"] > before["uptime"]
    counted = [body["performance"]["requests_per_minute"] for body in (before, after)]
    assert counted[1] - counted[0] == 11
    assert {
        "avg_response_time_ms",
        "requests_per_minute",
        "error_rate_percent",
        "cpu_usage_percent",
        "memory_usage_percent",
    } == set(after["performance"])
    assert 0 < after["performance"]["avg_response_time_ms"] < 500
    assert after["memory"]["rss_bytes"] > 10_000_000
    for check in after["checks"]:
        assert {"name", "status", "response_time_ms", "details", "last_checked"} == set(
            check
        )
    by_name = {check["name"]: check for check in after["checks"]}
    assert {"database", "connection_pool", "jobs", "memory"} == set(by_name)
    assert by_name["database"]["details"]["server_connections"] >= 1
    assert "healthy" == after["status"]


def test_the_configuration_is_proven_without_showing_a_value(backend: Backend) -> None:
    shown = backend.call("/health/detailed").body["configuration"]
    names = ["CORS_ORIGIN", "NODE_ENV"]
    values = {name: backend.environ[name] for name in names}
    text = json.dumps(values, sort_keys=True, separators=(",", ":"))
    key = backend.environ["JWT_SECRET"].encode()
    fingerprint = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    assert {"names": names, "fingerprint": fingerprint} == shown


def test_database_health_has_the_agreed_fields(backend: Backend) -> None:
    body = backend.call("/health/database").body
    assert {"status", "connection_pool", "query_performance", "last_backup"} == set(
        body
    )
    assert {"active_connections", "max_connections", "pool_utilization"} == set(
        body["connection_pool"]
    )
    assert body["connection_pool"]["pool_utilization"] < 80
    assert 0 < body["query_performance"]["avg_response_time_ms"] < 100
    assert 0 == body["query_performance"]["slow_queries_count"]
    assert None is body["last_backup"]


def test_the_last_backup_is_read_once_there_are_backups(
    backend: Backend, database: Cluster
) -> None:
    database.run("create table backups (completed_at timestamptz)")
    database.run("grant select on backups to service_role")
    try:
        assert None is backend.call("/health/database").body["last_backup"]
        database.run("insert into backups values ('2026-01-02T01:00:00Z')")
        shown = backend.call("/health/database").body["last_backup"]
    finally:
        database.run("drop table backups")
    assert "2026-01-02T01:00:00+00:00" == shown


def test_jobs_health_has_the_agreed_fields(backend: Backend, worker: None) -> None:
    body = backend.call("/health/jobs").body
    assert {"status", "scheduler_running", "last_payment_batch", "job_queue"} == set(
        body
    )
    assert (True, "healthy") == (body["scheduler_running"], body["status"])
    assert {"pending_jobs", "failed_jobs"} == set(body["job_queue"])


def test_all_endpoints_answer_503_while_the_database_is_away() -> None:
    with serving(variables()) as backend:
        for path in ("", "/detailed", "/database", "/jobs"):
            answer = backend.call(f"/health{path}")
            assert 503 == answer.status
            assert {"error", "message", "timestamp"} == set(answer.body)
            assert "database_unavailable" == answer.body["error"]


def test_a_server_with_another_certificate_is_not_trusted(database: Cluster) -> None:
    environ = variables(database)
    del environ["DATABASE_CA"]
    environ["DATABASE_URL"] += "?sslmode=verify-full"
    with serving(environ) as backend:
        assert 503 == backend.call("/health").status


def test_the_build_identity_is_found_above_the_package(tmp_path: Path) -> None:
    workspace = backend_module("workspace")
    folder = tmp_path / "apps" / "backend" / "backend"
    folder.mkdir(parents=True)
    assert None is workspace.find_upwards("launchbook-build.json", folder)
    identity = tmp_path / "launchbook-build.json"
    identity.write_text('{"identity": "abc-1"}')
    assert identity == workspace.find_upwards("launchbook-build.json", folder)


def test_a_deployed_copy_answers_its_identity(
    tmp_path: Path, database: Cluster
) -> None:
    copy = tmp_path / "upload"
    shutil.copytree(PRODUCT, copy, ignore=shutil.ignore_patterns("__pycache__", "dist"))
    (copy / "launchbook-build.json").write_text('{"identity": "0123456789ab-01234567"}')
    with serving(variables(database), folder=copy / "apps" / "backend") as backend:
        assert "0123456789ab-01234567" == backend.call("/health").body["build"]
