-- Rows that the config leaves out: they are no rows of the run.
ALTER TABLE runs ADD COLUMN left_out INTEGER NOT NULL DEFAULT 0;
