"""What only the account could have told, where a check has no token to ask it with."""

from collections.abc import Iterator, Sequence

from importer.commands.account.connection import MappedSheet
from importer.commands.account.requirements import Requirements
from importer.mapper.column_mapping import uses_channels, uses_teams
from importer.settings import Settings


def not_checked(sheets: Sequence[MappedSheet], requirements: Requirements, settings: Settings) -> Iterator[str]:
    """Yield a sentence for each thing that was not asked.

    Args:
        sheets: With their mappings.
        requirements: What the rows require of the account.
        settings: Which may name the account, whose rows are then known.

    """
    required = {
        "teams": any(uses_teams(one.options) for one in sheets),
        "channels": any(uses_channels(one.options) for one in sheets),
        "users": requirements.users,
        "tags": requirements.tags,
        "custom fields": requirements.fields,
    }
    if names := [name for name, is_used in required.items() if is_used]:
        yield f"There is no token, so whether the account has these {', '.join(names)} was not asked."
    if not settings.service.account:
        yield "There is no token, so which rows an earlier run sent is not known."
