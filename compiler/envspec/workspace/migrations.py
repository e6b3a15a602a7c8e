"""The schema of the database as a list of steps; `PRAGMA user_version` says how many were taken.

A released step is never changed: a new one is added.
"""

from __future__ import annotations

STEPS: tuple[str, ...] = (
    """
    CREATE TABLE environment_version (
        name TEXT NOT NULL,
        number INTEGER NOT NULL,
        hash TEXT NOT NULL,
        definition TEXT NOT NULL,
        created REAL NOT NULL,
        PRIMARY KEY (name, number),
        UNIQUE (name, hash)
    );
    CREATE TABLE run (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL,
        environment TEXT NOT NULL,
        environment_version INTEGER NOT NULL,
        snapshot TEXT NOT NULL,
        command TEXT NOT NULL,
        inputs TEXT NOT NULL,
        folder TEXT NOT NULL DEFAULT '',
        process INTEGER NOT NULL,
        process_started TEXT NOT NULL,
        started REAL NOT NULL,
        ended REAL,
        outcome TEXT NOT NULL DEFAULT 'running',
        status INTEGER,
        outputs TEXT NOT NULL DEFAULT '{}',
        usage TEXT NOT NULL DEFAULT '{}'
    );
    CREATE INDEX run_by_name ON run (name, number);
    """,
)
