"""What stands for a row and its mapping, so that a row which was settled once need not be mapped again. Pure.

The mapping is pure: cells that it made a contact of once, it makes the same contact of again, as long as nothing that
it goes by has changed.
"""

import hashlib
from collections.abc import Callable
from operator import itemgetter

from importer import __version__
from importer.identifiers import NUMBERING_VERSION
from importer.mapping.columns import ColumnMapping
from importer.mapping.options import Directory, MappingOptions
from importer.model import FINGERPRINT_BYTES, Row

_BETWEEN_CELLS = "\x1f"


def row_fingerprint(
    mapping: ColumnMapping, options: MappingOptions, directory: Directory | None
) -> Callable[[Row], bytes | None]:
    """Return what gives a row of the sheet its fingerprint: 16 bytes (BLAKE2b), or None where nothing stands for it.

    Cells that nothing is made of have no part in it: a column such as "last visit" may change every night.

    Args:
        mapping: The sheet's.
        options: Of which it was made, with the sheet's header.
        directory: The account's teams and channels, of which it was made.

    """
    names = directory and (sorted(directory.teams.items()), sorted(directory.channels.items()))
    made_of = repr((__version__, NUMBERING_VERSION, [one.header for one in mapping.used], options, names))
    keyed = hashlib.blake2b(
        digest_size=FINGERPRINT_BYTES, key=hashlib.blake2b(made_of.encode("utf-8", "surrogatepass")).digest()
    )
    between = len(mapping.used) - 1
    used = (
        itemgetter(*(one.index for one in mapping.used)) if between else lambda cells: (cells[mapping.used[0].index],)
    )

    def fingerprint(row: Row) -> bytes | None:
        if row.problems:
            return None
        text = _BETWEEN_CELLS.join(used(row.cells))
        if text.count(_BETWEEN_CELLS) != between:  # a cell has one of its own, and other cells could look the same
            return None
        digest = keyed.copy()
        digest.update(text.encode("utf-8", "surrogatepass"))
        return digest.digest()

    return fingerprint
