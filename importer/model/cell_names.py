"""Column letters, as in spreadsheet programs."""


def column_letters(place: int) -> str:
    """Return the letters of the column with this index from 0: `A`, `B`, ... `AA`."""
    letters = ""
    rest = place + 1
    while rest:
        rest, letter = divmod(rest - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters
