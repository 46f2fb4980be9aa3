"""Convert a row to its contact, or to all of its problems; and hash it, to know whether an earlier run sent the same.

Mapping is pure: the same cells give the same contact as long as the mapping, its options, the account's names and the
versions of the importer and of the numbering plans are the same. So a row whose `RowFingerprint` an earlier run stored
need not be mapped again.
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from operator import attrgetter
from types import MappingProxyType
from typing import Any

from importer import __version__
from importer.mapper.column_mapping import ColumnMapping
from importer.mapper.contact_fields import Value, one_line
from importer.mapper.options import MappingOptions
from importer.mapper.phones.numbering_plans import NUMBERING_VERSION
from importer.mapper.text_damage import CELL_ERROR, MARKS, MAYBE_NOTHING, NOTHING_BEGINS, TEXT_REPAIRED, repaired
from importer.model.account import Directory
from importer.model.rows import FINGERPRINT_BYTES, Contact, ContactKey, InvalidRow, Problem, Row

_BETWEEN_CELLS = "\x1f"
_BROKEN = re.compile(r"[\ud800-\udfff]")
_BROKEN_CELL = "The cell holds a broken character, shown here as \N{REPLACEMENT CHARACTER}: write the cell again."
_LINE_ENDS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_GAPS = re.compile(r"[\t\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]")
# Joiners (U+200C, U+200D) stay: Persian words and family emoji need them.
_UNSEEN = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]"
)


def to_contact(row: Row, mapping: ColumnMapping) -> Contact | InvalidRow:
    """Return the row's contact, or all its problems at once: those that its reader found first."""
    problems = [problem for problem in row.problems if problem.from_column <= mapping.used[-1].index]
    texts = cleaned_cells(row.cells, mapping, problems)
    cleared = mapping.clear_mark.take(texts)
    identifier = _accepted(mapping.identifier(texts), problems)
    name = _accepted(mapping.name(texts), problems)
    custom = {field: value for field, read in mapping.custom_fields if (value := _accepted(read(texts), problems))}
    optional: dict[str, Any] = {field: _accepted(read(texts), problems) for field, read in mapping.text_fields}
    optional.update((field, "") for field in cleared if field in optional)  # no constant takes its place
    contact = Contact(
        identifier=mapping.as_sent(identifier, texts),
        normalised=identifier,
        source=mapping.source,
        name=name,
        tags=mapping.tags(texts),
        custom_fields=MappingProxyType(custom),
        cleared=cleared,
        fed=mapping.fed,
        **optional,
    )
    if mapping.strict_text:
        told = {problem.column for problem in problems}
        flaws = text_flaws(row.cells, mapping)
        problems += (flaw for flaw in flaws if flaw.code != TEXT_REPAIRED and flaw.column not in told)
    if not problems:
        return contact
    return InvalidRow(
        problems=tuple(problems),
        identifier=one_line(mapping.identifier_feed.read(texts)),
        name=contact.name,
        content=row_content(row.cells, mapping),
        customer=_customer(contact, problems, mapping, texts),
    )


def _customer(
    contact: Contact, problems: Sequence[Problem], mapping: ColumnMapping, texts: Sequence[str]
) -> ContactKey | None:
    """Return whose row it is that has problems; None where one of them is about that."""
    places = mapping.person_places
    headers, last = {one.header for one in mapping.used if one.index in places}, max(places)
    is_doubtful = any(
        problem.column in headers if problem.column else problem.from_column <= last for problem in problems
    )
    channel = dict(mapping.text_fields)["channel_uuid"](texts)
    if not contact.normalised or is_doubtful or isinstance(channel, Problem):
        return None
    return ContactKey(contact.source, channel, contact.normalised_identifier)


def row_content(cells: Sequence[str], mapping: ColumnMapping) -> bytes:
    """Return a 16-byte hash (BLAKE2b) of the cells that feed a field, wherever their columns and the row stand.

    Unlike a `RowFingerprint` it says nothing of the mapping: a new version of the importer makes no problem new.
    """
    places = [one.index for one in sorted(mapping.used, key=attrgetter("header", "index"))]
    used = [cells[place].strip() if place < len(cells) else "" for place in places]
    text = json.dumps([*used, *cells[mapping.width :]])
    return hashlib.blake2b(text.encode(), digest_size=FINGERPRINT_BYTES).digest()


