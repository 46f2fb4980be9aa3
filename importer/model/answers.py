"""What a person means by an answer to a question of yes or no, in the languages of Callbell's customers. Pure."""
# ruff: noqa: RUF001 - the words are of many scripts

import re
import unicodedata
from collections.abc import Callable, Sequence

_YES = frozenset({
    *("y", "yes", "s", "si", "sí", "sì", "sim", "o", "oui", "j", "ja", "ok", "okay", "claro", "vale"),
    *("tak", "ano", "áno", "kyllä", "da", "evet", "igen", "да", "так", "ναι"),
})  # fmt: skip
_NO = frozenset({
    *("n", "no", "nao", "não", "non", "nein", "nie", "ne", "nee", "nej", "nei", "ei", "nu", "nem"),
    *("hayır", "hayir", "нет", "ні", "не", "όχι", "οχι"),
})  # fmt: skip
"""Whole words: `stop` begins like `si`, and is no yes."""
_STOP = frozenset({"q", ":q", "quit", "exit", "salir", "sair"})
_BUT = frozenset({"but", "wait", "only", "pero", "espera", "solo", "sólo", "mas", "só", "mais", "ma", "aber", "nur"})
"""After a yes: it is none to the whole question."""
_MARKS = " \t\r\n.,!¡"
_WORD = re.compile(r"\w+")


def is_yes(answer: str) -> bool:
    """Tell whether a person's answer is a yes, or begins with one that nothing after it takes back."""
    first, *others = _words(answer)
    return first in _YES and not (_NO | _BUT).intersection(others)


def is_no(answer: str) -> bool:
    """Tell whether a person's answer is a no, or begins with one."""
    return _words(answer)[0] in _NO


def is_stop(answer: str) -> bool:
    """Tell whether a person's answer is the word by which other programs are left."""
    return answer.strip().casefold() in _STOP


def says_yes(ask: Callable[[str], str], question: str, *, default: bool = False) -> bool:
    """Ask a person until the answer is a yes or a no, and tell whether it is a yes; an empty one is the default.

    The word by which programs are left is a no.
    """
    answer = ask(question)
    while answer.strip() and not (is_yes(answer) or is_no(answer) or is_stop(answer)):
        answer = ask("Please answer y/n or s/n:")
    return is_yes(answer) if answer.strip() else default


def _words(answer: str) -> Sequence[str]:
    """Return the words of an answer, at least one; of a question, and of a sentence that begins with a letter, none."""
    text = unicodedata.normalize("NFC", answer).casefold()
    words = _WORD.findall(text)
    is_sentence = len(text.split()) > 1
    if not words or "?" in text or not text.lstrip(_MARKS).startswith(words[0]) or (is_sentence and len(words[0]) == 1):
        return ("",)
    return words
