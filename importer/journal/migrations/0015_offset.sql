-- Where an input file is since all of its rows are where they should be (`--done-dir`).
ALTER TABLE sheets ADD COLUMN moved_to TEXT NOT NULL DEFAULT '';    -- empty: it was not moved
