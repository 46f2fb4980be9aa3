"""What the rows require and the account was not seen to have is told, with what may be meant."""

import pytest

from importer.commands.account.account_check import misfits, names_not_seen, not_seen, refusal
from importer.commands.account.census import AccountContents, FieldInUse
from importer.commands.account.requirements import Requirements, SourceColumns
from importer.model.account import Directory, NamedEntry
from importer.model.rows import Contact, Row, Status

COLUMNS = SourceColumns(
    tags="Labels", assigned_user="Owner", custom_fields={"Status": "State", "Joined": "Since", "Likes": "Likes"}
)
DIRECTORY = Directory(users=[NamedEntry(sent="Ana@example.com", name="Ana")])
SEEN = AccountContents(
    tags=frozenset({"VIP"}),
    fields={
        "City": FieldInUse(),
        "Status": FieldInUse(type="dropdown", options=("Active", "Lead")),
        "Joined": FieldInUse(type="date"),
        "Likes": FieldInUse(type="checkbox", options=("A",)),
    },
    contacts=40,
)


def contact(*tags: str, user: str = "", fields: dict[str, str | tuple[str, ...]] | None = None) -> Contact:
    """Return a contact."""
    return Contact(
        identifier="34600111222",
        source="whatsapp",
        name="Ana",
        tags=tags,
        assigned_user=user,
        custom_fields=fields or {},
    )


def requirements_of(*contacts: Contact) -> Requirements:
    """Return what rows from 2 on want."""
    found = Requirements()
    for number, one in enumerate(contacts, 2):
        found.see(Row(number=number, cells=()), one, COLUMNS)
    return found


def codes(found: Requirements, seen: AccountContents = SEEN) -> list[tuple[str, int]]:
    """Return the codes of what was not seen and of what does not fit, with the number of rows."""
    groups = [*not_seen(found, seen, DIRECTORY), *misfits(found, seen)]
    return [(group.code, group.count) for group in groups]


def test_what_was_seen_is_not_worth_a_word() -> None:
    """Users in capitals or not, tags and fields as they are."""
    row = contact("VIP", user="ana@example.com", fields={"City": "Rome", "Status": "Lead", "Joined": "2026-03-03"})
    assert codes(requirements_of(row, contact())) == []


def test_what_was_not_seen_is_told_with_what_may_be_meant() -> None:
    """Each with the rows that want it, its column, and the config's line where a cell can be translated."""
    found = requirements_of(contact("Vip", user="anna@example.com", fields={"Citty": "Rome"}))
    user, tag, field = not_seen(found, SEEN, DIRECTORY)
    assert [group.code for group in (user, tag, field)] == ["user_not_seen", "tag_not_seen", "custom_field_not_seen"]
    assert all("did you mean" in group.message and group.rows == (2,) for group in (user, tag, field))
    assert "latest 40 contacts, which is no proof" in tag.message
    assert tag.message.endswith('under [values."Labels"] of the config: "Vip" = "VIP"')
    assert user.message.endswith('under [values."Owner"] of the config: "anna@example.com" = "Ana@example.com"')
    assert (user.column, tag.column, field.column) == ("Owner", "Labels", "")


def test_the_tags_that_are_there_are_named_in_order() -> None:
    """A sentence that changes from run to run looks like news."""
    seen = AccountContents(tags=frozenset("cBaDfEh"), contacts=3)
    (group,) = not_seen(requirements_of(contact("Mayorista")), seen, DIRECTORY)
    assert group.message.endswith('; there is "a", "B", "c", "D", "E", "f" and "h".')


def test_where_all_contacts_were_looked_at_it_says_so() -> None:
    """Not `the latest`."""
    (group,) = not_seen(requirements_of(contact("New")), AccountContents(contacts=3, whole=True), None)
    assert 'The tag "New" is on none of the 3 contacts, which is no proof' in group.message


@pytest.mark.parametrize(("whole", "where"), [(True, "not on the only contact"), (False, "not on the latest contact")])
def test_one_contact_is_no_number(whole: bool, where: str) -> None:  # noqa: FBT001 - a parameter
    """People count several."""
    (group,) = not_seen(requirements_of(contact("New")), AccountContents(contacts=1, whole=whole), None)
    assert f'The tag "New" is {where}, which is no proof' in group.message


