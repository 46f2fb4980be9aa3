"""A census sees what contacts carry, asks no more than it must, and calls nothing seen that was not."""

from collections.abc import Mapping
from dataclasses import replace

from importer.commands.account.census import MOST_PAGES, AccountContents, Census, FieldInUse
from importer.commands.account.requirements import Requirements
from importer.model.replies import Arrival, Reply
from importer.model.requests import Request
from importer.model.rows import Contact, Row
from importer.reports.code_explanations import explanation_of


class Answers:
    """A service with an answer for each path and query."""

    def __init__(self, answers: Mapping[str, object]) -> None:
        self._answers = answers
        self.asked: list[str] = []

    async def send(self, request: Request) -> Reply:
        """Return the answer for the path, with its tag and page."""
        asked = " ".join([request.path, *(request.query[name] for name in ("tags", "page") if name in request.query)])
        self.asked.append(asked)
        assert request.query["include_field_types"] == "true"
        answer = self._answers.get(asked, {"contacts": []})
        return Reply(arrival=Arrival.ANSWERED, http_status=200, json=answer)


ROW = Contact(
    identifier="34600111222",
    source="whatsapp",
    name="Ana",
    tags=("VIP", "Old"),
    assigned_user="ana@example.com",
    custom_fields={"City": "Rome"},
)
PLAIN = Contact(identifier="1", source="whatsapp", name="Ana")
METADATA = {"City": {"value": "Rome", "type": "dropdown", "options": ["Rome", 7]}}
CITY = FieldInUse(type="dropdown", options=("Rome",))


def page_of(*contacts: object, pages: int = 1, after: str | None = None) -> dict[str, object]:
    """Return a page of the contact list."""
    return {"contacts": contacts and list(contacts), "meta": {"pages": pages, "next": after}}


def needs(*contacts: Contact) -> Requirements:
    """Return what the contacts require."""
    found = Requirements()
    for number, contact in enumerate(contacts, 2):
        found.see(Row(number=number, cells=()), contact)
    return found


async def seen(contact: Contact, answers: Mapping[str, object]) -> tuple[AccountContents, list[str]]:
    """Return what was seen, and what was asked."""
    service, census = Answers(answers), Census(needs(contact))
    await census.complete(service, lambda: 0.0)
    return census.contents, service.asked


async def test_nothing_is_asked_that_nobody_needs() -> None:
    """A row of a phone and a name."""
    assert await seen(PLAIN, {}) == (AccountContents(), [])


async def test_tags_and_fields_are_gathered_from_pages() -> None:
    """A tag that the latest contacts do not carry is asked for by itself."""
    found, asked = await seen(
        ROW,
        {
            "contacts 1": page_of({"tags": ["VIP", 3], "customFields": {"Zip": "1"}}, pages=2, after="1"),
            "contacts 2": page_of({"customFieldsMetadata": METADATA}, pages=2),
            "contacts Old 1": page_of({"tags": ["Old"]}),
        },
    )
    assert found == AccountContents(
        tags=frozenset({"VIP", "Old"}), fields={"Zip": FieldInUse(), "City": CITY}, contacts=2, whole=True
    )
    assert asked == ["contacts 1", "contacts 2", "contacts Old 1"]


async def test_it_stops_as_soon_as_all_was_seen() -> None:
    """A large account is not walked through for nothing."""
    both = page_of({"tags": ["VIP", "Old"], "customFieldsMetadata": METADATA}, pages=500, after="1")
    found, asked = await seen(ROW, {"contacts 1": both})
    assert (found.whole, asked) == (False, ["contacts 1"])


async def test_a_field_on_an_old_contact_is_seen() -> None:
    """No request finds contacts by a field, so the list is read on."""
    answers = {f"contacts {number}": page_of({}, pages=300, after="1") for number in range(1, 300)}
    answers["contacts 187"] = page_of({"customFieldsMetadata": METADATA}, pages=300, after="1")
    found, asked = await seen(replace(PLAIN, custom_fields=ROW.custom_fields), answers)
    assert found.fields == {"City": CITY}
    assert 187 <= len(asked) < 200


async def test_a_tag_on_an_old_contact_is_asked_for_by_name() -> None:
    """A few pages show the tags in use; one request finds any other."""
    answers = {f"contacts {number}": page_of({}, pages=300, after="1") for number in range(1, 300)}
    wanted = Contact(identifier="1", source="whatsapp", name="Ana", tags=("Old",))
    found, asked = await seen(wanted, answers | {"contacts Old 1": page_of({"tags": ["Old"]})})
    assert found.tags == {"Old"}
    assert len(asked) < 15


async def test_explain_tells_on_how_many_contacts_tags_are_looked_for() -> None:
    """Of a large account some pages are read, and then so many tags are asked for one by one."""
    answers = {f"contacts {number}": page_of(*[{}] * 20, pages=300, after="1") for number in range(1, 300)}
    wanted = Contact(identifier="1", source="whatsapp", name="Ana", tags=tuple(f"Old {n}" for n in range(60)))
    found, asked = await seen(wanted, answers)
    told = explanation_of("tag_not_seen")
    assert told is not None
    assert f"none of the latest {found.contacts} contacts" in told.example
    assert f"up to {sum('Old' in one for one in asked)} tags" in told.why


async def test_the_service_numbers_no_more_than_500_pages() -> None:
    """What is not seen by then is worth a look, and never proof."""
    answers = {f"contacts {number}": page_of({}, pages=10**9, after="1") for number in range(1, 600)}
    found, asked = await seen(replace(PLAIN, custom_fields=ROW.custom_fields), answers)
    assert (found.contacts, len(asked), found.whole) == (MOST_PAGES, MOST_PAGES, False)


async def test_a_tag_with_a_comma_cannot_be_asked_for() -> None:
    """A comma separates the tags of the question."""
    wanted = Contact(identifier="1", source="whatsapp", name="Ana", tags=("a,b",))
    _, asked = await seen(wanted, {"contacts 1": page_of({"tags": []})})
    assert asked == ["contacts 1"]


async def test_answers_of_another_form_tell_nothing() -> None:
    """No list, no object, no text: nothing raises, and no tag is asked for in an empty account."""
    strange = {"contacts": [{"tags": "VIP", "customFields": [], "customFieldsMetadata": {"City": "Rome"}}, 5]}
    found, _ = await seen(ROW, {"contacts 1": strange})
    assert (found.tags, dict(found.fields)) == (frozenset(), {})
    empty, asked = await seen(ROW, {})
    assert empty == AccountContents(whole=True)
    assert asked == ["contacts 1"]


async def test_what_another_walk_showed_is_not_asked_for() -> None:
    """The walk for who is there already shows tags and fields too."""
    service, census = Answers({}), Census(needs(ROW))
    census.see_contacts([{"tags": ["VIP"], "customFieldsMetadata": METADATA}])
    await census.complete(service, lambda: 0.0, is_walked=True)
    assert service.asked == []
    assert census.contents == AccountContents(tags=frozenset({"VIP"}), fields={"City": CITY}, contacts=1, whole=True)
