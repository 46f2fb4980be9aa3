"""What a run asks before it reads the rows, and how the answers are understood."""

import io
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from importer.commands.context import CommandContext
from importer.commands.input.input_sheet import InputSheet
from importer.commands.questions.column_questions import with_answers
from importer.commands.questions.earlier_answers import RunsBefore
from importer.model.runs import DECLINED, OF_SANDBOX, RunRecord
from importer.readers import open_reader
from importer.settings import settle
from tests.support.commands import table
from tests.support.journals import record

SPANISH = [("Móvil", "Nombre"), *((f"6001112{number}", "Ana") for number in range(10, 20))]
QUESTION = "10 of 10 numbers are right for Spain. Are they Spanish? [Y/n]"


def answering(*answers: str) -> tuple[Callable[[str], str], list[str]]:
    """Return what answers questions in this order, and the questions that it was asked."""
    asked: list[str] = []
    left = list(answers)

    def ask(question: str) -> str:
        asked.append(question)
        return left.pop(0)

    return ask, asked


def asked_of(
    path: Path,
    rows: Sequence[Sequence[str]],
    *answers: str,
    options: dict[str, object] | None = None,
    config: str = "",
    earlier: Sequence[RunRecord] = (),
) -> tuple[CommandContext, list[str], InputSheet]:
    """Return the context with the answers, the questions, and the sheet; a note is among the questions."""
    ask, asked = answering(*answers)
    settings = settle(options or {}, {}, config or None)
    context = CommandContext(settings=settings, environment={}, stream=io.StringIO(), ask_line=ask)
    reader = InputSheet(open_reader(str(table(path / "a.csv", rows)), settings.input))
    try:
        files = [str((path / "a.csv").absolute())]
        before = RunsBefore(runs=earlier, files=files)
        context, note = with_answers(context, [reader], before.answers(context.options, [reader.sheet]))
        return context, asked + [note] * bool(note), reader
    finally:
        reader.close()


@pytest.mark.parametrize(
    ("answers", "country"),
    [
        ([""], "ES"),
        (["sí"], "ES"),
        (["SI"], "ES"),
        (["y"], "ES"),
        (["Portugal"], "PT"),
        (["Spain"], "ES"),
        (["SE"], "SE"),
        (["n", "France"], "FR"),
        (["no", "+34"], "ES"),
        (["what?", "+1", "ES"], "ES"),
        (["n", ""], ""),
    ],
)
def test_the_country_is_confirmed_or_named(tmp_path: Path, answers: list[str], country: str) -> None:
    """Enter and a yes in any language confirm it; a country named at once is taken; it is as good as an option."""
    context, asked, _ = asked_of(tmp_path, SPANISH, *answers)
    assert asked[0] == QUESTION
    assert len(asked) == len(answers)
    assert context.settings.mapping.contact.country == country
    assert context.options.get("country", "") == country


ENDED = replace(record(), finished_at=record().started_at)


@pytest.mark.parametrize("country", ["ES", "Spain", "+34"])
def test_the_country_of_the_last_run_is_not_asked_for_again(tmp_path: Path, country: str) -> None:
    """However it was given; runs without one, that were declined or cut off tell nothing."""
    earlier = [
        replace(record(), options={"country": "FR"}),
        replace(ENDED, options={"country": "FR", DECLINED: True}),
        ENDED,
        replace(ENDED, options={"country": country}),
        replace(ENDED, options={"country": "FR"}),
    ]
    context, asked, _ = asked_of(tmp_path, SPANISH, earlier=earlier)
    assert asked == ["Country: Spain, as in the last run; for another, --country."]
    assert context.options["country"] == "ES"


@pytest.mark.parametrize("country", ["FR", "Atlantis", ""])
def test_a_country_that_is_not_that_of_the_last_run_is_asked_for(tmp_path: Path, country: str) -> None:
    """What the numbers fit now has to be what a person said before."""
    earlier = [replace(ENDED, options={"country": country}), replace(ENDED, options={"country": country})]
    context, asked, _ = asked_of(tmp_path, SPANISH, "", earlier=earlier)
    assert asked == [QUESTION]
    assert context.options["country"] == "ES"


def rehearsed(path: Path, **options: object) -> RunRecord:
    """Return the rehearsal of the file that `asked_of` reads, later than `ENDED`."""
    began = ENDED.started_at + timedelta(hours=1)
    files = (str((path / "a.csv").absolute()),)
    return replace(ENDED, account=f"{OF_SANDBOX}run-1", files=files, options=options, started_at=began)


def test_the_country_of_the_rehearsal_is_not_asked_for_again(tmp_path: Path) -> None:
    """It is told; that of a later run of the file counts more, and that of a run of another file less."""
    other = replace(ENDED, options={"country": "FR"})
    told = "Country: Spain, as in the rehearsal; for another, --country."
    _, asked, _ = asked_of(tmp_path, SPANISH, earlier=[other, rehearsed(tmp_path, country="Spain")])
    assert asked == [told]
    later = replace(rehearsed(tmp_path, country="ES"), account="main", started_at=ENDED.started_at + timedelta(days=1))
    _, asked, _ = asked_of(tmp_path, SPANISH, earlier=[later, rehearsed(tmp_path, country="PT")])
    assert asked == [told.replace("the rehearsal", "the last run")]


