-- A run that was given the same as the one before it had no rows of its own: write down those that it reported.
INSERT INTO sheets (run, place, file, name, header, header_row, encoding, delimiter, notes)
SELECT runs.id, place, file, sheets.name, header, header_row, encoding, delimiter, notes
FROM runs JOIN sheets ON sheets.run = runs.same_as;

-- As short as rows that are recognised: those that are in Callbell have name and UUID from the row they repeat.
INSERT INTO rows (run, seq, status, sheet, number, attempts, same_run, same_as, finished_at, source, channel,
    identifier, name, uuid, href, code, column_header, reason, cells, reader_problems)
SELECT runs.id, seq, iif(settled, 'unchanged', status), sheet, number, 0,
    iif(status = 'invalid', NULL, coalesce(same_run, run)), iif(status = 'invalid', NULL, coalesce(rows.same_as, seq)),
    started_at, source, channel, identifier, iif(status IN ('invalid', 'duplicate'), rows.name, ''), '', '',
    iif(settled, '', code), iif(settled, '', column_header), iif(settled, '', reason),
    iif(status = 'invalid', cells, ''), iif(status = 'invalid', reader_problems, NULL)
FROM runs JOIN (SELECT *, status IN ('created', 'updated') OR code = 'exists' AS settled FROM rows) AS rows
    ON rows.run = runs.same_as;

INSERT INTO problems (run, seq, n, code, column_header, value, message)
SELECT runs.id, seq, n, code, column_header, value, message FROM runs JOIN problems ON problems.run = runs.same_as;

ALTER TABLE runs DROP COLUMN same_as;
ALTER TABLE runs DROP COLUMN input_fingerprint;
