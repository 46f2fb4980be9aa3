"""What the rows require of the account is known by kind, with its rows and columns, in bounded memory."""

import pytest

from importer.commands.account.requirements import (
    MOST_OPTIONS,
    Requirements,
    RequirementsOfSheet,
    source_columns,
    unfit_types,
)
from importer.mapper.options import ColumnOptions, ContactOptions, CustomFieldOptions, MappingOptions
from importer.model.rows import Contact, Entry, InvalidRow, Problem, Row

OPTIONS = MappingOptions(
    contact=ContactOptions(tags=("Imported",)),
    columns=ColumnOptions(
        identifier="Phone",
        name="Name",
        tags=("Tags",),
        assigned_user="Owner",
        custom_fields=(
            CustomFieldOptions(name="City", column="Town"),
            CustomFieldOptions(name="Place", column="{Town} {Land}"),
        ),
    ),
)


def contact(**fields: object) -> Contact:
    """Return a contact with these fields."""
    return Contact(**{"identifier": "34600111222", "source": "whatsapp", "name": "Ana", **fields})  # type: ignore[arg-type]


def row(number: int) -> Row:
    """Return a row of that number."""
    return Row(number=number, cells=())


def test_each_requirement_has_its_rows_and_the_column_in_which_it_stands() -> None:
    """A constant and a text made of several columns have none."""
    found, columns = Requirements(), source_columns(OPTIONS)
    wanted = contact(
        tags=("Imported", "VIP"), assigned_user="ana@example.com", custom_fields={"City": "Rome", "Place": "Rome IT"}
    )
    found.see(row(2), wanted, columns)
    found.see(row(3), contact(tags=("VIP",)), columns)
    assert (found.tags["VIP"].count, found.tags["VIP"].rows) == (2, [2, 3])
    assert found.columns == {
        ("tag", "Imported"): "",
        ("tag", "VIP"): "Tags",
        ("user", "ana@example.com"): "Owner",
        ("field", "City"): "Town",
        ("field", "Place"): "",
    }


def test_many_texts_fill_no_memory() -> None:
    """A column of free text as tags, and as a custom field."""
    found = Requirements()
    for number in range(1_200):
        found.see(row(number), contact(tags=(f"tag {number}",), custom_fields={"Status": f"text {number}"}))
    assert len(found.tags) == 1_000
    assert len(found.options["Status"]) == MOST_OPTIONS + 1
    assert found.fields["Status"].count == 1_200


@pytest.mark.parametrize(
    ("value", "unfit"),
    [
        ("Rome", {"checkbox", "email", "number", "date"}),
        ("ana@example.com", {"checkbox", "number", "date"}),
        ("1.234,56", {"checkbox", "email", "date"}),
        ("2026-03-03", {"checkbox", "email", "number"}),
        ("2026-03-03T10:00:00Z", {"checkbox", "email", "number"}),
        (("A", "B"), {"text", "email", "number", "date", "dropdown"}),
    ],
)
def test_a_value_is_unfit_for_types_that_surely_refuse_it(value: str | tuple[str, ...], unfit: set[str]) -> None:
    """Where the documentation leaves room, the type is given the benefit of the doubt."""
    assert set(unfit_types(value)) == unfit


def test_what_must_be_in_the_account_is_listed_in_a_few_lines() -> None:
    """Of many, the first ones and how many others; names of teams only where they are names."""
    found = Requirements()
    for number in range(20):
        found.see(row(number), contact(tags=(f"tag {number}",), team_uuid="Sales"))
    first, second = found.lines()
    assert first.startswith('tags: "tag 0", "tag 1"')
    assert first.endswith("13 more")
    assert second == 'teams: "Sales"'
    assert found.lines(names=False) == (first,)
    assert Requirements().lines() == ()


def test_rows_that_are_refused_or_recognised_require_nothing() -> None:
    """They are not sent."""
    found = Requirements()
    observer = RequirementsOfSheet(found, source_columns(OPTIONS))
    invalid = InvalidRow(problems=(Problem(code="name_missing", message="There is no name."),))
    observer.mapped([Entry(row=row(2), mapped=invalid), Entry(row=row(3), mapped=contact(tags=("VIP",)))])
    observer.recognised(4, "34600111222")
    assert observer.count == 2
    assert found.tags["VIP"].rows == [3]
