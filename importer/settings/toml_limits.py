"""Refuses, before it is parsed, a TOML text that would take tomllib or us long: no config for a person is like that."""

import re

from importer.settings.key_lines import STRING_OR_COMMENT

_MOST_KEYS = 5_000
_MOST_PARTS = 8
"""Of a dotted key; `columns.custom_fields."Joined".type` has four."""
_MOST_DIGITS = 100
_KEY = re.compile(r"[=\[]")
_PART = r"[\w\"-]++"
_DEEP_KEY = re.compile(rf"(?<![\w\"-]){_PART}(?:[ \t]*+\.[ \t]*+{_PART}){{{_MOST_PARTS}}}")
_LONG_NUMBER = re.compile(rf"(?<!\w)\d\w{{{_MOST_DIGITS}}}")


def too_much(text: str) -> str:
    """Return what there is too much of, as the end of a sentence; empty where it is a config as people write them."""
    bare = STRING_OR_COMMENT.sub('"', text)
    if sum(1 for _ in _KEY.finditer(bare)) > _MOST_KEYS:
        return f"it has more than {_MOST_KEYS:,} keys"
    for pattern, what in ((_DEEP_KEY, f"a key of more than {_MOST_PARTS} parts"), (_LONG_NUMBER, "a number too long")):
        if found := pattern.search(bare):
            return f"line {bare.count(chr(10), 0, found.start()) + 1} has {what}"
    return ""
