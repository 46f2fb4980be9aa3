"""Map rows to contacts: from a header and the config to a column mapping, and from a row to a contact or its problems.

    header + config  -> header -> column_mapping               plan_mapping, once per sheet
    row + mapping    -> contact_fields, custom_fields, phones/ to_contact, once per row -> Contact | InvalidRow
    row + mapping    -> text_damage                            worth a look, or a problem if the config is strict
    row + mapping    -> RowFingerprint                         is it as an earlier run sent it?
    without a config -> header_guess, column_candidates        -> mapping_guess, for every command
                     -> column_profile                         -> mapping_proposal, for `init`

To add a field of contacts, add it to:

1. `importer.model.rows.Contact`, under the API's name: it is then sent, stored and compared;
2. `importer.mapper.options`: `ContactOptions` (the same for every row) and `ColumnOptions` (from a column);
3. `importer.mapper.contact_fields`: its check, and the config key that it belongs to;
4. `importer.settings.config_tables`: its keys under `[contact]` and `[columns]`, and `config.example.toml`;
5. `importer.mapper.header_words`: the words by which its header is recognised.

The sandbox accepts it with a rule in `importer.sandbox.rules`; `undo` compares it in
`importer.worker_pool.contact_changes`. Tests fail for each of the five places that is forgotten, most of them in
`tests/unit/mapper/test_contact_fields.py`. Everything here is pure.
"""
