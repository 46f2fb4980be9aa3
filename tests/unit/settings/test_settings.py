"""Options, environment and config become settings, or every problem at once."""

from pathlib import Path

import pytest

import importer.settings
from importer.mapper.options import CustomFieldOptions, IdentifierFormat, MobileForm
from importer.model.account import FieldType
from importer.model.errors import UsageError
from importer.model.policy import Ambiguous, Existing, Gone, OnConflict
from importer.settings import Settings, SettingsError, settle


def problems(config: str = "", options: dict[str, object] | None = None, **environment: str) -> list[str]:
    """Return the problems' sentences, one each."""
    with pytest.raises(UsageError) as caught:
        settle(options or {}, environment, config, "config.toml")
    lines = caught.value.message.split("\n  - ")
    return lines if len(lines) == 1 else lines[1:]


def test_without_anything_the_defaults_hold() -> None:
    """Nothing said is everything by default."""
    assert settle({}, {}) == Settings() == settle({"rate": None, "tag": ()}, {"CALLBELL_IMPORTER_RATE": ""}, "")


def test_precedence_is_option_environment_config_default() -> None:
    """What stands nearer to the command wins."""
    config = "[service]\nrate = 1\nconcurrency = 1\nsettle_seconds = 1"
    environment = {"CALLBELL_IMPORTER_RATE": "2", "CALLBELL_IMPORTER_CONCURRENCY": "2"}
    service = settle({"rate": 3.5}, environment, config).service
    assert (service.rate, service.concurrency, service.settle_seconds, service.account) == (3.5, 2, 1.0, "")


def test_the_whole_config_is_understood() -> None:
    """Every table feeds its room's own options."""
    settings = settle(
        {},
        {"CALLBELL_BASE_URL": "http://127.0.0.1:8080/v1/", "CALLBELL_IMPORTER_CONFIG": "c.toml"},
        """
        [input]
        delimiter = "\\t"
        [service]
        ambiguous = "Strict"
        [contact]
        mobile_form = "with"
        country = "es"
        identifier_format = "E164"
        tags = "One"
        existing = "Update"
        on_conflict = "sheet"
        gone = "recreate"
        clear_mark = " -- "
        note = "Two\\nlines"
        [columns]
        identifier = "Phone"
        tags = ["Tags", "Segment"]
        [columns.custom_fields]
        "Billing Address" = "Address"
        Joined = { column = "Since", type = "date", format = "%d/%m/%Y" }
        [values."Status"]
        activo = "Active"
        [run]
        max_failures = 100
        max_duration = "1h30m"
        json = true
        """,
    )
    assert settings.service.base_url == "http://127.0.0.1:8080/v1"
    assert settings.service.ambiguous is Ambiguous.STRICT
    assert settings.input.delimiter == "tab"
    assert settings.mapping.contact.mobile_form is MobileForm.WITH
    assert settings.mapping.contact.country == "ES"
    assert settings.mapping.contact.identifier_format is IdentifierFormat.E164
    assert settings.mapping.columns.custom_fields[1].type is FieldType.DATE
    assert settings.mapping.contact.tags == ("One",)
    assert settings.mapping.contact.existing is Existing.UPDATE
    assert settings.mapping.contact.on_conflict is OnConflict.SHEET
    assert settings.mapping.contact.gone is Gone.RECREATE
    assert settings.mapping.contact.clear_mark == "--"
    assert settings.mapping.contact.note == "Two\nlines"
    assert settings.mapping.columns.tags == ("Tags", "Segment")
    assert settings.mapping.columns.custom_fields == (
        CustomFieldOptions(name="Billing Address", column="Address"),
        CustomFieldOptions(name="Joined", column="Since", type=FieldType.DATE, format="%d/%m/%Y"),
    )
    assert settings.mapping.values == {"Status": {"activo": "Active"}}
    assert (settings.run.max_failures, settings.run.max_duration_seconds, settings.run.json) == ("100", 5400.0, True)
    assert settings.mapping_given


