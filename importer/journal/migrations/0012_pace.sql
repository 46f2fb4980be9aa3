-- Requests that left in each interval of a run, a few hundred at most, for the plot in its reports; and what tells that
-- an input file is still the one that was read: its size and when it was last changed.
ALTER TABLE runs ADD COLUMN pace_seconds REAL NOT NULL DEFAULT 1.0; -- length of an interval
ALTER TABLE runs ADD COLUMN pace TEXT NOT NULL DEFAULT '[]';        -- JSON array
ALTER TABLE sheets ADD COLUMN stamp TEXT NOT NULL DEFAULT '';       -- empty: not known
