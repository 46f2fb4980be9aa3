"""Which column mapping is used: the config's, or one that is guessed, shown and asked about."""

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.commands.context import CommandContext
from importer.commands.input.input_sheet import InputSheet
from importer.commands.mapping_selection import column_mapping, guess_of, kept_columns, mapping_options, tell_guess
from importer.mapper.options import ColumnOptions, ContactOptions, MappingOptions
from importer.model.errors import InputError, UsageError
from importer.model.rows import Sheet
from importer.readers import open_reader
from importer.readers.options import InputOptions
from importer.settings import Settings, settle
from tests.support.commands import table

SURE = Sheet(file="contacts.csv", header=("Phone", "Name", "Tags", "Shoe size"), delimiter=",")
DOUBTFUL = Sheet(file="book.xlsx", name="June", header=("Phone of mother", "Phone of father", "Full name", "Notes"))
NOBODY_ASKED = Settings()


def shown(sheet: Sheet, settings: Settings = NOBODY_ASKED) -> str:
    """Return what is told about the guessed mapping of a sheet."""
    context = CommandContext(settings=settings, environment={}, stream=io.StringIO())
    options = mapping_options(sheet, settings)
    tell_guess(context, sheet, options, column_mapping(sheet, options, None))
    assert isinstance(context.stream, io.StringIO)
    return context.stream.getvalue()


def test_the_config_has_the_first_word() -> None:
    """Where it says which column holds the identifier, nothing is guessed."""
    settings = settle({}, {}, '[columns]\nidentifier = "Shoe size"\nname = "Name"')
    assert mapping_options(SURE, settings) is settings.mapping


def test_a_header_without_doubt_is_used() -> None:
    """Without anybody to ask."""
    columns = mapping_options(SURE, NOBODY_ASKED).columns
    assert (columns.identifier, columns.name, columns.tags) == ("Phone", "Name", ("Tags",))


def test_what_is_guessed_is_shown() -> None:
    """With the columns that are not sent."""
    told = shown(SURE)
    assert "contacts.csv" in told
    assert [line.split() for line in told.splitlines()[1:]] == [
        ["identifier", "from", "Phone"],
        ["name", "from", "Name"],
        ["tags", "from", "Tags"],
        ["not", "sent", "Shoe", "size"],
        ["(make", "a", "custom", "field", "in", "Callbell,", "then:", "callbell-importer", "init", "contacts.csv)"],
    ]


def test_where_every_column_is_used_none_is_said_to_be_left_out() -> None:
    """No empty line."""
    assert "not sent" not in shown(Sheet(file="a.csv", header=("Phone", "Name")))


def test_where_nobody_can_be_asked_the_guess_is_shown() -> None:
    """Unless it is to be quiet."""
    assert "identifier     from Phone" in shown(SURE)
    assert shown(SURE, settle({"quiet": True}, {})) == ""


def test_what_is_shown_cannot_play_tricks_on_a_terminal() -> None:
    """Escape sequences of a header are taken out."""
    sheet = Sheet(file="a.csv", header=("Phone", "Name", "\x1b[2Jgone"))
    assert "\x1b" not in shown(sheet)


def test_what_the_config_says_besides_wins_over_the_guess() -> None:
    """Separators, custom fields and single columns stay as they were given."""
    text = '[columns]\ntags = "Shoe size"\ntag_separators = "/"\ncustom_fields = { "Size" = "Shoe size" }'
    columns = mapping_options(SURE, settle({}, {}, text)).columns
    assert (columns.identifier, columns.tags, columns.tag_separators) == ("Phone", ("Shoe size",), "/")
    assert [field.name for field in columns.custom_fields] == ["Size"]


def test_what_the_config_says_settles_a_doubt() -> None:
    """A name that no header tells may be given alone."""
    sheet = Sheet(file="a.csv", header=("Phone", "Alias"))
    columns = mapping_options(sheet, settle({}, {}, '[columns]\nname = "Alias"')).columns
    assert (columns.identifier, columns.name) == ("Phone", "Alias")


