"""The last question of a run on a terminal: how many rows, where to, and two of them as they will be sent.

It comes when every row was read and checked, and before anything is sent, so that its figures are true.
"""

import contextlib
import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from importer.commands.account.account_check import NOTHING_MISSING, NotSeen
from importer.commands.account.connection import Connection, MappedSheet
from importer.commands.account.preflight import Preflight
from importer.commands.context import CommandContext, CommandResult
from importer.commands.input.own_file import another_users
from importer.commands.mapping_selection import mapping_lines
from importer.commands.questions.after_no import after_no
from importer.commands.questions.country_doubt import NO_DOUBT, CountryDoubt
from importer.commands.questions.mobile_form_question import both_forms_text, one_form_text
from importer.commands.questions.rows_to_send import (
    counts_text,
    first_lines,
    folded_line,
    may_send,
    not_seen_text,
    only_asked_text,
)
from importer.commands.setup import recorded_files
from importer.journal import Journal
from importer.mapper.options import ColumnOptions
from importer.mapper.warnings import Findings
from importer.model.answers import says_yes
from importer.model.errors import DeclinedError, InputError
from importer.model.journal_rows import FirstToSend
from importer.model.plain_text import counted, plain, plain_lines, wrapped_text
from importer.model.policy import Existing, Gone
from importer.model.rows import Sheet, Status
from importer.model.runs import DECLINED, RunRecord
from importer.reports.account_words import account_words
from importer.reports.results import summary_text
from importer.reports.run_commands import retry_as_given, where_runs_are
from importer.system.logs import LOG
from importer.system.shell import importer_command, importer_name, short_path
from importer.system.stop_signals import Interruption

_WIDTH = 79
_SHOWN_ROWS = 2
_MOST_LINES_OF_MAPPING = 8
SOURCES_AT = 22
"""Where the columns begin in the lines of a mapping."""


