"""Which account a token is for, as the service tells it: a user's e-mail, and pages of teams and channels."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random

from tests.fault_injection.table import MAIN_CHANNEL, OTHER_CHANNEL

_A_PAGE = 2
_EMAILS = ("owner@example.com", "ana@example.com", "Ana@Example.com")
_LABELS = ("", "main", "shop")
_ADDRESSES = ("https://api.callbell.eu/v1", "https://API.callbell.eu/v1/", "https://callbell.example/v1")


@dataclass(slots=True, kw_only=True)
class Account:
    """One account under the names of one run; its contacts are the server's, whatever it is called."""

    email: str = _EMAILS[0]
    label: str = ""
    """As the config has it."""
    base_url: str = _ADDRESSES[0]
    teams: list[str] = field(default_factory=lambda: ["team-1", "team-2", "team-3"])
    channels: list[str] = field(default_factory=lambda: ["channel-3", OTHER_CHANNEL, MAIN_CHANNEL])

    def rename(self, chance: Random) -> None:
        """Let the next run know the account by other names; where it has neither team nor channel, by its e-mail."""
        if self.teams or self.channels:
            self.email = chance.choice(_EMAILS)
        self.label, self.base_url = chance.choice(_LABELS), chance.choice(_ADDRESSES)
        if self.teams:
            self.teams = [*self.teams[1:], f"team-{chance.randint(10, 99)}"]

    def answer(self, what: str, page: int) -> Mapping[str, object]:
        """Return the JSON object of GET /auth/me, /teams or /channels."""
        if what == "auth":
            return {"status": "ok", "user_email": self.email, "api_key": "secret"}
        uuids = self.teams if what == "teams" else self.channels
        shown = [
            {"uuid": uuid, "name": uuid, "title": uuid, "type": "whatsapp", "main": uuid == MAIN_CHANNEL}
            for uuid in uuids[(page - 1) * _A_PAGE : page * _A_PAGE]
        ]
        return {what: shown, "meta": {"page": page, "pages": max(1, -(-len(uuids) // _A_PAGE))}}


def account(chance: Random, *, is_bare: bool) -> Account:
    """Return the account of a seed.

    Args:
        chance: Of the seed.
        is_bare: Whether it may have neither team nor channel.

    """
    if is_bare and chance.random() < 0.2:
        return Account(teams=[], channels=[])
    return Account()
