"""Blank rows are left out, and counted if a row comes after them."""

from hypothesis import given
from hypothesis import strategies as st

from importer.model.rows import Row
from importer.readers.header import Blanks


@given(st.lists(st.lists(st.booleans(), max_size=5), max_size=6))
def test_blank_rows_before_the_last_row_are_counted(chunks: list[list[bool]]) -> None:
    """However the rows come in chunks."""
    blanks = Blanks()
    full = [blanks.left_out([Row(number=1, cells=("x",)) if filled else None for filled in chunk]) for chunk in chunks]
    every = [filled for chunk in chunks for filled in chunk]
    assert [len(rows) for rows in full] == [sum(chunk) for chunk in chunks]
    while every and not every[-1]:
        every.pop()
    assert blanks.count == every.count(False)
