"""What stands for a row and its mapping, so that a row which was settled once need not be mapped again. Pure.

The mapping is pure: cells that it made a contact of once, it makes the same contact of again, as long as nothing that
it goes by has changed.
"""

import hashlib

from importer import __version__
from importer.mapper.column_mapping import ColumnMapping
from importer.mapper.options import MappingOptions
from importer.mapper.phones import NUMBERING_VERSION
from importer.model.account import Directory
from importer.model.rows import FINGERPRINT_BYTES, Row

_BETWEEN_CELLS = "\x1f"


class RowFingerprint:
    """Gives the rows of a sheet their fingerprints.

    Cells that nothing is made of have no part in them: a column such as "last visit" may change every night.

    Args:
        mapping: The sheet's.
        options: Of which it was made, with the sheet's header.
        directory: The account's teams and channels, of which it was made.

    """

    def __init__(self, mapping: ColumnMapping, options: MappingOptions, directory: Directory | None) -> None:
        names = directory and (sorted(directory.teams.items()), sorted(directory.channels.items()))
        made_of = repr((__version__, NUMBERING_VERSION, [one.header for one in mapping.used], options, names))
        self.of_mapping = hashlib.blake2b(made_of.encode("utf-8", "surrogatepass")).digest()
        """Stands for all that the mapping goes by."""
        self._keyed = hashlib.blake2b(digest_size=FINGERPRINT_BYTES, key=self.of_mapping)
        self._places = [one.index for one in mapping.used]

    def __call__(self, row: Row) -> bytes | None:
        """Return 16 bytes (BLAKE2b) that stand for the row and its mapping, or None where nothing does."""
        if row.problems:
            return None
        cells = row.cells
        text = _BETWEEN_CELLS.join([cells[place] for place in self._places])
        if text.count(_BETWEEN_CELLS) >= len(
            self._places
        ):  # a cell has one of its own: other cells could look the same
            return None
        digest = self._keyed.copy()
        digest.update(text.encode("utf-8", "surrogatepass"))
        return digest.digest()
