"""A contact as it is remembered."""

from types import MappingProxyType

from importer.model.payload import without_fields
from importer.model.rows import Contact

ANA = Contact(
    identifier="34600111222",
    source="whatsapp",
    name="Ana",
    tags=("VIP",),
    note="x",
    custom_fields=MappingProxyType({"City": "Roma", "Age": "40"}),
)


def test_a_contact_may_say_nothing_of_some_fields() -> None:
    """Its key and its tags stay: these are merged one by one."""
    left = without_fields(ANA, ["name", "note", "tags", "identifier", "custom_fields.City"])
    assert (left.identifier, left.name, left.note, left.tags) == ("34600111222", "", "", ("VIP",))
    assert left.custom_fields == {"Age": "40"}
    assert without_fields(ANA, []) == ANA
