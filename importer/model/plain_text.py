"""Make text safe to show and to write: the service's messages and the cells of a spreadsheet are untrusted.

Cells are escaped against formula injection (OWASP, "CSV Injection": a cell that begins with `= + - @`, tab or carriage
return). A leading apostrophe makes the rest plain text. `unescape(escape(text)) == text` for every text.
"""

import re
from datetime import UTC, datetime
from functools import lru_cache

_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?|.)?|\x9b[0-?]*[ -/]*[@-~]")
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
OURS = r"""(?:& )?(?:"[^"]*|'[^']*|[^\s`]*)callbell-importer(?:\.exe)?["']? """
_UNBROKEN = re.compile(
    rf"""(?<=: ){OURS}(?:'[^']*'|"[^"]*"|(?![.;,)]+(?:\s|$))[^'"])*[.;,)]*"""
    r"""|'[^']*'(?!\S)|"[^"]*"[^\s"]*(?!\S)|\S+"""
)
"""What no line is broken within: a command of ours after a colon, up to a punctuation mark; a quotation; a word."""
_COMMAND = re.compile(
    OURS + r"""|(?:& )?(?:"[^"]+"|'[^']+'|\S+) -m importer """
    r"""|(?:export )?[A-Z_]+=|\$env:|cd """
    r"""|(?:chgrp|chmod|chown|mkdir|mv|rm|su|touch|useradd|unset) |(?:install|python3) -"""
    r"""|(?:systemctl|loginctl|crontab|journalctl) -|schtasks /|(?:Remove|New)-Item """
    r"""|systemctl (?:enable|disable|start|stop|daemon-reload|reset-failed)|loginctl (?:enable|disable)-linger"""
)
"""The beginning of a command of ours, which may have a path, or of one that sets a variable or the folder for it, or
prepares the system."""
_SHELL_WORD = re.compile(r"""(?:'[^']*'|"[^"]*"|\S)+""")
_PHONE = re.compile(r"\+\d+")


def plain(text: str) -> str:
    """Return the text on one line, without terminal escapes, control characters or bidirectional overrides."""
    if text.isprintable():  # true of nearly all, and cheap
        return text.strip(" ")
    return _UNSEEN.sub(" ", _ESCAPES.sub("", encodable(text))).strip(" ")


def plain_lines(text: str) -> str:
    """Return the text as `plain` does, but with its lines and their indentation."""
    return "\n".join(f"{line[: len(line) - len(line.lstrip(' '))]}{plain(line)}" for line in text.split("\n"))


def wrapped_text(text: str, width: int) -> str:
    """Return the text with its long lines broken between words; the rest of a line keeps its indentation.

    What is copied is never broken: a command (a line that is one, or one of ours after a colon), a word (such as a
    path), and what is in quotes. A command that fits only without its indentation goes without it; one that is too
    long for a line stays one, with more spaces where the terminal breaks it: so it is broken between words.
    A width of 0 leaves the text as it is.
    """
    return "\n".join(_wrapped_line(line, width) for line in text.split("\n")) if width else text


def _wrapped_line(line: str, width: int) -> str:
    if len(line) <= width:
        return line
    indent = line[: len(line) - len(line.lstrip())]
    if _COMMAND.match(line.lstrip()):
        return _placed(line.lstrip(), indent, width)
    lines = [""]
    for word in _UNBROKEN.findall(line):
        if lines[-1] and len(indent) + len(lines[-1]) + 1 + len(word) > width:
            lines.append(word)
        else:
            lines[-1] += f" {word}" if lines[-1] else word
    return "\n".join(_placed(one, indent, width) for one in lines)


def _placed(line: str, indent: str, width: int) -> str:
    """Return the line with its indentation, unless it is a command that fits without it alone."""
    if len(indent) + len(line) <= width or not _COMMAND.match(line):
        return indent + line
    return line if len(line) <= width else _spread(line, indent, width)


def _spread(command: str, indent: str, width: int) -> str:
    """Return a command that a terminal of this width breaks between words: more spaces are nothing to a shell."""
    first, *words = _SHELL_WORD.findall(command)
    spread: str = indent + first
    for word in words:
        used = (len(spread) - 1) % width + 1
        spaces = 1
        if used + 1 + len(word) > width > len(word):
            spaces = width - used + max(1, min(len(indent) + 2, width - len(word)))
        spread += " " * spaces + word
    return spread


def encodable(text: str) -> str:
    """Return the text with a question mark for every lone surrogate, which no file can hold."""
    return text.encode("utf-8", "replace").decode("utf-8")


def escape(text: str) -> str:
    """Return the text, with an apostrophe in front if a spreadsheet program could evaluate it as a formula.

    A plus followed by digits only is a phone number, not a formula, and stays as it is.
    """
    return f"'{text}" if _FORMULA.match(text) and not _PHONE.fullmatch(text) else text


def unescape(text: str) -> str:
    """Return the text without the apostrophe that `escape` added."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


@lru_cache(maxsize=256)  # rows that are recorded together have the same time
def utc(moment: datetime | None) -> str:
    """Return the time as ISO 8601 in UTC with a Z, to the second; an empty text for None."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else ""


def duration(seconds: float) -> str:
    """Return the time in words, such as `2 h 5 min` or `12 s`."""
    whole = round(seconds)
    hours, minutes = whole // 3600, whole // 60 % 60
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {whole % 60} s" if minutes else f"{whole} s"


def counted(count: int, noun: str = "row") -> str:
    """Return the number with its noun, such as `1 row` or `3,812 rows`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def shortened(text: str, most: int) -> str:
    """Return the text if it has at most so many characters, else its beginning up to a word's end, and three dots."""
    if len(text) <= most:
        return text
    whole_words = text[: most - 3].rpartition(" ")[0].rstrip(" ,;:")
    return f"{whole_words} ..." if whole_words.strip() else f"{text[: most - 3]}..."
