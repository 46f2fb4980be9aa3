"""People who change contacts in Callbell, between the commands and during them, just before an answer and after."""

from dataclasses import dataclass
from random import Random

from importer.model.rows import Contact
from tests.fault_injection.fields import FIELDS, NEVER_EMPTY, drawn_cell, with_value
from tests.fault_injection.server import Server

_AT_A_LOOK = 0.1
_DELETES = 0.06
_ACTS_SECONDS = 10.0


@dataclass(slots=True, kw_only=True)
class People:
    """The people of a scenario; idle ones do nothing."""

    chance: Random
    server: Server
    is_idle: bool = True

    def act_between(self, seconds: float) -> None:
        """Let them change some contacts between two commands."""
        for _ in range(0 if self.is_idle else self.chance.choice([0, 0, 1, 3, 8])):
            self.act(seconds)

    def moments(self) -> list[float]:
        """Return after how many seconds of a command each of them acts."""
        count = 0 if self.is_idle else self.chance.choice([0, 1, 4])
        return [_ACTS_SECONDS * self.chance.random() ** 3 for _ in range(count)]

    def act(self, seconds: float) -> None:
        """Let somebody change or delete some contact."""
        if uuids := sorted(self.server.held):
            self._act_on(self.chance.choice(uuids), seconds)

    def act_at_look(self, uuid: str, seconds: float) -> None:
        """Let somebody change or delete the contact that an answer shows, right before it or right after."""
        if not self.is_idle and self.chance.random() < _AT_A_LOOK:
            self._act_on(uuid, seconds)

    def _act_on(self, uuid: str, seconds: float) -> None:
        if self.chance.random() < _DELETES:
            self.server.delete_by_person(uuid)
        elif found := self.server.held.get(uuid):
            for name in self.chance.sample(FIELDS, self.chance.choice([1, 1, 2])):
                found = self._changed(uuid, found, name)
            self.server.change(uuid, seconds, found)

    def _changed(self, uuid: str, found: Contact, name: str) -> Contact:
        kind, said = self.chance.random(), self.server.ledger.said(self.server.key(uuid), name)
        if name == "tags":
            return self._tagged(found)
        if kind < 0.15 and said and said[-1]:
            return with_value(found, name, said[-1])
        if kind < 0.3 and name not in NEVER_EMPTY:
            return with_value(found, name, "")
        return with_value(found, name, f"person's {drawn_cell(self.chance, name)}".replace("person's owner", "person"))

    def _tagged(self, found: Contact) -> Contact:
        tags = list(found.tags)
        if tags and self.chance.random() < 0.5:
            tags.remove(self.chance.choice(tags))
        else:
            tags += [
                tag
                for tag in (f"of {self.chance.randint(1, 9)}", "vip")[: self.chance.randint(1, 2)]
                if tag not in tags
            ]
        return with_value(found, "tags", tuple(tags))
