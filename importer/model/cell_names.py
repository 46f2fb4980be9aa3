"""What a spreadsheet program calls columns and cells."""


def column_letters(place: int) -> str:
    """Return the column's letters as a spreadsheet program shows them."""
    letters = ""
    rest = place + 1
    while rest:
        rest, letter = divmod(rest - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters
