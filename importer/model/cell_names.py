"""Column letters, as in spreadsheet programs."""


def column_letters(place: int) -> str:
    """Return the letters of the column with this index from 0: `A`, `B`, ... `AA`."""
    before, letter = divmod(place, 26)
    return (column_letters(before - 1) if before else "") + chr(ord("A") + letter)
