"""The tables of the workspace, as the steps that made them.

`PRAGMA user_version` counts the steps a database has taken. A released step is never changed: what comes
later is a step of its own, tried by the tests from every version before it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE environments (
        name TEXT NOT NULL,
        number INTEGER NOT NULL,
        version_hash TEXT NOT NULL,
        definition TEXT NOT NULL,
        lock TEXT NOT NULL,
        description TEXT NOT NULL,
        tags TEXT NOT NULL,
        created TEXT NOT NULL,
        PRIMARY KEY (name, number),
        UNIQUE (name, version_hash)
    );
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
    CREATE INDEX runs_by_name ON runs (name, number);
    CREATE INDEX runs_by_key ON runs (name, key, outcome, number);
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
    CREATE INDEX deployments_by_name ON deployments (name, engine, stopped);
    CREATE TABLE file_hashes (
        path TEXT NOT NULL PRIMARY KEY,
        size INTEGER NOT NULL,
        mtime_ns INTEGER NOT NULL,
        ctime_ns INTEGER NOT NULL,
        inode INTEGER NOT NULL,
        sha256 TEXT NOT NULL
    ) WITHOUT ROWID;
    """,
    # Labels, archives, and what was built of a version. Of a name with a single version it is known whose its images are;
    # what used a registered one was noted with the id that it had in the project (`e.1` for `e:1`).
    """
    ALTER TABLE environments ADD COLUMN archived TEXT NOT NULL DEFAULT '';
    CREATE TABLE archived_environments (
        name TEXT NOT NULL PRIMARY KEY,
        archived TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE environment_labels (
        name TEXT NOT NULL,
        label TEXT NOT NULL,
        number INTEGER NOT NULL,
        moved TEXT NOT NULL,
        PRIMARY KEY (name, label)
    ) WITHOUT ROWID;
    CREATE TABLE environment_images (
        name TEXT NOT NULL,
        number INTEGER NOT NULL,
        hash TEXT NOT NULL,
        engine TEXT NOT NULL,
        used TEXT NOT NULL,
        PRIMARY KEY (name, number, hash, engine)
    ) WITHOUT ROWID;
    INSERT INTO environment_images
        SELECT images.environment, 1, images.hash, images.engine, images.created FROM images
        WHERE (SELECT count(*) FROM environments WHERE name = images.environment) = 1;
    UPDATE runs
        SET environment = substr(environment, 1, length(environment) - length('.' || environment_number))
        WHERE EXISTS (
            SELECT 1 FROM environments AS e
            WHERE runs.environment = e.name || '.' || e.number AND runs.environment_number = e.number
        ) AND environment NOT IN (SELECT name FROM environments);
    UPDATE deployments
        SET environment = substr(environment, 1, length(environment) - length('.' || environment_number))
        WHERE EXISTS (
            SELECT 1 FROM environments AS e
            WHERE deployments.environment = e.name || '.' || e.number AND deployments.environment_number = e.number
        ) AND environment NOT IN (SELECT name FROM environments);
    CREATE INDEX runs_by_environment ON runs (environment, environment_number, number);
    CREATE INDEX deployments_by_environment ON deployments (environment, environment_number, number);
    """,
    # Where versions were pushed to, and pulled from. `digest` is what they are; their numbers may be others there.
    """
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
    """,
    # What was pruned, so that whoever asks for it is told: `number` is 0 for an image, whose `name` is `ENGINE LOCATION`.
    """
    CREATE TABLE pruned (
        kind TEXT NOT NULL,
        name TEXT NOT NULL,
        number INTEGER NOT NULL,
        digest TEXT NOT NULL,
        pruned TEXT NOT NULL,
        PRIMARY KEY (kind, name, number)
    ) WITHOUT ROWID;
    """,
    # What a folder was when all that was found in it had been at rest: `found` is the hash of that, `digest` the folder's.
    """
    CREATE TABLE folder_digests (
        path TEXT NOT NULL PRIMARY KEY,
        found TEXT NOT NULL,
        digest TEXT NOT NULL
    ) WITHOUT ROWID;
    """,
)

CURRENT = len(MIGRATIONS)


def statements(step: str) -> Iterator[str]:
    """The statements of a step, one by one: `executescript` would commit before it begins."""
    text = ""
    for line in step.splitlines():
        text += line + "\n"
        if sqlite3.complete_statement(text):
            yield text.strip()
            text = ""
