-- What Callbell had in the fields that were left as they are there, in a conflict or on a first meeting: JSON object, in
-- which null stands for what cannot be read. NULL: none was left, or an earlier version wrote the row.
ALTER TABLE rows ADD COLUMN kept_values TEXT;
