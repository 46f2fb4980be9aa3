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
