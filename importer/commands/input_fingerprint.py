"""What a run is given, in a few bytes: a run that is given the same as the one before it has nothing to do."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from importer.commands.context import Order
from importer.commands.setup import Prepared
from importer.model.protocols import Reader
from importer.model.rows import FINGERPRINT_BYTES


def input_fingerprint(order: Order, readers: Sequence[Reader], prepared: Prepared) -> bytes:
    """Return what stands for the files' bytes, how they are read, and their mappings.

    A file that changes before it is read to its end stops the run, so these are the bytes that are read.

    Args:
        order: With the options of reading.
        readers: The opened sheets.
        prepared: With their mappings.

    Returns:
        16 bytes (BLAKE2b); none where it is not known: rows of an earlier run, or a file that cannot be read.

    """
    if order.command != "run" or order.settings.run.dry_run:
        return b""
    sheets = [reader.sheet for reader in readers]
    try:
        contents = [_content(Path(sheet.file)) for sheet in sheets]
    except OSError:
        return b""  # reading it will say why
    mappings = [one.of_mapping for one in prepared.fingerprints]
    made_of = repr((order.settings.input, order.settings.run.limit, sheets, contents, mappings))
    return hashlib.blake2b(made_of.encode("utf-8", "surrogatepass"), digest_size=FINGERPRINT_BYTES).digest()


def _content(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "blake2b").digest()
