"""Hash a row and its mapping, so that a row which an earlier run sent need not be mapped again. Pure.

The mapping is pure: the same cells give the same contact as long as the mapping, its options, the account's names and
the versions of the importer and of the numbering plans are the same; all of them are hashed.
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
        self.of_mapping = hashlib.blake2b(made_of.encode("utf-8", "surrogatepass")).digest()
        """Hash of everything on which the mapping depends."""
        self._keyed = hashlib.blake2b(digest_size=FINGERPRINT_BYTES, key=self.of_mapping)
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
