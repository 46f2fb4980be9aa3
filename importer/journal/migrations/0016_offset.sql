-- How far the run's clock was from UTC, by which its name tells the time: minutes, east of Greenwich more than 0.
ALTER TABLE runs ADD COLUMN offset_minutes INTEGER;                 -- NULL: not known; its name is in UTC
-- Where an input file is since all of its rows are where they should be (`--done-dir`).
ALTER TABLE sheets ADD COLUMN moved_to TEXT NOT NULL DEFAULT '';    -- empty: it was not moved
