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
