"""What `init` asks about a proposed mapping: open columns, and which other columns feed custom fields."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from importer.commands.account.own_account import KnownAccount
from importer.commands.questions.earlier_answers import NO_ANSWERS, EarlierAnswers
from importer.mapper.account_fields import as_field
from importer.mapper.column_candidates import Question
from importer.mapper.mapping_guess import feeds, with_fields
from importer.mapper.mapping_proposal import Proposal
from importer.mapper.messages import toml_text
from importer.mapper.options import CustomFieldOptions
from importer.model.plain_text import plain

SHOWN_CHOICES = 12
_Fields = Sequence[CustomFieldOptions]


def with_columns_chosen(
    proposal: Proposal, account: KnownAccount | None, ask: Callable[[str], str], earlier: EarlierAnswers = NO_ANSWERS
) -> Proposal:
    """Return the proposal with the columns that the person chose, and with what is open still.

    Args:
        proposal: With what is open.
        account: Whose custom fields are known; None: it was not asked.
        ask: Asks the person.
        earlier: What was answered before, which Enter takes.

    """
    chosen = {question.field: found for question in proposal.questions if (found := _choose(question, ask, earlier))}
    columns = with_fields(proposal.columns, chosen)
    left = [one for one in proposal.suggestions if not feeds(columns, one.column)]
    fields = account.fields if account else None
    taken = _chosen_fields(left, columns.custom_fields, fields, ask, has_tags=bool(columns.tags)) if left else {}
    return replace(
        proposal,
        columns=replace(columns, custom_fields=(*columns.custom_fields, *taken.values())),
        questions=tuple(question for question in proposal.questions if question.field not in chosen),
        suggestions=tuple(one for one in left if one.column not in taken),
    )


def _chosen_fields(
    left: _Fields, taken: _Fields, fields: _Fields | None, ask: Callable[[str], str], *, has_tags: bool
) -> dict[str, CustomFieldOptions]:
    """Return which columns feed custom fields, by header, as the person chooses; `fields` None: nobody was asked."""
    numbered = "\n".join(f"  {number} {plain(one.name)} ({one.type})" for number, one in enumerate(left, 1))
    asked = f"These columns are not sent:\n{numbered}\n"
    if not has_tags and (kinds := [one.column for one in left if one.options]):
        asked += f"To send one as tags, write under [columns] of the config: tags = [{toml_text(plain(kinds[0]))}]\n"
    free = {one.name.casefold(): one for one in fields or () if one.name not in {other.name for other in taken}}
    how = "Which of these have you made as custom fields in Callbell? Numbers such as 1,3, or Enter for none:"
    if fields is None:
        asked += "Callbell could not be asked which custom fields it has (no token, or no connection).\n"
    if free:
        names = ", ".join(f"{plain(one.name)} ({one.type})" for one in free.values())
        first, is_one = plain(next(iter(free.values())).name), len(free) == 1
        asked += f"Callbell has the custom field{'' if is_one else 's'} {names}.\n"
        which = "is it? Its number" if is_one else "are they? Numbers such as 1,3, or"
        how = f"Which of these {which} with the field's name: 1={first}, or Enter for none:"
    while (chosen := _fields_named(ask(asked + how), left, free)) is None:
        asked = f"Please answer with numbers from 1 to {len(left)}, or Enter.\n"
    return chosen


def _fields_named(
    answer: str, left: _Fields, free: Mapping[str, CustomFieldOptions]
) -> dict[str, CustomFieldOptions] | None:
    """Return which columns feed custom fields, by header, as an answer says; None: it is none."""
    chosen: dict[str, CustomFieldOptions] = {}
    for part in answer.split(","):
        number, _, name = (text.strip() for text in part.partition("="))
        for digits in number.split() if not name else [number]:
            if not (digits.isdecimal() and 0 < int(digits) <= len(left)):
                return None
            column, field = left[int(digits) - 1], free.get(name.casefold())
            chosen[column.column] = as_field(column, field) if field else replace(column, name=name or column.name)
    return chosen


def _choose(question: Question, ask: Callable[[str], str], earlier: EarlierAnswers) -> str:
    """Return the person's choice; nothing only for a field that no contact needs."""
    choices = question.choices[:SHOWN_CHOICES]
    lines = [f"{question.field}: {question.why}."]
    lines += [f"  {number} {plain(choice)}" for number, choice in enumerate(choices, 1)]
    end = "Which is it?" if question.is_required else "Which is it? Nothing: none of them."
    before = earlier.column(0, question.field)
    if before in choices:
        end = f"Which is it? Its number; Enter: {choices.index(before) + 1}, as in {earlier.where}"
    while True:
        text = ask("\n".join([*lines, end])).strip()
        if not text and before in choices:
            return before
        if text.isdecimal() and 0 < int(text) <= len(choices):
            return choices[int(text) - 1]
        if text in question.choices or not (text or question.is_required):
            return text
