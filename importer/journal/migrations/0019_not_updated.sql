-- Rows that failed, are invalid or were not sent, and whose contact is in Callbell all the same: counted once when the run
-- ends, as its tally is. NULL: it has not ended. Invalid rows of earlier versions do not know their contact.
ALTER TABLE runs ADD COLUMN not_updated INTEGER;
UPDATE runs SET not_updated = 0 WHERE tally IS NOT NULL;
UPDATE runs SET not_updated = (
    SELECT count(*) FROM rows
    WHERE run = runs.id AND status IN ('failed', 'unsent') AND uuid <> '' AND code <> 'gone'
) WHERE json_extract(tally, '$.failed') > 0 OR json_extract(tally, '$.unsent') > 0;