def test_an_account_without_contacts_is_not_called_one_that_lacks_something() -> None:
    """It is not known, and rows with a tag or a field that it lacks would be refused."""
    required = requirements_of(contact("New", fields={"City": "Rome"}))
    tag, field = not_seen(required, AccountContents(whole=True), None)
    assert (tag.code, tag.rows, field.code) == ("tag_not_seen", (2,), "custom_field_not_seen")
    assert tag.message == (
        'Whether the account has the tag "New" is not known, as it has no contacts to see it on: see that it is in'
        " Callbell's settings"
    )


def test_an_account_that_was_not_asked_tells_nothing() -> None:
    """Of tags and fields; users are in teams."""
    assert codes(requirements_of(contact("New", user="x@example.com", fields={"City": "Rome"})), AccountContents()) == [
        ("user_not_seen", 1)
    ]


def test_tags_between_which_a_comma_was_forgotten_are_asked_about_as_such() -> None:
    """To translate the cell to one of them would lose the other; tags that other rows need count as well."""
    seen = AccountContents(contacts=3, tags=frozenset({"VIP", "Web"}))
    found = requirements_of(contact("vip Web"), contact("Mayor"), contact("Mayor Web"), contact("Web Club"))
    names = names_not_seen(found, seen, None).names
    assert '"vip Web" (1 row; 2 tags? Then write: VIP, Web)' in names
    assert '"Mayor Web" (1 row; 2 tags? Then write: Mayor, Web)' in names
    assert '"Web Club" (1 row)' in names
    told = {group.message.split('"')[1]: group.message for group in not_seen(found, seen, DIRECTORY)}
    assert told["vip Web"].endswith("Callbell's settings; 2 tags? Then write: VIP, Web")
    assert "[values" not in told["vip Web"]


def test_tags_with_a_sign_between_them_are_asked_about_with_what_has_them_split() -> None:
    """One of them that is known is enough, as the sign is no part of a name; a tag of the config is no cell."""
    seen = AccountContents(contacts=3, tags=frozenset({"Fidèle", "C&A"}))
    found = requirements_of(contact("Fidèle/VIP"), contact("Fidèle + Or & Web"), contact("R&D"), contact("fidele+"))
    line = '2 tags? Then write under [columns] of the config: tag_separators = ",;|/"'
    assert f'"Fidèle/VIP" (1 row; {line})' in names_not_seen(found, seen, None).names
    told = {group.message.split('"')[1]: group.message for group in not_seen(found, seen, DIRECTORY)}
    assert told["Fidèle/VIP"].endswith(f"Callbell's settings; {line}")
    assert told["Fidèle + Or & Web"].endswith(
        '; 3 tags? Then write under [columns] of the config: tag_separators = ",;|+&"'
    )
    assert "tag_separators" not in told["R&D"] + told["fidele+"]
    requirements = Requirements()
    requirements.see(
        Row(number=2, cells=()),
        contact("Fidèle/VIP"),
        SourceColumns(tags="Tags", constant_tags=frozenset({"Fidèle/VIP"})),
    )
    assert '"Fidèle/VIP" (1 row; 2 tags? Then write: Fidèle, VIP)' in names_not_seen(requirements, seen, None).names


@pytest.mark.parametrize("directory", [None, Directory(users=None)])
def test_users_that_were_not_asked_for_are_not_called_unknown(directory: Directory | None) -> None:
    """Nobody knows."""
    assert list(not_seen(requirements_of(contact(user="x@example.com")), SEEN, directory)) == []


def test_before_anything_is_sent_all_that_was_not_seen_is_named() -> None:
    """On one line with how many rows need it, also in an account that shows nothing; nothing where all was seen."""
    found = requirements_of(contact("Oro", "VIP", user="eva@example.com", fields={"City": "Rome"}))
    everything = 'tags: "Oro" (1 row), "VIP" (1 row); custom fields: "City" (1 row); users: "eva@example.com" (1 row)'
    assert names_not_seen(found, AccountContents(), None) == (everything, "")
    assert names_not_seen(found, SEEN, DIRECTORY) == ('tags: "Oro" (1 row); users: "eva@example.com" (1 row)', "")
    assert names_not_seen(requirements_of(contact("VIP", user="ANA@example.com")), SEEN, DIRECTORY) == ("", "")


