-- So that a run can say what is new since the last run of the same import: hashes of files, sheet and config, and of the
-- problems that this run told. `importer.journal.known_problems` says how.
ALTER TABLE runs ADD COLUMN series TEXT NOT NULL DEFAULT '';        -- empty: it is compared with no other run
ALTER TABLE runs ADD COLUMN compared_with TEXT NOT NULL DEFAULT ''; -- the name of the run that it was compared with
ALTER TABLE runs ADD COLUMN gone INTEGER NOT NULL DEFAULT 0;        -- problems of that run that it had no more
ALTER TABLE runs ADD COLUMN degraded TEXT NOT NULL DEFAULT '[]';    -- JSON array of codes, each with its sentence
ALTER TABLE runs ADD COLUMN is_told INTEGER NOT NULL DEFAULT 0;     -- 1: its problems were told, so the next knows them
CREATE INDEX runs_of_series ON runs (series, account) WHERE series <> '';

-- Of an invalid row, `fingerprint` is the hash of its cells from here on; of earlier runs it is not known.
-- The codes of a row's problems that were known already: JSON array. NULL: all of them were new.
ALTER TABLE rows ADD COLUMN known_codes TEXT;

-- The problems of the last run of each series alone, and of the run that is under way.
CREATE TABLE known_problems (
    run INTEGER NOT NULL REFERENCES runs (id),
    problem BLOB NOT NULL,             -- hash of the row's content and of the code
    count INTEGER NOT NULL,            -- how often it is there: rows may be alike
    PRIMARY KEY (run, problem)
) STRICT, WITHOUT ROWID;

-- Rows in conflict, counted once when the run ends, as its tally is.
ALTER TABLE runs ADD COLUMN conflicts INTEGER NOT NULL DEFAULT 0;
UPDATE runs SET conflicts = (
    SELECT count(*) FROM rows WHERE run = runs.id AND status IN ('exists', 'updated') AND code = 'conflict'
) WHERE json_extract(tally, '$.exists') > 0 OR json_extract(tally, '$.updated') > 0;

-- Fields in which a contact that was first met was left as Callbell had it: JSON array; NULL: none, or not known.
-- With `--on-conflict sheet` they are merged again.
ALTER TABLE rows ADD COLUMN left_fields TEXT;
