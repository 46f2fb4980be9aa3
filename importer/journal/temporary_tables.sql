-- The next rows of the input. A recognised one has its key from the start, and the row of an earlier run with its name
-- and UUID; a contact that was mapped has its key and fingerprint, and an invalid row only its place.
CREATE TEMP TABLE next_rows (
    seq INTEGER PRIMARY KEY,
    number INTEGER NOT NULL,
    source TEXT, channel TEXT, identifier TEXT,
    row_run INTEGER, row_seq INTEGER,  -- NULL: it is not recognised
    old_key TEXT,                      -- the identifier that it had in the journal until schema version 5, if another
    fingerprint BLOB                   -- NULL: it was not mapped, or is invalid
);

-- The first row of each person of this run, who may be written in two forms (`importer.journal.number_forms`). Beyond a
-- few megabytes SQLite keeps it in an unnamed temporary file, so memory does not grow with the input.
CREATE TEMP TABLE seen (
    source TEXT, channel TEXT, person TEXT,
    identifier TEXT NOT NULL,
    seq INTEGER NOT NULL,
    sheet INTEGER NOT NULL,
    number INTEGER NOT NULL,
    row_run INTEGER, row_seq INTEGER,
    PRIMARY KEY (source, channel, person)
) WITHOUT ROWID;

-- What the mapped rows of this run say, in hashes, for telling in what a duplicate differs from the row that is sent.
CREATE TEMP TABLE contents (seq INTEGER PRIMARY KEY, content BLOB NOT NULL);

-- The first invalid row of each person of this run whom an earlier run brought to Callbell, and who is in no other row
-- that came before (`importer.journal.invalid_customers`).
CREATE TEMP TABLE invalid_customers (
    source TEXT, channel TEXT, person TEXT,
    seq INTEGER NOT NULL,
    PRIMARY KEY (source, channel, person)
) WITHOUT ROWID;

-- Requests of earlier runs that may have arrived, by the key of their contact (`importer.journal.doubts`): a PATCH has
-- the UUID of its contact, a POST none, and its payload for `after`.
CREATE TEMP TABLE doubts (
    source TEXT, channel TEXT, identifier TEXT,
    run INTEGER NOT NULL,
    uuid TEXT NOT NULL, after TEXT NOT NULL, before TEXT NOT NULL,
    PRIMARY KEY (source, channel, identifier, run)
) WITHOUT ROWID;

-- Whom a walk of this run saw in the account: a keyed hash of each number, which only this process can compare.
CREATE TEMP TABLE walked (
    number TEXT, channel TEXT, uuid TEXT,
    PRIMARY KEY (number, uuid)
) WITHOUT ROWID;
