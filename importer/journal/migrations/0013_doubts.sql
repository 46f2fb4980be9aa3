-- The rows that ended in doubt: each update looks for them in every run, and they are few.
CREATE INDEX rows_in_doubt ON rows (run) WHERE status = 'in_doubt';
