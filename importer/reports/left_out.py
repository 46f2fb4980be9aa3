"""Why rows were left out that do not count: by a config, or by what a person answered about who agreed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from importer.model.plain_text import counted, plain


def left_out_text(rows: int, consent: Iterable[tuple[str, Sequence[str]]]) -> str:
    """Return how many rows were left out and why, such as `, 71 left out: not "sí" in Acepta`; empty: none were.

    Args:
        rows: How many.
        consent: Headers, each with the values that make a row count by a person's answer; none: all rows count.

    """
    if not rows:
        return ""
    why = _why(consent)
    return f", {rows:,}{why}" if why.startswith(" left out:") else f", {counted(rows)}{why}"


def left_out_line(rows: int, consent: Iterable[tuple[str, Sequence[str]]]) -> str:
    """Return the same as a line of its own, such as `71 rows left out: not "sí" in Acepta.`; empty: none were."""
    return f"{counted(rows)}{_why(consent)}." if rows else ""


def _why(consent: Iterable[tuple[str, Sequence[str]]]) -> str:
    why = dict.fromkeys(f"not {' or '.join(map(_shown, only))} in {plain(header)}" for header, only in consent if only)
    return f" left out: {'; '.join(why)}" if why else " left out by [input.where]"


def kept_consent(answers: object) -> Iterator[tuple[str, Sequence[str]]]:
    """Yield headers, each with the values that count, of what the journal keeps as `runs.CONSENT` of a run."""
    for sheet in answers if isinstance(answers, list) else ():
        if isinstance(sheet, Mapping):
            yield from ((header, answer["only"]) for header, answer in sheet.items())


def _shown(text: str) -> str:
    return f'"{plain(text)}"' if text else "no answer"
