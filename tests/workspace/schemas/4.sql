-- The tables of version 4 of the schema, as they were released, and a little of everything in them. Never changed:
-- what comes later has to take this along.
CREATE TABLE archived_environments (
        name TEXT NOT NULL PRIMARY KEY,
        archived TEXT NOT NULL
    ) WITHOUT ROWID;
INSERT INTO "archived_environments" VALUES('one','2026-01-02T00:00:00.000Z');
CREATE TABLE deployments (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    engine TEXT NOT NULL,
    handle TEXT NOT NULL,
    url TEXT NOT NULL,
    definition TEXT NOT NULL,
    key TEXT NOT NULL,
    image_hash TEXT NOT NULL,
    environment TEXT NOT NULL,
    environment_number INTEGER,
    models TEXT NOT NULL,
    log TEXT NOT NULL,
    started TEXT NOT NULL,
    stopped TEXT
);
INSERT INTO "deployments" VALUES(1,'scorer','docker','h','http://127.0.0.1:8080','{}','k','sha256:dd','two',2,'{}','log','2026-01-01T00:00:00.000Z',NULL);
CREATE TABLE environment_images (
        name TEXT NOT NULL,
        number INTEGER NOT NULL,
        hash TEXT NOT NULL,
        engine TEXT NOT NULL,
        used TEXT NOT NULL,
        PRIMARY KEY (name, number, hash, engine)
    ) WITHOUT ROWID;
INSERT INTO "environment_images" VALUES('one',1,'sha256:aa','local','2026-01-01T00:00:00.000Z');
CREATE TABLE environment_labels (
        name TEXT NOT NULL,
        label TEXT NOT NULL,
        number INTEGER NOT NULL,
        moved TEXT NOT NULL,
        PRIMARY KEY (name, label)
    ) WITHOUT ROWID;
INSERT INTO "environment_labels" VALUES('two','stable',1,'2026-01-02T00:00:00.000Z');
CREATE TABLE environments (
    name TEXT NOT NULL,
    number INTEGER NOT NULL,
    version_hash TEXT NOT NULL,
    definition TEXT NOT NULL,
    lock TEXT NOT NULL,
    description TEXT NOT NULL,
    tags TEXT NOT NULL,
    created TEXT NOT NULL, archived TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (name, number),
    UNIQUE (name, version_hash)
);
INSERT INTO "environments" VALUES('one',1,'sha256:1111','{"python":"3.11"}','','The one','{"team":"x"}','2026-01-01T00:00:00.000Z','');
INSERT INTO "environments" VALUES('two',1,'sha256:2221','{}','','','{}','2026-01-01T00:00:00.000Z','');
INSERT INTO "environments" VALUES('two',2,'sha256:2222','{}','','','{}','2026-01-02T00:00:00.000Z','');
INSERT INTO "environments" VALUES('two.1',1,'sha256:2223','{}','','','{}','2026-01-02T00:00:00.000Z','');
CREATE TABLE file_hashes (
    path TEXT NOT NULL PRIMARY KEY,
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    ctime_ns INTEGER NOT NULL,
    inode INTEGER NOT NULL,
    sha256 TEXT NOT NULL
) WITHOUT ROWID;
INSERT INTO "file_hashes" VALUES('a',1,1,1,1,'sha256:ee');
CREATE TABLE images (
    hash TEXT NOT NULL,
    engine TEXT NOT NULL,
    location TEXT NOT NULL,
    environment TEXT NOT NULL,
    size INTEGER NOT NULL,
    seconds REAL NOT NULL,
    log TEXT NOT NULL,
    created TEXT NOT NULL,
    PRIMARY KEY (hash, engine)
);
INSERT INTO "images" VALUES('sha256:aa','local','/prefix/one','one',5,1.5,'log','2026-01-01T00:00:00.000Z');
INSERT INTO "images" VALUES('sha256:bb','docker','envspec/two:bb','two',5,1.5,'log','2026-01-01T00:00:00.000Z');
CREATE TABLE models (
    name TEXT NOT NULL,
    number INTEGER NOT NULL,
    digest TEXT NOT NULL,
    size INTEGER NOT NULL,
    run TEXT NOT NULL,
    output TEXT NOT NULL,
    path TEXT NOT NULL,
    framework TEXT NOT NULL,
    description TEXT NOT NULL,
    tags TEXT NOT NULL,
    created TEXT NOT NULL,
    PRIMARY KEY (name, number),
    UNIQUE (name, digest)
);
INSERT INTO "models" VALUES('wine',1,'sha256:cc',3,'train-1','model','m.pkl','','','{}','2026-01-01T00:00:00.000Z');
CREATE TABLE pruned (
        kind TEXT NOT NULL,
        name TEXT NOT NULL,
        number INTEGER NOT NULL,
        digest TEXT NOT NULL,
        pruned TEXT NOT NULL,
        PRIMARY KEY (kind, name, number)
    ) WITHOUT ROWID;
