"""Addresses in place of files: no secret is told, a Google Sheet's page becomes its export, and names lead nowhere."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.model.addresses import (
    can_be_fetched_again,
    download_address,
    is_google_sheet,
    offered_name,
    scheme_of,
    shown_address,
    why_not_fetched,
)

SHEET = "https://docs.google.com/spreadsheets"
SECRET = "5ecret"  # noqa: S105 - opens nothing


@pytest.mark.parametrize(
    ("text", "scheme"),
    [
        ("https://example.com/a.csv", "https"),
        ("HTTPS://example.com/a.csv", "https"),
        ("s3://bucket/a.csv", "s3"),
        ("contacts.csv", ""),
        (r"C:\lists\contacts.csv", ""),
        ("C:/lists/contacts.csv", ""),
        ("C://lists/contacts.csv", ""),
        ("", ""),
    ],
)
def test_an_address_has_a_scheme(text: str, scheme: str) -> None:
    """A drive of Windows is none."""
    assert scheme_of(text) == scheme


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://ana:5ecret@example.com/a.csv", "https://example.com/a.csv"),
        ("https://ana:p@ss@example.com:8443/a.csv?x=5ecret#5ecret", "https://example.com:8443/a.csv?..."),
        ("sftp://ana:5ecret@example.com:2222/in/a b.xlsx", "sftp://example.com:2222/in/a b.xlsx"),
        ("s3://bucket/a.csv", "s3://bucket/a.csv"),
        ("https://[5ecret/a.csv", "https://..."),
        ("https://ana:5ecret@example.com:99999999/a.csv", "https://..."),
        (f"{SHEET}/d/ABC-_1/edit?usp=sharing&key=5ecret#gid=12", f"{SHEET}/d/ABC-_1/edit#gid=12"),
        (f"{SHEET}/d/ABC-_1/edit", f"{SHEET}/d/ABC-_1/edit"),
        (f"{SHEET}/d/A/export?format=xlsx&key=5ecret", f"{SHEET}/d/A/export?format=xlsx"),
        ("contacts.csv", "contacts.csv"),
    ],
)
def test_an_address_is_told_without_its_secrets(text: str, shown: str) -> None:
    """No user, no password, no query, no fragment; of a Google Sheet which tab it is."""
    assert shown_address(text) == shown
    assert SECRET not in shown


@given(st.text(max_size=20), st.text(max_size=20))
def test_what_stands_before_the_host_or_behind_the_question_mark_is_never_told(path: str, rest: str) -> None:
    """Whatever else is in the address."""
    assert SECRET not in shown_address(f"https://ana:{SECRET}@example.com/?{rest}&sig={SECRET}")
    assert "p4ss" not in shown_address(f"sftp://ana:p4ss@example.com/{path}")


@pytest.mark.parametrize(
    ("shown", "is_whole"),
    [
        ("https://example.com/a.csv", True),
        ("https://example.com/a.csv?...", False),
        ("https://...", False),
        ("a", False),
    ],
)
def test_an_address_that_was_cut_leads_nowhere(shown: str, is_whole: bool) -> None:  # noqa: FBT001 - a table
    """Nor is a file's name an address."""
    assert can_be_fetched_again(shown) == is_whole


@pytest.mark.parametrize(
    ("text", "export"),
    [
        (f"{SHEET}/d/ABC/edit?usp=sharing", f"{SHEET}/d/ABC/export?format=csv"),
        (f"{SHEET}/d/ABC/edit#gid=12", f"{SHEET}/d/ABC/export?format=csv&gid=12"),
        (f"{SHEET}/d/ABC/edit?gid=3#gid=12", f"{SHEET}/d/ABC/export?format=csv&gid=12"),
        (f"{SHEET}/d/ABC/edit#gid=x", f"{SHEET}/d/ABC/export?format=csv"),
        (f"{SHEET}/u/1/d/ABC/edit", f"{SHEET}/d/ABC/export?format=csv"),
        (f"{SHEET}/d/ABC", f"{SHEET}/d/ABC/export?format=csv"),
        (f"{SHEET}/d/ABC/export?format=xlsx", f"{SHEET}/d/ABC/export?format=xlsx"),
        (f"{SHEET}/d/e/2PACX-1/pubhtml", f"{SHEET}/d/e/2PACX-1/pub?output=csv"),
        (f"{SHEET}/d/e/2PACX-1/pubhtml?gid=3", f"{SHEET}/d/e/2PACX-1/pub?output=csv&gid=3&single=true"),
        (f"{SHEET}/d/e/2PACX-1/pub?output=xlsx", f"{SHEET}/d/e/2PACX-1/pub?output=xlsx"),
        ("https://docs.google.com/document/d/ABC/edit", "https://docs.google.com/document/d/ABC/edit"),
        ("https://example.com/spreadsheets/d/ABC/edit", "https://example.com/spreadsheets/d/ABC/edit"),
        ("https://[", "https://["),
    ],
)
def test_the_page_of_a_google_sheet_becomes_its_export(text: str, export: str) -> None:
    """Of the tab that the browser showed; what is an export already stays."""
    assert download_address(text) == export


