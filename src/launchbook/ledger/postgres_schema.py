"""The tables of a shared ledger, in a schema of their own, stage by stage."""

from __future__ import annotations

from typing import Final

from launchbook.ledger.row import COLUMNS

SCHEMA: Final = "launchbook"
COLUMN_LIST: Final = ", ".join(COLUMNS)
_RECORDS: Final = f"""
CREATE SCHEMA IF NOT EXISTS {SCHEMA};
REVOKE ALL ON SCHEMA {SCHEMA} FROM PUBLIC;
CREATE TABLE {SCHEMA}.schema_version (version integer NOT NULL);
INSERT INTO {SCHEMA}.schema_version VALUES (1);
CREATE TABLE {SCHEMA}.record (
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
CREATE INDEX record_by_step ON {SCHEMA}.record (environment, step, sequence);
CREATE INDEX record_by_phase ON {SCHEMA}.record (environment, step, phase, sequence);
CREATE INDEX record_by_run ON {SCHEMA}.record (run, sequence);
CREATE FUNCTION {SCHEMA}.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the ledger is append-only'; END $$;
CREATE TRIGGER record_is_never_changed
    BEFORE UPDATE OR DELETE OR TRUNCATE ON {SCHEMA}.record
    FOR EACH STATEMENT EXECUTE FUNCTION {SCHEMA}.refuse_change();
CREATE TABLE {SCHEMA}.lease (
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
CREATE TABLE {SCHEMA}.ticket (
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
CREATE TABLE {SCHEMA}.sealed_file (
    name text PRIMARY KEY,
    content bytea NOT NULL
);
"""
STAGES: Final = (_RECORDS,)
"""What each version has more than the one before it."""
SCHEMA_VERSION: Final = len(STAGES)
