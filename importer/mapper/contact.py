"""Convert a row to its contact, or to all of its problems; and hash it, to know whether an earlier run sent the same.

Mapping is pure: the same cells give the same contact as long as the mapping, its options, the account's names and the
versions of the importer and of the numbering plans are the same. So a row whose `RowFingerprint` an earlier run stored
need not be mapped again.
"""

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from types import MappingProxyType

from importer import __version__
from importer.mapper.column_mapping import ColumnMapping
from importer.mapper.contact_fields import Value, one_line
from importer.mapper.options import MappingOptions
from importer.mapper.phones.numbering_plans import NUMBERING_VERSION
from importer.model.account import Directory
from importer.model.rows import FINGERPRINT_BYTES, Contact, InvalidRow, Problem, Row

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
    problems = list(row.problems)
    texts = _texts(row.cells, mapping, problems)
    identifier = _accepted(mapping.identifier(texts), problems)
    contact = Contact(
        identifier=mapping.as_sent(identifier, texts),
        normalised=identifier,
        source=mapping.source,
        name=_accepted(mapping.name(texts), problems),
        tags=mapping.tags(texts),
        custom_fields=MappingProxyType(
            {name: value for name, read in mapping.custom_fields if (value := _accepted(read(texts), problems))}
        ),
        **{attribute: _accepted(read(texts), problems) for attribute, read in mapping.text_fields},
    )
    if not problems:
        return contact
    return InvalidRow(
        problems=tuple(problems), identifier=one_line(mapping.identifier_feed.read(texts)), name=contact.name
    )


def _accepted(value: Value | Problem, problems: list[Problem]) -> Value | str:
    """Return the value; a problem is appended to the list, and the value is an empty text."""
    if isinstance(value, Problem):
        problems.append(value)
        return ""
    return value


def _texts(cells: Sequence[str], mapping: ColumnMapping, problems: list[Problem]) -> list[str]:
    """Return the cells, at least as many as the header has; those of used columns cleaned and translated."""
    texts = list(cells)
    if len(texts) < mapping.width:
        texts += [""] * (mapping.width - len(texts))
    for column in mapping.used:
        text = texts[column.index]
        if is_plain(text):
            text = text.strip()
        else:
            broken, text = _BROKEN.search(text), cleaned(text)
            if broken:
                problems.append(Problem(code="cell_broken", column=column.header, value=text, message=_BROKEN_CELL))
        texts[column.index] = column.words(text) if column.words else text
    return texts


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
        directory: The account's teams and channels, which the mapping uses.

    """

    def __init__(self, mapping: ColumnMapping, options: MappingOptions, directory: Directory | None) -> None:
        names = directory and (sorted(directory.teams.items()), sorted(directory.channels.items()))
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
