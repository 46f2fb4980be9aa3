"""The order of the contact list: newest conversation first."""

from dataclasses import dataclass, field


@dataclass(slots=True, kw_only=True)
class Conversations:
    """The place of each contact in the list, the highest on top."""

    _places: dict[str, int] = field(default_factory=dict)
    _newest: int = 0

    def place(self, uuid: str) -> int:
        """Return a contact's place; a new one is on top."""
        self._newest += uuid not in self._places
        return self._places.setdefault(uuid, self._newest)

    def move_up(self, uuid: str) -> None:
        """Put a contact on top: it writes, or is written to."""
        self._places.pop(uuid, None)
        self.place(uuid)
