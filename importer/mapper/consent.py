"""Columns in which people say whether they may be written to: pointed out, because nobody else can tell. Pure."""

import json
from collections.abc import Iterator, Sequence

from importer.mapper.header_guess import NO, YES, Column
from importer.mapper.messages import listed, quoted

_MOST_ANSWERS = 5


def consent_notes(columns: Sequence[Column]) -> Iterator[str]:
    """Yield a sentence for each column that asks for consent, with the answer of those who agree if that is plain."""
    for one in columns:
        answers = sorted({one.cells[row] for row in one.filled})
        if not one.meaning.has("consent", "refusal") or not 0 < len(answers) <= _MOST_ANSWERS:
            continue
        agreed = NO if one.meaning.has("refusal") else YES
        answer = next((text for text in answers if text.casefold() in agreed), "")
        seems = f"{quoted(one.header)} seems to ask for consent. To import only those who agreed, write under"
        if all(text.casefold() in YES | NO for text in answers):
            if answer:
                yield f"{seems} [input.where] of the config: {_toml(one.header)} = [{_toml(answer)}]"
        elif all(any(map(str.isalpha, text)) for text in answers):
            yield (
                f"{seems} [input.where] of the config which of its answers mean that, {listed(answers)}:"
                f' {_toml(one.header)} = ["..."]'
            )


def _toml(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)  # the same signs are escaped
