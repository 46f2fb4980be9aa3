"""The tables of the journal, and the migrations that bring an older file up to date.

A migration that was ever released is never changed: a new one is added. Their number is SQLite's `user_version`.
With every new one, keep a journal of the last release in `tests/support/old_journals` (its README says how):
a test opens each of them with today's code and checks that nothing is lost.
"""

APPLICATION_ID = 0x43424C69
"""`CBLi`: how a file says that it is a journal (SQLite's `application_id`)."""

_FIRST = """
-- One line per account: its long name would otherwise stand in every contact.
CREATE TABLE accounts (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;

-- What a run was asked to do and how it ended; `retry` and `runs` begin here.
CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    command TEXT NOT NULL,
    account INTEGER NOT NULL REFERENCES accounts (id),
    files TEXT NOT NULL,               -- JSON array
    options TEXT NOT NULL,             -- JSON object
    report_dir TEXT NOT NULL,
    started_at TEXT NOT NULL,
    finished_at TEXT,                  -- NULL: it still runs, or it was killed
    exit_code INTEGER,
    blank INTEGER NOT NULL,
    requests_sent INTEGER NOT NULL,
    requests_retried INTEGER NOT NULL,
    requests_throttled INTEGER NOT NULL,
    rate_limit REAL NOT NULL,
    rate_achieved REAL NOT NULL,
    tally TEXT                         -- JSON object, rows per status; NULL: rows may still change
) STRICT;

-- The inputs of a run, so that reports and `retry` need not open them again.
CREATE TABLE sheets (
    run INTEGER NOT NULL REFERENCES runs (id),
    place INTEGER NOT NULL,            -- from 0
    file TEXT NOT NULL,
    name TEXT NOT NULL,
    header TEXT NOT NULL,              -- JSON array
    header_row INTEGER NOT NULL,
    encoding TEXT NOT NULL,
    delimiter TEXT NOT NULL,
    notes TEXT NOT NULL,               -- JSON array
    PRIMARY KEY (run, place)
) STRICT, WITHOUT ROWID;

-- Every row of every run and where it stands: the queue, and what reports are written from.
-- Small columns first, so that counting does not read the long ones. With a rowid: rows are too long for a key's tree.
CREATE TABLE rows (
    run INTEGER NOT NULL REFERENCES runs (id),
    seq INTEGER NOT NULL,              -- from 1, across the sheets of the run
    status TEXT NOT NULL CHECK (status IN (
        'pending', 'in_flight', 'created', 'updated', 'exists', 'unchanged', 'duplicate', 'invalid', 'failed',
        'in_doubt', 'unsent'
    )),
    sheet INTEGER NOT NULL,
    number INTEGER NOT NULL,           -- as a spreadsheet program shows it
    attempts INTEGER NOT NULL,
    http_status INTEGER,
    same_as INTEGER,                   -- for a duplicate: the seq of the row that speaks for it
    first_sent_at TEXT,                -- when this run took it to send it
    doubt_since TEXT,                  -- when an earlier run first sent it, if nobody knows whether it arrived
    doubt_until TEXT,                  -- and the time after which no run sent it
    finished_at TEXT,
    source TEXT NOT NULL,
    channel TEXT NOT NULL,
    identifier TEXT NOT NULL,
    name TEXT NOT NULL,
    uuid TEXT NOT NULL,
    href TEXT NOT NULL,
    code TEXT NOT NULL,
    column_header TEXT NOT NULL,
    reason TEXT NOT NULL,
    fingerprint BLOB,
    payload TEXT,                      -- JSON object; only where it may be sent
    cells TEXT NOT NULL,               -- JSON array
    reader_problems TEXT,              -- JSON array of arrays: what `retry` must not forget about the row
    PRIMARY KEY (run, seq)
) STRICT;

-- The queue itself: as small as what is left to do, however long the input.
CREATE INDEX open_rows ON rows (run, status, seq) WHERE status IN ('pending', 'in_flight');

-- All problems of the invalid rows, one line each: reports group by them.
CREATE TABLE problems (
    run INTEGER NOT NULL REFERENCES runs (id),
    seq INTEGER NOT NULL,
    n INTEGER NOT NULL,                -- from 1
    code TEXT NOT NULL,
    column_header TEXT NOT NULL,
    value TEXT NOT NULL,
    message TEXT NOT NULL,
    PRIMARY KEY (run, seq, n)
) STRICT, WITHOUT ROWID;

-- Requests that did not settle their row, so that a row's story can be told; most rows have none.
CREATE TABLE attempts (
    run INTEGER NOT NULL REFERENCES runs (id),
    seq INTEGER NOT NULL,
    attempt INTEGER NOT NULL,          -- from 1
    at TEXT NOT NULL,
    http_status INTEGER,
    reason TEXT NOT NULL
) STRICT;
CREATE INDEX attempts_of_row ON attempts (run, seq);

-- What an account has from us, across runs: why nothing is sent twice. Made when a row is taken, not when entered:
-- keys come in any order, so each touches a page of its own.
CREATE TABLE contacts (
    account INTEGER NOT NULL REFERENCES accounts (id),
    source TEXT NOT NULL,
    channel TEXT NOT NULL,
    identifier TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('in_flight', 'created', 'updated', 'exists', 'failed', 'in_doubt')),
    uuid TEXT NOT NULL,
    href TEXT NOT NULL,
    fingerprint BLOB NOT NULL,         -- of the payload that was sent last
    sent_run INTEGER NOT NULL,         -- the row that was sent last
    sent_seq INTEGER NOT NULL,
    first_sent_at TEXT NOT NULL,       -- of the sendings whose answer is not known
    last_sent_at TEXT NOT NULL,        -- surely not before the last of them: the service may work on it still
    PRIMARY KEY (account, source, channel, identifier)
) STRICT, WITHOUT ROWID;
"""

