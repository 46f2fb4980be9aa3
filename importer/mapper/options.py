"""The mapping's options: the `[contact]`, `[columns]` and `[values]` tables of the config."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from functools import partial
from types import MappingProxyType

from importer.model.account import FieldType
from importer.model.policy import Existing, Gone, OnConflict
from importer.model.tag_signs import TAG_SEPARATORS


class IdentifierFormat(StrEnum):
    """The form in which a phone number is sent; it is checked whatever the form."""

    DIGITS = "digits"
    E164 = "e164"
    AS_IS = "as_is"
    """As the cell writes it, spaces and brackets included."""


class MobileForm(StrEnum):
    """Which form of Mexican, Argentine and Brazilian mobile numbers is sent."""

    AS_WRITTEN = "as_written"
    WITH = "with"
    """With the mobile digit: 521, 549, and the ninth digit in Brazil."""
    WITHOUT = "without"


class Several(StrEnum):
    """What to do with a cell in which a person wrote several phone numbers."""

    REFUSE = "refuse"
    FIRST = "first"
    FIRST_MOBILE = "first_mobile"
    """The first mobile; where there is none, the first number."""


class OnBadValue(StrEnum):
    """What a wrong value in a field that no contact needs costs."""

    REFUSE = "refuse"
    """The whole row."""
    LEAVE_OUT = "leave_out"
    """The field alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactOptions:
    """The constants of every row; an empty text: not set."""

    source: str = "whatsapp"
    country: str = ""
    """Two letters (ISO 3166), such as `ES`: where a number written without a country code is from."""
    identifier_format: IdentifierFormat = IdentifierFormat.DIGITS
    mobile_form: MobileForm = MobileForm.AS_WRITTEN
    several: Several = Several.REFUSE
    on_bad_value: OnBadValue = OnBadValue.REFUSE
    tags: tuple[str, ...] = ()
    """Added to every contact, before those of its row."""
    existing: Existing = Existing.SKIP
    on_conflict: OnConflict = OnConflict.CALLBELL
    gone: Gone = Gone.REPORT
    clear_mark: str = ""
    """What a cell says whose field an update is to clear; empty: no cell clears anything."""
    assigned_user: str = ""
    team: str = ""
    """A UUID or the team's name."""
    channel: str = ""
    """A UUID or the channel's title."""
    bot_status: str = ""
    note: str = ""
    strict_text: bool = False
    """Whether damaged or placeholder text makes a row invalid; else it is sent, and worth a look."""
    repair_text: bool = False
    """Whether damaged text is repaired where its letters can be told."""

    @property
    def sent_form(self) -> MobileForm:
        """The form in which mobile numbers are sent: `as_is` numbers as they are written, whatever is chosen."""
        return MobileForm.AS_WRITTEN if self.identifier_format is IdentifierFormat.AS_IS else self.mobile_form


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomFieldOptions:
    """A custom field and its column."""

    name: str
    """The field's name in Callbell."""
    column: str
    """A header, or a text with headers in braces."""
    type: FieldType = FieldType.TEXT
    format: str = ""
    """For dates: a `strptime` format; empty: ISO dates, and others only where they are unambiguous."""
    separator: str = ""
    """For checkboxes: the separator of the options in the cell; empty: the tag separators."""
    decimal: str = ""
    """For numbers: the decimal sign, `.` or `,`; empty: only unambiguous numbers."""
    options: tuple[str, ...] = ()
    """For dropdowns and checkboxes: what the field allows; empty: not checked here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnOptions:
    """Field = header, or a text with headers in braces; an empty text: the field is not fed from a column."""

    identifier: str | tuple[str, ...] = ""
    """One, or several: the first that holds a phone number, a mobile before a landline."""
    name: str | tuple[str, ...] = ""
    """One, or several: the first that holds something."""
    tags: tuple[str, ...] = ()
    tag_separators: str = TAG_SEPARATORS
    """Each character separates tags."""
    note: str = ""
    assigned_user: str = ""
    team: str = ""
    channel: str = ""
    bot_status: str = ""
    country: str = ""
    """Where the row's phone number is from, if it has no country code; an empty cell: `ContactOptions.country`."""
    custom_fields: tuple[CustomFieldOptions, ...] = ()


REQUIRED = ("identifier", "name")
FIELDS = tuple(
    option.name for option in fields(ColumnOptions) if option.name not in {"tag_separators", "custom_fields"}
)
"""The fields that columns can feed, custom fields aside: every guess, question and written config goes through them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingOptions:
    """The config's tables about how a row becomes a contact."""

    contact: ContactOptions = ContactOptions()
    columns: ColumnOptions = ColumnOptions()
    values: Mapping[str, Mapping[str, str]] = field(default_factory=partial(MappingProxyType, {}))
    """Per header: from the cell's text to the text that is sent."""
    made_for: tuple[str, ...] = ()
    """The header for which the config was made; empty: unknown."""
