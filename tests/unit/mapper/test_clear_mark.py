"""The mark that clears a field."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import pytest

from importer.mapper.column_mapping import ColumnMapping, plan_mapping
from importer.mapper.contact import to_contact
from importer.mapper.options import ColumnOptions, ContactOptions, CustomFieldOptions, MappingOptions, OnBadValue
from importer.mapper.warnings import row_warnings
from importer.model.account import Directory, FieldType
from importer.model.rows import Contact, InvalidRow, Row

HEADER = ("Phone", "First", "Last", "Tags", "Segment", "Note", "Owner", "Team", "Line", "Bot", "Points", "Boxes")
COLUMNS = ColumnOptions(
    identifier="Phone",
    name="{First} {Last}",
    tags=("Tags", "Segment"),
    note="Note",
    assigned_user="Owner",
    team="Team",
    channel="Line",
    bot_status="Bot",
    custom_fields=(
        CustomFieldOptions(name="Score", column="Points", type=FieldType.NUMBER),
        CustomFieldOptions(name="Boxes", column="Boxes", type=FieldType.CHECKBOX, options=("A", "B")),
    ),
)
RIGHT = {"Phone": "+34 600 111 222", "First": "Ana"}


def planned(values: Mapping[str, Mapping[str, str]] = MappingProxyType({}), **options: Any) -> ColumnMapping:
    """Return the mapping of the sheet, with these constants; the mark is two hyphens if none is given."""
    contact = ContactOptions(**{"clear_mark": "--"} | options)
    found = plan_mapping(HEADER, MappingOptions(contact=contact, columns=COLUMNS, values=values), Directory())
    assert isinstance(found, ColumnMapping)
    return found


def row_of(cells: Mapping[str, str]) -> Row:
    """Return a row that is right but for these cells."""
    cells = {**RIGHT, **cells}
    return Row(number=2, cells=tuple(cells.get(name, "") for name in HEADER))


def contact_of(cells: Mapping[str, str], mapping: ColumnMapping | None = None) -> Contact:
    """Return the contact of a row."""
    found = to_contact(row_of(cells), mapping or planned())
    assert isinstance(found, Contact)
    return found


def test_a_cell_that_is_the_mark_clears_its_field() -> None:
    """Every field that can be cleared is, whatever its type; nothing of the mark is sent."""
    cells = dict.fromkeys(("Tags", "Note", "Owner", "Points", "Boxes"), " -- ")
    found = contact_of(cells)
    assert found.cleared == ("assigned_user", "custom_fields.Boxes", "custom_fields.Score", "note", "tags")
    assert (found.tags, found.note, found.assigned_user, found.custom_fields) == ((), "", "", {})


def test_without_a_mark_no_cell_clears_anything() -> None:
    """Two hyphens are a note as any other."""
    found = contact_of({"Note": "--"}, planned(clear_mark=""))
    assert (found.note, found.cleared) == ("--", ())


@pytest.mark.parametrize("note", ["", "---", "-- see below", "— —"])
def test_what_is_not_exactly_the_mark_clears_nothing(note: str) -> None:
    """An empty cell leaves its field out, and other texts are sent."""
    found = contact_of({"Note": note})
    assert (found.note, found.cleared) == (note, ())


def test_tags_of_several_columns_are_cleared_only_if_the_others_are_empty() -> None:
    """A mark beside a tag says nothing, and is no tag."""
    assert contact_of({"Tags": "--", "Segment": "--"}).cleared == ("tags",)
    mixed = contact_of({"Tags": "VIP", "Segment": "--"})
    assert (mixed.tags, mixed.cleared) == (("VIP",), ())


def test_constants_do_not_take_the_place_of_what_is_cleared() -> None:
    """The row's cell counts; the tags of every contact stay, for they are of every contact."""
    constants = planned(note="From the shop", assigned_user="eva@example.com", tags=("Imported",))
    found = contact_of({"Note": "--", "Owner": "--", "Tags": "--"}, constants)
    assert (found.note, found.assigned_user, found.tags) == ("", "", ("Imported",))
    assert found.cleared == ("assigned_user", "note", "tags")


def test_a_word_may_be_translated_to_the_mark() -> None:
    """`[values]` come first."""
    assert contact_of({"Note": "none"}, planned({"Note": {"None": "--"}})).cleared == ("note",)


@pytest.mark.parametrize(
    ("header", "field"),
    [
        *(("Phone", "identifier"), ("First", "name"), ("Last", "name")),
        *(("Team", "team"), ("Line", "channel"), ("Bot", "bot status")),
    ],
)
def test_what_cannot_be_cleared_is_a_problem(header: str, field: str) -> None:
    """The one problem of the row says which field it is, and that it cannot be cleared."""
    found = to_contact(row_of({header: "--"}), planned())
    assert isinstance(found, InvalidRow)
    ((code, column, value, message),) = [(one.code, one.column, one.value, one.message) for one in found.problems]
    assert (code, value, header in column.split(", ")) == ("cannot_be_cleared", "--", True)
    assert message.startswith(f'The cell says "--", which clears a field, and the {field} of a contact cannot')


def test_a_mark_in_a_field_that_no_contact_needs_can_be_left_out() -> None:
    """It is told, as other wrong values are; a mark that clears is none."""
    mapping = planned(on_bad_value=OnBadValue.LEAVE_OUT)
    row = row_of({"Team": "--", "Owner": "--"})
    found = to_contact(row, mapping)
    assert isinstance(found, Contact)
    assert (found.team_uuid, found.cleared) == ("", ("assigned_user",))
    assert [problem.code for problem in row_warnings(row, found, mapping)] == ["cannot_be_cleared"]


def test_a_mark_is_no_placeholder() -> None:
    """A word that programs write for nothing may be the mark."""
    mapping = planned(clear_mark="NULL", strict_text=True)
    assert contact_of({"Note": "NULL"}, mapping).cleared == ("note",)
    assert isinstance(to_contact(row_of({"Note": "nan"}), mapping), InvalidRow)