def test_options_and_variables_are_texts_that_are_read() -> None:
    """The command line and the environment have no types, so texts become numbers and switches."""
    environment = {"CALLBELL_IMPORTER_YES": "yes", "CALLBELL_IMPORTER_TAGS": "A, B,", "CALLBELL_IMPORTER_LIMIT": "7"}
    settings = settle({"report_dir": Path("out"), "dry_run": True, "max_failures": "5 %"}, environment)
    assert (settings.run.yes, settings.run.limit, settings.run.dry_run) == (True, 7, True)
    assert (settings.run.report_dir, settings.run.max_failures) == (Path("out"), "5%")
    assert settings.mapping.contact.tags == ("A", "B")
    assert settle({"tag": ["C"]}, environment).mapping.contact.tags == ("C",)


def test_paths_of_the_config_are_seen_from_its_folder() -> None:
    """A config can be used from anywhere; the command line's paths are the person's own."""
    folder = Path("/etc/importer")
    config = '[service]\ntoken_file = "token"\n[run]\njournal = "j.sqlite3"\nlog_file = ""'
    settings = settle({"report_dir": "out"}, {}, config, "c.toml", folder)
    assert settings.service.token_file == folder / "token"
    assert (settings.run.journal, settings.run.report_dir, settings.run.log_file) == (
        folder / "j.sqlite3",
        Path("out"),
        None,
    )


def test_every_problem_is_told_at_once_with_its_place() -> None:
    """One run of the command is enough to learn of everything that is wrong."""
    config = '\ufeff[service]\nrat = 5\nrate = "x"\n\n[contact]\ntags = [\n  "a",\n  2,\n]\n'
    assert problems(config, {"rate": -1}, CALLBELL_IMPORTER_LIMIT="x", CALLBELL_IMPORTER_RATEE="1") == [
        "config.toml, line 2, service.rat: there is no such setting; did you mean rate?",
        "config.toml, line 3, service.rate: must be a number",
        "config.toml, line 6, contact.tags: must be a text in quotes",
        "the variable CALLBELL_IMPORTER_LIMIT: must be a whole number",
        "the variable CALLBELL_IMPORTER_RATEE: there is no such setting; did you mean CALLBELL_IMPORTER_RATE?",
        "the option --rate: must be 0 or more; it says -1",
    ]


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ("[servce]", "line 1, servce: there is no such setting; did you mean service?"),
        ("rate = 3", "line 1, rate: belongs in the table [service]"),
        ("[service]\nsheet = 'x'", "line 2, service.sheet: belongs in the table [input]"),
        (
            "[service]\ncontry = 'ES'",
            "line 2, service.contry: there is no such setting; did you mean country, in the table [contact]?",
        ),
        ("contry = 'ES'", "line 1, contry: there is no such setting; did you mean country, in the table [contact]?"),
        ("[service]\nacount = 'a'", "line 2, service.acount: there is no such setting; did you mean account?"),
        ("[run]\nzzz = 1", "line 2, run.zzz: there is no such setting"),
        ("run = 3", "line 1, run: must be a table"),
        ("service.rate = true", "line 1, service.rate: must be a number"),
        ("[columns.custom_fields]\nX = 3", "line 2, columns.custom_fields.X: must be a table"),
        ("[columns.custom_fields]\nX = {type = 'text'}", "line 2, columns.custom_fields.X.column: is missing"),
        (
            "[columns.custom_fields]\n'X Y' = {column = 'A', colum = 'B'}",
            'line 2, columns.custom_fields."X Y".colum: there is no such setting; did you mean column?',
        ),
        ("[columns.custom_fields]\n' ' = 'A'", 'line 2, columns.custom_fields." ": must not be empty'),
        (
            "[columns.custom_fields.X]\ncolumn = 'A'\ndecimal = ','",
            'line 1, columns.custom_fields.X: "decimal" is for the type number; this field is text',
        ),
        ("[values.Status]\na = 1", "line 2, values.Status.a: must be a text in quotes"),
        ("[values]\na = 1", "line 2, values.a: must be a table of texts in quotes"),
        ("[input]\nheader_row = 1.5", "line 2, input.header_row: must be a whole number"),
        ("[[run]]\nlimit = 1", "line 1, run: must be a table"),
        ("[run]\nx = \n", "line 2: it cannot be read as TOML: invalid value"),
        ("[run]\nlimit = 1\nlimit = 2", "line 3: it cannot be read as TOML: cannot overwrite a value"),
        ('[run]\njournal = "x', "line 2: it cannot be read as TOML: unterminated string"),
        (
            '[run]\njournal = "x\nlimit = 1',
            "line 2: it cannot be read as TOML: illegal character '\\n'; is a quotation",
        ),
        ("[run]\nlog_file = 5979-01-01", "line 2, run.log_file: must be a text in quotes"),
    ],
)
def test_a_wrong_config_is_told_by_line_and_key(config: str, expected: str) -> None:
    """The sentence leads to the place."""
    (problem,) = problems(config)
    assert problem.startswith("config.toml, " + expected)


