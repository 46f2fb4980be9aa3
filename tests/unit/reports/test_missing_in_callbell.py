"""All that Callbell lacks is named at once."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from importer.model.runs import ProblemGroup
from importer.reports.missing_in_callbell import missing_text, row_waiting_text, waiting_text

_SAID = "The service refused it: "
_TAGS, _FIELDS, _USERS = "tag_unknown", "custom_field_refused", "assigned_user_unknown"


def group(code: str, count: int, message: str = "", *, varies: bool = False) -> ProblemGroup:
    """Return rows that Callbell refused with these words."""
    said = message and _SAID + message
    return ProblemGroup(code=code, column="", message=said, count=count, rows=(2,), varies=varies)


def test_a_tag_with_a_sign_in_it_may_be_several() -> None:
    """To make it in Callbell would be wrong then: the config says what is between tags."""
    told = missing_text([group(_TAGS, 2, 'Tag "Or" does not exist, Tag "Fidèle/VIP" does not exist')])
    splits = 'this under [columns] of the config splits it: tag_separators = ",;|/".'
    assert told.endswith(f'. If "Fidèle/VIP" is several tags, {splits}')
    assert "tag_separators" not in missing_text([group(_TAGS, 2, 'Tag "VIP+" does not exist')])


def test_each_missing_thing_is_named_with_all_the_rows_that_lack_it() -> None:
    """A row may lack several, and is counted with each of them."""
    both = 'Tag "VIP" does not exist, Custom field "Birthday" does not exist'
    groups = [
        group(_FIELDS, 211, 'Custom field "Birthday" does not exist'),
        group(_TAGS, 41, both),
        group(_TAGS, 2, 'Tag "VIP" does not exist, Tag "New" does not exist'),
        group(_USERS, 1, 'User "eva@example.com" does not exist'),
    ]
    assert missing_text(groups) == (
        'Make in Callbell, or take out of the list and the config: the tags "VIP" (43 rows), "New" (2 rows);'
        ' the custom field "Birthday" (252 rows); the user "eva@example.com" (1 row).'
    )


def test_rows_are_not_counted_where_not_all_said_the_same() -> None:
    """Of a group whose sentences differ only the first is known."""
    groups = [group(_FIELDS, 9, 'Custom field "A" does not exist', varies=True), group(_TAGS, 2, 'Tag "B" unknown')]
    told = missing_text(groups)
    assert told.startswith(
        'Make in Callbell, or take out of the list and the config: the tag "B"; the custom field "A"'
    )
    assert "The report names the others" in told


def test_many_names_are_cut_short() -> None:
    """The report has all of them."""
    groups = [group(_TAGS, 1, f'Tag "{n}" does not exist') for n in range(12)]
    groups.append(group(_USERS, 1, 'User "eva@example.com" does not exist'))
    assert '"9" (1 row), 2 more that the report names; the user' in missing_text(groups)


@pytest.mark.parametrize(
    ("counts", "cure"),
    [
        ({_TAGS: "no such label"}, "Make the tag that the report names in Callbell"),
        ({_FIELDS: 'Custom field "Age" must be a number'}, "Make the custom field in Callbell's settings, or correct"),
        ({_TAGS: "", _FIELDS: ""}, "in the config). Make the custom field in Callbell's settings"),
        ({_TAGS: 'Tag "A" unknown', _FIELDS: ""}, 'the tag "A" (5 rows). Make the custom field in Callbell'),
    ],
)
def test_what_is_not_named_has_the_cure_of_its_code(counts: Mapping[str, str], cure: str) -> None:
    """The service may say it in other words, or that a value does not fit a field that is there."""
    assert cure in missing_text([group(code, 5, said) for code, said in counts.items()])


def test_what_few_rows_wait_for_is_named_before_the_command() -> None:
    """All rows are counted together; what is not named has the cure of its code."""
    tag = group(_TAGS, 2, 'Tag "A" unknown')
    assert waiting_text([replace(tag, count=1)]) == '1 row waits for the tag "A": make it in Callbell, then:'
    others = waiting_text([tag, group(_FIELDS, 1, 'Custom field "C" does not exist', varies=True)])
    assert others.startswith(
        '3 rows wait for the tag "A"; the custom field "C", and others that the report names: make'
    )
    typed = waiting_text([tag, group(_FIELDS, 1, 'Custom field "Age" must be a number')])
    assert typed.startswith('3 rows wait for the tag "A": make it in Callbell. Make the custom field in Callbell\'s')
    assert typed.endswith("in the config. Then:")
    unnamed = waiting_text([group(_USERS, 2, "no such person")])
    assert unnamed.startswith("2 rows wait for a change in Callbell. Name an owner who is a user of the account")


def test_a_row_says_what_it_waits_for() -> None:
    """By what Callbell said of it."""
    told = row_waiting_text(_TAGS, _SAID + 'Tag "A" does not exist')
    assert told == 'It waits for the tag "A": make it in Callbell, then:'
