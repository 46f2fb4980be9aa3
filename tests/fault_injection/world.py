"""What is around the commands of a scenario, and changes from one to the next: clocks, names, mappings, people."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from random import Random

from tests.fault_injection.account import Account
from tests.fault_injection.server import Server
from tests.fault_injection.table import FORMATS, NUMBER_FORMS, Mapping, Table, contacts
from tests.fault_injection.troubles import Trouble, step_seconds
from tests.support.virtual_time import VirtualClock

_BETWEEN_COMMANDS = 0.5
_DURING_COMMANDS = 0.5
_SOON_SECONDS = 3.0
_ADDED = 0.2
_ADDED_SECONDS_AGO = (1.1, 9.0)


@dataclass(slots=True, kw_only=True)
class World:
    """What a scenario's commands are given by others."""

    chance: Random
    server: Server
    troubles: frozenset[Trouble] = frozenset()
    clock: VirtualClock = field(default_factory=VirtualClock)
    """Ours."""
    account: Account = field(default_factory=Account)
    mapping: Mapping = field(default_factory=Mapping)

    def move_on(self, given: Sequence[Table], refused: Collection[str], seconds: float) -> None:
        """Let happen before a command what is trouble.

        Args:
            given: The input of the runs.
            refused: The keys that the service never takes.
            seconds: When the command begins.

        """
        if Trouble.CLOCK in self.troubles and self.chance.random() < _BETWEEN_COMMANDS:
            self.set_clock()
        if Trouble.BY_HAND in self.troubles and self.server.is_safe:
            self._let_people_add(given, refused, seconds)
        if Trouble.WRITING in self.troubles:
            formats, forms = self.chance.choice(FORMATS), self.chance.choice(NUMBER_FORMS)
            self.mapping = replace(self.mapping, identifier_format=formats, number_form=forms)
        if Trouble.CHANNEL in self.troubles:
            self.mapping = replace(self.mapping, names_main_channel=self.chance.random() < _BETWEEN_COMMANDS)
        if Trouble.ACCOUNT in self.troubles:
            self.account.rename(self.chance)

    def clock_is_set_after_seconds(self) -> float | None:
        """Return when during a command somebody sets the clock; None: nobody does."""
        if Trouble.CLOCK not in self.troubles or self.chance.random() >= _DURING_COMMANDS:
            return None
        return self.chance.random() * _SOON_SECONDS

    def set_clock(self) -> None:
        """Let somebody set our clock."""
        self.clock.ahead_seconds += step_seconds(self.chance)

    def _let_people_add(self, given: Sequence[Table], refused: Collection[str], seconds: float) -> None:
        """Let a person add contacts that we never sent, a moment before the command, and as the rows have them."""
        known = {*self.server.posts, *self.server.contacts, *refused}
        for key, contact in contacts(given).items():
            if key not in known and self.chance.random() < _ADDED:
                self.server.put_before(key, contact, seconds - self.chance.uniform(*_ADDED_SECONDS_AGO))
