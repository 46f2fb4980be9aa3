"""A look over a sheet's XML tells which library may read it."""

from array import array

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from importer.readers.excel import xlsx_look
from importer.readers.excel.cells import ErrorCell, UncalculatedCell
from importer.readers.excel.xlsx_look import characters_of, look_over

PLAIN = b'<sheetData><row r="2"><c r="B2"><v>1</v></c><c r="AA2" s="1"><v>2</v></c><c r="AB9" s="1"/></row></sheetData>'


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_the_reach_of_the_cells_is_found(size: int) -> None:
    """Wherever the blocks are cut, no cell is missed."""
    extent = look_over(PLAIN[start : start + size] for start in range(0, len(PLAIN), size))
    assert (extent.rows, extent.columns, extent.is_plain, extent.replaced) == (2, 27, True, {})


@pytest.mark.parametrize(
    "cell",
    [
        b'<c\nr="XFD1048576"><v>1</v></c>',
        b"<c r='XFD1048576'><v>1</v></c>",
        b'<c s="1" r="XFD1048576"/>',
        b'<x:c r="XFD1048576"/>',
        b'<c r="&#88;FD1048576"/>',
        b"<c><v>1</v></c>",
        b"<c/>",
        b"<c" + b" " * 2_000_000 + b'r="XFD1048576"/>',
    ],
)
def test_a_cell_whose_place_is_not_plain_is_noticed(cell: bytes) -> None:
    """However a far cell is written, the sheet does not go to the library that would lay it out whole."""
    text = PLAIN + b"<x>" + b"y" * 1_048_500 + cell
    assert not look_over(text[start : start + 1_048_576] for start in range(0, len(text), 1_048_576)).is_plain


def test_a_sheet_without_cells_is_not_plain() -> None:
    """Nothing is known of text in another encoding, so nothing is promised."""
    assert not look_over([PLAIN.decode().encode("utf-16")]).is_plain
    assert not look_over([]).is_plain


@pytest.mark.parametrize(
    ("cell", "uncalculated"),
    [
        (b'<c r="C7"><f>1+1</f></c>', True),
        (b'<c r="C7" s="4"><f>1+1</f><v></v></c>', True),
        (b'<c r="C7"><f t="shared" si="0"/><v/></c>', True),
        (b'<c r="C7"><f>1+1</f><v>2</v></c>', False),
        (b'<c r="C7" t="str"><f>""</f><v></v></c>', False),
        (b'<c r="C7"><v>2</v></c>', False),
    ],
)
def test_a_formula_without_a_value_is_found(cell: bytes, *, uncalculated: bool) -> None:
    """A formula whose value is an empty text has a value."""
    assert look_over([PLAIN, cell]).replaced == ({7: {2: UncalculatedCell()}} if uncalculated else {})


