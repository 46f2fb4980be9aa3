-- What `purge` forgets. The key of the hashes that stand for numbers; made when the first one is needed.
CREATE TABLE hash_key (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    key BLOB NOT NULL
) STRICT;

-- People who are not imported again (`purge --contact`), by the keyed hash of their number or handle.
CREATE TABLE forgotten_people (
    hash TEXT PRIMARY KEY,
    begun_at TEXT NOT NULL,
    finished_at TEXT                   -- NULL: the purge was cut off, and is to be given again
) STRICT, WITHOUT ROWID;

-- Where copies of the journal were put.
CREATE TABLE backups (
    path TEXT PRIMARY KEY,
    made_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- 1: the identifier is its keyed hash; a row that has it brings it back.
ALTER TABLE contacts ADD COLUMN is_forgotten INTEGER NOT NULL DEFAULT 0;
-- 1: the row that failed is forgotten; the service may have made the contact all the same, and is asked first.
ALTER TABLE contacts ADD COLUMN is_to_ask INTEGER NOT NULL DEFAULT 0;
-- When a run last had it whose rows are counted only, to within a week; NULL: none did.
ALTER TABLE contacts ADD COLUMN seen_at TEXT;
CREATE INDEX contacts_forgotten ON contacts (account) WHERE is_forgotten = 1;

-- Which rows of the run are kept: all, those that are not settled as they were before, or only those that changed
-- something in Callbell or are in doubt.
ALTER TABLE runs ADD COLUMN rows_kept TEXT NOT NULL DEFAULT 'all' CHECK (rows_kept IN ('all', 'unsettled', 'changes'));
ALTER TABLE runs ADD COLUMN rows_dropped INTEGER NOT NULL DEFAULT 0; -- they are counted in the tally
ALTER TABLE runs ADD COLUMN forgotten_at TEXT;                       -- NULL: it was not purged
