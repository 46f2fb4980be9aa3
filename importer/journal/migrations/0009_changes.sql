-- What updates change: on disk before the PATCH leaves, so that `undo` can give back the values that were there before.
CREATE TABLE changes (
    run INTEGER NOT NULL REFERENCES runs (id),
    seq INTEGER NOT NULL,
    uuid TEXT NOT NULL,
    after TEXT NOT NULL,               -- JSON object, as `importer.model.changes.ContactChange` has it
    before TEXT NOT NULL,              -- the same
    at TEXT NOT NULL,
    PRIMARY KEY (run, seq)
) STRICT, WITHOUT ROWID;
