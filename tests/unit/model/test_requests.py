"""The calls of the API as values."""

from dataclasses import replace

from importer.model.payload import from_json, to_json
from importer.model.requests import WHO_AM_I, create_contact, delete_contact, find_contact, get_contact
from importer.model.rows import Contact

CONTACT = Contact(identifier="+34 600-111-222", source="whatsapp", name="Ana", channel_uuid="c1")


def test_a_contact_is_created_with_its_json() -> None:
    """The form in which it is remembered."""
    request = create_contact(CONTACT)
    assert (request.method, request.path, from_json(request.body)) == ("POST", "contacts", CONTACT)


def test_a_contact_is_found_by_its_digits_in_its_channel() -> None:
    """Without a channel, anywhere."""
    request = find_contact(CONTACT)
    assert (request.path, request.query) == ("contacts/phone/34600111222", {"channel_uuid": "c1"})
    assert find_contact(replace(CONTACT, channel_uuid="")).query == {}


def test_a_number_written_without_its_country_is_found_with_it() -> None:
    """It is remembered apart from the payload, in which it is as it was written."""
    contact = from_json(to_json(replace(CONTACT, identifier="600 111 222")), "34600111222")
    assert find_contact(contact).path == "contacts/phone/34600111222"


def test_a_uuid_is_one_part_of_the_path() -> None:
    """Whatever the service once called a contact, it leads nowhere else."""
    for request in (get_contact("../auth/me?x"), delete_contact("../auth/me?x")):
        assert request.path == "contacts/..%2Fauth%2Fme%3Fx"


def test_only_a_get_changes_nothing() -> None:
    """So that attempts can be counted without knowing the operation."""
    assert all(request.is_change for request in (create_contact(CONTACT), delete_contact("u1")))
    assert not any(request.is_change for request in (find_contact(CONTACT), get_contact("u1"), WHO_AM_I))
