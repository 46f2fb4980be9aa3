"""Signs that people put between tags in one cell, and that separate none unless the config says so. Pure."""

import re

TAG_SEPARATORS = ",;|"
"""Those that do without a config."""
_BETWEEN = re.compile(r"(?<=\w)\s*([/+&\\·•])\s*(?=\w)")


def tags_between_signs(text: str) -> list[str]:
    """Return the texts between such signs; only the text itself if there is none."""
    return _BETWEEN.split(text)[::2]


def separators_line(text: str) -> str:
    """Return the config's line by which a text is several tags; empty: it has no such sign."""
    signs = "".join(dict.fromkeys(_BETWEEN.findall(text))).replace("\\", "\\\\")
    return f'tag_separators = "{TAG_SEPARATORS}{signs}"' if signs else ""
