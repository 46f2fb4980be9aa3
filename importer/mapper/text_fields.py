"""The contact's fields that are one text each: config key, attribute, and how a cell's text is checked."""

from dataclasses import dataclass

from importer.mapper.value_checks import TextConversion, assigned_user, bot_status, by_name, note
from importer.model.account import Directory


@dataclass(frozen=True, slots=True, kw_only=True)
class TextField:
    """A field that a column or a constant can feed."""

    key: str
    """Under `[contact]` and `[columns]` of the config."""
    attribute: str
    """Of `Contact`."""
    check: TextConversion
    has_lines: bool = False
    """Whether line breaks are kept."""


def text_fields(directory: Directory | None) -> tuple[TextField, ...]:
    """Return the fields; without a directory, the names of teams and channels are not resolved."""
    team = by_name("team", directory.teams if directory else None)
    channel = by_name("channel", directory.channels if directory else None)
    return (
        TextField(key="assigned_user", attribute="assigned_user", check=assigned_user),
        TextField(key="team", attribute="team_uuid", check=team),
        TextField(key="channel", attribute="channel_uuid", check=channel),
        TextField(key="bot_status", attribute="bot_status", check=bot_status),
        TextField(key="note", attribute="note", check=note, has_lines=True),
    )