def test_a_google_sheet_is_known_by_its_address() -> None:
    """A broken address is none."""
    assert is_google_sheet(f"{SHEET}/d/ABC/edit")
    assert not is_google_sheet("https://example.com/")
    assert not is_google_sheet("https://[")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("https://example.com/a.csv", ""),
        ("http://127.0.0.1:8000/a.csv", ""),
        ("http://[::1]/a.csv", ""),
        ("http://localhost/a.csv", ""),
        ("http://example.com/a.csv", "begins with http://"),
        ("http://10.0.0.1/a.csv", "begins with http://"),
        ("https:///a.csv", "is no address"),
        ("https://example.com/a.csv?...", "is cut off where its secret begins"),
        ("https://[", "is no address"),
    ],
)
def test_only_https_is_asked(text: str, why: str) -> None:
    """And plain http on this computer."""
    assert why_not_fetched(text).startswith(why)
    assert bool(why_not_fetched(text)) == bool(why)


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("a.csv", {"address": "https://example.com/lists/a.csv?sig=1"}),
        ("a b.XLSX".lower(), {"address": "https://example.com/a%20b.XLSX"}),
        ("b.csv", {"address": "https://example.com/a.csv", "disposition": 'attachment; filename="b.csv"'}),
        ("Año.csv", {"address": "https://example.com/", "disposition": "attachment; filename*=UTF-8''A%C3%B1o.csv"}),
        ("passwd.csv", {"address": "https://example.com/", "disposition": 'attachment; filename="../../etc/passwd"'}),
        ("x.csv", {"address": "https://example.com/", "disposition": r'attachment; filename="C:\\win\\x.csv"'}),
        ("sheet.csv", {"address": "https://example.com/", "disposition": "nonsense; ;=;"}),
        ("sheet.csv", {"address": "https://["}),
        ("sheet.csv", {"address": f"{SHEET}/d/ABC/export?format=csv"}),
        ("sheet.xlsx", {"address": f"{SHEET}/d/ABC/export?format=xlsx", "beginning": b"PK\x03\x04...."}),
        ("download.xlsx", {"address": "https://example.com/download", "beginning": b"PK\x03\x04"}),
        ("download.xls", {"address": "https://example.com/download.php", "beginning": b"\xd0\xcf\x11\xe0"}),
        ("list.ods", {"address": "https://e.com/list", "media_type": "application/vnd.oasis.opendocument.spreadsheet"}),
        ("list.tsv", {"address": "https://example.com/list", "media_type": "Text/Tab-Separated-Values"}),
    ],
)
def test_a_fetched_file_is_called_as_its_server_says(name: str, given: dict[str, str]) -> None:
    """Or as its address ends; how it is read is told by the name, the media type, or its first bytes."""
    assert offered_name(**given) == name  # type: ignore[arg-type]  # bytes are a beginning's


@given(st.text(), st.text())
def test_every_name_is_one_that_every_system_takes(path: str, disposition: str) -> None:
    """It is a single file in the folder, whatever a server wants it to be called."""
    for name in (offered_name(f"https://example.com/{path}"), offered_name("https://example.com/", disposition)):
        assert re.fullmatch(r'[^\x00-\x1f/\\<>:"|?*]+\.(csv|tsv|txt|xls[xmb]?|ods)', name)
        assert not name.startswith(".")
        assert len(name.encode()) <= 255
