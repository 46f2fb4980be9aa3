"""The calls of the API as values."""

import json
from dataclasses import replace

from importer.model.changes import ContactChange, FieldValue
from importer.model.payload import from_json, to_json
from importer.model.requests import WHO_AM_I, create_contact, delete_contact, find_contact, get_contact, patch_contact
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
    away = "../auth/me?x"
    for request in (get_contact(away), delete_contact(away), patch_contact(ContactChange(uuid=away))):
        assert request.path == "contacts/..%2Fauth%2Fme%3Fx"


def test_a_change_is_sent_field_by_field() -> None:
    """What it does not name is left; an empty text or list clears a field, and a user in the API's own way."""
    after: dict[str, FieldValue] = {
        "name": "Eva",
        "tags": ("VIP", "Lead"),
        "assigned_user": "ana@example.com",
        "note": "",
        "custom_fields.City": "Vigo",
        "custom_fields.a.b": ("On",),
        "custom_fields.Joined": "",
        "custom_fields.Features": (),
    }
    request = patch_contact(ContactChange(uuid="u1", after=after, before={"team_uuid": "t1"}))
    assert (request.method, request.path) == ("PATCH", "contacts/u1")
    assert json.loads(request.body) == {
        "name": "Eva",
        "tags": ["VIP", "Lead"],
        "assigned_user": "ana@example.com",
        "note": "",
        "custom_fields": {"City": "Vigo", "a.b": ["On"], "Joined": "", "Features": []},
    }
    unassigned = patch_contact(ContactChange(uuid="u1", after={"assigned_user": ""}))
    assert json.loads(unassigned.body) == {"unassign_user": True}


def test_only_a_get_changes_nothing() -> None:
    """So that attempts can be counted without knowing the operation."""
    changing = (create_contact(CONTACT), delete_contact("u1"), patch_contact(ContactChange(uuid="u1")))
    assert all(request.is_change for request in changing)
    assert not any(request.is_change for request in (find_contact(CONTACT), get_contact("u1"), WHO_AM_I))
