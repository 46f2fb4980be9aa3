-- The rows that ended in doubt, or failed, and may have made their contact all the same: each update looks for them in
-- every run, and they are few.
CREATE INDEX rows_maybe_there ON rows (run) WHERE status IN ('in_doubt', 'failed');
