"""Who gave which value of which contact, and when: what no PATCH may take away from people.

A PATCH goes by the answer that showed the contact last. What a person does after that answer nobody can know: it may
be lost, and so may what the sheet itself once said, for then the sheet's owner changed it. Nothing else may.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count

from importer.model.changes import FieldValue
from importer.model.rows import Contact
from importer.worker_pool.contact_changes import field_value
from tests.fault_injection.fields import FIELDS, is_said

Field = tuple[str, str]
"""The UUID of a contact, and a field of it; or a tag."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """An answer that showed a contact."""

    moment: int
    seconds: float
    contact: Contact


@dataclass(slots=True, kw_only=True)
class Ledger:
    """What people, sheets and importers did, in the order in which it happened."""

    wrong: list[str] = field(default_factory=list)
    """What a PATCH took from people, or did without need."""
    touched: set[Field] = field(default_factory=set)
    """The fields into which a person wrote."""
    unknown: set[str] = field(default_factory=set)
    """The UUIDs of contacts of which an importer may not know what the sheet once said: it meets them."""
    perhaps_ours: set[str] = field(default_factory=set)
    """The UUIDs of contacts that a person made of a row that may be in doubt: they look like the importer's own."""
    undone: set[str] = field(default_factory=set)
    """The UUIDs of contacts of which an undo has asked: nobody knows any more what the sheet once said of them."""
    not_shown: frozenset[str] = frozenset()
    """Fields that the service leaves out where they have no value: a person who cleared them is not seen."""
    answered: set[str] = field(default_factory=set)
    """The UUIDs of contacts that the answer to a POST named."""
    knows_all_others: bool = True
    """Whether it knows what became of everything that it sent; a clock that was set, or a false refusal, hides that."""
    tells_by_age: bool = True
    """Whether it can tell a contact that a person made from its own by its age; a clock that was set hides that."""
    _given: dict[Field, int] = field(default_factory=dict)
    """When a person wrote into a field last."""
    _tags_given: dict[Field, int] = field(default_factory=dict)
    _tags_taken: dict[Field, int] = field(default_factory=dict)
    _tags_sent: set[Field] = field(default_factory=set)
    """The tags with which a contact was made or PATCHed."""
    _tags_shown: set[Field] = field(default_factory=set)
    """The tags that an answer showed: of another one nobody knows whether it ever arrived."""
    _said: defaultdict[Field, list[FieldValue]] = field(default_factory=lambda: defaultdict(list))
    """By key and field, what the sheet said in filled cells and cleared ones."""
    _held: defaultdict[Field, list[FieldValue]] = field(default_factory=lambda: defaultdict(list))
    _moments: Iterable[int] = field(default_factory=lambda: count(1))

    def moment(self) -> int:
        """Return the number of this moment: later ones are higher."""
        return next(iter(self._moments))

    def note_sheet(self, contacts: Mapping[str, Contact]) -> None:
        """Take note of what the sheets say now, by key."""
        for key, contact in contacts.items():
            for name in FIELDS:
                said = self._said[key, name]
                if is_said(contact, name) and field_value(contact, name) not in said[-1:]:
                    said.append(field_value(contact, name))

    def had_row(self, key: str) -> bool:
        """Tell whether a sheet of an earlier run had a row of a contact."""
        return any((key, name) in self._said for name in FIELDS)

    def said(self, key: str, name: str) -> Sequence[FieldValue]:
        """Return what the sheet ever said of a field of a contact."""
        return self._said.get((key, name), ())

    def note_made(self, uuid: str, contact: Contact) -> None:
        """Take note of what a new contact has."""
        self._tags_sent |= {(uuid, tag) for tag in contact.tags}
        for name in FIELDS:
            self._held[uuid, name].append(field_value(contact, name))

    def note_shown(self, uuid: str, contact: Contact) -> None:
        """Take note of what an answer shows of a contact."""
        self._tags_shown |= {(uuid, tag) for tag in contact.tags}

    def may_be_back(self, uuid: str, key: str, name: str) -> bool:
        """Tell whether a POST without an answer may have set what the sheet says once more, after something else."""
        *earlier, last = [*self.said(key, name)] or [""]
        return uuid not in self.answered and last in earlier

    def ever_held(self, uuid: str, name: str, value: FieldValue) -> bool:
        """Tell whether a contact had a value at any time, whoever gave it."""
        return value in self._held[uuid, name]

    def is_known(self, uuid: str) -> bool:
        """Tell whether the importer knows what the sheet said of a contact.

        One that a POST without an answer made, and of which people changed each value, may as well be another.
        """
        is_strange = uuid not in self.answered and self._is_all_of_people(uuid)
        is_lost = uuid in self.unknown or uuid in self.undone or is_strange
        return self.knows_all_others and not is_lost

    def _is_all_of_people(self, uuid: str) -> bool:
        made_with = [name for name in FIELDS if self._held[uuid, name][:1] not in ([], [""], [()])]
        return all((uuid, name) in self.touched for name in made_with)

    def note_person(self, uuid: str, before: Contact, after: Contact) -> None:
        """Take note of what a person changed."""
        moment = self.moment()
        for name in FIELDS:
            if field_value(before, name) == field_value(after, name):
                continue
            self.touched.add((uuid, name))
            self._given[uuid, name] = moment
            self._held[uuid, name].append(field_value(after, name))
        self._tags_given |= {(uuid, tag): moment for tag in set(after.tags) - set(before.tags)}
        self._tags_taken |= {(uuid, tag): moment for tag in set(before.tags) - set(after.tags)}

    def is_of_person(self, uuid: str, name: str) -> bool:
        """Tell whether a person gave what a field has now."""
        return (uuid, name) in self._given

    def note_patch(self, uuid: str, values: Mapping[str, FieldValue]) -> None:
        """Take note of what a contact has since it was PATCHed, which is no person's any more."""
        self._tags_sent |= {(uuid, tag) for tag in values.get("tags", ())}
        for name, value in values.items():
            self._held[uuid, name].append(value)
            self._given.pop((uuid, name), None)

    def judge(self, uuid: str, key: str, values: Mapping[str, FieldValue], old: Contact, look: Look) -> None:
        """Take note of what an update takes from people that they gave before the answer that it goes by."""
        for name, value in values.items():
            before = field_value(old, name)
            if name == "tags":
                self._judge_tags(uuid, key, set(value), set(before), look)
            elif before == value:
                continue
            elif before and self._was_given(self._given, (uuid, name), look) and before not in self.said(key, name):
                self.wrong.append(
                    f"{uuid} ({key}): a person gave its {name} {before!r}, and it was replaced by {value!r}"
                )
            elif not before and self._was_cleared(uuid, key, name, look):
                self.wrong.append(f"{uuid} ({key}): a person cleared its {name}, and it was filled with {value!r}")

    def judge_undo(self, uuid: str, key: str, values: Mapping[str, FieldValue], old: Contact, look: Look) -> None:
        """Take note of what an undo takes from people; it gives back only what is as the run had set it."""
        for name, value in values.items():
            before = field_value(old, name)
            is_of_sheet = before in self.said(key, name)
            if before != value and not is_of_sheet and self._was_given(self._given, (uuid, name), look):
                self.wrong.append(f"{uuid}: a person gave its {name} {before!r}, and the undo made it {value!r}")

    def _judge_tags(self, uuid: str, key: str, new: set[str], old: set[str], look: Look) -> None:
        versions = [set(tags) for tags in self.said(key, "tags")]
        for tag in old - new:
            if self._was_given(self._tags_given, (uuid, tag), look) and not any(tag in one for one in versions):
                self.wrong.append(f"{uuid} ({key}): a person gave it the tag {tag}, and it was taken away")
        for tag in new - old:
            is_always_said = bool(versions) and all(tag in one for one in versions)
            is_new_there = (uuid, tag) not in self._tags_sent or not self._was_given(
                self._tags_taken, (uuid, tag), look
            )
            is_seen = (uuid, tag) in self._tags_shown or (uuid in self.answered and tag in self._held[uuid, "tags"][0])
            if not is_new_there and is_always_said and is_seen and self.is_known(uuid):
                self.wrong.append(f"{uuid} ({key}): a person took away the tag {tag}, and it was given again")

    def _was_cleared(self, uuid: str, key: str, name: str, look: Look) -> bool:
        """Tell whether a person cleared what the sheet had said before, and had never cleared itself."""
        said = self.said(key, name)
        is_base_sure = (
            self.is_known(uuid) and name not in self.not_shown and bool(self._held[uuid, name][0]) and "" not in said
        )
        return is_base_sure and self._was_given(self._given, (uuid, name), look)

    def _was_given(self, moments: Mapping[Field, int], what: Field, look: Look) -> bool:
        return moments.get(what, look.moment + 1) <= look.moment