def test_what_is_there_and_spelled_much_like_it_is_named_beside_it() -> None:
    """The account's tag, where a row's was not seen."""
    names = names_not_seen(requirements_of(contact("Vips")), AccountContents(contacts=1, tags=frozenset({"VIP"})), None)
    assert names.names == 'tags: "Vips" (1 row; did you mean "VIP"?)'


@pytest.mark.parametrize(
    ("seen", "nowhere"),
    [
        (AccountContents(contacts=3, whole=True), "tags and custom fields"),
        (AccountContents(contacts=3, absent_tags=frozenset({"Oro"})), "tags"),
        (AccountContents(contacts=3), ""),
        (AccountContents(whole=True), ""),
    ],
)
def test_what_no_contact_of_the_whole_account_has_is_told_from_what_was_not_seen(
    seen: AccountContents, nowhere: str
) -> None:
    """Where all contacts were seen, or the service was asked for a tag's; an account without contacts tells nothing."""
    assert names_not_seen(requirements_of(contact("Oro", fields={"Town": "Rome"})), seen, None).nowhere == nowhere


def test_of_many_names_those_that_most_rows_need_come_first() -> None:
    """The others are counted."""
    found = requirements_of(*(contact(f"Tag {number}", *["VIP"] * (number > 0)) for number in range(9)))
    names = names_not_seen(found, AccountContents(), None).names
    assert names.startswith('tags: "VIP" (8 rows), "Tag 0" (1 row), ')
    assert names.endswith('"Tag 6" (1 row), 2 more')


def test_values_that_the_fields_type_refuses_are_told_with_the_line_to_write() -> None:
    """Only rows whose value does not fit: a date written as a text is a date."""
    rows = [contact(fields={"Joined": text}) for text in ("03/03/2024", "2024-03-03", "soon")]
    (group,) = misfits(requirements_of(*rows), SEEN)
    assert (group.code, group.rows, group.column) == ("custom_field_type", (2, 4), "Since")
    assert group.message.endswith('"Joined" = { column = "Since", type = "date" }')


def test_options_that_a_field_does_not_have_are_told() -> None:
    """Each with its rows and the line to write, those of checkboxes one by one."""
    rows = [contact(fields={"Status": text}) for text in ("Active", "Activ", "Activ")]
    (group,) = misfits(requirements_of(*rows), SEEN)
    assert (group.code, group.count) == ("option_not_seen", 2)
    assert group.message.endswith('under [values."State"] of the config: "Activ" = "Active"')
    assert codes(requirements_of(contact(fields={"Likes": ("A", "B")}))) == [("option_not_seen", 1)]
    assert codes(requirements_of(contact(fields={"Likes": "A"}))) == [("custom_field_type", 1)]


def test_a_column_of_free_text_is_no_dropdown() -> None:
    """One line for all of its values."""
    rows = [contact(fields={"Status": f"text {number}"}) for number in range(300)]
    (group,) = misfits(requirements_of(*rows), SEEN)
    assert (group.code, group.count) == ("option_not_seen", 300)
    assert "more than 200 different values" in group.message


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"Status": "Activ"}, '"Activ" is no option; did you mean "Active"'),
        ({"Joined": "soon"}, '"soon" is no date'),
        ({"Likes": ("A", "B")}, '"B" is no option'),
        ({"Likes": "A"}, '"A" is no checkbox'),
    ],
)
def test_a_row_that_would_surely_be_refused_is_not_sent(fields: dict[str, str | tuple[str, ...]], said: str) -> None:
    """It is failed, with the reason."""
    outcome = refusal(contact(fields=fields), SEEN)
    assert outcome is not None
    assert (outcome.status, outcome.code) == (Status.FAILED, "custom_field_refused")
    assert said in outcome.reason


def test_a_row_that_may_be_right_is_sent() -> None:
    """What was not seen is not judged."""
    fields: dict[str, str | tuple[str, ...]] = {"Status": "Lead", "Joined": "2026-03-03", "Likes": ("A",)}
    assert refusal(contact("New", fields={**fields, "City": "Rome", "Zip": "1"}), SEEN) is None
