"""Files as people really have them, through the commands: what is guessed, left out, and said."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from importer.sandbox import Sandbox
from tests.support.commands import TOKEN, Said, give, phones, results, serving, table
from tests.support.paths import ROOT

FILES = ROOT / "tests" / "support" / "people_files"
HERE = ("--journal", "journal.sqlite3")


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reports, journal and config are the test's own."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """Yield a sandbox that the environment names."""
    with serving() as sandbox:
        monkeypatch.setenv("CALLBELL_BASE_URL", sandbox.base_url)
        monkeypatch.setenv("CALLBELL_API_TOKEN", TOKEN)
        yield sandbox


def mapping(said: Said) -> dict[str, str]:
    """Return what each field is from, as `check --json` says it."""
    (sheet,) = said.summary["sheets"]
    lines = [line.partition(" from ") for line in sheet["mapping"]]
    return {field: column for field, between, column in lines if between}


def notes(said: Said) -> str:
    """Return the notes on the sheet."""
    return " ".join(said.summary["sheets"][0]["notes"])


def config(text: str) -> None:
    """Write the config."""
    Path("config.toml").write_text(text, encoding="utf-8")


CHECKED = [
    ("gmin", "", {"identifier": "Phone 1 - Value", "name": "{First Name} {Last Name}"}, 10),
    (
        "gforms",
        "ES",
        {
            "identifier": "¿Cuál es tu número de WhatsApp? (con prefijo)",
            "name": "¿Cuál es tu nombre y apellidos?",
        },
        3,
    ),
    (
        "woo_users",
        "",
        {"identifier": "billing_phone", "name": "{first_name} {last_name}", "country": "billing_country"},
        2,
    ),
    ("chatwoot", "", {"identifier": "phone_number", "name": "name"}, 2),
    (
        "woo_orders",
        "",
        {
            "identifier": "Billing Phone",
            "name": "{Billing First Name} {Billing Last Name}",
            "country": "Billing Country",
        },
        2,
    ),
    ("wagroup", "", {"identifier": "Phone Number", "name": "Saved Name, Public Name", "country": "Country Code"}, 2),
    (
        "hubspot1",
        "",
        {"identifier": "Phone Number", "name": "{First Name} {Last Name}", "country": "Country/Region"},
        2,
    ),
    ("canal", "", {"identifier": "Móvil", "name": "Nombre"}, 2),
    ("apell", "", {"identifier": "Móvil", "name": "{Nombre} {Primer apellido} {Segundo apellido}"}, 1),
    ("freshsales_two", "", {"identifier": "Mobile, Work", "name": "Name"}, 2),
    ("wix", "", {"identifier": "Phone 1, Phone 2", "name": "{First Name} {Last Name}", "tags": "Labels"}, 2),
]


@pytest.mark.parametrize(("name", "country", "columns", "right"), CHECKED)
def test_a_file_is_mapped_by_headers_and_values(name: str, country: str, columns: dict[str, str], right: int) -> None:
    """`check` shows the columns, and so many rows would be sent or are duplicates."""
    said = give("check", FILES / f"{name}.csv", "--country", country, *HERE, "--json")
    assert mapping(said) == columns
    assert said.summary["rows"]["would_be_sent"] + said.summary["rows"]["duplicate"] == right


@pytest.mark.parametrize(("name", "country", "columns", "_"), CHECKED)
def test_init_writes_what_check_uses(name: str, country: str, columns: dict[str, str], _: int) -> None:
    """Everything that was guessed is in the config, the country column too, and the config is read as it was meant."""
    assert give("init", FILES / f"{name}.csv", "--country", country).exit_code == 0
    said = give("check", FILES / f"{name}.csv", *HERE, "--json")
    assert mapping(said) == columns


@pytest.mark.parametrize(
    ("name", "export"),
    [("gmin", "a Google Contacts"), ("woo_users", "a WooCommerce user"), ("wagroup", "a WhatsApp group")],
)
def test_a_known_export_is_named(name: str, export: str) -> None:
    """By `check`, `init` and `run` alike."""
    sentence = f"This looks like {export} export."
    assert sentence in give("check", FILES / f"{name}.csv", *HERE).stderr
    assert sentence in give("init", FILES / f"{name}.csv", "--country", "ES", "-c", "other.toml").stderr
    assert sentence in give("run", FILES / f"{name}.csv", "--sandbox", "--yes", *HERE).stderr


def test_the_numbers_that_are_sent_are_the_mobiles(service: Sandbox) -> None:
    """Of several in a cell or in two columns; a landline only where there is nothing else."""
    give("run", FILES / "freshsales_two.csv", *HERE, "--yes")
    assert phones(service) == ["34612345815", "34612345816"]
    rows = [("Mobile", "Phone", "Name"), ("", "+34 981 222 333", "Ana"), ("+34 981 222 334", "+34 612 345 817", "Eva")]
    rows += [("+34 612 345 818", "", "Leo")]
    give("run", table(Path("two.csv"), rows), *HERE, "--yes")
    assert phones(service) == ["34612345815", "34612345816", "34612345817", "34612345818", "34981222333"]


def test_a_cell_that_an_exporter_joined_gives_its_first_mobile_with_a_remark() -> None:
    """The rows are right, and worth a look."""
    said = give("check", FILES / "gmin.csv", *HERE, "--json")
    (group,) = [group for group in said.summary["warnings"] if group["code"] == "phone_first_of_several"]
    assert (group["column"], group["rows"]) == ("Phone 1 - Value", [5, 9])
    assert "several numbers" in group["message"]


@pytest.mark.parametrize(
    ("several", "sent"),
    [("refuse", []), ("first", ["34981222333"]), ("first_mobile", ["34612345816"])],
)
@pytest.mark.parametrize("cell", ["981222333 / 612345816", "981222333; 612345816", "981 222 333 o 612 345 816"])
def test_numbers_that_a_person_joined_are_refused_unless_the_config_says_which(
    service: Sandbox, several: str, sent: list[str], cell: str
) -> None:
    """The first, or the first mobile."""
    config(f'[contact]\ncountry = "ES"\nseveral = "{several}"\n')
    give("run", table(Path("a.csv"), [("Phone", "Name"), (cell, "Ana")]), *HERE, "--yes")
    assert phones(service) == sent


@pytest.mark.usefixtures("service")
def test_a_wrong_value_costs_the_row_or_the_field() -> None:
    """As the config says; the problem names both ways out, and what is left out is worth a look."""
    columns = '[columns]\nidentifier = "Phone"\nname = "Name"\nassigned_user = "Owner"\nteam = "Team"\n'
    columns += '[columns.custom_fields]\n"Since" = { column = "Since", type = "date" }\n'
    header = ("Phone", "Name", "Owner", "Team", "Since")
    path = table(Path("a.csv"), [header, ("+34600111222", "Ana", "Sam", "Salse", "soon")])
    config(columns)
    said = give("check", path, *HERE, "--json")
    assert said.summary["rows"]["invalid"] == 1
    messages = [group["message"] for group in said.summary["problems"]]
    assert len(messages) == 3
    assert all('set on_bad_value = "leave_out" under [contact]' in message for message in messages)
    config(f'[contact]\non_bad_value = "leave_out"\n{columns}')
    said = give("run", path, *HERE, "--yes", "--json")
    assert said.rows == {"created": 1, "read": 1}
    left_out = {group["code"] for group in said.summary["warnings"]}
    assert left_out == {"assigned_user_invalid", "team_unknown", "date_invalid"}


def test_optional_columns_that_cannot_be_right_are_left_out_and_said() -> None:
    """Owners who are no e-mails, channels and teams that nobody knows."""
    assert '"Contact owner" is not used as assigned_user' in notes(
        give("check", FILES / "hubspot1.csv", *HERE, "--json")
    )
    said = notes(give("check", FILES / "canal.csv", *HERE, "--json"))
    assert '"Canal" is not used as channel' in said
    assert '"Equipo" is not used as team' in said


@pytest.mark.usefixtures("service")
def test_a_team_that_the_account_has_is_used() -> None:
    """The account was asked."""
    path = table(Path("a.csv"), [("Phone", "Name", "Team"), ("+34600111222", "Ana", "Sales")])
    said = give("check", path, *HERE, "--json")
    assert mapping(said)["team"] == "Team"
    assert notes(said) == ""


@pytest.mark.usefixtures("service")
def test_only_rows_that_count_are_rows() -> None:
    """The others are counted apart, and said."""
    config('[contact]\ncountry = "ES"\n[input.where]\n"¿Aceptas recibir mensajes?" = ["sí"]\n')
    said = give("run", FILES / "gforms.csv", *HERE, "--yes", "--json")
    assert said.rows == {"created": 2, "read": 2, "left_out": 1}
    assert "1 row left out by [input.where]" in said.stderr
    assert [row["row"] for row in results()] == ["2", "3"]
    said = give("check", FILES / "gforms.csv", *HERE, "--json")
    assert (said.summary["rows"]["left_out"], said.summary["sheets"][0]["left_out"]) == (1, 1)


@pytest.mark.parametrize(
    ("where", "count"),
    [
        ('"Estado" = ["Activo", "Nuevo"]', 2),
        ('"Estado" = "activo"\n"Ciudad" = "Madrid"', 1),
        ('"Ciudad" = [""]', 1),
    ],
)
def test_rows_count_if_every_header_says_one_of_its_values(where: str, count: int) -> None:
    """In any letter case; an empty text is an empty cell."""
    header = ("Phone", "Name", "Estado", "Ciudad")
    rows = [("Activo", "Madrid"), ("NUEVO", ""), ("Baja", "Madrid")]
    cells = [(f"+3460011122{n}", f"Ana {n}", *row) for n, row in enumerate(rows)]
    config(f"[input.where]\n{where}\n")
    said = give("check", table(Path("a.csv"), [header, *cells]), *HERE, "--json")
    assert (said.summary["rows"]["read"], said.summary["rows"]["left_out"]) == (count, 3 - count)


def test_a_header_under_where_that_is_not_there_stops_the_run() -> None:
    """Nothing is sent, and the nearest header is named; it is told of as of another header that changed."""
    config('[input.where]\n"Consnt" = ["Yes"]\n')
    path = table(Path("a.csv"), [("Phone", "Name", "Consent"), ("+34600111222", "Ana", "Yes")])
    said = give("check", path, *HERE)
    assert said.exit_code == 3
    assert '[input.where] names the column "Consnt"' in said.stderr
    assert 'did you mean "Consent"' in said.stderr
    assert "Change the name in the config, or the header, and give the same command again." in said.stderr
    assert give("check", path, *HERE, "--json").summary["error"]["code"] == "mapping_misfit"


def test_consent_is_pointed_out() -> None:
    """By `check` and `init`, with what to write."""
    path = FILES / "gforms.csv"
    for said in (give("check", path, *HERE), give("init", path, "--country", "ES", "-c", "other.toml")):
        assert '"¿Aceptas recibir mensajes?" = ["Sí"]' in said.stderr


def test_a_doubt_puts_no_candidate_in_force() -> None:
    """Neither `run`, `check` nor `init` chooses between two phones of equal right; what is sure is written."""
    rows = [("Name", "Phone of mother", "Phone of father", "País"), ("Ana", "+34600111222", "+34600222111", "ES")]
    path = table(Path("a.csv"), [*rows, ("Eva", "+34600111223", "+34600222112", "ES")])
    for command in ("run", "check"):
        said = give(command, path, "--sandbox", *HERE) if command == "run" else give(command, path, *HERE)
        assert said.exit_code == 3
        assert 'identifier = "???"' in said.stderr
        assert 'country = "País"' in said.stderr
    said = give("init", path)
    assert said.exit_code == 3
    assert '# identifier = "Phone of mother"' in said.stderr
    assert not Path("config.toml").exists()


def test_a_retry_repeats_the_guess_of_its_run(service: Sandbox) -> None:
    """Its own rows are those that went wrong: by them alone another column would be the phone."""
    rows = [("Phone", "Home", "Name"), *((f"+3460011122{n}", f"+3498122233{n}", f"Ana {n}") for n in range(3))]
    path = table(Path("a.csv"), [*rows, ("12ab", "+34981222339", "Leo")])
    first = give("run", path, *HERE, "--yes", "--json")
    assert first.rows == {"created": 3, "invalid": 1, "read": 4}
    again = give("retry", *HERE, "--yes", "--json")
    assert again.rows == {"invalid": 1, "read": 1}
    assert len(service.contacts) == 3
