-- What `doctor --probe` does and finds out: its state is on disk before each of its requests leaves, so that the next
-- `doctor` deletes what a probe made that was cut off.
CREATE TABLE probes (
    id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES accounts (id),
    state TEXT NOT NULL,               -- JSON, with the number; empty once the probe is over
    answers TEXT,                      -- JSON, as `importer.model.probe.ProbeAnswers` has it; NULL: none were found out
    started_at TEXT NOT NULL,
    finished_at TEXT                   -- NULL: it is under way, or was cut off
) STRICT;

CREATE INDEX probes_of_accounts ON probes (account);
