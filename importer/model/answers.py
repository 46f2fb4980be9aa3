"""What a person means by an answer to a question of yes or no, in the languages of Callbell's customers. Pure."""

import unicodedata
from collections.abc import Callable

_YES = frozenset({"y", "yes", "s", "si", "sí", "sim", "o", "oui", "j", "ja", "ok"})
_NO = frozenset({"n", "no", "nao", "não", "non", "nein"})
"""Whole words: `stop` begins like `si`, and is no yes."""


def is_yes(answer: str) -> bool:
    """Tell whether a person's answer is a yes."""
    return _word(answer) in _YES


def is_no(answer: str) -> bool:
    """Tell whether a person's answer is a no."""
    return _word(answer) in _NO


def says_yes(ask: Callable[[str], str], question: str, *, default: bool = False) -> bool:
    """Ask a person until the answer is a yes or a no, and tell whether it is a yes; an empty one is the default."""
    answer = ask(question)
    while answer.strip() and not (is_yes(answer) or is_no(answer)):
        answer = ask("Please answer y or n:")
    return is_yes(answer) if answer.strip() else default


def _word(answer: str) -> str:
    return unicodedata.normalize("NFC", answer).casefold().strip(" \t\r\n.!")