@pytest.mark.parametrize("text", ["x = " + "[" * 5000 + "]" * 5000, "x = " + "{a=" * 5000])
def test_a_config_that_goes_too_deep_is_refused(text: str) -> None:
    """Brackets without end are a sentence, not a crash."""
    (problem,) = problems(text)
    assert problem.startswith("config.toml")


def test_quiet_and_verbose_contradict_each_other() -> None:
    """What holds for two keys together is checked after the layers are one."""
    (problem,) = problems(options={"quiet": True}, CALLBELL_IMPORTER_VERBOSE="1")
    assert problem.startswith("--quiet and --verbose")


def test_an_option_that_no_key_has_is_a_defect() -> None:
    """The command line's names are those of the config."""
    with pytest.raises(KeyError):
        settle({"colour": "red"}, {})


@pytest.mark.parametrize(
    ("config", "options", "known"),
    [
        ("[run]\njson = true\nbogus = 1\n", {}, True),
        ("[run]\njson = true\njournal = 3\n", {}, False),
        ("[run\n", {"json": True}, False),
        ("[run\n", {"json": True, "journal": Path("j")}, True),
        ("[bogus]\nx = 1\n[run]\njson = true\n", {}, True),
        ('[columns.custom_fields]\n"A" = {column = "A", type = "b"}\n[run]\njson = true\n', {}, True),
    ],
)
def test_what_is_right_in_settings_that_are_wrong_still_counts(
    config: str,
    options: dict[str, object],
    known: bool,  # noqa: FBT001 - a table
) -> None:
    """For telling of the error: how, and beside which journal, if it is sure which was meant."""
    with pytest.raises(SettingsError) as caught:
        settle(options, {}, config)
    assert caught.value.rest.run.json
    assert caught.value.rest.is_journal_known is known
    assert (caught.value.code, caught.value.exit_code) == ("settings", 2)


def test_where_what_is_right_cannot_stand_alone_the_defaults_are_the_rest() -> None:
    """Without the wrong mail server, who gets a mail contradicts the rest of its table."""
    with pytest.raises(SettingsError, match="smtp_server") as error:
        settle({}, {}, '[run]\njson = true\n[notify]\nmail_to = ["ops@example.com"]\nsmtp_server = 5\n')
    assert (error.value.rest.notify.mail_to, error.value.rest.run.json) == ((), False)


def test_the_package_has_no_other_names() -> None:
    """What is imported on demand is what is listed."""
    with pytest.raises(AttributeError, match="no_such_name"):
        importer.settings.no_such_name  # type: ignore[attr-defined]  # noqa: B018 - asking for it is the test
