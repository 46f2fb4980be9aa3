"""Whether only those are imported who agreed to be written to."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from importer.commands.input.input_sheet import ConsentAnswer, InputSheet
from importer.commands.mapping_selection import guess_of
from importer.commands.questions.consent_question import ConsentBefore, ask_consent, consent_of
from importer.model.errors import InputError
from importer.model.rows import Row
from importer.readers import open_reader
from importer.readers.options import InputOptions
from importer.settings import settle
from tests.support.commands import table


def asked_of(
    folder: Path, header: str, cells: Sequence[str], *answers: str, config: str = ""
) -> tuple[InputSheet, list[str]]:
    """Ask about a sheet with such a column; return it, and the questions."""
    people = [(f"+346001112{number:02}", f"Ana {number}", cell) for number, cell in enumerate(cells)]
    path = table(folder / "a.csv", [("Phone", "Name", header), *people])
    settings = settle({}, {}, config)
    reader = InputSheet(open_reader(str(path), InputOptions()), settings.input.where)
    left, questions = list(answers), []

    def ask(question: str) -> str:
        questions.append(question)
        return left.pop(0)

    ask_consent(reader, settings, ask)
    assert not left
    return reader, questions


def kept(reader: InputSheet) -> list[str]:
    """Return what the rows that count say in the column."""
    return [row.cells[2] for rows in reader.chunks() for row in rows]


CELLS = ["Sí", "No", "", "si", "NO", "sí"]
COLUMNS = '[columns]\nidentifier = "Phone"\nname = "Name"\n'


def test_enter_leaves_out_whoever_did_not_say_yes(tmp_path: Path) -> None:
    """Also who said nothing; the counts are shown, and the note that says how to write it is not needed any more."""
    reader, questions = asked_of(tmp_path, "Acepta publicidad", CELLS, "")
    assert '"Acepta publicidad" seems to say who agreed to get messages: ' in questions[0]
    assert "no answer 1" in questions[0]
    assert 'Enter: only the 3 with "Sí" or "si" or "sí".\n' in questions[0]
    assert questions[0].endswith('\nImport only the 3 of 6 rows with "Sí" or "si" or "sí"? [Y/n]')
    assert kept(reader) == ["Sí", "si", "sí"]
    assert (reader.left_out, reader.row_count) == (3, 3)
    guessed = guess_of(reader, settle({}, {}))
    assert guessed
    assert guessed.notes == ()


def test_a_no_sends_all_rows(tmp_path: Path) -> None:
    """It is the person who answers for it."""
    assert kept(asked_of(tmp_path, "Consent", CELLS, "n")[0]) == CELLS


@pytest.mark.parametrize(
    ("header", "cells", "wanted"),
    [
        ("Unsubscribed", ["yes", "no", "yes"], ["no"]),
        ("Dado de baja", ["x", "", ""], ["", ""]),
        ("Acepto la política", ["Acepto", "", "Acepto"], ["Acepto", "Acepto"]),
    ],
)
def test_a_refusal_and_a_ticked_box_are_understood(
    tmp_path: Path, header: str, cells: list[str], wanted: list[str]
) -> None:
    """Where people refuse, those are safe who did not."""
    assert kept(asked_of(tmp_path, header, cells, "")[0]) == wanted


def test_other_words_are_for_a_person_to_tell(tmp_path: Path) -> None:
    """By number, after an answer that is none; Enter sends none of them, `all` all."""
    cells = ["erteilt", "widerrufen", ""]
    reader, questions = asked_of(tmp_path, "Einwilligung", cells, "7", "1, 3")
    assert '  1 "erteilt" (1 row)\n  2 "widerrufen" (1 row)\n  3 no answer (1 row)\n' in questions[0]
    assert kept(reader) == ["erteilt", ""]
    assert kept(asked_of(tmp_path, "Einwilligung", cells, "all")[0]) == cells
    with pytest.raises(InputError, match="Nothing was sent"):
        asked_of(tmp_path, "Einwilligung", cells, "")


@pytest.mark.parametrize(
    ("header", "cells", "config"),
    [
        ("Consent", ["Yes", "Yes"], ""),
        ("Consent", ["2024-01-02", "2024-01-03"], ""),
        ("City", ["Yes", "No"], ""),
        ("Consent", ["Yes", "No"], '[input.where]\nConsent = ["Yes"]\n'),
        ("Consent", ["Yes", "No"], f'{COLUMNS}[input.where]\nconsent = ["Yes"]\n'),
        ("City", ["Yes", "No"], COLUMNS),
    ],
)
def test_nobody_is_asked_without_a_doubt(tmp_path: Path, header: str, cells: list[str], config: str) -> None:
    """Where all agreed, no column says it, or the config does."""
    assert asked_of(tmp_path, header, cells, config=config)[1] == []


def test_a_config_that_says_nothing_of_the_column_is_asked_about(tmp_path: Path) -> None:
    """It has the columns, and nobody was asked who agreed."""
    reader, questions = asked_of(tmp_path, "Consent", ["Yes", "No"], "", config=COLUMNS)
    assert questions[0].endswith('\nImport only the 1 of 2 rows with "Yes"? [Y/n]')
    assert kept(reader) == ["Yes"]


@pytest.mark.parametrize(
    ("config", "is_gone"),
    [
        (COLUMNS, True),
        (f'{COLUMNS}[input]\nheader = ["Phone", "Name", "Consent"]\n', True),
        (f'{COLUMNS}[input]\nheader = ["Phone", "Name", "City"]\n', False),
        (f'{COLUMNS}[input.where]\nCity = ["Yes"]\n', False),
    ],
)
def test_a_config_made_since_settles_what_a_column_that_is_gone_said(
    tmp_path: Path,
    config: str,
    is_gone: bool,  # noqa: FBT001 - a case
) -> None:
    """Else the night stops, and says how the config is written again."""
    people = [("Phone", "Name", "City"), ("+34600111222", "Ana", "Yes")]
    settings = settle({}, {}, config)
    reader = InputSheet(open_reader(str(table(tmp_path / "a.csv", people)), InputOptions()), settings.input.where)
    known = {"Consent": ConsentAnswer(("Yes",), ("Yes", "No"))}
    if not is_gone:
        assert ask_consent(reader, settings, None, known) == []
        return
    with pytest.raises(InputError, match="has no column") as caught:
        ask_consent(reader, settings, None, known, {"config": str(tmp_path / "c.toml")})
    assert caught.value.hint.startswith("Give the column its name back. Or write [input.where] into ")
    assert " --force" in caught.value.hint


@pytest.mark.parametrize(
    ("seen", "only", "taken", "rows"),
    [
        (("Sí", "No", ""), ("Sí",), ['Only "Sí" in Acepta publicidad'], ["Sí", "sí"]),
        (("Sí", "No", ""), (), ["All rows, whatever Acepta publicidad says"], ["Sí", "No", "", "NO", "sí"]),
        (("SÍ", "no", ""), ("SÍ",), ['Only "SÍ" in Acepta publicidad'], ["Sí", "sí"]),
        (("Sí", "No"), ("Sí",), ['Only "Sí" in Acepta publicidad'], ["Sí", "sí"]),
        (("Sí", "No"), (), ["All rows, whatever Acepta publicidad says"], ["Sí", "No", "", "NO", "sí"]),
        (("Sí", "No", "", "Nunca"), ("Nunca",), ['Only "Nunca" in Acepta publicidad'], []),
    ],
)
def test_an_answer_from_before_is_taken_where_nobody_is_asked_or_nothing_is_new(
    tmp_path: Path, seen: tuple[str, ...], only: tuple[str, ...], taken: list[str], rows: list[str]
) -> None:
    """A value that was not there then, or none of those that count, is a reason to ask again; else it is left out."""
    header, cells = "Acepta publicidad", ["Sí", "No", "", "NO", "sí"]
    people = [(f"+346001112{number:02}", f"Ana {number}", cell) for number, cell in enumerate(cells)]
    path, settings = table(tmp_path / "a.csv", [("Phone", "Name", header), *people]), settle({}, {})
    known = {header: ConsentAnswer(only, seen)}
    reader = InputSheet(open_reader(str(path), InputOptions()))
    assert [one.text for one in ask_consent(reader, settings, None, known)] == taken
    assert (kept(reader), reader.consent) == (rows, known)
    is_new = "" not in seen or only == ("Nunca",)
    asked: list[str] = []

    def ask(question: str) -> str:
        asked.append(question)
        return ""

    reader = InputSheet(open_reader(str(path), InputOptions()))
    assert [one.text for one in ask_consent(reader, settings, ask, known)] == ([] if is_new else taken)
    assert len(asked) == is_new
    assert reader.consent[header].seen


def test_an_answer_that_is_taken_holds_for_all_that_it_was_given_for(tmp_path: Path) -> None:
    """Of fewer rows, such as those to fix, it is kept for what the whole list said."""
    people = [("Phone", "Name", "Acepta publicidad"), ("+34600111222", "Ana", "No")]
    reader = InputSheet(open_reader(str(table(tmp_path / "a.csv", people)), InputOptions()))
    ask_consent(reader, settle({}, {}), None, {"Acepta publicidad": ConsentAnswer((), ("Sí", "No"))})
    assert reader.consent == {"Acepta publicidad": ConsentAnswer((), ("Sí", "No"))}


@pytest.mark.parametrize(
    ("only", "answer", "enter", "kept_values"),
    [
        (("A",), "", "or no for none of them; Enter: 1, as in the rehearsal:", ("A",)),
        (("A", "C"), "", "Enter: 1,3, as in the rehearsal:", ("A", "C")),
        ((), "", "Enter: all, as in the rehearsal:", ()),
        ((), "2", "Enter: all, as in the rehearsal:", ("B",)),
    ],
)
def test_for_a_config_what_was_answered_before_is_proposed(
    only: Sequence[str], answer: str, enter: str, kept_values: Sequence[str]
) -> None:
    """Where the words do not tell which of them mean yes."""
    rows = [Row(number=number, cells=(f"+3460011122{number}", "ABC"[number % 3])) for number in range(9)]
    known = {"Consentimiento": ConsentAnswer(tuple(only), ("A", "B", "C"))}
    questions: list[str] = []

    def ask(question: str) -> str:
        questions.append(question)
        return answer

    before = ConsentBefore(answers=known, where="the rehearsal")
    _, where = consent_of(("Phone", "Consentimiento"), rows, ask, before, is_whole=True)
    assert where == ([("Consentimiento", kept_values)] if kept_values else [])
    assert questions[0].endswith(enter)
    with pytest.raises(InputError, match=r"Nothing was sent."):
        consent_of(("Phone", "Consentimiento"), rows, lambda _question: "no", before, is_whole=True)


def test_of_a_column_that_says_something_new_nothing_is_proposed() -> None:
    """Enter is what is safe."""
    rows = [Row(number=number, cells=(f"+3460011122{number}", ("Sí", "No")[number % 2])) for number in range(9)]
    known = {"Acepta publicidad": ConsentAnswer((), ("Sí",))}
    before = ConsentBefore(answers=known, where="the rehearsal")
    _, where = consent_of(("Phone", "Acepta publicidad"), rows, lambda _question: "", before, is_whole=True)
    assert where == [("Acepta publicidad", ("Sí",))]


@pytest.mark.parametrize(("is_whole", "told"), [(True, "of 9 rows with"), (False, "of the first 9 rows with")])
def test_the_first_rows_are_told_from_all(is_whole: bool, told: str) -> None:  # noqa: FBT001 - a case
    """A list that was read to its end has no more than these."""
    rows = [Row(number=number, cells=(f"+3460011122{number}", ("Sí", "No")[number % 2])) for number in range(9)]
    questions: list[str] = []

    def ask(question: str) -> str:
        questions.append(question)
        return ""

    consent_of(("Phone", "Acepta publicidad"), rows, ask, ConsentBefore(), is_whole=is_whole)
    assert told in questions[0]
