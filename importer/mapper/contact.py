"""Convert a row to its contact, or to all of its problems."""

from collections.abc import Sequence
from types import MappingProxyType

from importer.mapper.column_mapping import ColumnMapping, UsedColumn
from importer.mapper.messages import listed
from importer.mapper.text_cleanup import cleaned, is_broken, is_plain, one_line
from importer.mapper.value_checks import FieldValue
from importer.model.rows import Contact, InvalidRow, Problem, Row


def to_contact(row: Row, mapping: ColumnMapping) -> Contact | InvalidRow:
    """Return the row's contact, or all its problems at once: those that its reader found first."""
    problems = list(row.problems)
    texts = _texts(row.cells, mapping, problems)
    contact = Contact(
        identifier=_text_or_problem(mapping.identifier(texts), problems),
        source=mapping.source,
        name=_name(texts, mapping, problems),
        tags=mapping.tags(texts),
        custom_fields=MappingProxyType(_custom_fields(texts, mapping, problems)),
        **{attribute: _text_or_problem(read(texts), problems) for attribute, read in mapping.text_fields},
    )
    if not problems:
        return contact
    return InvalidRow(
        problems=tuple(problems), identifier=one_line(mapping.identifier_feed.read(texts)), name=contact.name
    )


def _texts(cells: Sequence[str], mapping: ColumnMapping, problems: list[Problem]) -> list[str]:
    """Return the cells, at least as many as the header has; those of used columns cleaned and translated."""
    texts = list(cells)
    if len(texts) < mapping.width:
        texts += [""] * (mapping.width - len(texts))
    for column in mapping.used:
        text = texts[column.index]
        if is_plain(text):
            text = text.strip()
        else:
            if is_broken(text):
                problems.append(_broken(column, text))
            text = cleaned(text)
        texts[column.index] = column.words(text) if column.words else text
    return texts


def _broken(column: UsedColumn, text: str) -> Problem:
    message = "The cell holds a broken character, shown here as \N{REPLACEMENT CHARACTER}: write the cell again."
    return Problem(code="cell_broken", column=column.header, value=cleaned(text), message=message)


def _text_or_problem(value: str | Problem, problems: list[Problem]) -> str:
    """Return the text; a problem is appended to the list, and the text is empty."""
    if isinstance(value, str):
        return value
    problems.append(value)
    return ""


def _name(texts: Sequence[str], mapping: ColumnMapping, problems: list[Problem]) -> str:
    name = one_line(mapping.name_feed.read(texts))
    if not name:
        feed = mapping.name_feed
        where = f"{'the column' if len(feed.headers) == 1 else 'the columns'} {listed(feed.headers)}"
        message = f"There is no name in {where}: every contact needs one."
        problems.append(Problem(code="name_missing", column=feed.label, message=message))
    return name


def _custom_fields(texts: Sequence[str], mapping: ColumnMapping, problems: list[Problem]) -> dict[str, FieldValue]:
    values: dict[str, FieldValue] = {}
    for field, read in mapping.custom_fields:
        value = read(texts)
        if isinstance(value, Problem):
            problems.append(value)
        elif value:
            values[field] = value
    return values