@dataclass(slots=True, kw_only=True)
class LastQuestion:
    """Whether a run sends what it has read; shows the first rows of what it would send."""

    is_declined: bool = False
    """Whether it was answered with no, or not at all."""
    note: str = ""
    """What was taken from the last run, and is to be seen before anything is sent; empty: nothing was."""
    not_seen: NotSeen = NOTHING_MISSING
    """What the rows need and the account was not seen to have."""
    was_guessed: Callable[[int, Sheet, ColumnOptions], bool] = lambda *_: False
    """Tells whether the last run showed the same guess: then it is known what to do about columns that are not sent."""
    of_list: str = ""
    """The file of the list that the rows are of, if they are in a file of our own making."""
    doubt: CountryDoubt = NO_DOUBT
    """Why the numbers are probably not from the country that was given."""
    retried: str = ""
    """The run whose rows are sent again, which showed what it made of the file; empty: it is no retry."""
    both_forms: str = ""
    """How many mobile numbers are in which of their two forms; empty: all are in one."""
    _first: FirstToSend = field(default_factory=FirstToSend)
    _another_user: str = ""
    """That the file is of another user's run, whose journal is another; empty: it is not."""
    _cure: str = ""
    """What to do first, as was told; empty: the columns may be other ones."""

    def prepare(
        self, context: CommandContext, connection: Connection, preflight: Preflight, journal: Journal, found: Findings
    ) -> None:
        """Learn what is shown with the question.

        Args:
            context: What the command was given.
            connection: To the account, or to a sandbox.
            preflight: Which asked what the account has.
            journal: With all rows of the run.
            found: What is worth a look in the rows.

        Raises:
            StorageError: The journal cannot be read.

        """
        files = recorded_files(one.reader.sheet.file for one in connection.sheets)
        self._another_user = "" if self.retried else another_users(context, files, journal)
        self.not_seen = preflight.not_seen(connection)
        self.both_forms = both_forms_text(found.warnings())
        self._first = journal.first_to_send(_SHOWN_ROWS, lambda contact: preflight.refusal(contact) is not None)

    def ask(
        self, context: CommandContext, connection: Connection, tally: Mapping[Status, int], interruption: Interruption
    ) -> None:
        """Show what is about to be sent, and ask whether to; where nothing is, nobody is asked.

        Args:
            context: With how to ask.
            connection: With the account and the mapped sheets.
            tally: How many rows have each status, now that all were read.
            interruption: Is told of Ctrl-C.

        Raises:
            InputError: The answer is no, or there is none.

        """
        if context.confirm is None or not may_send(tally, self._first, context.settings.policy):
            # What would be seen above the question is told all the same.
            if told := "\n".join(filter(None, [self.note, self._another_user, self.doubt.text])):
                context.tell(told)
            return
        if self.retried:
            is_all_gone = 0 < tally.get(Status.PENDING, 0) <= self._first.gone
            again = {**context.options, **({"gone": Gone.RECREATE.value} if is_all_gone else {})}
            self._cure = f"To send them after all: {retry_as_given(self.retried, again)}"
        elif context.settings.mapping_given and (config := context.options.get("config")):
            self._cure = f"To send it otherwise, edit {short_path(str(config))} and give the same command again."
        if self._another_user:
            self._cure = self._another_user.partition("\n")[2]
        text = self._text(context, connection, tally)
        confirm = partial(context.confirm, text)
        if (self.not_seen.nowhere or self.doubt.text or self._another_user) and (ask := context.asker):
            confirm = partial(says_yes, ask, f"{text}\nImport them all the same? [y/N]")
        self._require_yes(confirm, interruption)

    def ask_of_undos(
        self, context: CommandContext, undos: Sequence[tuple[str, int]], interruption: Interruption
    ) -> None:
        """Tell of undos that were stopped; a person who is there is asked whether to send all the same.

        Args:
            context: With how to ask.
            undos: The undone runs, each with how many contacts are left of it.
            interruption: Is told of Ctrl-C.

        Raises:
            InputError: The answer is no, or there is none.

        """
        said = " ".join(_unfinished(context, run, left) for run, left in undos)
        ask = context.asker
        if LOG.hasHandlers() or (context.is_quiet and ask is None):  # Python writes it to standard error itself then
            LOG.warning("%s", said)
        if ask is None or context.settings.run.dry_run:
            context.tell(said)
            return
        self._cure = f"Finish the undo first: {_undo_command(context, undos[0][0])}"
        question = f"{said}\nWhat was deleted may be created again. Send all the same? [y/N]"
        self._require_yes(lambda: says_yes(ask, question), interruption)
        self._cure = ""

    def _require_yes(self, ask: Callable[[], bool], interruption: Interruption) -> None:
        self.is_declined = True
        try:
            self.is_declined = not ask()
        except KeyboardInterrupt as error:  # of which other signals than Ctrl-C are a kind of their own
            interruption.interrupt(signal.SIGINT if type(error) is KeyboardInterrupt else signal.SIGTERM)
        if self.is_declined:
            raise DeclinedError("Nothing was sent.")

    def _text(self, context: CommandContext, connection: Connection, tally: Mapping[Status, int]) -> str:
        sheets = [] if self.retried else enumerate(connection.sheets)
        if_new, recreates = _if_new(context, connection), context.settings.policy.gone is Gone.RECREATE
        counts = counts_text(tally, self._first, if_new=if_new, of_run=self.retried, recreates=recreates)
        parts = [
            *(self._sheet_lines(context, index, sheet) for index, sheet in sheets),
            *first_lines(self._first),
            self.note,
            wrapped_text(counts, _WIDTH),
            wrapped_text(only_asked_text(self._first, recreates=recreates), _WIDTH),
            "" if self.retried else one_form_text(context, self.both_forms, connection.sheets[0].reader.sheet.file),
            _where_to(context, connection),
            plain_lines(not_seen_text(self.not_seen)),
            wrapped_text(self.doubt.text, _WIDTH),
            wrapped_text(self._another_user, _WIDTH),
        ]
        return "\n".join(filter(None, parts))

    def _sheet_lines(self, context: CommandContext, index: int, sheet: MappedSheet) -> str:
        """Return which column feeds which field, if that was guessed, and of the encoding what was not told yet."""
        one = sheet.reader.sheet
        file = plain(Path(one.file).name + (f', sheet "{one.name}"' if one.name else ""))
        cure = not self.was_guessed(index, one, sheet.options.columns)
        is_given = context.settings.mapping_given
        lines = [] if is_given else self._mapping_lines(sheet, with_cure=cure)
        if len(lines) > _MOST_LINES_OF_MAPPING:
            lines = [*lines[: _MOST_LINES_OF_MAPPING - 1], f"  and {len(lines) - _MOST_LINES_OF_MAPPING + 1} more"]
        notes = [wrapped_text(plain(note), _WIDTH) for note in one.notes if context.is_quiet and "--encoding" in note]
        head = [f"{file}:"] if lines or notes else []
        program = importer_name()  # a command is to be copied
        shown = [line if program in line else folded_line(line, indent=SOURCES_AT, lines=2) for line in lines]
        return "\n".join(filter(None, [*head, *shown, *notes, plain(sheet.reader.left_out_text())]))

    def _mapping_lines(self, sheet: MappedSheet, *, with_cure: bool) -> list[str]:
        one = sheet.reader.sheet
        return mapping_lines(one, sheet.options, sheet.mapping, with_cure=with_cure, of_list=self.of_list)

    def noted(self, record: RunRecord) -> RunRecord:
        """Return the run, marked where a person wanted nothing to be sent: `retry` sends none of it."""
        return replace(record, options={**record.options, DECLINED: True}) if self.is_declined else record

    def result(self, record: RunRecord, tally: Mapping[Status, int], file: str) -> CommandResult:
        """Return how a run ends that was not wanted: no reports are written of it.

        Args:
            record: The run, with its exit code.
            tally: How many rows have each status.
            file: The first file, as it was given.

        """
        with contextlib.suppress(OSError):
            Path(record.report_dir).rmdir()
        text = f"Interrupted: nothing was sent. {self._cure or 'The same command asks again.'}"
        if record.exit_code == InputError.exit_code:
            missing, country = self.not_seen, self.doubt.country
            if self._another_user:  # whose journal the rows are to be sent with
                missing, country = NOTHING_MISSING, ""
            told = after_no(record, file, missing, country=country, cure=self._cure, retried=self.retried)
            text = f"Nothing was sent. {told}"
        summary = summary_text(record, tally, (), {}, ())
        return CommandResult(exit_code=record.exit_code or 0, text=text, summary_json=summary)


def _unfinished(context: CommandContext, run: str, left: int) -> str:
    are = "is" if left == 1 else "are"
    return (
        f"The undo of {run} is not finished: {counted(left, 'contact')} of it {are} not taken back yet."
        f" Finish it first: {_undo_command(context, run)}"
    )


def _undo_command(context: CommandContext, run: str) -> str:
    return importer_command("undo", run, options=where_runs_are(context.options))


def _if_new(context: CommandContext, connection: Connection) -> str:
    """Return that only new customers are sent, where those who are there are found by the sending alone."""
    is_skip = context.settings.mapping.contact.existing is Existing.SKIP
    return " if new to Callbell" if is_skip and connection.rehearsal is None else ""


def _where_to(context: CommandContext, connection: Connection) -> str:
    if connection.rehearsal is not None:
        return "To: the sandbox of this rehearsal."
    return f"To: {plain(account_words(connection.account.name, context.settings.service.base_url))}."
