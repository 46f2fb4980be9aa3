"""How often Python looks for garbage."""

import gc


def collect_less_garbage() -> None:
    """Let Python look for garbage less often, and never among what was imported: rows leave next to none.

    Measured on 2026-11-23, 2 cores, limit off, in pairs: 2,620 to 3,548, 1,690 to 2,852 and 1,821 to 2,739 rows/s.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
