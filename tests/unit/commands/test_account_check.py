"""What of the things that the rows want is seen in the account, whatever the service answers."""

from collections.abc import Mapping

from importer.commands.account_check import census
from importer.commands.account_requirements import AccountContents, FieldInUse, Requirements
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


def requirements_of(contact: Contact) -> Requirements:
    """Return what one row wants."""
    found = Requirements()
    found.see(Row(number=2, cells=()), contact)
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
    return await census(service, requirements_of(contact), lambda: NO_JITTER), service.asked


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
