"""What is worth a look about a row that is right: it is sent all the same."""

from importer.mapper.column_mapping import ColumnMapping
from importer.mapper.messages import quoted
from importer.mapper.phones import lost_zero
from importer.model.rows import Contact, Problem, Row


def row_warnings(row: Row, contact: Contact, mapping: ColumnMapping) -> tuple[Problem, ...]:
    """Return what is worth a look about the row that the contact was made of."""
    if contact.source != "whatsapp" or not (country := mapping.country(row.cells)):
        return ()
    text = mapping.identifier_feed.read(row.cells)
    if not lost_zero(text, contact.identifier, country):
        return ()
    message = (
        f"{quoted(text)} has no zero before it, as numbers in {country} have: a spreadsheet program may have dropped"
        f" it. It is sent as {contact.identifier}: see that this is right."
    )
    return (Problem(code="phone_zero_lost", column=mapping.identifier_feed.label, value=text, message=message),)
