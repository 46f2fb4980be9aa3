"""What of the things that the rows require is seen in the account, whatever the service answers, and what is not."""

from collections.abc import Mapping

from importer.client.account import AccountLists
from importer.commands.account_check import AccountContents, FieldInUse, Requirements, census, unmet
from importer.model.account import FieldType
from importer.model.replies import Arrival, Reply
from importer.model.requests import Request
from importer.model.rows import Contact, Row

NO_JITTER = 0.0


class Answers:
    """A service with an answer for each path and query."""

    def __init__(self, answers: Mapping[str, object]) -> None:
        self._answers = answers
        self.asked: list[str] = []

    async def send(self, request: Request) -> Reply:
        """Return the answer for the path, with its tag and page."""
        asked = " ".join([request.path, *(request.query[name] for name in ("tags", "page") if name in request.query)])
        self.asked.append(asked)
        return Reply(arrival=Arrival.ANSWERED, http_status=200, json=self._answers.get(asked, {}))


def requirements_of(*contacts: Contact) -> Requirements:
    """Return what rows from 2 on want."""
    found = Requirements()
    for number, contact in enumerate(contacts, 2):
        found.see(Row(number=number, cells=()), contact)
    return found


ROW = Contact(
    identifier="34600111222",
    source="whatsapp",
    name="Ana",
    tags=("VIP", "Old", "a,b"),
    assigned_user="ana@example.com",
    custom_fields={"City": "Rome"},
)


async def seen(contact: Contact, answers: Mapping[str, object]) -> tuple[AccountContents, list[str]]:
    """Return what was seen, and what was asked."""
    service = Answers(answers)
    return await census(service, requirements_of(contact), AccountLists(), lambda: NO_JITTER), service.asked


async def test_nothing_is_asked_that_nobody_wants() -> None:
    """A row of a phone and a name."""
    assert await seen(Contact(identifier="1", source="whatsapp", name="Ana"), {}) == (AccountContents(), [])


async def test_tags_fields_and_users_are_gathered_from_pages() -> None:
    """A tag that the latest contacts do not carry is asked for by itself, one with a comma cannot be."""
    metadata = {"City": {"value": "Rome", "type": "dropdown", "options": ["Rome", 7]}}
    found, asked = await seen(
        ROW,
        {
            "teams 1": {"teams": [{"uuid": "t1"}, {"uuid": ""}], "meta": {"page": 1, "pages": 1}},
            "teams/t1/members 1": {"users": [{"email": "Ana@example.com"}, {}], "meta": {"pages": 2}},
            "teams/t1/members 2": {"users": [{"email": "leo@example.com"}], "meta": {"pages": 2}},
            "contacts 1": {
                "contacts": [{"tags": ["VIP", 3], "customFields": {"Zip": "1"}}],
                "meta": {"pages": 2, "next": "1"},
            },
            "contacts 2": {"contacts": [{"customFieldsMetadata": metadata}], "meta": {"pages": 2, "next": None}},
            "contacts Old 1": {"contacts": [{"tags": ["Old"]}]},
        },
    )
    assert found == AccountContents(
        users=frozenset({"ana@example.com", "leo@example.com"}),
        tags=frozenset({"VIP", "Old"}),
        fields={"Zip": FieldInUse(), "City": FieldInUse(type="dropdown", options=("Rome",))},
        contacts=2,
        whole=True,
    )
    assert "contacts a,b 1" not in asked


async def test_the_teams_that_are_known_are_not_asked_for_again() -> None:
    """Who is in them is asked, of the teams that told which account it is."""
    wanted = Contact(identifier="1", source="whatsapp", name="Ana", assigned_user="ana@example.com")
    service = Answers({"teams/t9/members 1": {"users": [{"email": "ana@example.com"}]}})
    lists = AccountLists(teams=[{"uuid": "t9", "name": "Sales"}])
    found = await census(service, requirements_of(wanted), lists, lambda: NO_JITTER)
    assert found.users == {"ana@example.com"}
    assert service.asked == ["teams/t9/members 1"]


async def test_it_stops_as_soon_as_all_was_seen() -> None:
    """A large account is not walked through for nothing."""
    contact = Contact(identifier="1", source="whatsapp", name="Ana", tags=("VIP",))
    page = {"contacts": [{"tags": ["VIP"]}], "meta": {"pages": 500, "next": "1"}}
    found, asked = await seen(contact, {"contacts 1": page})
    assert (found.whole, asked) == (False, ["contacts 1"])


async def test_at_most_ten_pages_are_looked_at() -> None:
    """What is not seen by then is worth a look, and never proof."""
    contact = Contact(identifier="1", source="whatsapp", name="Ana", custom_fields={"City": "Rome"})
    page = {"contacts": [{"customFields": {}}], "meta": {"pages": 500, "next": "1"}}
    found, asked = await seen(contact, {f"contacts {number}": page for number in range(1, 20)})
    assert (found.contacts, len(asked)) == (10, 10)


async def test_answers_of_another_form_tell_nothing() -> None:
    """No list, no object, no text: nothing raises, and no tag is asked for in an empty account."""
    strange = {"contacts": [{"tags": "VIP", "customFields": [], "customFieldsMetadata": {"City": "Rome"}}, 5]}
    found, asked = await seen(ROW, {"teams 1": {"teams": {"uuid": "t1"}}, "contacts 1": strange})
    assert (found.users, found.tags, dict(found.fields)) == (frozenset(), frozenset(), {})
    empty, asked = await seen(ROW, {})
    assert empty == AccountContents(whole=True)
    assert asked == ["teams 1", "contacts 1"]


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
