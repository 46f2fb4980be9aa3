"""`init` with a token: the account's own fields, teams and users are offered, and the proposal is checked by them."""

import io
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from importer.commands.context import CommandContext
from importer.commands.init import write_config
from importer.sandbox import Sandbox
from importer.settings import Settings, settle
from tests.support.commands import ACCOUNT, NO_LIMIT, TOKEN, Said, give, serving, table

CONFIG = Path("config.toml")
FIELDS = {"City": "Roma", "Loyalty Points": "7", "Status": "Lead", "Features": ["Dark Mode"], "Joined": "2026-01-02"}
THERE = (
    {"identifier": "34611000000", "source": "whatsapp", "name": "There", "custom_fields": FIELDS, "tags": ["VIP"]},
)


@pytest.fixture(autouse=True)
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """The account, whose address and token are in the environment."""
    monkeypatch.chdir(tmp_path)
    with serving(replace(NO_LIMIT, account=ACCOUNT, contacts=THERE)) as sandbox:
        monkeypatch.setenv("CALLBELL_BASE_URL", sandbox.base_url)
        monkeypatch.setenv("CALLBELL_API_TOKEN", TOKEN)
        yield sandbox


def written() -> Settings:
    """Return what the written config says."""
    return settle({}, {}, CONFIG.read_text(encoding="utf-8"))


def proposed(header: tuple[str, ...], *rows: tuple[str, ...]) -> Said:
    """Write the config of a table."""
    return give("init", table(Path("a.csv"), [("Phone", "Name", *header), *rows]))


def test_columns_that_are_named_like_the_accounts_fields_feed_them(service: Sandbox) -> None:
    """With the field's name, type and options; the others are suggested as ever. Only GETs are sent."""
    said = proposed(
        ("city", "Loyalty point", "Status", "Shoe size"),
        ("+34600000001", "Ana Gil", "Roma", "7", "Lead", "38"),
        ("+34600000002", "Eva Ruiz", "Lugo", "12", "Active", "41"),
    )
    assert said.exit_code == 0, said.stderr
    fields = {one.name: one for one in written().mapping.columns.custom_fields}
    assert {name: (one.column, one.type.value) for name, one in fields.items()} == {
        "City": ("city", "text"),
        "Loyalty Points": ("Loyalty point", "number"),
        "Status": ("Status", "dropdown"),
    }
    assert fields["Status"].options == ("Active", "Inactive", "Lead")
    assert '"Shoe size"' in CONFIG.read_text("utf-8")
    assert {call.split()[0] for call in service.traffic.requests} == {"GET"}
    assert give("check", "a.csv", "--journal", "j.sqlite3").exit_code == 0


def test_team_and_owner_columns_are_used_where_the_account_has_their_values() -> None:
    """By their names; and what it does not have is said."""
    said = proposed(
        ("Team", "Owner"),
        ("+34600000001", "Ana Gil", "Sales", "Marco Rossi"),
        ("+34600000002", "Eva Ruiz", "support", "Olga Owner"),
        ("+34600000003", "Lia Sanz", "Suport", "Marco Rossi"),
    )
    assert said.exit_code == 0, said.stderr
    columns = written().mapping.columns
    assert (columns.team, columns.assigned_user) == ("Team", "Owner")
    told = said.stderr.partition("Not seen in the account:")[2]
    assert '"Suport" is not the name or UUID of a team of the account' in told
    assert "row 4 (team_unknown" in told


def test_a_team_column_that_the_account_knows_nothing_of_is_left_out() -> None:
    """As without a token."""
    said = proposed(("Team",), ("+34600000001", "Ana Gil", "Rojo"), ("+34600000002", "Eva Ruiz", "Azul"))
    assert written().mapping.columns.team == ""
    assert '"Team" is not used as team' in said.stderr


def test_tags_and_options_that_were_not_seen_are_said() -> None:
    """A tag that no contact carries, and a value that is no option of its field."""
    said = proposed(
        ("Tags", "Status"),
        *((f"+3460000000{number}", f"Ana {number}", "VIP" if number else "Wip", "Lead") for number in range(5)),
    )
    assert "Not seen in the account:" in said.stderr
    assert '"Wip"' in said.stderr.partition("Not seen in the account:")[2]


def test_teams_and_users_are_offered_for_every_contact() -> None:
    """As comments of the config, where no column has them."""
    proposed((), ("+34600000001", "Ana Gil"))
    text = CONFIG.read_text("utf-8")
    assert "the account has Sales, Support" in text
    assert "marco@example.com" in text
    assert written().mapping.contact.team == ""


def answered(path: Path, *answers: str) -> list[str]:
    """Return what `init` asks whoever gives these answers."""
    asked: list[str] = []
    left = iter(answers)

    def answer(question: str) -> str:
        asked.append(question)
        return next(left)

    settings = settle({}, os.environ)
    context = CommandContext(settings=settings, environment=os.environ, stream=io.StringIO(), ask_line=answer)
    write_config(context, str(path), CONFIG)
    return asked


def test_a_person_may_name_the_accounts_field() -> None:
    """By the column's number and the field's name; the account's fields that are not used are listed."""
    path = table(Path("a.csv"), [("Phone", "Name", "Town", "Size"), ("+34600000001", "Ana Gil", "Roma", "38")])
    asked = answered(path, "1=City, 2", "y")
    assert "Callbell has the custom fields City (text), Features (checkbox)" in asked[0]
    fields = {one.name: (one.column, one.type.value) for one in written().mapping.columns.custom_fields}
    assert fields["City"] == ("Town", "text")
    assert set(fields) == {"City", "Size"}


def test_a_single_field_is_not_told_as_several() -> None:
    """A number alone would be a field that is called like the column, so it is not proposed."""
    header, row = ("City", "Status", "Features", "Joined"), ("Roma", "Lead", "Dark Mode", "2026-01-02")
    path = table(Path("a.csv"), [("Phone", "Name", *header, "Town"), ("+34600000001", "Ana Gil", *row, "Vigo")])
    asked = answered(path, "1=Loyalty Points", "y")
    how = "Which of these is it? Its number with the field's name: 1=Loyalty Points, or Enter for none:"
    assert asked[0].endswith(f"Callbell has the custom field Loyalty Points (number).\n{how}")


def test_without_a_network_it_goes_on_as_without_a_token(monkeypatch: pytest.MonkeyPatch) -> None:
    """And says that the account was not asked."""
    monkeypatch.setenv("CALLBELL_BASE_URL", "http://127.0.0.1:9/v1")
    said = proposed(("City",), ("+34600000001", "Ana Gil", "Roma"))
    assert said.exit_code == 0, said.stderr
    assert "The account was not asked" in said.stderr
    assert not written().mapping.columns.custom_fields


def test_a_refused_token_ends_with_5(monkeypatch: pytest.MonkeyPatch) -> None:
    """Better now than at the first run."""
    monkeypatch.setenv("CALLBELL_API_TOKEN", "another-token")
    assert proposed((), ("+34600000001", "Ana Gil")).exit_code == 5
