"""What Callbell lacks, for want of which rows were refused: all of it in one sentence, with the rows of each. Pure."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from importer.model.cures import MISSING_IN_CALLBELL, cure_of
from importer.model.plain_text import counted, plain
from importer.model.runs import ProblemGroup

_MOST_NAMES = 10
_MAY_LACK = {
    "tag": "tag_unknown",
    "custom field": "custom_field_refused",
    "user": "assigned_user_unknown",
}
"""What a refusal may name, and the code of one that is about it alone."""
_NAMED = re.compile(r'\b(tag|custom field|user) "([^"]+)"(?! (?:has no option|must be))', re.IGNORECASE)
"""A custom field that does not take a value is there."""


def lacking_groups(problems: Sequence[ProblemGroup]) -> list[ProblemGroup]:
    """Return the groups of rows that were refused for want of something that can be made in Callbell."""
    return [group for group in problems if group.code in MISSING_IN_CALLBELL]


def missing_text(groups: Sequence[ProblemGroup]) -> str:
    """Return what to do about all that Callbell lacks, with the rows that lack each; about one kind, its cure."""
    codes = list(dict.fromkeys(group.code for group in groups))
    rows, is_sure = Counter[tuple[str, str]](), True
    for group in groups:
        names = set(_named(group.message))
        rows.update(dict.fromkeys(names, group.count))
        is_sure = is_sure and not group.varies
    kinds = {kind for kind, _ in rows}
    told = {_MAY_LACK[kind] for kind in kinds}
    rest = " ".join(_cure(groups, code) for code in codes if code not in told)
    if len(told | {*codes}) == 1 and (kinds <= {"tag"} or not rows):
        return _cure(groups, codes[0])
    listed = "; ".join(_kind_text(kind, rows, says_rows=is_sure) for kind in _MAY_LACK if kind in kinds)
    others = "" if is_sure else "The report names the others."
    make = f"Make in Callbell, or take out of the list and the config: {listed}." if listed else ""
    return " ".join(filter(None, (make, others if listed else "", rest)))


def rehearsal_text(groups: Sequence[ProblemGroup]) -> str:
    """Return where a rehearsal has to see what is made, as it cannot ask for the settings; empty: nothing is named."""
    named = {one for group in groups for one in _named(group.message)}
    users = {name for kind, name in named if kind == "user"}
    it = "them" if len(named) - len(users) > 1 or any(group.varies for group in groups) else "it"
    on_contact = f"A rehearsal sees {it} only on contacts: put {it} on one of the latest ones too."
    in_team = "A rehearsal sees users only in teams: put them into one."
    return " ".join([*([on_contact] if len(named) > len(users) else []), *([in_team] if users else [])])


def waiting_text(groups: Sequence[ProblemGroup], *, is_rehearsal: bool = False) -> str:
    """Return how many rows wait for something to be made in Callbell, and what that is; ends before a command."""
    count = sum(group.count for group in groups)
    return _waiting(f"{counted(count)} {'waits' if count == 1 else 'wait'} for", groups, is_rehearsal=is_rehearsal)


def row_waiting_text(code: str, reason: str, *, is_rehearsal: bool = False) -> str:
    """Return the same of one row.

    Args:
        code: Of its problem.
        reason: What the service said of it.
        is_rehearsal: Whether that was a sandbox.

    """
    group = ProblemGroup(code=code, column="", message=reason, count=1, rows=())
    return _waiting("It waits for", [group], is_rehearsal=is_rehearsal)


def _waiting(who: str, groups: Sequence[ProblemGroup], *, is_rehearsal: bool) -> str:
    """Return for what rows wait, as a sentence that begins with them; what is not named has the cure of its code."""
    rows = Counter[tuple[str, str]]()
    for group in groups:
        rows.update(dict.fromkeys(_named(group.message), group.count))
    kinds = [kind for kind in _MAY_LACK if any(kind == one for one, _ in rows)]
    told = {_MAY_LACK[kind] for kind in kinds}
    rest = " ".join(_cure(groups, code) for code in dict.fromkeys(group.code for group in groups) if code not in told)
    rest = " ".join(filter(None, [rest, rehearsal_text(groups) if is_rehearsal else ""]))
    if not kinds:
        return f"{who} a change in Callbell. {rest} Then:"
    others = ", and others that the report names" if any(group.varies for group in groups) else ""
    listed = "; ".join(_kind_text(kind, rows, says_rows=False) for kind in kinds)
    make = f"{who} {listed}{others}: make {'it' if len(rows) == 1 and not others else 'them'} in Callbell"
    return f"{make}. {rest} Then:" if rest else f"{make}, then:"


def _named(message: str) -> Iterator[tuple[str, str]]:
    """Yield each kind and name that a refusal says does not exist."""
    for kind, name in _NAMED.findall(message):
        yield kind.lower(), name


def _kind_text(kind: str, rows: Counter[tuple[str, str]], *, says_rows: bool) -> str:
    """Return the things of a kind, those that most rows lack first."""
    found = [(name, count) for (one, name), count in rows.most_common() if one == kind]
    names = [f'"{plain(name)}"{f" ({counted(count)})" if says_rows else ""}' for name, count in found[:_MOST_NAMES]]
    more = [f"{len(found) - _MOST_NAMES:,} more that the report names"] if len(found) > _MOST_NAMES else []
    noun = f"the {kind}{'' if len(found) == 1 else 's'}"
    return f"{noun} {', '.join([*names, *more])}"


def _cure(groups: Sequence[ProblemGroup], code: str) -> str:
    """Return the cure of one code, for all its groups; a column is named if they have no other."""
    of_code = [group for group in groups if group.code == code]
    columns = {group.column for group in of_code}
    column = plain(columns.pop()) if len(columns) == 1 else ""
    return cure_of(code, column, " ".join(group.message for group in of_code))
