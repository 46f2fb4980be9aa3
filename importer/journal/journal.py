"""The journal: one file for all runs; each call is one transaction and blocks."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Self

from importer.journal.accounts import AccountMatch, adopt_account, match_account
from importer.journal.claim import claim_rows, end_dead_runs, end_rows, record_outcomes, release_row
from importer.journal.database import Database, columns, moment
from importer.journal.enqueue import enqueue_rows, recognise_rows
from importer.journal.first_to_send import first_to_send
from importer.journal.known_problems import RunHistory
from importer.journal.presence import Walk, to_ask
from importer.journal.probes import ProbeLog, newest_answers
from importer.journal.run_input import RunInput
from importer.journal.run_records import END_RUN, load_runs, run_key
from importer.journal.run_report import INSERT_SHEET, EarlierRows, RunReport
from importer.journal.run_start import insert_run
from importer.journal.undo import UNFINISHED_UNDOS, RunUndo
from importer.model.account import AccountIdentity
from importer.model.errors import StorageError
from importer.model.journal_rows import Attempted, FirstToSend, Intended, Pending, Recorded, WalkedContact
from importer.model.policy import Existing, OnConflict
from importer.model.probe import ProbeAnswers
from importer.model.rows import Contact, Entry, Sheet, Status
from importer.model.runs import RunRecord

_LEARNED_LIMIT = "SELECT limit_per_second FROM learned_limits JOIN accounts ON accounts.id = account WHERE name = ?"
_LEARN = "INSERT OR REPLACE INTO learned_limits (account, limit_per_second, learned_at) VALUES (?, ?, ?)"
_UTC_NOW: Callable[[], datetime] = partial(datetime.now, UTC)


class Journal:
    """The journal's file and the run that is underway.

    Every method is one transaction, durable when it returns. Whoever begins a run holds the lock
    (`importer.system.exclusive_lock`); reading needs none. Calls from several threads are serialised.

    Raises (all methods):
        StorageError: The file cannot be read or written; what it held before is intact.
        UsageError: No run has the name that was given.
    """

    def __init__(self, database: Database, now: Callable[[], datetime], *, tallied_only: bool = False) -> None:
        self._database = database
        self._now = now
        self.tallied_only = tallied_only
        """Whether the next run's rows that would be sent are counted only; for one that never claims."""
        self.tells_gone = False
        """Whether the next run's contacts that were found deleted are told as that; for one that asks nobody."""
        self._begun: RunInput | None = None

    @classmethod
    def open(
        cls, path: Path, now: Callable[[], datetime] = _UTC_NOW, *, rehearsal: bool = False, tallied_only: bool = False
    ) -> Self:
        """Open the file; it is created, with its folder, if it is missing.

        Args:
            path: Of the file.
            now: Returns the time in UTC.
            rehearsal: Whatever is written is rolled back on closing.
            tallied_only: `enqueue` counts rows that would be sent and does not write them; for a rehearsal that
                never claims.

        Raises:
            StorageError: It cannot be opened, is no journal, is damaged, or was written by a newer importer.

        """
        return cls(Database(path, rehearsal=rehearsal), now, tallied_only=tallied_only)

    def match_account(self, identity: AccountIdentity) -> AccountMatch:
        """Return what the journal knows of the account; nothing is changed."""
        return match_account(self._database.fetch, identity)

    def begin(
        self,
        record: RunRecord,
        account: AccountMatch | None = None,
        existing: Existing = Existing.SKIP,
        on_conflict: OnConflict = OnConflict.CALLBELL,
    ) -> None:
        """Insert a new run, after closing the runs that were killed.

        Args:
            record: The run.
            account: What the journal knows of the run's account; None: it is known by its name alone.
            existing: What the run does with contacts that the account has: it decides which rows are pending.
            on_conflict: Whose value stays where both changed a field; it decides that too.

        Raises:
            StorageError: Also if there is a run of this name.

        """
        account = account or self.match_account(AccountIdentity(name=record.account))
        with self._database.transaction() as connection:
            end_dead_runs(connection, moment(self._now()))
            begun = insert_run(connection, record, account, existing, on_conflict)
        if begun is None:
            raise StorageError(
                f"The journal {self._database.path} has a run named {record.name} already.",
                "Wait a second and give the same command again.",
            )
        self._begun = replace(begun, tallied_only=self.tallied_only, tells_gone=self.tells_gone)

    def add_sheet(self, sheet: Sheet) -> int:
        """Insert the run's next sheet and return its index, from 0."""
        begun = self._underway
        place = len(begun.sheets)
        with self._database.transaction() as connection:
            connection.execute(INSERT_SHEET, columns(sheet) | {"run": begun.key.run, "place": place})
        begun.sheets[place] = sheet
        return place

    def recognise(self, marked: Sequence[tuple[int, bytes | None]]) -> Sequence[str | None]:
        """Find the next rows of the input that need not be mapped, as `protocols.PipelineJournal.recognise` says."""
        begun = self._underway
        with self._database.transaction() as connection:
            begun.identifiers = recognise_rows(connection, begun.key.account, begun.last_seq + 1, marked)
        return begun.identifiers

    def enqueue(self, sheet_index: int, entries: Sequence[Entry]) -> Mapping[Status, int]:
        """Insert the next rows of the input, as `protocols.PipelineJournal.enqueue` says."""
        begun = self._underway
        with self._database.transaction() as connection:
            counts = enqueue_rows(connection, begun, sheet_index, entries, moment(self._now()))
        begun.last_seq += counts.total()
        begun.identifiers = None
        return counts

    def to_ask(self) -> tuple[int, int]:
        """Return of how many pending rows it is not known whether the account has them, and the look-ups they need.

        Where a number has two forms, two look-ups are needed to be sure that nobody is there.
        """
        with self._database.transaction() as connection:
            return to_ask(connection, self._underway.key.run)

    def add_walked(self, contacts: Iterable[WalkedContact], *, several_channels: bool) -> None:
        """Take note of who is in the account; from now on `claim` tells whether a row's contact is.

        Args:
            contacts: All that a walk of the contact list in this run showed, which is whole.
            several_channels: Whether the account has more than one WhatsApp channel.

        """
        walk = Walk(several_channels=several_channels)
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM temp.walked")
            walk.add(connection, contacts)
        self._underway.walk = walk

    def first_to_send(self, count: int, is_refused: Callable[[Contact], bool]) -> FirstToSend:
        """Return the first pending rows that will be sent whole, and the first updates; see `first_to_send`."""
        with self._database.transaction() as connection:
            return first_to_send(connection, self._underway, count, is_refused)

    def claim(self, count: int, records: Sequence[Recorded | Attempted | Intended] = ()) -> list[Pending]:
        """Record outcomes, and mark up to `count` pending rows as in flight: one transaction."""
        with self._database.transaction() as connection:
            record_outcomes(connection, self._underway.key, records)
            return claim_rows(connection, self._underway, count, self._now())

    def record(self, records: Sequence[Recorded | Attempted | Intended]) -> None:
        """Record outcomes, and attempts that did not settle their row."""
        if records:
            with self._database.transaction() as connection:
                record_outcomes(connection, self._underway.key, records)

    def release(self, claimed: Sequence[Pending]) -> None:
        """Make claimed rows pending again that were never sent."""
        with self._database.transaction() as connection:
            for pending in claimed:
                release_row(connection, self._underway.key, pending.seq, attempts=0)

    def finish(self, record: RunRecord, records: Sequence[Recorded | Attempted | Intended] = ()) -> None:
        """End the run: what is still pending becomes `unsent`, what is in flight `in_doubt`.

        Args:
            record: The run's record with its end, exit code and counters.
            records: Outcomes that were not recorded yet.

        """
        with self._database.transaction() as connection:
            record_outcomes(connection, self._underway.key, records)
            now = self._now()
            ended = columns(replace(record, finished_at=record.finished_at or now))
            connection.execute(END_RUN, ended | {"run": self._underway.key.run})
            end_rows(connection, self._underway.key, moment(now))
        self._begun = None

    def learned_limit(self, account: str) -> float:
        """Return the rate limit that the account's last run learned, in requests per second; 0.0: none."""
        return next((float(limit) for (limit,) in self._database.fetch(_LEARNED_LIMIT, (account,))), 0.0)

    def learn(self, limit: float) -> None:
        """Store the rate limit that the run learned for the account's next one; 0.0: none."""
        with self._database.transaction() as connection:
            connection.execute(_LEARN, (self._underway.key.account, limit, moment(self._now())))

    def end_dead_runs(self) -> None:
        """Close the runs that were killed: no row stays pending or in flight. `begin` does it too."""
        with self._database.transaction() as connection:
            end_dead_runs(connection, moment(self._now()))

    def report_source(self, run_name: str) -> RunReport:
        """Return what the reports need of a run."""
        return RunReport(self._database, run_key(self._database, run_name).run)

    def rows_of(self, run_name: str) -> list[EarlierRows]:
        """Return a reader for each sheet of an earlier run, with the rows to retry."""
        report = self.report_source(run_name)
        return [EarlierRows(sheet, self._database, report.run, index) for index, sheet in enumerate(report.sheets())]

    def history_of(self, run_name: str) -> RunHistory:
        """Return a run beside those before it of the same import."""
        return RunHistory(self._database, run_key(self._database, run_name))

    def undo_of(self, run_name: str) -> RunUndo:
        """Return the undo of a run: the contacts that it created or changed, and what became of them."""
        return RunUndo(self._database, run_key(self._database, run_name))

    def undone_runs(self) -> set[str]:
        """Return the names of the runs of which an undo was begun."""
        return {name for (name,) in self._database.fetch("SELECT runs.name FROM undos JOIN runs ON runs.id = run")}

    def unfinished_undos(self) -> list[tuple[str, int]]:
        """Return the runs in this run's account whose undo was stopped, each with how many contacts it left."""
        return self._database.fetch(UNFINISHED_UNDOS, (self._underway.key.account,))

    def undo_names(self) -> set[str]:
        """Return the names of all undos."""
        return {name for (name,) in self._database.fetch("SELECT name FROM undos")}

    def probe_log(self, account: AccountMatch) -> ProbeLog:
        """Return the log of an account's probes; what is new of the account is written down."""
        with self._database.transaction() as connection:
            found, _ = adopt_account(connection, account)
        return ProbeLog(self._database, found, self._now)

    def probe_of(self, account: str | int) -> ProbeAnswers | None:
        """Return what the newest probe of an account, known by a name or its id, found out; None: nothing yet."""
        return newest_answers(self._database, account)

    def runs(self) -> list[tuple[RunRecord, dict[Status, int]]]:
        """Return every run, newest first, with how many of its rows have each status."""
        return load_runs(self._database)

    def close(self) -> None:
        """Close the file; closing it again does nothing."""
        self._database.close()

    @property
    def _underway(self) -> RunInput:
        if self._begun is None:
            raise RuntimeError("no run was begun")
        return self._begun
