"""What people type at a question that is answered by yes or no."""
# ruff: noqa: RUF001 - the words are of many scripts

from collections.abc import Iterator

import pytest

from importer.model.answers import is_no, is_stop, is_yes, says_yes

YES = (
    "y",
    "yes",
    "YES",
    " Si ",
    "si",
    "sí",
    "Sí.",
    "si\u0301",
    "s",
    "sim",
    "oui",
    "o",
    "ja",
    "j",
    "ok",
    "okay",
    "claro",
    "¡Claro!",
    "vale",
    "Sim, pode",
    "yes please",
    "ok, vale",
    "si\u0301, adelante",
    "claro que sí",
    *("sì", "Tak", "ano", "Áno", "kyllä", "da", "evet", "да", "так", "ναι", "igen", "ja tack"),
)
NO = (
    "n",
    "no",
    "NO",
    "nao",
    "não",
    "na\u0303o",
    "Non",
    "nein",
    "No!",
    "no, gracias",
    "não sei",
    "nein danke",
    *("nie", "Ne", "nee", "nej tak", "ei", "nu", "hayır", "HAYIR", "нет", "ні", "όχι", "ΟΧΙ", "nem"),
)
UNSURE = (
    "sí?",
    "no?",
    "si no están",
    "sí, pero solo diez",
    "yes, but wait",
    "o que é isso",
    "s i",
    "n 3",
    "ok mas não todos",
)


@pytest.mark.parametrize("answer", YES)
def test_a_yes_is_understood_in_the_languages_of_users(answer: str) -> None:
    """English, Spanish, Portuguese, Italian, French, German and others of Europe, in capitals too."""
    assert is_yes(answer)
    assert not is_no(answer)


@pytest.mark.parametrize("answer", NO)
def test_a_no_is_understood_in_the_languages_of_users(answer: str) -> None:
    """The same."""
    assert is_no(answer)
    assert not is_yes(answer)


@pytest.mark.parametrize("answer", ["", "stop", "salir", "order", "nobody knows", "1", "?", "...", *UNSURE])
def test_what_is_neither_is_neither(answer: str) -> None:
    """A word that only begins like a yes, a yes with a but, and a letter that begins a sentence send nothing."""
    assert not is_yes(answer)
    assert not is_no(answer)


def test_who_says_neither_is_asked_again() -> None:
    """An empty answer is the default, at the second time too."""
    questions: list[str] = []
    answers: Iterator[str] = iter(["stop", "sí", "what?", ""])

    def ask(question: str) -> str:
        questions.append(question)
        return next(answers)

    assert says_yes(ask, "Send? [y/N]")
    assert not says_yes(ask, "Send? [y/N]")
    assert questions == ["Send? [y/N]", "Please answer y/n or s/n:"] * 2


@pytest.mark.parametrize("answer", ["q", "Q", " quit ", "exit", ":q", "salir", "sair"])
def test_the_word_by_which_programs_are_left_is_a_no(answer: str) -> None:
    """Also where Enter would be a yes."""
    assert is_stop(answer)
    assert not says_yes(lambda _question: answer, "Send? [Y/n]", default=True)


@pytest.mark.parametrize("answer", ["", "quito", "Q1", "exit 2", "n"])
def test_other_words_do_not_leave(answer: str) -> None:
    """A column or a country may begin alike."""
    assert not is_stop(answer)
