"""The columns of the fields that no contact needs: used where their values can be right, else left out. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from importer.mapper.contact_fields import bot_status, is_email, is_uuid
from importer.mapper.header_guess import Column
from importer.mapper.messages import quoted
from importer.mapper.options import FIELDS, REQUIRED

_NEARLY_ALL = 0.9
_OPTIONAL = tuple(name for name in FIELDS if name not in (*REQUIRED, "tags"))
_NAMED_IN_ACCOUNT = ("team", "channel")
_WHAT_IT_NEEDS = {
    "assigned_user": "e-mail addresses of users",
    "team": "teams of the account",
    "channel": "channels of the account",
    "bot_status": "bot_start or bot_end",
    "country": "countries",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A field that several columns could feed, or for which no column was found."""

    field: str
    choices: tuple[str, ...]
    """Headers, or texts with headers in braces; the likeliest first."""
    why: str
    """The reason for the question: the end of a sentence about the field."""

    @property
    def is_required(self) -> bool:
        """Whether every contact needs the field."""
        return self.field in REQUIRED


@dataclass(slots=True, kw_only=True)
class OptionalColumns:
    """The columns of the fields that no contact needs."""

    found: dict[str, str | tuple[str, ...]] = field(default_factory=dict)
    questions: list[Question] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    """A sentence for each column that is named like a field, and holds something else."""
    by_account: dict[str, tuple[str, frozenset[str]]] = field(default_factory=dict)
    """`team` and `channel` to a header and its values: they are right only if the account has them."""


def optional_columns(columns: Sequence[Column], used: Sequence[str]) -> OptionalColumns:
    """Return the columns of the fields that no contact needs, where headers say so and the values can be right.

    Args:
        columns: The sheet's columns.
        used: Headers, or texts with them in braces, that feed a required field.

    """
    result = OptionalColumns()
    if tags := _headed("tags", columns, used):
        result.found["tags"] = tuple(one.header for one in tags)
    for name in _OPTIONAL:
        of_field = _headed(name, columns, used)
        fitting = [one for one in of_field if not one.cells or (_fits(name, one) and (one.filled or name == "note"))]
        if len(fitting) == 1:
            result.found[name] = fitting[0].header
        elif fitting:
            choices = tuple(dict.fromkeys(one.header for one in fitting))
            result.questions.append(Question(field=name, choices=choices, why=several(choices)))
        for one in of_field:
            if one.filled and one not in fitting and name in _NAMED_IN_ACCOUNT:
                result.by_account[name] = (one.header, frozenset(one.cells[row] for row in one.filled))
            elif one.filled and one not in fitting:
                result.left_out.append(left_out(name, one.header))
    return result


def several(choices: Sequence[str]) -> str:
    """Return why to ask: there are several such columns, or several with one header."""
    return f"several columns {'could be it' if len(choices) > 1 else 'have this header: rename all but one'}"


def left_out(name: str, header: str) -> str:
    """Return the sentence about an optional column that is not used."""
    return (
        f"{quoted(header)} is not used as {name}: its cells are not seen to be {_WHAT_IT_NEEDS[name]}."
        " If they are right, name the column under [columns] of the config."
    )


def _headed(name: str, columns: Sequence[Column], used: Sequence[str]) -> list[Column]:
    """Return the columns whose header is the field's, the country's with or without whose it is."""
    around = ("phone", "mobile", "landline", "address") if name == "country" else ()
    fitting = [one for one in columns if one.meaning.has(name) and one.meaning.only(name, *around)]
    fitting = [one for one in fitting if one.header not in used]
    if name == "country" and len(fitting) > 1:
        plainest = min(len(one.meaning.classes - {"filler"}) for one in fitting)
        fitting = [one for one in fitting if len(one.meaning.classes - {"filler"}) == plainest]
    return fitting


def _fits(name: str, one: Column) -> bool:
    """Return whether nearly all cells can be values of the field."""
    from importer.mapper.phones.countries import country_of  # noqa: PLC0415 - names of all countries: few sheets need it

    checks: dict[str, Callable[[str], object]] = {
        "assigned_user": is_email,
        "team": is_uuid,
        "channel": is_uuid,
        "bot_status": lambda text: isinstance(bot_status(text), str),
        "country": country_of,
        "note": bool,
    }
    fits = [one.cells[row] for row in one.filled if checks[name](one.cells[row])]
    return len(fits) >= len(one.filled) * _NEARLY_ALL
