-- An account is known by the UUIDs of its teams and channels; what it is called are only names of it.
CREATE TABLE account_names (
    name TEXT NOT NULL,                -- base URL and label or e-mail, or the e-mail alone
    account INTEGER NOT NULL REFERENCES accounts (id),
    PRIMARY KEY (name, account)
) STRICT, WITHOUT ROWID;
INSERT INTO account_names SELECT name, id FROM accounts;
INSERT OR IGNORE INTO account_names
SELECT lower(substr(name, instr(name, ' ') + 1)), id FROM accounts WHERE name LIKE 'http%_ _%@_%';

CREATE TABLE account_uuids (
    uuid TEXT PRIMARY KEY,             -- in small letters
    account INTEGER NOT NULL REFERENCES accounts (id),
    was_main INTEGER NOT NULL          -- 1: the channel is or was the main one, so contacts without a channel are its own
) STRICT, WITHOUT ROWID;

-- The identifier as the key of the row's contact has it; NULL: as it is sent.
ALTER TABLE rows ADD COLUMN normalised TEXT;
UPDATE rows SET normalised = old_key(source, identifier)
WHERE (identifier GLOB '*[^0-9]*' OR identifier GLOB '00*') AND identifier <> old_key(source, identifier);

-- 0: its key was made from what was sent, by an earlier version of this schema, and may lack a country code: numbers
-- that are too short to have one, or stand among numbers that were sent as they were written. Their rows are mapped
-- again, and not recognised, so that the key can be replaced.
ALTER TABLE contacts ADD COLUMN is_normalised INTEGER NOT NULL DEFAULT 1;
UPDATE contacts SET is_normalised = 0, row_fingerprint = NULL WHERE source = 'whatsapp' AND (
    identifier LIKE '%(0)%' OR (
        identifier NOT LIKE '+%' AND identifier NOT LIKE '00%' AND (
            length(identifier) < 11 OR identifier LIKE '0%'
            OR account IN (SELECT account FROM contacts WHERE source = 'whatsapp' AND identifier GLOB '*[^+0-9]*')
        )
    )
);
CREATE INDEX contacts_not_normalised ON contacts (account) WHERE is_normalised = 0;
-- Of contacts that become one, the one that says most: that it is in Callbell, else that it may be; of equals, the last.
DELETE FROM contacts WHERE CASE WHEN EXISTS ( -- most journals have none, and are not sorted for nothing
    SELECT 1 FROM contacts WHERE identifier GLOB '*[^0-9]*' OR identifier GLOB '00*'
) THEN (account, source, channel, identifier) IN (
    SELECT account, source, channel, identifier FROM (
        SELECT *, row_number() OVER (
            PARTITION BY account, source, channel, old_key(source, identifier)
            ORDER BY status IN ('created', 'updated', 'exists') DESC, status = 'failed', last_sent_at DESC
        ) AS place FROM contacts
    ) WHERE place > 1
) END;
UPDATE contacts SET identifier = old_key(source, identifier)
WHERE (identifier GLOB '*[^0-9]*' OR identifier GLOB '00*') AND identifier <> old_key(source, identifier);
