"""Resolve what cells call teams, channels and users to what the service takes: UUIDs and e-mails. Pure.

Teams and channels are listed to the last page, so one that is not there is surely missing. Users are listed only as
members of teams (the documentation has no other call): an e-mail that is in no team may belong to a user all the same,
so it passes, and is worth a look; a name that no member has cannot be turned into an e-mail, so it is a problem.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from importer.mapper.header import composed
from importer.mapper.messages import cell_problem, did_you_mean, listed, nearest
from importer.model.account import Directory, NamedEntry
from importer.model.payload import SOURCES
from importer.model.rows import Problem

Resolution = Callable[[str], str | Problem]


def resolve_team(teams: Sequence[NamedEntry] | None) -> Resolution:
    """Return the resolution of a UUID or name to a team's UUID; without a list everything passes."""
    return _passing if teams is None else _Resolver(kind="team", entries=teams)


def resolve_channel(channels: Sequence[NamedEntry] | None, source: str) -> Resolution:
    """Return the resolution of a UUID or title to a channel's UUID, which must be in use and of the source's type."""
    return _passing if channels is None else _Resolver(kind="channel", entries=channels, source=source)


def resolve_user(users: Sequence[NamedEntry] | None, is_email: Callable[[str], bool]) -> Resolution:
    """Return the resolution of an e-mail or name to a user's e-mail; without a list everything passes.

    Args:
        users: Those who are in a team.
        is_email: Whether a text has the form of an e-mail.

    """
    if users is None:
        return _passing
    resolver = _Resolver(kind="assigned_user", entries=users)

    def resolve(text: str) -> str | Problem:
        is_unlisted = is_email(text) and not resolver.called(text)  # maybe a user who is in no team
        return text if is_unlisted else resolver(text)

    return resolve


def names_of(entries: Iterable[NamedEntry]) -> frozenset[str]:
    """Return the names and UUIDs or e-mails of the entries, for comparison with `folded_label`."""
    return frozenset(folded_label(text) for one in entries for text in (one.name, one.sent) if text)


def columns_in_account(
    by_account: Mapping[str, tuple[str, frozenset[str]]], directory: Directory | None
) -> dict[str, str]:
    """Return the header of each column of teams, channels or users of whose values the account has more than half.

    Args:
        by_account: `team`, `channel` and `assigned_user` to a header and its values.
        directory: What the account has; None: it was not asked.

    """
    there = directory or Directory()
    entries = {"team": there.teams, "channel": there.channels, "assigned_user": there.users}
    has = {name: names_of(found or ()) for name, found in entries.items()}
    return {
        name: header
        for name, (header, values) in by_account.items()
        if 2 * sum(folded_label(value) in has[name] for value in values) > len(values)
    }


def folded_label(text: str) -> str:
    """Return a name for comparison: letter case, spaces and the forms of accents do not matter."""
    return " ".join(composed(text).casefold().split())


_NOT_THERE = {
    "team": "is not the name or UUID of a team of the account",
    "channel": "is not the title or UUID of a channel of the account",
    "assigned_user": "is not an e-mail address, and nobody in the account's teams is called so",
}
_WHAT = {"team": "teams", "channel": "channels", "assigned_user": "users"}


@dataclass(kw_only=True)
class _Resolver:
    kind: str
    entries: Sequence[NamedEntry]
    source: str = ""
    """The source of the contacts; empty: entries have no type."""

    def __post_init__(self) -> None:
        self._by_key: dict[str, list[NamedEntry]] = {}
        self._by_name: dict[str, list[NamedEntry]] = {}
        for one in self.entries:
            self._by_key.setdefault(_key(one.sent), []).append(one)
            if name := folded_label(one.name):
                self._by_name.setdefault(name, []).append(one)

    def called(self, text: str) -> Sequence[NamedEntry]:
        """Return the entries of this UUID or e-mail, or else of this name."""
        return self._by_key.get(_key(text)) or self._by_name.get(folded_label(text)) or []

    def __call__(self, text: str) -> str | Problem:
        found = self.called(text)
        in_use = [one for one in found if not one.is_discarded]
        fitting = list(filter(self._fits, in_use))
        sent = list(dict.fromkeys(one.sent for one in fitting))
        if len(sent) == 1:
            return sent[0]
        if sent:
            what = f"is the name of {len(sent)} {_WHAT[self.kind]}: write {listed(sent, 'or')} instead."
            return cell_problem(f"{self.kind}_ambiguous", text, what)
        if in_use:
            what = (
                f"is a channel of {listed(one.type for one in in_use)}, and these contacts are of {self.source}: name"
                f" another channel, or set source under [contact] of the config."
            )
            return cell_problem("channel_of_other_source", text, what)
        if found:
            return self._missing("channel_discarded", text, "is a channel that was discarded in Callbell")
        code = "assigned_user_invalid" if self.kind == "assigned_user" else f"{self.kind}_unknown"
        return self._missing(code, text, _NOT_THERE[self.kind])

    def _missing(self, code: str, text: str, what: str) -> Problem:
        names = [one.name for one in self.entries if not one.is_discarded and self._fits(one)]
        near = nearest(text, names)
        problem = cell_problem(code, text, f"{what}{did_you_mean(text, names)}")
        return replace(problem, near=near[0]) if near else problem

    def _fits(self, entry: NamedEntry) -> bool:
        """Tell whether its contacts are of the source, as far as the service says."""
        return not self.source or entry.type not in SOURCES or entry.type == self.source


def _key(text: str) -> str:
    """Return a UUID or e-mail for comparison: UUIDs come with and without hyphens."""
    folded = text.strip().casefold()
    return folded if "@" in folded else folded.replace("-", "")


def _passing(text: str) -> str:
    return text
