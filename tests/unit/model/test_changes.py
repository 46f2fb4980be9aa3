"""Two PATCHes of one row are one change: to take back, and to know again after a doubt."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.model.changes import ContactChange, FieldValue, joined

_TAGS = st.frozensets(st.sampled_from("abcdef"))


def change(before: FieldValue, after: FieldValue, name: str = "tags") -> ContactChange:
    """Return a change of one field."""
    return ContactChange(uuid="u", after={name: after}, before={name: before})


@pytest.mark.parametrize(
    ("first", "second", "before"),
    [
        (change((), ("new",)), change(("new",), ("new", "old")), ()),  # the first arrived
        (change((), ("new",)), change((), ("old",)), ()),  # it did not
        (change((), ("new",)), change(("by hand",), ("by hand", "new")), ("by hand",)),
        (change(("kept", "gone"), ("kept", "gone", "new")), change(("kept",), ("kept", "new")), ("kept",)),
        (change(("old",), ("new",)), change(("new",), ("new", "more")), ("old",)),  # the sheet took it away
        (change((), ("Muñoz",)), change(("Mun\u0303oz",), ("Mun\u0303oz", "x")), ()),
    ],
)
def test_what_people_did_between_two_patches_was_there_before(
    first: ContactChange, second: ContactChange, before: tuple[str, ...]
) -> None:
    """Else their tags would count as the sheet's, and be taken away with the next one that it drops."""
    assert joined(first, second) == change(before, second.after["tags"])


@given(before=_TAGS, new=_TAGS, gone=_TAGS, given_by_person=_TAGS, taken=_TAGS, is_there=st.booleans())
def test_the_sum_of_two_patches_is_what_the_sheet_added_and_took_away(
    before: frozenset[str],
    new: frozenset[str],
    gone: frozenset[str],
    given_by_person: frozenset[str],
    taken: frozenset[str],
    is_there: bool,  # noqa: FBT001 - hypothesis names it
) -> None:
    """Whether or not the first one arrived, and whatever people did meanwhile to other tags than the sheet."""
    gone -= new
    person, others = given_by_person - new - gone - before, taken - new - gone
    first = (before - gone) | new
    found = ((first if is_there else before) | person) - others
    second = (found - gone) | new
    both = joined(change(tuple(before), tuple(first)), change(tuple(found), tuple(second)))
    added, removed = set(both.after["tags"]) - set(both.before["tags"]), set(both.before["tags"]) - set(second)
    assert added <= new
    assert removed <= gone


def test_a_field_keeps_what_was_there_before_the_first() -> None:
    """The second one shows what the first has set."""
    both = joined(change("a", "b", "name"), ContactChange(uuid="u", after={"name": "c"}, before={"name": "b"}))
    assert both == change("a", "c", "name")


def test_a_field_of_one_of_them_is_as_it_was() -> None:
    """A tag list that only one of the two has is not joined with anything."""
    both = joined(change((), ("x",)), change("a", "b", "name"))
    assert (both.after, both.before) == ({"tags": ("x",), "name": "b"}, {"tags": (), "name": "a"})