def _accepted(value: Value | Problem, problems: list[Problem]) -> Value | str:
    """Return the value; a problem is appended to the list, and the value is an empty text."""
    if isinstance(value, Problem):
        problems.append(value)
        return ""
    return value


def cleaned_cells(cells: Sequence[str], mapping: ColumnMapping, problems: list[Problem]) -> list[str]:
    """Return the cells, at least as many as the header has; those of used columns cleaned and translated."""
    texts = list(cells)
    if len(texts) < mapping.width:
        texts += [""] * (mapping.width - len(texts))
    for column in mapping.used:
        text = texts[column.index]
        if column.repairs:
            text = repaired(text)
        if is_plain(text):
            text = text.strip()
        else:
            broken, text = _BROKEN.search(text), cleaned(text)
            if broken:
                problems.append(Problem(code="cell_broken", column=column.header, value=text, message=_BROKEN_CELL))
        texts[column.index] = text = column.words(text) if column.words else text
        if text[:1] == "#" and CELL_ERROR.fullmatch(text):
            _add_cell_error(column.header, text, problems)
    return texts


def _add_cell_error(column: str, text: str, problems: list[Problem]) -> None:
    """Add the problem of a cell with a formula that went wrong, unless the reader of a workbook has told it."""
    code = "cell_error"
    if not any((problem.code, problem.column) == (code, column) for problem in problems):
        message = f"The cell shows the error {text}. Fix its formula, or type the value."
        problems.append(Problem(code=code, column=column, value=text, message=message))


def text_flaws(cells: Sequence[str], mapping: ColumnMapping) -> list[Problem]:
    """Return what is wrong with texts of the row that are damaged or stand for nothing, unless `[values]` has them."""
    flaws = []
    for column in mapping.used:
        if not column.flaw or column.index >= len(cells) or not (cell := cells[column.index]):
            continue
        is_suspect = MARKS.search(cell) or (cell[0] in NOTHING_BEGINS and MAYBE_NOTHING.match(cell))
        if is_suspect and (flaw := column.flaw(cell)):
            text = cleaned(cell)
            if text != mapping.clear_mark.mark and (not column.words or column.words(text) == text):
                flaws.append(replace(flaw, column=column.header))
    return flaws


def is_plain(cell: str) -> bool:
    """Return whether `cleaned` would only strip the cell; true of most cells, and cheap."""
    return cell.isascii() and cell.isprintable()


def cleaned(cell: str) -> str:
    """Return the cell in Unicode's composed form, without control characters and without white space around it.

    Line ends become line feeds, other white space becomes spaces, lone surrogates become U+FFFD.
    """
    text = _LINE_ENDS.sub("\n", _BROKEN.sub("\N{REPLACEMENT CHARACTER}", cell))
    return unicodedata.normalize("NFC", _UNSEEN.sub("", _GAPS.sub(" ", text))).strip()


class RowFingerprint:
    """Computes the fingerprints of a sheet's rows.

    Cells that feed no field are left out: a column such as "last visit" may change every night.

    Args:
        mapping: The sheet's mapping.
        options: The options of the mapping.
        directory: The account's teams, channels and users, which the mapping uses.

    """

    def __init__(self, mapping: ColumnMapping, options: MappingOptions, directory: Directory | None) -> None:
        lists = (directory.teams, directory.channels, directory.users) if directory else ()
        names = [sorted(map(repr, entries or ())) for entries in lists]
        made_of = repr((__version__, NUMBERING_VERSION, [one.header for one in mapping.used], options, names))
        of_mapping = hashlib.blake2b(made_of.encode("utf-8", "surrogatepass")).digest()
        self._keyed = hashlib.blake2b(digest_size=FINGERPRINT_BYTES, key=of_mapping)
        self._places = [one.index for one in mapping.used]

    def __call__(self, row: Row) -> bytes | None:
        """Return a 16-byte hash (BLAKE2b) of the row and its mapping; None: the row cannot be recognised."""
        if row.problems:
            return None
        cells = row.cells
        text = _BETWEEN_CELLS.join([cells[place] for place in self._places])
        if text.count(_BETWEEN_CELLS) >= len(self._places):  # in a cell too: other cells could give the same text
            return None
        digest = self._keyed.copy()
        digest.update(text.encode("utf-8", "surrogatepass"))
        return digest.digest()
