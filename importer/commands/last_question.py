"""The last question of a run on a terminal: how many rows, where to, and two of them as they will be sent.

It comes when every row was read and checked, and before anything is sent, so that its figures are true.
"""

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from importer.commands.connection import Connection, MappedSheet
from importer.commands.context import CommandContext
from importer.commands.mapping_selection import mapping_lines
from importer.model.errors import InputError
from importer.model.payload import payload
from importer.model.plain_text import counted, plain
from importer.model.rows import Contact, Entry, Status
from importer.system.shell import quote

_WIDTH = 79
_SHOWN_ROWS = 2
_TOLD_FIRST = ("identifier", "name", "source")
_MOST_LINES_OF_MAPPING = 8
_NOT_SENT = {
    Status.INVALID: "with a problem",
    Status.DUPLICATE: "standing twice",
    Status.UNCHANGED: "sent before",
    Status.EXISTS: "there already",
}


@dataclass(slots=True, kw_only=True)
class FirstContacts:
    """Sees the rows that are mapped, and keeps the first of those that are right."""

    seen: list[tuple[int, Contact]] = field(default_factory=list)
    """Row numbers with their contacts."""

    def mapped(self, entries: Sequence[Entry]) -> None:
        """Keep what is missing to two."""
        if len(self.seen) < _SHOWN_ROWS:
            right = [(one.row.number, one.mapped) for one in entries if isinstance(one.mapped, Contact)]
            self.seen += right[: _SHOWN_ROWS - len(self.seen)]

    def recognised(self, row: int, identifier: str) -> None:
        """A row that is as it was when it was sent needs no second look."""


def is_confirmed(
    context: CommandContext, connection: Connection, tally: Mapping[Status, int], first: FirstContacts
) -> bool:
    """Show what is about to be sent, and ask whether to; where nothing is, nobody is asked.

    Args:
        context: With how to ask.
        connection: With the account and the mapped sheets.
        tally: How many rows have each status, now that all were read.
        first: The first rows that are right.

    Raises:
        InputError: The input ended without an answer.
        KeyboardInterrupt: Ctrl-C.

    """
    if context.confirm is None or not tally.get(Status.PENDING):
        return True
    is_rehearsal = connection.rehearsal is not None
    parts = [
        *(_sheet_lines(sheet, is_guessed=not context.settings.mapping_given) for sheet in connection.sheets),
        "\n".join(_row_lines(first)),
        f"{_counts(tally)}\n{_where_to(connection.account.name, is_rehearsal=is_rehearsal)}",
    ]
    return context.confirm("\n".join(filter(None, parts)))


def declined_text(file: str, *, is_interrupted: bool) -> str:
    """Return the sentence with which a run ends that was not wanted."""
    if is_interrupted:
        return "Interrupted: nothing was sent. The same command asks again."
    return f"Nothing was sent. To choose the columns yourself: callbell-importer init {quote(file)}"


def no_import() -> InputError:
    """Return why a run ends whose last question was answered with no."""
    return InputError("Nothing was sent.", "")


def _sheet_lines(sheet: MappedSheet, *, is_guessed: bool) -> str:
    """Return which column feeds which field, if that was guessed, and what is to be known of the encoding."""
    one = sheet.reader.sheet
    file = plain(Path(one.file).name + (f', sheet "{one.name}"' if one.name else ""))
    lines = mapping_lines(sheet.options, sheet.mapping) if is_guessed else []
    if len(lines) > _MOST_LINES_OF_MAPPING:
        lines = [*lines[: _MOST_LINES_OF_MAPPING - 1], f"  and {len(lines) - _MOST_LINES_OF_MAPPING + 1} more"]
    notes = [textwrap.fill(plain(note), _WIDTH) for note in one.notes if "--encoding" in note]
    head = [f"{file}:"] if lines or notes else []
    return "\n".join([*head, *map(_one_line, lines), *notes])


def _row_lines(first: FirstContacts) -> list[str]:
    if not first.seen:
        return []
    head = "The first rows as they will be sent:" if len(first.seen) > 1 else "The first row as it will be sent:"
    return [head, *(_row_line(number, contact) for number, contact in first.seen)]


def _row_line(number: int, contact: Contact) -> str:
    fields = payload(contact)
    custom = fields.pop("custom_fields", {})
    named = {name: value for name, value in fields.items() if name not in _TOLD_FIRST}
    named |= custom if isinstance(custom, dict) else {}
    first = [contact.identifier, contact.name, *([contact.source] if contact.source != "whatsapp" else [])]
    texts = {name: ", ".join(map(str, one)) if isinstance(one, list | tuple) else one for name, one in named.items()}
    told = "; ".join([*first, *(f"{name}: {text}" for name, text in texts.items())])
    return _one_line(f"  row {number}: {plain(told)}")


def _one_line(text: str) -> str:
    return text if len(text) <= _WIDTH else f"{text[: _WIDTH - 3]}..."


def _counts(tally: Mapping[Status, int]) -> str:
    read, sent = sum(tally.values()), tally[Status.PENDING]
    if sent == read:
        return f"{counted(read)}, all to be sent."
    others = [f"{tally[status]:,} {words}" for status, words in _NOT_SENT.items() if tally.get(status)]
    return f"{counted(read)}: {sent:,} to be sent, {', '.join(others)}."


def _where_to(account: str, *, is_rehearsal: bool) -> str:
    if is_rehearsal:
        return "To: a rehearsal in a sandbox; nothing goes to Callbell."
    address, _, name = account.partition(" ")
    return f"To: Callbell, the account of {plain(name)}." if name else f"To: {plain(address)}."
