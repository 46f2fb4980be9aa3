-- Each time that the contacts of a run were taken back, and how it ended.
CREATE TABLE undos (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    run INTEGER NOT NULL REFERENCES runs (id),
    report_dir TEXT NOT NULL,
    started_at TEXT NOT NULL,
    finished_at TEXT,                  -- NULL: it goes on still, or it was killed
    exit_code INTEGER
) STRICT;

-- The contacts that were to be deleted, by the row that created them: the intent before the request, the outcome after.
CREATE TABLE removals (
    run INTEGER NOT NULL REFERENCES runs (id),
    seq INTEGER NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('pending', 'in_flight', 'deleted', 'gone', 'changed', 'failed')),
    http_status INTEGER,
    reason TEXT NOT NULL,
    finished_at TEXT,
    PRIMARY KEY (run, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX open_removals ON removals (run, status, seq) WHERE status IN ('pending', 'in_flight');
