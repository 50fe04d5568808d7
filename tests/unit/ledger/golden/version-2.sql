BEGIN TRANSACTION;
CREATE TABLE lease (
    environment TEXT PRIMARY KEY,
    token INTEGER NOT NULL,
    run TEXT NOT NULL,
    host TEXT NOT NULL,
    pid INTEGER NOT NULL,
    started TEXT NOT NULL,
    reason TEXT NOT NULL,
    since TEXT NOT NULL,
    heartbeat_at TEXT NOT NULL,
    expires_at TEXT NOT NULL
);
INSERT INTO "lease" VALUES('staging',1,'run-1','here',1,'start-1','playbook staging','2030-01-02T03:04:05.000001+00:00','2030-01-02T03:04:05.000001+00:00','2030-01-02T03:05:05.000001+00:00');
CREATE TABLE record (
    sequence INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    at TEXT NOT NULL,
    environment TEXT NOT NULL,
    run TEXT NOT NULL,
    step TEXT NOT NULL,
    phase TEXT NOT NULL CHECK (phase IN (
        'planned', 'applying', 'applied', 'verified', 'failed', 'compensated', 'paused'
    )),
    inputs_digest TEXT NOT NULL,
    outputs TEXT NOT NULL,
    evidence TEXT NOT NULL,
    actor TEXT NOT NULL,
    tool_version TEXT NOT NULL,
    key_id TEXT NOT NULL,
    fencing_token INTEGER NOT NULL,
    previous TEXT NOT NULL,
    mac TEXT NOT NULL
);
INSERT INTO "record" VALUES(1,'01q3g99648agffsmfec29nm8f4','2030-01-02T03:04:05.000002+00:00','staging','run-1','','planned','','{}','{"event":"run-started"}','ada@toy','0.0.1','toy',1,'0000000000000000000000000000000000000000000000000000000000000000','8bee115d6b0e0d39c6c22bcf93ea9a3da13f6493c41e9eebdd1c3934dcfa3ea6');
INSERT INTO "record" VALUES(2,'01q3g99648tq54bge1nmgny9mx','2030-01-02T03:04:05.000003+00:00','staging','run-1','house','applying','dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd','{}','{"changes":["create toy.thing house"]}','ada@toy','0.0.1','toy',1,'8bee115d6b0e0d39c6c22bcf93ea9a3da13f6493c41e9eebdd1c3934dcfa3ea6','f71c8954afbb6c33b3bad90476221fd27da0b6bedbc14eb888e57746aba15fd9');
INSERT INTO "record" VALUES(3,'01q3g99648e69xx6cxxs9jfcc8','2030-01-02T03:04:05.000004+00:00','staging','run-1','house','applied','dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd','{}','{}','ada@toy','0.0.1','toy',1,'f71c8954afbb6c33b3bad90476221fd27da0b6bedbc14eb888e57746aba15fd9','c0381330f20b00de3342e901fd86cc338c9d0080b63bab8c3385038d96fa9bf7');
INSERT INTO "record" VALUES(4,'01q3g99648vx360gvftb6cm93h','2030-01-02T03:04:05.000005+00:00','staging','run-1','house','verified','dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd','{"id":"ö-1","token":{"$fingerprint":"0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f"}}','{"seen":true}','ada@toy','0.0.1','toy',1,'c0381330f20b00de3342e901fd86cc338c9d0080b63bab8c3385038d96fa9bf7','be23b2136984f3bf022f7852907a2ce3c373179c6ad66c305b685ea2caf6f0f2');
INSERT INTO "record" VALUES(5,'01q3g9964827zt5mhqsp5c8hbt','2030-01-02T03:04:05.000006+00:00','staging','run-1','','verified','','{}','{"event":"run-finished"}','ada@toy','0.0.1','toy',1,'be23b2136984f3bf022f7852907a2ce3c373179c6ad66c305b685ea2caf6f0f2','a749e0b221cbbffe107a9c20406217a88f4da55b2e4a8b36cb24b7e5fb7ced52');
CREATE TABLE schema_version (version INTEGER NOT NULL);
INSERT INTO "schema_version" VALUES(2);
CREATE TABLE ticket (
    environment TEXT NOT NULL,
    number INTEGER NOT NULL,
    host TEXT NOT NULL,
    pid INTEGER NOT NULL,
    started TEXT NOT NULL,
    reason TEXT NOT NULL,
    since TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    PRIMARY KEY (environment, number)
);
INSERT INTO "ticket" VALUES('staging',1,'here',2,'start-2','release staging','2030-01-02T03:04:05.000001+00:00','2030-01-02T03:05:05.000001+00:00');
CREATE INDEX record_by_step ON record (environment, step, sequence);
CREATE INDEX record_by_phase ON record (environment, step, phase, sequence);
CREATE INDEX record_by_run ON record (run, sequence);
CREATE TRIGGER record_is_never_updated BEFORE UPDATE ON record
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER record_is_never_deleted BEFORE DELETE ON record
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
COMMIT;
