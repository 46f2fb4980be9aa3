"""What a contact's fields may say, as the documentation of POST /contacts has it.

The fields themselves are the attributes of `importer.model.rows.Contact`, under the names that the API gives them.
"""

from dataclasses import fields
from typing import Final

from importer.model.rows import Contact

SOURCES: Final = ("whatsapp", "telegram", "instagram", "facebook")
BOT_STATUSES: Final = ("bot_start", "bot_end")
NOTE_MOST_CHARACTERS: Final = 1_000
OPTIONAL_TEXTS: Final = tuple(field.name for field in fields(Contact) if field.default == "")
"""The fields that are one text each and may be left out."""
