-- Whether the answer to our own POST proved that it made the contact: only then may `undo` delete it.
ALTER TABLE rows ADD COLUMN is_ours INTEGER NOT NULL DEFAULT 0;

-- Of earlier runs the status is known: 201 (Created) came from a POST, and a look-up answers 200.
UPDATE rows SET is_ours = 1 WHERE status = 'created' AND http_status = 201 AND attempts > 0;
