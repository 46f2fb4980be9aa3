"""The start of a run: its account is adopted, its record inserted, and what the rows will be asked about collected."""

import sqlite3

from importer.journal.accounts import AccountMatch, adopt_account
from importer.journal.database import columns
from importer.journal.doubts import find_doubts
from importer.journal.forgotten import load_forgotten
from importer.journal.gone_contacts import prepare_gone_contacts
from importer.journal.number_forms import add_form_functions
from importer.journal.run_input import RunInput, RunKey
from importer.journal.run_records import INSERT_RUN
from importer.journal.schema import HAS_OLD_KEYS
from importer.model.policy import Existing, OnConflict
from importer.model.runs import RunRecord

_TABLES = ("seen", "contents", "next_rows", "invalid_customers", "walked", "doubts")


def insert_run(
    connection: sqlite3.Connection,
    record: RunRecord,
    account: AccountMatch,
    existing: Existing,
    on_conflict: OnConflict,
) -> RunInput | None:
    """Insert a run and return how far its input is; None: there is a run of its name. In the caller's transaction.

    Args:
        connection: To the journal, with the temporary tables of an earlier run, which are emptied.
        record: The run.
        account: What the journal knows of its account.
        existing: What the run does with contacts that the account has.
        on_conflict: Whose value stays where both changed a field.

    """
    for table in _TABLES:
        connection.execute(f"DELETE FROM temp.{table}")  # noqa: S608 - only constants
    prepare_gone_contacts(connection)
    if connection.execute("SELECT 1 FROM runs WHERE name = ?", (record.name,)).fetchone():
        return None
    add_form_functions(connection)
    found, main_channels = adopt_account(connection, account)
    ((run,),) = connection.execute(INSERT_RUN, columns(record) | {"account": found}).fetchall()
    ((has_old_keys,),) = connection.execute(HAS_OLD_KEYS, (found,)).fetchall()
    updates = existing is Existing.UPDATE
    return RunInput(
        RunKey(run, found),
        existing,
        main_channels,
        has_old_keys=bool(has_old_keys),
        has_doubts=updates and find_doubts(connection, found),
        merges_left=updates and on_conflict is OnConflict.SHEET,
        forgotten=load_forgotten(connection, found),
    )
