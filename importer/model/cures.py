"""What a person can do about a refusal of the service, by the code of the problem."""

import re

from importer.model.plain_text import plain
from importer.model.tag_signs import separators_line

CURES = {
    "tag_unknown": "Make {tags} in Callbell, or take {them} out of {column}.",
    "custom_field_refused": "Make the custom field in Callbell's settings, or correct its type in the config.",
    "assigned_user_unknown": "Name an owner who is a user of the account, or invite them in Callbell.",
    "team_unknown": "Name a team of the account.",
    "channel_unknown": "Name a channel of the account that is in use.",
    "bot_status_refused": "Enable the bot in Callbell, or leave bot_status out.",
    "note_refused": "Shorten the note, or leave it out.",
    "phone_refused": "Compare the numbers with those in Callbell, and see identifier_format in the config.",
}
MISSING_IN_CALLBELL = frozenset({"tag_unknown", "custom_field_refused", "assigned_user_unknown"})
"""Codes of refusals that one change in Callbell cures for all rows."""
_OTHER_CURE = "Correct that in the file, in the config or in Callbell's settings."
_TAG = re.compile(r'[Tt]ag "([^"]+)"')
_ANY_COLUMN = "the list (its column, --tag, or tags in the config)"


def cure_of(code: str, column: str = "", said: str = "") -> str:
    """Return what to do about a refusal, in a sentence.

    Args:
        code: Of the problem.
        column: The header of the column that it is about, if it is known.
        said: What the service said, which names tags that do not exist.

    """
    names = [f'"{plain(name)}"' for name in dict.fromkeys(_TAG.findall(said))]
    tags = f"the tag {names[0]}" if names else "the tag that the report names"
    if len(names) > 1:
        tags = f"these {len(names):,} tags ({', '.join(names)})"
    where = f'the column "{column}"' if column else _ANY_COLUMN
    cure = CURES.get(code, _OTHER_CURE).format(tags=tags, them="them" if len(names) > 1 else "it", column=where)
    several = [name for name in names if separators_line(name)] if code == "tag_unknown" else []
    if not several:
        return cure
    line = separators_line(" ".join(several))
    return f"{cure} If {several[0]} is several tags, this under [columns] of the config splits it: {line}."
