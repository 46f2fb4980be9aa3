"""The contacts that a sandbox has from the beginning, as a file has them."""

from pathlib import Path

import pytest

from importer.model.errors import UsageError
from importer.sandbox import DEFAULT_ACCOUNT, read_contacts

SUPPORT = DEFAULT_ACCOUNT.teams[1].uuid


def written(folder: Path, text: str) -> Path:
    """Return a file with this text."""
    path = folder / "there.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_csv_with_phone_and_name_is_enough(tmp_path: Path) -> None:
    """Columns that are no field of the API are left out, and blank lines are no contacts."""
    path = written(tmp_path, "\ufeffPhone;Name;Remarks\n34600111222;Ana;likes tea\n\n+34 600 111 223;Eva;\n")
    assert read_contacts(path, DEFAULT_ACCOUNT) == (
        {"source": "whatsapp", "identifier": "34600111222", "name": "Ana"},
        {"source": "whatsapp", "identifier": "+34 600 111 223", "name": "Eva"},
    )


def test_a_csv_may_have_the_fields_of_the_api(tmp_path: Path) -> None:
    """Tags are separated by commas, a custom field has its name behind a dot, and an empty cell is no field."""
    header = "identifier,source,name,tags,team_uuid,note,custom_fields.City,custom_fields.Shoe size"
    path = written(tmp_path, f'{header}\nana.g,instagram,Ana,"VIP, Mine",{SUPPORT},,Roma,38\n')
    assert read_contacts(path, DEFAULT_ACCOUNT) == (
        {
            "source": "instagram",
            "identifier": "ana.g",
            "name": "Ana",
            "tags": ["VIP", "Mine"],
            "team_uuid": SUPPORT,
            "custom_fields": {"City": "Roma", "Shoe size": "38"},
        },
    )


def test_json_lines_are_bodies_of_post(tmp_path: Path) -> None:
    """One contact on each line."""
    path = written(tmp_path, '{"identifier": "346", "name": "Ana", "custom_fields": {"Extras": ["a"]}}\n\n')
    (found,) = read_contacts(path, DEFAULT_ACCOUNT)
    assert found["custom_fields"] == {"Extras": ["a"]}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Phone,Name\n346,Ana\n347,\n", "line 3: name is required"),
        ("Phone,Name\ncall me,Ana\n", 'line 2: identifier "call me" is not a phone number'),
        ("Phone,Name,team_uuid\n346,Ana,Sales\n", 'line 2: Team "Sales" does not exist'),
        ('{"identifier": "346", "name": "Ana", "tags": "VIP"}\n', "line 1: tags must be an array of strings"),
        ('{"identifier": "346", "name": "Ana"}\n{"x": \n', "line 2 is not JSON"),
        ('{"identifier": "346", "name": "Ana"}\n[]\n', "line 2 is not a JSON object"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, text: str, told: str) -> None:
    """With why, and how such a file is written."""
    with pytest.raises(UsageError) as refused:
        read_contacts(written(tmp_path, text), DEFAULT_ACCOUNT)
    assert told in refused.value.message
    assert "Phone or identifier" in refused.value.hint


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    """As a mistake of the command line."""
    with pytest.raises(UsageError, match="cannot be read"):
        read_contacts(tmp_path / "none.csv", DEFAULT_ACCOUNT)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"PK\x03\x04\xc7", "is a workbook: save it as CSV."),
        (b"\xd0\xcf\x11\xe0", "is a workbook: save it as CSV."),
        ("Phone;Name\n1;Í\n".encode("cp1252"), "is not UTF-8: save it as CSV UTF-8."),
    ],
)
def test_a_file_that_is_no_text_in_utf_8_says_how_it_is_saved(tmp_path: Path, content: bytes, said: str) -> None:
    """Without the words of a codec."""
    (tmp_path / "clientes.xlsx").write_bytes(content)
    with pytest.raises(UsageError) as error:
        read_contacts(tmp_path / "clientes.xlsx", DEFAULT_ACCOUNT)
    assert error.value.message == f"--contacts {tmp_path / 'clientes.xlsx'} {said}"


def test_the_account_has_what_the_contacts_use() -> None:
    """Their tags, users and custom fields, beside its own."""
    body = {"tags": ["Mine"], "assigned_user": "me@example.org", "custom_fields": {"Size": "38", "Extras": ["a"]}}
    account = DEFAULT_ACCOUNT.with_what_is_used([body, {"custom_fields": {"City": "Roma"}}])
    assert account.tags == {*DEFAULT_ACCOUNT.tags, "Mine"}
    assert [user.email for user in account.users[len(DEFAULT_ACCOUNT.users) :]] == ["me@example.org"]
    fields = account.fields_by_name()
    assert (fields["Size"].type, fields["Extras"].type, fields["City"]) == (
        "text",
        "checkbox",
        DEFAULT_ACCOUNT.fields_by_name()["City"],
    )