@pytest.mark.parametrize(("answers", "country"), [([""], "MX"), (["n", "ES"], "ES"), (["Spain"], "ES")])
def test_a_rehearsed_country_that_the_numbers_do_not_fit_is_asked_about(
    tmp_path: Path, answers: list[str], country: str
) -> None:
    """With the evidence; Enter takes what was said in the rehearsal."""
    context, asked, _ = asked_of(tmp_path, SPANISH, *answers, earlier=[rehearsed(tmp_path, country="MX")])
    evidence = "10 of 10 numbers are right for Spain."
    assert asked[0] == f"{evidence} In the rehearsal they were from Mexico: is that right? [Y/n]"
    assert context.options == {"country": country}


def test_rows_that_were_fixed_have_the_country_of_the_run_that_wrote_them(tmp_path: Path) -> None:
    """It is told and not asked for: some country fits a few numbers, which were wrong, by chance."""
    numbers = ["15112345678", "600111222", "0151 12345678"]
    rows = [("Móvil", "Nombre", "import_row"), *((one, "Ana", "2") for one in numbers)]
    writer = replace(ENDED, options={"country": "ES"}, report_dir=str(tmp_path))
    context, asked, _ = asked_of(tmp_path, rows, earlier=[writer])
    assert asked == ["Country: Spain, as in the run that wrote this file; for another, --country."]
    assert context.options == {"country": "ES"}


@pytest.mark.parametrize(("answers", "country"), [([""], "MX"), (["n", "ES"], "ES")])
def test_rows_that_fit_another_country_better_than_that_of_their_run_are_asked_about(
    tmp_path: Path, answers: list[str], country: str
) -> None:
    """If they are enough to tell: somebody may have put others into the file."""
    rows = [(*SPANISH[0], "import_row"), *((*row, "2") for row in SPANISH[1:])]
    writer = replace(ENDED, options={"country": "MX"}, report_dir=str(tmp_path))
    context, asked, _ = asked_of(tmp_path, rows, *answers, earlier=[writer])
    evidence = "10 of 10 numbers are right for Spain."
    assert asked[0] == f"{evidence} In the run that wrote this file they were from Mexico: is that right? [Y/n]"
    assert context.options == {"country": country}


def test_a_rehearsal_of_another_file_says_nothing(tmp_path: Path) -> None:
    """Its country is asked for as if there had been none."""
    other = replace(rehearsed(tmp_path, country="PT"), files=("/home/b.csv",))
    assert asked_of(tmp_path, SPANISH, "", earlier=[other])[1] == [QUESTION]


@pytest.mark.parametrize(("command", "where"), [("sandbox", "the rehearsal"), ("main", "the last run")])
def test_the_column_that_was_chosen_before_is_the_default(tmp_path: Path, command: str, where: str) -> None:
    """In the rehearsal, or in the last run of the file; one that is not there any more is not."""
    rows = [("Phone", "Tel", "Name"), ("+34600111222", "+34600111223", "Ana"), ("+34600111224", "", "Eva")]
    before = rehearsed(tmp_path, guessed=[{"identifier": "Tel", "name": "Name"}])
    before = replace(before, account="main") if command == "main" else before
    _, asked, reader = asked_of(tmp_path, rows, "", earlier=[before])
    assert asked[0].endswith(f"\nIts number; Enter: 2, as in {where}")
    assert reader.answered is not None
    assert reader.answered.columns.identifier == "Tel"
    gone = replace(before, options={"guessed": [{"identifier": ["Mobile"], "name": "Name"}]})
    assert asked_of(tmp_path, rows, "", earlier=[gone])[1][0].endswith("\nIts number; Enter: 1")


@pytest.mark.parametrize(
    ("rows", "options", "config"),
    [
        (SPANISH, {"country": "Spain"}, ""),
        (SPANISH, {"yes": True}, ""),
        (SPANISH, {"source": "telegram"}, ""),
        ([("Móvil", "Nombre"), ("+34600111222", "Ana"), ("34611222333", "Eva")], {}, ""),
        ([("Móvil", "Nombre", "País"), ("600111222", "Ana", "España")], {}, ""),
        (SPANISH, {}, '[contact]\ncountry = "ES"\n[columns]\nidentifier = "Móvil"\nname = "Nombre"'),
    ],
)
def test_what_is_sure_is_not_asked(
    tmp_path: Path, rows: Sequence[Sequence[str]], options: dict[str, object], config: str
) -> None:
    """Numbers with their country code, a country from option, config or column, and whoever wants no questions."""
    assert asked_of(tmp_path, rows, options=options, config=config)[1] == []


def test_a_config_without_a_country_is_asked_about(tmp_path: Path) -> None:
    """Its columns are known, and the numbers do not say where they are from."""
    config = '[columns]\nidentifier = "Móvil"\nname = "Nombre"'
    context, asked, _ = asked_of(tmp_path, SPANISH, "", config=config)
    assert (asked, context.settings.mapping.contact.country) == ([QUESTION], "ES")


