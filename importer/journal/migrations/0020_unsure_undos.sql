-- Contacts to which an undo of an earlier version may have given values back without that being known: the update that it
-- took back does not count as sent any more, as after such an undo today. The next update meets them for the first time.
UPDATE contacts SET is_sent = 0, fingerprint = zeroblob(16), row_fingerprint = NULL, sent_run = 0, sent_seq = 0
FROM removals
CROSS JOIN rows ON rows.run = removals.run AND rows.seq = removals.seq
CROSS JOIN runs ON runs.id = rows.run
WHERE contacts.account = runs.account
    AND (contacts.source, contacts.channel, contacts.identifier)
        = (rows.source, rows.channel, coalesce(rows.normalised, rows.identifier))
    AND (contacts.sent_run, contacts.sent_seq) = (rows.run, rows.seq) AND rows.status <> 'created'
    AND (removals.status = 'in_flight'
        OR (removals.status = 'changed' AND removals.reason LIKE 'Given back:%')
        OR (removals.status = 'failed' AND removals.reason LIKE 'Its values may be given back or not%'));