INSERT INTO "pruned" VALUES('environment','one',4,'sha256:4444','2026-01-04T00:00:00.000Z');
CREATE TABLE runs (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    cell TEXT NOT NULL,
    environment TEXT NOT NULL,
    environment_number INTEGER,
    definition TEXT NOT NULL,
    key TEXT NOT NULL,
    snapshot TEXT NOT NULL,
    inputs TEXT NOT NULL,
    git TEXT NOT NULL,
    engine TEXT NOT NULL,
    log TEXT NOT NULL,
    started TEXT NOT NULL,
    finished TEXT,
    outcome TEXT NOT NULL DEFAULT 'running',
    status INTEGER,
    outputs TEXT NOT NULL DEFAULT '{}',
    usage TEXT NOT NULL DEFAULT '{}',
    host TEXT NOT NULL,
    pid INTEGER NOT NULL,
    pid_started TEXT NOT NULL
);
INSERT INTO "runs" VALUES(1,'train-1','train','{}','one',1,'{}','k','','{}','{}','local','log','2026-01-01T00:00:00.000Z','2026-01-01T00:00:01.000Z','success',0,'{}','{}','h',1,'1');
INSERT INTO "runs" VALUES(2,'train-2','train','{}','one',1,'{}','k','','{}','{}','local','log','2026-01-01T00:00:00.000Z','2026-01-01T00:00:01.000Z','success',0,'{}','{}','h',1,'1');
INSERT INTO "runs" VALUES(3,'train-3','train','{}','two.1',1,'{}','k','','{}','{}','local','log','2026-01-01T00:00:00.000Z','2026-01-01T00:00:01.000Z','success',0,'{}','{}','h',1,'1');
CREATE TABLE shared_versions (
        kind TEXT NOT NULL,
        name TEXT NOT NULL,
        digest TEXT NOT NULL,
        repository TEXT NOT NULL,
        number INTEGER NOT NULL,
        manifest TEXT NOT NULL,
        direction TEXT NOT NULL,
        lineage TEXT NOT NULL,
        moved TEXT NOT NULL,
        PRIMARY KEY (kind, name, digest, repository)
    ) WITHOUT ROWID;
INSERT INTO "shared_versions" VALUES('environment','one','sha256:1111','registry.example/team/one',1,'sha256:3333','pushed','{}','2026-01-03T00:00:00.000Z');
CREATE INDEX runs_by_name ON runs (name, number);
CREATE INDEX runs_by_key ON runs (name, key, outcome, number);
CREATE INDEX deployments_by_name ON deployments (name, engine, stopped);
CREATE INDEX runs_by_environment ON runs (environment, environment_number, number);
CREATE INDEX deployments_by_environment ON deployments (environment, environment_number, number);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('runs',3);
INSERT INTO "sqlite_sequence" VALUES('deployments',1);
PRAGMA user_version = 4;