def test_numbers_that_fit_no_country_are_asked_about_openly(tmp_path: Path) -> None:
    """Without a guess, Enter names none."""
    rows = [
        ("Móvil", "Nombre"),
        *((number, "Ana") for number in ("0111111", "99999999999", "5550123", "12345678", "077")),
    ]
    context, asked, _ = asked_of(tmp_path, rows, "")
    assert asked[0].startswith("Phone numbers have no country code, and most of them fit no one country.")
    assert context.options == {}


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [(9, 0, "9 of 9 would be right for Spain"), (10, 2, "10 of 12 would be right for Spain")],
)
def test_few_numbers_or_many_wrong_ones_propose_no_country(tmp_path: Path, right: int, wrong: int, told: str) -> None:
    """The country is asked for openly, and Enter takes none."""
    rows = [("Móvil", "Nombre"), *SPANISH[1 : right + 1], *[("077", "Eva")] * wrong]
    context, asked, _ = asked_of(tmp_path, rows, "")
    assert "[Y/n]" not in asked[0]
    assert told in asked[0]
    assert asked[0].endswith("Where are they from? Such as Spain, ES or +34 (Enter: not known, not sent):")
    assert context.options == {}
    assert asked_of(tmp_path, rows, "Spain")[0].options == {"country": "ES"}


SUPPLIERS = [("Teléfono", "Empresa"), *((f"9102{place:05}", f"Empresa {place}") for place in range(0, 6620, 331))]
"""Landlines of Madrid, which are right as mobile numbers of Chile and Peru too."""


@pytest.mark.parametrize(("answer", "options"), [("", {}), ("España", {"country": "ES"})])
def test_where_several_countries_fit_as_well_none_is_proposed(
    tmp_path: Path, answer: str, options: dict[str, object]
) -> None:
    """All are named, and Enter takes none."""
    context, asked, _ = asked_of(tmp_path, SUPPLIERS, answer)
    assert asked[0].splitlines() == [
        "20 of 20 numbers are right for Chile, for Peru and for Spain.",
        "Where are they from? Such as Spain, ES or +34 (Enter: not known, not sent):",
    ]
    assert context.options == options


def test_a_column_of_cities_decides(tmp_path: Path) -> None:
    """Enter takes the country that they are in."""
    rows = [
        ("Teléfono", "Empresa", "Ciudad"),
        *((*row, ("Madrid", "SEVILLA")[row[0] > "91023"]) for row in SUPPLIERS[1:]),
    ]
    context, asked, _ = asked_of(tmp_path, rows, "")
    assert asked[0] == "20 of 20 numbers are right for Spain. Are they Spanish? [Y/n]"
    assert context.options == {"country": "ES"}


def test_the_country_of_another_sheet_of_the_file_decides(tmp_path: Path) -> None:
    """It was answered, the numbers fit it as well as any other, and it is told."""
    customers = rehearsed(tmp_path, country="ES", sheet="Clientes")
    context, asked, _ = asked_of(tmp_path, SUPPLIERS, earlier=[customers])
    assert asked == ["Country: Spain, as in the last rehearsal of this file; for another, --country."]
    assert context.options == {"country": "ES"}


def test_an_open_column_is_asked_about_with_its_values(tmp_path: Path) -> None:
    """By number or header, asked again until it is one; all rows can still be read."""
    rows = [("Phone", "Tel", "Name"), ("+34600111222", "+34600111223", "Ana"), ("+34600111224", "", "Eva")]
    _, asked, reader = asked_of(tmp_path, rows, "9", "Tel")
    assert asked[0].splitlines()[1:] == [
        "  1 Phone                  100% full  +34600111222, +34600111224",
        "  2 Tel                     50% full  +34600111223",
        "Its number; Enter: 1",
    ]
    assert reader.answered is not None
    assert reader.answered.columns.identifier == "Tel"
    assert [row.number for rows in reader.chunks() for row in rows] == [2, 3]


def test_where_no_column_looks_like_it_enter_chooses_none(tmp_path: Path) -> None:
    """It is asked again, and it is said how to stop."""
    rows = [("Referencia", "Nombre", "Precio"), *((f"{number}", "Silla", "9,50") for number in range(100, 110))]
    _, asked, reader = asked_of(tmp_path, rows, "", "2", "")
    assert asked[0] == asked[1]
    assert "which column has the phone number? (no column looks like it)\n" in asked[0]
    assert asked[0].endswith("\nIts number, or q to stop if none of them has it:")
    assert reader.answered is not None
    assert reader.answered.columns.identifier == "Nombre"


def test_columns_with_one_header_are_not_chosen_from(tmp_path: Path) -> None:
    """No answer could tell them apart: the run says what to do, as without a terminal."""
    rows = [("Phone", "Phone", "Name"), ("+34600111222", "+34600111223", "Ana")]
    assert asked_of(tmp_path, rows)[1] == []
