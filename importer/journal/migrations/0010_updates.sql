-- What the sheet counts as having said since the row was merged with what Callbell had: JSON object, as `payload`.
-- NULL: it was not merged.
ALTER TABLE rows ADD COLUMN base TEXT;

-- 1: what its sent row says was sent or merged; 0: it was only met, so an update meets it for the first time.
ALTER TABLE contacts ADD COLUMN is_sent INTEGER NOT NULL DEFAULT 0;
UPDATE contacts SET is_sent = 1 WHERE status IN ('created', 'updated');

-- Rows that updated a contact are taken back too: `restored`. SQLite can change no CHECK, so the table is made again.
ALTER TABLE removals RENAME TO old_removals;
DROP INDEX open_removals;
CREATE TABLE removals (
    run INTEGER NOT NULL REFERENCES runs (id),
    seq INTEGER NOT NULL,
    status TEXT NOT NULL CHECK (status IN (
        'pending', 'in_flight', 'deleted', 'restored', 'gone', 'changed', 'failed'
    )),
    http_status INTEGER,
    reason TEXT NOT NULL,
    finished_at TEXT,
    PRIMARY KEY (run, seq)
) STRICT, WITHOUT ROWID;
INSERT INTO removals SELECT run, seq, status, http_status, reason, finished_at FROM old_removals;
DROP TABLE old_removals;
CREATE INDEX open_removals ON removals (run, status, seq) WHERE status IN ('pending', 'in_flight');
