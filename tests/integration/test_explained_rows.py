"""The rows that `explain` shows as examples have the problem that they are shown for."""

from pathlib import Path

import pytest

from importer.reports.code_explanations import Explanation, explanations
from tests.support.commands import give

REFUSED, WORTH_A_LOOK = list(explanations().values())[:2]
COLUMNS = {
    "Tags": 'tags = "Tags"',
    "Country": 'country = "Country"',
    "Bot": 'bot_status = "Bot"',
    "Owner": 'assigned_user = "Owner"',
    "Team": 'team = "Team"',
    "Line": 'channel = "Line"',
}
FIELDS = {
    "Mail": '"Mail" = { column = "Mail", type = "email" }',
    "Points": '"Points" = { column = "Points", type = "number" }',
    "Joined": '"Joined" = { column = "Joined", type = "date" }',
    "Status": '"Status" = { column = "Status", type = "dropdown", options = ["Active"] }',
    "Features": '"Features" = { column = "Features", type = "checkbox", separator = "|", options = ["Dark Mode"] }',
    "Address": '"Address" = "Address"',
}
CONTACT = {
    "identifier_missing": 'source = "telegram"',
    "identifier_digits_lost": 'source = "telegram"',
    "cannot_be_cleared": 'clear_mark = "--"\nexisting = "update"',
    "phone_first_of_several": 'several = "first_mobile"\ncountry = "ES"',
    "phone_no_area_code": 'country = "BR"',
    "phone_of_other_column": 'country = "ES"',
    "phone_several": 'country = "ES"',
    "phone_two_countries": 'country = "MX"',
    "phone_zero_lost": 'country = "GB"',
    "text_repaired": "repair_text = true",
}
IDENTIFIERS = ("Mobile", "Phone")
OF_THE_ACCOUNT = {
    "assigned_user_invalid",
    "assigned_user_ambiguous",
    "team_ambiguous",
    "channel_ambiguous",
    "channel_discarded",
}
"""They depend on what the account has, of which a rehearsal without a token knows nothing."""
IN_BYTES = {"encoding_invalid"}
"""What is shown is not what the file has."""
SHORTENED = {"phones_consecutive"}
"""Ten rows would be the same again."""
LEFT_OUT = OF_THE_ACCOUNT | IN_BYTES | SHORTENED | {"channel_of_other_source"}


def rows(one: Explanation) -> list[str]:
    """Return the lines of a file; the spaces and words after a row are a remark."""
    return [line.partition("        ")[0] for line in one.example.strip().splitlines()]


SHOWN = [one for one in (*REFUSED, *WORTH_A_LOOK) if "\n" in one.example.strip() and one.code not in LEFT_OUT]


@pytest.mark.parametrize("one", SHOWN, ids=lambda one: one.code)
def test_the_row_has_the_problem(one: Explanation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As `check` tells it."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    lines = rows(one)
    header = lines[0].split(",")
    identifiers = [name for name in header if name in IDENTIFIERS] or header[:1]
    columns = [f"identifier = {identifiers}", 'name = "Name"', *(COLUMNS[name] for name in header if name in COLUMNS)]
    fields = [FIELDS[name] for name in header if name in FIELDS]
    contact = CONTACT.get(one.code, "")
    text = "\n".join(["[contact]", contact, "[columns]", *columns, "[columns.custom_fields]", *fields])
    Path("config.toml").write_text(text + "\n", encoding="utf-8")
    Path("config.toml").chmod(0o600)
    Path("list.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    told = give("check", "list.csv", "--json", "--sandbox").summary
    assert one.code in {found["code"] for found in (*told["problems"], *told["warnings"])}
