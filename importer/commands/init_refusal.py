"""Why `init` writes no config where nobody can be asked: a column is not sure, or most rows would be invalid."""

from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from importer.commands.account.own_account import KnownAccount
from importer.commands.mapping_selection import column_mapping
from importer.commands.questions.proposal_questions import SHOWN_CHOICES
from importer.mapper.column_candidates import Question
from importer.mapper.contact import to_contact
from importer.mapper.mapping_proposal import Proposal
from importer.mapper.options import MappingOptions
from importer.model.errors import InputError
from importer.model.phone_mask import unnumbered
from importer.model.plain_text import plain
from importer.model.rows import InvalidRow, Row, Sheet


class Refusal(NamedTuple):
    """Why no config is written."""

    message: str
    again: str
    """How the command is given again."""
    fix: str
    """What is to be done with the proposed config."""

    def error(self, path: Path, config: str, *, said_yes: bool) -> InputError:
        """Return it as an error with the text of the config, and the file that it would have been written to.

        What to do comes last: a config is longer than a screen. With `--yes` nobody is asked on a terminal either.
        """
        command = "the command" if said_yes else "the same command"
        again = self.again.replace("on a terminal", "without --yes on a terminal") if said_yes else self.again
        how = f"Give {command} {again}, or write this config into {path} and {self.fix}."
        return InputError(self.message, f"\n{config.rstrip()}\n\n{how}")


def why_refused(
    sheet: Sheet, rows: Sequence[Row], options: MappingOptions, proposal: Proposal, account: KnownAccount | None
) -> Refusal | None:
    """Return why no config is written where nobody can be asked; None: nothing has to be asked."""
    asked = [f"{one.field}: {doubt_text(one)}" for one in proposal.questions if one.is_required]
    if asked:
        message = f"{plain(sheet.file)}: which column is which cannot be told, and nobody can be asked:"
        return Refusal(_with_lines(message, asked), "on a terminal", "take the # from the right lines")
    wrong = [*map(plain, _why_mostly_invalid(sheet, rows, options, proposal, account))]
    message = f"{plain(sheet.file)}: most rows would be invalid, and nobody can be asked whether that is right:"
    again = "with the option that is named or on a terminal"
    return Refusal(_with_lines(message, wrong), again, "fix it") if wrong else None


def _with_lines(message: str, lines: Sequence[str]) -> str:
    return "\n  - ".join([message, *lines])


def _why_mostly_invalid(
    sheet: Sheet, rows: Sequence[Row], options: MappingOptions, proposal: Proposal, account: KnownAccount | None
) -> Iterator[str]:
    """Yield why most of the rows would be invalid; nothing if most are right."""
    mapping = column_mapping(sheet, options, account.directory if account else None)
    invalid = [mapped for row in rows if isinstance(mapped := to_contact(row, mapping), InvalidRow)]
    if 2 * len(invalid) <= len(rows):
        return
    if proposal.lacks_country and not options.contact.country:
        yield "Where are the phone numbers from? They have no country code: give --country, such as --country ES."
    groups: dict[tuple[str, str], list[str]] = {}
    for problem in chain.from_iterable(one.problems for one in invalid):
        groups.setdefault((problem.code, problem.column), []).append(problem.message)
    for (code, column), messages in sorted(groups.items(), key=lambda group: -len(group[1])):
        where = f' in column "{column}"' if column else ""
        yield f"{code}{where}: {len(messages):,} of the first {len(rows):,} rows: {unnumbered(messages[0])}"


def doubt_text(question: Question) -> str:
    """Return why a column is not sure, with the columns that it may be."""
    return f"{question.why}: {plain(', '.join(question.choices[:SHOWN_CHOICES]))}"