@pytest.mark.parametrize(
    "piece", [b'<c r="A1"', b'<c r="A1" t="e">', b'<row hidden="1" ', b"<mergeCell ", b'<c r="A1"><f ', b"<c ", b"<f"]
)
def test_a_look_takes_no_longer_than_the_sheet_is_long(piece: bytes) -> None:
    """Beginnings without an end do not make each other slow: a megabyte of any takes no time worth telling."""
    text = PLAIN + piece * (1_048_576 // len(piece))
    assert look_over([text, text]).rows <= 2


@pytest.mark.parametrize("size", [7, 40, 1000])
def test_the_characters_of_shared_texts_are_counted_in_the_cells(size: int) -> None:
    """One text in many cells takes its room in each of them; a place that is not there takes none."""
    cells = b"".join(b'<c r="A%d" t="s"><v>%d</v></c>' % (row, row % 3) for row in range(1, 10))
    blocks = [cells[start : start + size] for start in range(0, len(cells), size)]
    assert characters_of(blocks, array("I", [5, 700])) == 3 * 5 + 3 * 700


@pytest.mark.parametrize("size", [1, 3, 10])
def test_no_odd_cell_is_missed_where_blocks_are_small(size: int) -> None:
    """A cell that comes in many pieces is one cell; merged areas after the cells are whole, too."""
    text = (
        b'<c r="A1" t="e"><f>NA()</f><v>#N/A</v></c><c r="B1"><f>1+1</f></c></row><mergeCells><mergeCell ref="A2:B3"/>'
    )
    extent = look_over(text[start : start + size] for start in range(0, len(text), size))
    assert extent.replaced == {1: {0: ErrorCell(text="#N/A"), 1: UncalculatedCell()}}
    assert list(map(str, extent.merged)) == ["A2:B3"]
    assert extent.filled.tolist() == [0, 2]


ORDINARY_CELLS = ["><v>{n}</v></c>", ' s="1" t="s"><v>{n}</v></c>', ' s="2"/>', ' t="n"><v>-1.5E-7</v></c>']
ODD_CELLS = [
    ' t="e"><v>#N/A</v></c>',
    "><f>A1</f><v>2</v></c>",
    "><f>A1</f></c>",
    ' t="str"><v>a</v></c>',
    ' t="inlineStr"><is><t>a</t></is></c>',
    ' s="7"><v>{n}</v></c>',
    ' t="s"><v>3</v></c>',
    ' t="s"><v>x</v></c>',
    ' t="s"><v></v></c>',
    " s='1'><v>1</v></c>",
    "><!-- --><v>1</v></c>",
]
ROW_STARTS = [
    '<row r="{n}">',
    '<row r="{n}" spans="1:8" ht="15">',
    '<row r="{n}" hidden="1">',
    '<row spans="1:8" r="{n}">',
]
BETWEEN = [
    "",
    "",
    "",
    "\n",
    '<row r="9"/>',
    '<x:c r="XFD9"/>',
    '<c r="XFD9"><v>1</v></c>',
    "<!-- -->",
    '<row r="8"',
    "7",
]


@st.composite
def sheets(draw: st.DrawFn) -> bytes:
    """Return the XML of rows, most of them ordinary, with cells of any place between them."""
    text = ""
    for number in range(1, draw(st.integers(2, 8))):
        place = number if draw(st.integers(0, 9)) else draw(st.integers(0, 2_000_000))
        cells = ""
        for column in draw(st.lists(st.sampled_from(["A", "B", "C", "XFD"]), max_size=4)):
            kinds = ORDINARY_CELLS if draw(st.integers(0, 9)) else ODD_CELLS
            row = place if draw(st.integers(0, 19)) else draw(st.integers(0, 2_000_000))
            cells += f'<c r="{column}{row}"' + draw(st.sampled_from(kinds))
        start = draw(st.sampled_from(ROW_STARTS if not draw(st.integers(0, 5)) else ROW_STARTS[:2]))
        between = draw(st.sampled_from(BETWEEN)) if not draw(st.integers(0, 5)) else ""
        text += (start + cells + "</row>" + between).replace("{n}", str(place))
    return text.encode()


@settings(max_examples=400, deadline=None)
@given(sheets())
def test_ordinary_rows_are_counted_as_their_cells_one_by_one(text: bytes) -> None:
    """Whole rows are told at once only where that says the same as every cell of theirs."""
    zeros, blank = {7: "000"}, [3]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(xlsx_look._Seen, "_add_ordinary_rows", lambda *_: False)
        one_by_one = look_over([text], zeros, blank)
    assert look_over([text], zeros, blank) == one_by_one


def test_ordinary_rows_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Their cells are not looked at one by one, which takes twice as long."""
    rows = b"".join(
        b'<row r="%d" spans="1:3"><c r="A%d" t="s"><v>%d</v></c><c r="B%d" s="1"/><c r="C%d"><v>-1.5</v></c></row>'
        % ((n,) * 5)
        for n in range(2, 100)
    )
    looked_at: list[bytes] = []
    monkeypatch.setattr(xlsx_look._Seen, "_add_cells", lambda _, text: looked_at.append(text))
    extent = look_over([rows, b'<row r="100"'])
    assert (extent.rows, extent.columns, extent.filled.tolist()) == (99, 3, [0, 0, *[2] * 98])
    assert looked_at == [b'<row r="100"']
