"""What happened in one line: of which list, and in a subject also why. Pure."""

import re
from collections.abc import Mapping, Sequence

from importer.model.errors import GENERAL_CODES, error_json
from importer.model.plain_text import counted, plain
from importer.notify.event import Event, new_problems, problem_groups, table, tables, unsettled_rows, whole_number
from importer.notify.masked_text import masked_line

_SLASH = re.compile(r"[\\/]")
_FOLDERS = re.compile(r"""(?<![^\s'"(])(?:[A-Za-z]:)?[\\/](?:[^\s\\/]+[\\/])+""")
"""Before a file's name; the whole path stands in the text."""
_SENTENCE = re.compile(r".+?[.!?](?=\s|$)")
_IN_WORDS = {"unreachable": "Callbell does not answer"}
"""Codes of one word that say more than the exit code does."""
_LONGEST_NAME = 40
_LONGEST_SUBJECT = 80
"""A line of a mail program."""
_LONGEST_WITH_SENTENCE = 110
"""Where nothing shorter says more than the exit code does."""


def subject_line(headline: str, named: str, summary: Mapping[str, object]) -> str:
    """Return the headline with why it failed, in a statement that is never cut, or with the run's name if it fits.

    Args:
        headline: What happened.
        named: The same with the run's name.
        summary: The object that `--json` prints.

    """
    subject = f"callbell-importer: {headline}"
    if reason := _reason(table(summary, "error"), summary.get("exit_code"), len(f"{subject}: ")):
        return f"{subject}: {reason}"
    whole = f"callbell-importer: {named}"
    return whole if len(whole) <= _LONGEST_SUBJECT else subject


def _reason(error: Mapping[str, object], exit_code: object, used: int) -> str:
    """Return in a statement why nothing came of it: the error's own sentence if there is room, else its code in words.

    Args:
        error: Of the summary.
        exit_code: What says the least.
        used: The characters in front of it.

    """
    code = plain(str(error.get("code") or ""))
    is_telling = "_" in code and code not in GENERAL_CODES
    sentence = _first_sentence(str(error.get("message") or ""))
    if sentence and used + len(sentence) <= (_LONGEST_SUBJECT if is_telling else _LONGEST_WITH_SENTENCE):
        return sentence
    if code in _IN_WORDS:
        return _IN_WORDS[code]
    general = error_json(exit_code) if error and isinstance(exit_code, int) else None
    return code.replace("_", " ") if is_telling else general["message"].partition(";")[0].rstrip(".") if general else ""


def _first_sentence(message: str) -> str:
    """Return the first sentence of an error with the names of files for their paths; empty: it is not on one line."""
    line = _FOLDERS.sub("", masked_line(message.partition("\n")[0]))
    found = _SENTENCE.match(line)
    return found[0] if found else "" if line.endswith((":", "…")) else line


def headline_of(events: Sequence[Event], summary: Mapping[str, object]) -> str:
    """Return what happened, and of which files.

    Args:
        events: Of the run, the worst first.
        summary: The object that `--json` prints.

    """
    files, code = _files(summary), summary.get("exit_code")
    match events[0] if events else None:
        case Event.FAILURE if code == 1:
            return f"{_unsettled_text(summary)} in {files or 'the input'}"
        case Event.DEGRADED:
            codes = ", ".join(str(one.get("code")) for one in tables(summary, "degraded"))
            return f"degraded import{f' of {files}' if files else ''}{f': {codes}' if codes else ''}"
        case Event.NEW:
            return f"{counted(new_problems(summary), 'new problem')} in {files or 'the input'}"
        case Event.KNOWN:
            count = sum(whole_number(group.get("count")) for group in problem_groups(summary))
            return f"{counted(count, 'problem')} in {files or 'the input'}, none of them new"
        case Event.SUCCESS:
            return f"import{f' of {files}' if files else ''} finished, every row is where it should be"
        case _:
            what = f"{summary.get('command') or 'run'}{f' of {files}' if files else ''}"
            return f"{what} failed, exit code {code}"


def _files(summary: Mapping[str, object]) -> str:
    files = summary.get("files")
    names = [_SLASH.split(str(file))[-1] for file in files] if isinstance(files, list | tuple) else []
    if not names:
        return ""
    first = plain(names[0])[:_LONGEST_NAME]
    return first if len(names) == 1 else f"{first} and {counted(len(names) - 1, 'more file')}"


def _unsettled_text(summary: Mapping[str, object]) -> str:
    words = {"failed": "failed", "in_doubt": "in doubt", "unsent": "not sent"}
    counts = counts_of(summary)
    parts = [f"{counts[status]:,} {said}" for status, said in words.items() if counts.get(status)]
    rows = counted(unsettled_rows(summary))
    return f"{rows} ({', '.join(parts)})" if len(parts) > 1 else f"{rows} {parts[0].partition(' ')[2]}"


def counts_of(summary: Mapping[str, object]) -> dict[str, int]:
    """Return the rows by their status."""
    return {name: whole_number(count) for name, count in table(summary, "rows").items()}
