"""Texts of errors as a notice has them: without people's numbers, each command on a line of its own. Pure.

Whoever reads a notice copies a command out of it: what stands behind it on the same line would be taken for its
arguments.
"""

import re

from importer.model.phone_mask import unnumbered
from importer.model.plain_text import OURS, plain, plain_lines

MOST_CHARACTERS = 500
"""Of a sentence."""
_MOST_IN_LINES = 1_500
"""Of a text with commands, of which none is cut."""
_OF_SERVICE = r"""(?:[A-Z_]+=\$\([^)]*\) )*su -s \S+ \S+ -c (?:'[^']*'|"[^"]*")+"""
"""A command for the user of a service, as root gives it."""
_WORDS = r"""(?:'[^']*'|"[^"]*"|(?![.;,)]+(?:\s|$))[^'"])+"""
"""Of a command, up to a punctuation mark."""
_AFTER_COLON = re.compile(rf": ({_OF_SERVICE}|{OURS}{_WORDS})[.;,)]*(?: |$)")


def masked_line(text: object) -> str:
    """Return a text on one line, not too long, with every possible phone number masked."""
    words = plain(" ".join(str(text or "").split()))
    return unnumbered(_cut(words, MOST_CHARACTERS))


def masked_lines(text: object) -> str:
    """Return a text with its lines, as many as are not too long together, with every possible phone number masked."""
    lines = plain_lines(with_commands_apart(str(text or ""))).split("\n")
    kept, left = list[str](), _MOST_IN_LINES
    for line in filter(str.strip, lines):
        if kept and len(line) > left:
            return "\n".join([*kept, "…"])
        kept.append(unnumbered(_cut(line, _MOST_IN_LINES)))
        left -= len(line)
    return "\n".join(kept)


def with_commands_apart(text: str) -> str:
    """Return a text in which each command after a colon has a line of its own, indented."""
    return "\n".join(_AFTER_COLON.sub(r":\n  \1\n", line).rstrip("\n") for line in text.split("\n"))


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]}…"
