"""The tables of a shared ledger, in a schema of their own, and what is asked of them."""

from __future__ import annotations

from typing import Final

_RECORDS: Final = """
CREATE SCHEMA IF NOT EXISTS launchbook;
REVOKE ALL ON SCHEMA launchbook FROM PUBLIC;
CREATE TABLE launchbook.schema_version (version integer NOT NULL);
INSERT INTO launchbook.schema_version VALUES (1);
CREATE TABLE launchbook.record (
    sequence bigint PRIMARY KEY,
    id text NOT NULL UNIQUE,
    at text NOT NULL,
    environment text NOT NULL,
    run text NOT NULL,
    step text NOT NULL,
    phase text NOT NULL CHECK (phase IN (
        'planned', 'applying', 'applied', 'verified', 'failed', 'compensated', 'paused'
    )),
    inputs_digest text NOT NULL,
    outputs text NOT NULL,
    evidence text NOT NULL,
    actor text NOT NULL,
    tool_version text NOT NULL,
    key_id text NOT NULL,
    fencing_token bigint NOT NULL,
    previous text NOT NULL,
    mac text NOT NULL
);
CREATE INDEX record_by_step ON launchbook.record (environment, step, sequence);
CREATE INDEX record_by_phase ON launchbook.record (environment, step, phase, sequence);
CREATE INDEX record_by_run ON launchbook.record (run, sequence);
CREATE FUNCTION launchbook.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the ledger is append-only'; END $$;
CREATE TRIGGER record_is_never_changed
    BEFORE UPDATE OR DELETE OR TRUNCATE ON launchbook.record
    FOR EACH STATEMENT EXECUTE FUNCTION launchbook.refuse_change();
CREATE TABLE launchbook.lease (
    environment text PRIMARY KEY,
    token bigint NOT NULL,
    run text NOT NULL,
    host text NOT NULL,
    pid bigint NOT NULL,
    started text NOT NULL,
    reason text NOT NULL,
    since timestamptz NOT NULL,
    heartbeat_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE TABLE launchbook.ticket (
    environment text NOT NULL,
    number bigint NOT NULL,
    host text NOT NULL,
    pid bigint NOT NULL,
    started text NOT NULL,
    reason text NOT NULL,
    since timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (environment, number)
);
CREATE TABLE launchbook.sealed_file (
    name text PRIMARY KEY,
    content bytea NOT NULL
);
"""
STAGES: Final = (_RECORDS,)
"""What each version has more than the one before it."""
SCHEMA_VERSION: Final = len(STAGES)

# The number is of this table in this database: nobody else's lock is in the way.
BEGIN: Final = """
BEGIN;
SET LOCAL lock_timeout = '20s';
SET LOCAL statement_timeout = '30s';
SELECT pg_advisory_xact_lock('launchbook.record'::regclass::oid::bigint);
"""
BEGIN_MAKING: Final = """
BEGIN;
SELECT pg_advisory_xact_lock(hashtext('launchbook'));
"""
STATE: Final = """
SELECT pg_current_xact_id()::text AS transaction, clock_timestamp() AS now,
    sequence, mac
FROM (SELECT 1) AS one
LEFT JOIN (
    SELECT sequence, mac FROM launchbook.record ORDER BY sequence DESC LIMIT 1
) AS last ON true
"""
"""The transaction's number, the server's time, and the end of the chain."""
HEAD: Final = (
    "SELECT sequence, mac FROM launchbook.record ORDER BY sequence DESC LIMIT 1"
)
FATE: Final = "SELECT pg_xact_status(CAST(:number AS xid8)) AS fate"
VERSION: Final = "SELECT version FROM launchbook.schema_version"
# A scan of the catalog: names that are looked up may be remembered as absent.
IS_MADE: Final = """
SELECT EXISTS (
    SELECT FROM pg_catalog.pg_tables
    WHERE schemaname = 'launchbook' AND tablename = 'schema_version'
) AS made
"""
INSERT: Final = """
INSERT INTO launchbook.record
SELECT * FROM json_populate_recordset(
    CAST(NULL AS launchbook.record), CAST(:rows AS json)
)
"""
"""Any number of rows in one round trip."""
_ROWS: Final = """
SELECT id, sequence, at, environment, run, step, phase, inputs_digest, outputs,
    evidence, actor, tool_version, key_id, fencing_token, previous, mac
FROM launchbook.record
WHERE (CAST(:environment AS text) IS NULL OR environment = :environment)
    AND (CAST(:run AS text) IS NULL OR run = :run)
    AND (CAST(:step AS text) IS NULL OR step = :step)
    AND (CAST(:phase AS text) IS NULL OR phase = :phase)
"""
OLDEST_FIRST: Final = (
    _ROWS + "AND sequence > COALESCE(CAST(:last AS bigint), 0) "
    "ORDER BY sequence LIMIT CAST(:size AS bigint)"
)
NEWEST_FIRST: Final = (
    _ROWS + "AND (CAST(:last AS bigint) IS NULL OR sequence < :last) "
    "ORDER BY sequence DESC LIMIT CAST(:size AS bigint)"
)
LEASE: Final = "SELECT * FROM launchbook.lease WHERE environment = :environment"
PUT_LEASE: Final = """
INSERT INTO launchbook.lease (environment, token, run, host, pid, started, reason,
    since, heartbeat_at, expires_at)
VALUES (:environment, :token, :run, :host, :pid, :started, :reason,
    :since, :heartbeat_at, :expires_at)
ON CONFLICT (environment) DO UPDATE SET token = EXCLUDED.token, run = EXCLUDED.run,
    host = EXCLUDED.host, pid = EXCLUDED.pid, started = EXCLUDED.started,
    reason = EXCLUDED.reason, since = EXCLUDED.since,
    heartbeat_at = EXCLUDED.heartbeat_at, expires_at = EXCLUDED.expires_at
"""
TICKETS: Final = (
    "SELECT * FROM launchbook.ticket WHERE environment = :environment ORDER BY number"
)
PUT_TICKET: Final = """
INSERT INTO launchbook.ticket (environment, number, host, pid, started, reason,
    since, expires_at)
VALUES (:environment, :number, :host, :pid, :started, :reason, :since, :expires_at)
ON CONFLICT (environment, number) DO UPDATE SET host = EXCLUDED.host,
    pid = EXCLUDED.pid, started = EXCLUDED.started, reason = EXCLUDED.reason,
    since = EXCLUDED.since, expires_at = EXCLUDED.expires_at
"""
DROP_TICKET: Final = (
    "DELETE FROM launchbook.ticket WHERE environment = :environment "
    "AND number = :number"
)
KEEP_FILE: Final = """
INSERT INTO launchbook.sealed_file (name, content) VALUES (:name, :content)
ON CONFLICT (name) DO UPDATE SET content = EXCLUDED.content
"""
READ_FILE: Final = "SELECT content FROM launchbook.sealed_file WHERE name = :name"
FILE_NAMES: Final = "SELECT name FROM launchbook.sealed_file ORDER BY name"
DROP_FILE: Final = "DELETE FROM launchbook.sealed_file WHERE name = :name"
