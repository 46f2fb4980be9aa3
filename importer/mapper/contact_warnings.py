"""Warnings about a valid row, which is sent nevertheless."""

from importer.mapper.column_mapping import ColumnMapping
from importer.mapper.messages import quoted
from importer.mapper.phones import lost_zero
from importer.model.rows import Contact, Problem, Row


def row_warnings(row: Row, contact: Contact, mapping: ColumnMapping) -> tuple[Problem, ...]:
    """Return the warnings about a contact's row."""
    if contact.source != "whatsapp" or not (country := mapping.country(row.cells)):
        return ()
    text = mapping.identifier_feed.read(row.cells)
    if not lost_zero(text, contact.identifier, country):
        return ()
    message = (
        f"{quoted(text)} has no zero in front, as numbers in {country} have: a spreadsheet program may have dropped"
        f" it. It is sent as {contact.identifier}: check that this is right."
    )
    return (Problem(code="phone_zero_lost", column=mapping.identifier_feed.label, value=text, message=message),)
