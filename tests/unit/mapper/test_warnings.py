"""What is worth a look in an input as a whole."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.mapper.column_mapping import ColumnMapping, plan_mapping
from importer.mapper.contact import to_contact
from importer.mapper.options import ColumnOptions, ContactOptions, MappingOptions, MobileForm
from importer.mapper.sheet_warnings import SheetWarnings
from importer.mapper.warnings import Findings
from importer.model.rows import Contact, Entry, Row
from importer.model.runs import ProblemGroup


def found(phones: Iterable[str], source: str = "whatsapp") -> tuple[ProblemGroup, ...]:
    """Return what is worth a look about rows with these identifiers, from row 2 on."""
    findings = Findings()
    for row, phone in enumerate(phones, 2):
        findings.see(row, Contact(identifier=phone, source=source, name="Ana"), "Phone")
    return findings.warnings()


def counting_up(count: int, first: int = 34600111000) -> list[str]:
    """Return so many numbers that follow each other."""
    return [str(first + number) for number in range(count)]


def test_a_long_run_of_consecutive_numbers_is_worth_a_look() -> None:
    """Somebody may have pulled a cell down; the first and the last number are named."""
    (group,) = found(["34655120987", *counting_up(12), "34655120987"])
    assert (group.code, group.column, group.count, group.rows) == ("phones_consecutive", "Phone", 12, (*range(3, 15),))
    assert "34600111000 to 34600111011" in group.message


def test_several_runs_are_one_group() -> None:
    """The first is described, all rows are counted, and the first twenty are named."""
    (group,) = found([*counting_up(15), "34655120987", *counting_up(15, 34700111000)])
    assert (group.count, group.rows) == (30, (*range(2, 17), *range(18, 23)))
    assert "34600111014" in group.message
    assert group.varies


def test_short_runs_handles_and_written_numbers_are_not() -> None:
    """Nine lines of one company, a Telegram number, and what is sent as it is written."""
    assert found(counting_up(9)) == ()
    assert [one.code for one in found(counting_up(12), "telegram")] == ["source_not_asked"]
    assert found(["600 111 222"] * 12) == ()
    assert found([f"+{number}" for number in counting_up(10)]) != ()


def test_both_forms_of_a_mobile_are_worth_a_look() -> None:
    """The rows in the shorter form are named, which may be landlines; other countries have one form."""
    (group,) = found(["5215512345678", "525587654321", "+525511223344", "5511987654321", "34600111222"])
    assert (group.code, group.count, group.rows) == ("phone_both_forms", 2, (3, 4))
    assert "Mexican numbers are in both forms: 1 with 521, 2 with 52." in group.message
    assert 'mobile_form = "with"' in group.message


def test_one_form_alone_is_right() -> None:
    """Whichever it is."""
    assert found(["5215512345678", "5215587654321"]) == found(["541123456789"]) == ()


def mapped(*phones: str) -> tuple[ProblemGroup, ...]:
    """Return what is worth a look about French rows."""
    options = MappingOptions(contact=ContactOptions(country="FR"), columns=ColumnOptions(identifier="Tél", name="Nom"))
    mapping = plan_mapping(("Tél", "Nom"), options, None)
    assert isinstance(mapping, ColumnMapping)
    findings = Findings()
    rows = [Row(number=number, cells=(phone, "Ana")) for number, phone in enumerate(phones, 2)]
    SheetWarnings(findings, mapping).mapped([Entry(row=row, mapped=to_contact(row, mapping)) for row in rows])
    return findings.warnings()


def test_remarks_of_rows_are_grouped() -> None:
    """Rows that are invalid are not looked at."""
    (group,) = mapped("612345678", "0612345679", "12ab", "612345680")
    assert (group.code, group.column, group.count, group.rows) == ("phone_zero_lost", "Tél", 2, (2, 5))
    assert '"612345678"' in group.message
    assert group.varies
    assert not mapped("612345678")[0].varies


def test_a_recognised_row_counts_as_one_form_of_a_mobile() -> None:
    """The other form may be among the rows that are mapped."""
    options = MappingOptions(columns=ColumnOptions(identifier="Tel", name="Nom"))
    mapping = plan_mapping(("Tel", "Nom"), options, None)
    assert isinstance(mapping, ColumnMapping)
    findings = Findings()
    SheetWarnings(findings, mapping).recognised(2, "5215512345678")
    findings.see(3, Contact(identifier="525587654321", source="whatsapp", name="Ana"), "Tel")
    (group,) = findings.warnings()
    assert (group.code, group.column, group.rows) == ("phone_both_forms", "Tel", (3,))


@pytest.mark.parametrize("form", MobileForm)
def test_a_contact_that_keeps_its_form_is_no_news_where_one_form_is_chosen(form: MobileForm) -> None:
    """It was made before the config said so, and is known by its number as it was sent; the others are all in one."""
    options = MappingOptions(
        contact=ContactOptions(mobile_form=form), columns=ColumnOptions(identifier="Tel", name="Nom")
    )
    mapping = plan_mapping(("Tel", "Nom"), options, None)
    assert isinstance(mapping, ColumnMapping)
    findings = Findings()
    observer = SheetWarnings(findings, mapping, 0, options.contact)
    rows = [Row(number=row, cells=(phone, "Ana")) for row, phone in enumerate(("5215512345678", "5215587654321"), 2)]
    observer.mapped([Entry(row=row, mapped=to_contact(row, mapping)) for row in rows])
    for row, identifier in enumerate(("525511223344", "5215511223355"), 4):
        observer.recognised(row, identifier)
    assert len(findings.warnings()) == (form is MobileForm.AS_WRITTEN)


def test_most_rows_come_first() -> None:
    """Of several groups."""
    phones = ["5215512345678", "525587654321", *counting_up(10)]
    assert [group.count for group in found(phones)] == [10, 1]


@given(st.lists(st.integers(34600111000, 34600111030).map(str), max_size=60))
def test_any_order_is_seen_in_bounded_memory(phones: list[str]) -> None:
    """At most twenty rows are kept of a group, however many there are."""
    assert all(len(group.rows) == min(group.count, 20) for group in found(phones))
