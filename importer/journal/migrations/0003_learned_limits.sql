-- The rate limit that a run found out, where it is lower than the known one: where the account's next run begins.
CREATE TABLE learned_limits (
    account INTEGER PRIMARY KEY REFERENCES accounts (id),
    limit_per_second REAL NOT NULL,
    learned_at TEXT NOT NULL
) STRICT;
