"""What the rows want of the account, and what was not seen there."""

from importer.commands.account_requirements import AccountContents, FieldInUse, Requirements, unmet
from importer.model.account import FieldType
from importer.model.rows import Contact, Row

SEEN = AccountContents(
    users=frozenset({"ana@example.com"}),
    tags=frozenset({"VIP"}),
    fields={
        "City": FieldInUse(),
        "Status": FieldInUse(type="dropdown", options=("Active", "Lead")),
        "Joined": FieldInUse(type="date"),
    },
    contacts=40,
)


def requirements_of(*contacts: Contact) -> Requirements:
    """Return what rows from 2 on want."""
    found = Requirements()
    for number, contact in enumerate(contacts, 2):
        found.see(Row(number=number, cells=()), contact)
    return found


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


def codes(
    found: Requirements, seen: AccountContents = SEEN, types: dict[str, FieldType] | None = None
) -> list[tuple[str, int]]:
    """Return the codes of what was not seen, with the number of rows."""
    return [(group.code, group.count) for group in unmet(found, seen, types or {})]


def test_what_was_seen_is_not_worth_a_word() -> None:
    """Users in capitals or not, tags and fields as they are."""
    row = contact("VIP", user="Ana@example.com", fields={"City": "Rome", "Status": "Lead"})
    assert codes(requirements_of(row, contact()), types={"Status": FieldType.DROPDOWN}) == []


def test_what_was_not_seen_is_told_with_what_may_be_meant() -> None:
    """Each with the rows that want it."""
    groups = list(unmet(requirements_of(contact("Vip", user="anna@example.com", fields={"Citty": "Rome"})), SEEN, {}))
    assert [group.code for group in groups] == ["user_not_seen", "tag_not_seen", "custom_field_not_seen"]
    assert all("did you mean" in group.message and group.rows == (2,) for group in groups)
    assert "latest 40 contacts" in groups[1].message


def test_where_all_contacts_were_looked_at_it_says_so() -> None:
    """Not `the latest`."""
    (group,) = unmet(requirements_of(contact("New")), AccountContents(contacts=3, whole=True), {})
    assert "none of the 3 contacts" in group.message


def test_an_account_without_contacts_tells_nothing() -> None:
    """Of tags and fields; users are in teams."""
    assert codes(requirements_of(contact("New", user="x@example.com", fields={"City": "Rome"})), AccountContents()) == [
        ("user_not_seen", 1)
    ]


def test_a_type_that_differs_is_told_with_the_line_to_write() -> None:
    """The service refuses values of another type."""
    (group,) = unmet(requirements_of(contact(fields={"Joined": "03/03/2024"})), SEEN, {"Joined": FieldType.TEXT})
    assert group.code == "custom_field_type"
    assert 'type = "date"' in group.message


def test_options_that_a_field_does_not_have_are_told() -> None:
    """Each with its rows, those of checkboxes one by one."""
    rows = [contact(fields={"Status": text}) for text in ("Active", "Activ", "Activ")]
    assert codes(requirements_of(*rows), types={"Status": FieldType.DROPDOWN}) == [("option_not_seen", 2)]
    boxes = AccountContents(contacts=1, fields={"Likes": FieldInUse(type="checkbox", options=("A",))})
    assert codes(requirements_of(contact(fields={"Likes": ("A", "B")})), boxes, {"Likes": FieldType.CHECKBOX}) == [
        ("option_not_seen", 1)
    ]


def test_many_values_are_no_options_and_fill_no_memory() -> None:
    """A column of free text mapped to a dropdown: its type is checked all the same; and tags stop at a thousand."""
    rows = [contact(f"tag {number}", fields={"Status": f"text {number}"}) for number in range(1_200)]
    found = requirements_of(*rows)
    assert len(found.tags) == 1_000
    assert len(found.options["Status"]) == 201
    assert [code for code, _ in codes(found, types={"Status": FieldType.DROPDOWN}) if code != "tag_not_seen"] == []