_SECOND = """
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
"""

_THIRD = """
-- The rate limit that a run found out, where it is lower than the known one: where the account's next run begins.
CREATE TABLE learned_limits (
    account INTEGER PRIMARY KEY REFERENCES accounts (id),
    limit_per_second REAL NOT NULL,
    learned_at TEXT NOT NULL
) STRICT;
"""

_FOURTH = """
-- So that a row which an earlier run settled need not be mapped again: what stands for its cells and their mapping.
ALTER TABLE rows ADD COLUMN row_fingerprint BLOB;
-- The run whose row `same_as` is; NULL: this one. A row that was recognised has its name and UUID from there.
ALTER TABLE rows ADD COLUMN same_run INTEGER;

-- The last row that made of the contact what it is.
ALTER TABLE contacts ADD COLUMN row_fingerprint BLOB;
ALTER TABLE contacts ADD COLUMN row_run INTEGER;
ALTER TABLE contacts ADD COLUMN row_seq INTEGER;
CREATE INDEX contacts_by_row ON contacts (row_fingerprint) WHERE row_fingerprint IS NOT NULL;

-- What a run was given: files, mapping and options. A run that was given the same as the one before it has no rows.
ALTER TABLE runs ADD COLUMN input_fingerprint BLOB;
ALTER TABLE runs ADD COLUMN same_as INTEGER REFERENCES runs (id); -- the run whose rows are its own too
"""

_FIFTH = """
-- A run that was given the same as the one before it had no rows of its own: write down those that it reported.
INSERT INTO sheets (run, place, file, name, header, header_row, encoding, delimiter, notes)
SELECT runs.id, place, file, sheets.name, header, header_row, encoding, delimiter, notes
FROM runs JOIN sheets ON sheets.run = runs.same_as;

-- As short as rows that are recognised: those that are in Callbell have name and UUID from the row they repeat.
INSERT INTO rows (run, seq, status, sheet, number, attempts, same_run, same_as, finished_at, source, channel,
    identifier, name, uuid, href, code, column_header, reason, cells, reader_problems)
SELECT runs.id, seq, iif(settled, 'unchanged', status), sheet, number, 0,
    iif(status = 'invalid', NULL, coalesce(same_run, run)), iif(status = 'invalid', NULL, coalesce(rows.same_as, seq)),
    started_at, source, channel, identifier, iif(status IN ('invalid', 'duplicate'), rows.name, ''), '', '',
    iif(settled, '', code), iif(settled, '', column_header), iif(settled, '', reason),
    iif(status = 'invalid', cells, ''), iif(status = 'invalid', reader_problems, NULL)
FROM runs JOIN (SELECT *, status IN ('created', 'updated') OR code = 'exists' AS settled FROM rows) AS rows
    ON rows.run = runs.same_as;

INSERT INTO problems (run, seq, n, code, column_header, value, message)
SELECT runs.id, seq, n, code, column_header, value, message FROM runs JOIN problems ON problems.run = runs.same_as;

ALTER TABLE runs DROP COLUMN same_as;
ALTER TABLE runs DROP COLUMN input_fingerprint;
"""

MIGRATIONS = (_FIRST, _SECOND, _THIRD, _FOURTH, _FIFTH)

TEMPORARY = """
-- The next rows of the input. A recognised one has its key from the start, and the row of an earlier run with its name
-- and UUID; a contact that was mapped has its key and fingerprint, and an invalid row only its place.
CREATE TEMP TABLE next_rows (
    seq INTEGER PRIMARY KEY,
    number INTEGER NOT NULL,
    source TEXT, channel TEXT, identifier TEXT,
    row_run INTEGER, row_seq INTEGER,  -- NULL: it is not recognised
    fingerprint BLOB                   -- NULL: it was not mapped, or is invalid
);

-- The first row with each key of this run. Beyond a few megabytes SQLite keeps it in an unnamed temporary file, so
-- memory does not grow with the input.
CREATE TEMP TABLE seen (
    source TEXT, channel TEXT, identifier TEXT,
    seq INTEGER NOT NULL,
    sheet INTEGER NOT NULL,
    number INTEGER NOT NULL,
    row_run INTEGER, row_seq INTEGER,
    PRIMARY KEY (source, channel, identifier)
) WITHOUT ROWID;
"""
