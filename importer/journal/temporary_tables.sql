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