def test_a_doubt_is_told_with_the_config_to_write() -> None:
    """Where it is, what could be what, and a config that holds what is sure, and no candidate in force."""
    with pytest.raises(InputError) as caught:
        mapping_options(DOUBTFUL, NOBODY_ASKED)
    assert 'book.xlsx, sheet "June"' in caught.value.message
    assert "identifier: several columns could be it: Phone of mother, Phone of father" in caught.value.message
    assert "config.toml" in caught.value.hint
    config = caught.value.hint.partition("\n\n")[2]
    assert 'identifier = "???"' in config
    assert "# identifier: one of 'Phone of mother', 'Phone of father'" in config
    filled_in = config.replace("???", "Phone of father")
    options = mapping_options(DOUBTFUL, settle({}, {}, filled_in))
    assert column_mapping(DOUBTFUL, options, None).identifier_feed.headers == ("Phone of father",)


def test_a_column_that_is_not_there_is_left_to_be_filled_in() -> None:
    """The config that is proposed says so, and as it is it fits nothing."""
    sheet = Sheet(file="a.csv", header=("Phone", "Shoe size"))
    with pytest.raises(InputError, match="name: no column looks like it") as caught:
        mapping_options(sheet, NOBODY_ASKED)
    assert 'name = "???"' in caught.value.hint
    options = mapping_options(sheet, settle({}, {}, caught.value.hint.partition("\n\n")[2]))
    with pytest.raises(InputError, match="which the sheet does not have"):
        column_mapping(sheet, options, None)


def test_everything_that_does_not_fit_is_said_at_once() -> None:
    """A line for each, under the sheet's name."""
    options = MappingOptions(
        contact=ContactOptions(country="XX"), columns=ColumnOptions(identifier="Fone", name="Nmae", note="Remarks")
    )
    with pytest.raises(InputError) as caught:
        column_mapping(DOUBTFUL, options, None)
    assert caught.value.message.startswith('The mapping does not fit book.xlsx, sheet "June":')
    assert caught.value.message.count("\n  - ") == 4


KNOWN = ("Phone", "Móvil", "Name", "Nombre", "Apellidos", "First name", "Last name", "Tags", "Notes", "Team")
HEADERS = st.lists(
    st.sampled_from(KNOWN) | st.text(st.characters(codec="utf-8"), min_size=1, max_size=8).map(str.strip).filter(bool),
    min_size=1,
    max_size=6,
    unique_by=str.casefold,
)


@given(HEADERS)
def test_what_is_guessed_or_proposed_always_fits(header: list[str]) -> None:
    """A guess is either used, and fits, or told with a config that can be read and whose columns are the sheet's."""
    sheet = Sheet(file="a.csv", header=tuple(header))
    try:
        options = mapping_options(sheet, NOBODY_ASKED)
    except InputError as doubt:
        try:
            settings = settle({}, {}, doubt.hint.partition("\n\n")[2])
        except UsageError as unreadable:
            pytest.fail(unreadable.message)
        if "???" not in doubt.hint:
            column_mapping(sheet, mapping_options(sheet, settings), None)
    else:
        column_mapping(sheet, options, None)


def test_a_header_that_the_config_does_not_name_any_more_is_told_with_the_line_to_change(tmp_path: Path) -> None:
    """The config's file, the line and the key; a config that cannot be read has none."""
    config = tmp_path / "config.toml"
    config.write_text('[columns]\nname = "Name"\nidentifier = "Phone"\n', "utf-8")
    settings = settle({}, {}, config.read_text("utf-8"))
    sheet = Sheet(file="a.csv", header=("Phone number", "Name"))
    hint = "Fix the config or the header and give the same command again."
    told = "Change the name there, or the header, and give the same command again:"
    for path, text in ((config, f"{told}\n  {config}, line 3, columns.identifier"), (tmp_path / "gone.toml", hint)):
        with pytest.raises(InputError) as error:
            column_mapping(sheet, settings.mapping, None, str(path))
        assert error.value.hint == text


@pytest.mark.parametrize("config", ["", '[columns]\ntag_separators = " "'])
def test_a_retry_splits_tags_as_its_run_did(tmp_path: Path, config: str) -> None:
    """Also words with spaces between, which only a config has split: many tags have several words."""
    people = [("+34600111222", "Ana", "vip new"), ("+34600111223", "Eva", "new"), ("+34600111224", "Leo", "vip")]
    path = table(tmp_path / "a.csv", [("Phone", "Name", "Tags"), *people])

    def columns(kept: dict[str, object] | None) -> ColumnOptions:
        reader = InputSheet(open_reader(str(path), InputOptions()), guessed=kept)
        settings = settle({}, {}, config)
        return mapping_options(reader.sheet, settings, guess_of(reader, settings)).columns

    of_run = columns(None)
    assert of_run.tag_separators == (" " if config else ",;|")
    assert columns(kept_columns(of_run)) == of_run
