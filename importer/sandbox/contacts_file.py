"""Read the contacts that a sandbox is to have from the beginning: CSV, or a JSON object on each line."""

import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from importer.model.errors import UsageError
from importer.sandbox.account import AccountSetup
from importer.sandbox.rules import problems_of_post

_FIELDS: Final = frozenset(
    {"identifier", "source", "name", "tags", "assigned_user", "team_uuid", "channel_uuid", "bot_status", "note"}
)
_ALSO_CALLED: Final = {"phone": "identifier", "phonenumber": "identifier", "assigneduser": "assigned_user"}
_WORKBOOKS: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""How files of .xlsx, .xlsm, .xlsb and .ods begin, and those of .xls."""
_CUSTOM_FIELD: Final = "custom_fields."
_HOW_TO_WRITE_IT: Final = (
    "It is CSV with a header (Phone or identifier, Name, and the other fields of the API, such as tags,"
    " assigned_user, note, custom_fields.City), or a JSON object on each line with the fields of POST /contacts."
)


def read_contacts(path: Path, account: AccountSetup) -> tuple[Mapping[str, Any], ...]:
    """Return a file's contacts as bodies of POST /contacts; columns that are no field of the API are left out.

    Args:
        path: UTF-8; cells of CSV are separated by commas, semicolons or tabs, the tags in a cell by commas.
        account: Whose teams and channels they may name; tags, users and custom fields may be any.

    Raises:
        UsageError: It cannot be read, or a contact is wrong; with the line.

    """
    try:
        if path.read_bytes().startswith(_WORKBOOKS):
            raise UsageError(f"--contacts {path} is a workbook: save it as CSV.")
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UsageError(f"--contacts {path} cannot be read: {error.strerror}.", _HOW_TO_WRITE_IT) from error
    except UnicodeDecodeError as error:
        raise UsageError(f"--contacts {path} is not UTF-8: save it as CSV UTF-8.", _HOW_TO_WRITE_IT) from error
    contacts = []
    for line, fields in _of_json(path, text) if text.lstrip().startswith("{") else _of_csv(text):
        body = {"source": "whatsapp", **fields}
        any_field = account.opened().with_what_is_used([body]) if _is_well_formed(body) else account
        if problems := problems_of_post(body, any_field):
            raise UsageError(f"--contacts {path}, line {line}: {'; '.join(problems)}.", _HOW_TO_WRITE_IT)
        contacts.append(body)
    return tuple(contacts)


def _is_well_formed(body: Mapping[str, Any]) -> bool:
    """Tell whether tags and custom fields can be looked at; what is wrong with them otherwise, the rules tell."""
    return isinstance(body.get("tags", []), list) and isinstance(body.get("custom_fields", {}), dict)


def _of_json(path: Path, text: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for line, json_text in enumerate(text.splitlines(), 1):
        if not json_text.strip():
            continue
        try:
            body = json.loads(json_text)
        except (ValueError, RecursionError) as error:
            raise UsageError(f"--contacts {path}, line {line} is not JSON: {error}.", _HOW_TO_WRITE_IT) from error
        if not isinstance(body, dict):
            raise UsageError(f"--contacts {path}, line {line} is not a JSON object.", _HOW_TO_WRITE_IT)
        yield line, body


def _of_csv(text: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Yield the line's number and the fields of each contact; an empty cell leaves its field out."""
    header_line = text.partition("\n")[0]
    rows = csv.reader(text.splitlines(keepends=True), delimiter=max(",;\t", key=header_line.count))
    header = [_field(name.strip()) for name in next(rows, [])]
    for cells in rows:
        body: dict[str, Any] = {}
        for field, cell in zip(header, map(str.strip, cells), strict=False):
            if not cell or field is None:
                continue
            if field.startswith(_CUSTOM_FIELD):
                body.setdefault("custom_fields", {})[field.removeprefix(_CUSTOM_FIELD)] = cell
            else:
                body[field] = [tag.strip() for tag in cell.split(",") if tag.strip()] if field == "tags" else cell
        if body:
            yield rows.line_num, body


def _field(header: str) -> str | None:
    """Return the field that a column of this header feeds; None: none."""
    if header.casefold().startswith(_CUSTOM_FIELD):
        return _CUSTOM_FIELD + header[len(_CUSTOM_FIELD) :]
    name = header.casefold()
    name = _ALSO_CALLED.get(name, name)
    return name if name in _FIELDS else None
