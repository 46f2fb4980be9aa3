"""Customers who were left out because nobody could be asked about what they say of messages: told as a degraded run.

Else they would be lost silently: they are in no count of rows that need a person.
"""

from collections.abc import Iterator

from importer.commands.input.input_sheet import InputSheet
from importer.commands.input.new_values import NewValues
from importer.mapper.messages import where_line
from importer.model.phone_mask import unnumbered
from importer.model.plain_text import counted, plain, shortened
from importer.model.runs import CONSENT_NEW, CONSENT_UNCLEAR, Degradation

_MOST_VALUES = 6
_LONGEST_VALUE = 30


def unanswered_rows(reader: InputSheet, *, is_never_asked: bool = False) -> Iterator[Degradation]:
    """Yield for each column that some rows were left out as nobody answered about it, and how many.

    Args:
        reader: The sheet, whose rows were read.
        is_never_asked: Whether the config says that no question is asked.

    """
    for one in reader.new_values if reader.is_unattended else ():
        if one.rows:
            yield _degradation(plain(reader.sheet.file), one, is_never_asked=is_never_asked)


def _degradation(file: str, new: NewValues, *, is_never_asked: bool) -> Degradation:
    were = "was" if new.rows == 1 else "were"
    why = f"as nobody answered about what is new in {plain(new.header)}: {_values(new)}"
    left_out = f"{counted(new.rows)} of {file} {were} left out, {why}."
    if not new.is_answerable:
        line = where_line(plain(new.header))
        say = f"run cannot ask about all of it: say which count under [input.where] of a config, {line}."
        return Degradation(CONSENT_UNCLEAR, f"{left_out} {say}")
    if is_never_asked:
        left_out += " The config says yes = true under [run], so nobody is asked: take that out to answer."
    return Degradation(CONSENT_NEW, left_out)


def _values(new: NewValues) -> str:
    """Return the values and how many rows have each, if they are few; else how many there are."""
    if not new.is_shown or len(new.counts) > _MOST_VALUES:
        return f"{counted(len(new.counts), 'kind')} of answers"
    return ", ".join(f"{_shown(text)} ({counted(count)})" for text, count in new.counts.most_common())


def _shown(text: str) -> str:
    """Return a value as it is told and kept: no purge looks for a number in why a run was degraded."""
    return f'"{shortened(plain(unnumbered(text)), _LONGEST_VALUE)}"' if text else "no answer"
