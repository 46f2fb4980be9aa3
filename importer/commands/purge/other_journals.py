"""Where else a person is known: journals of the config's other accounts, and all that this user's runs used.

A person is to be forgotten in each of them, by a command of its own: a journal is locked, and asked about, by itself.
One that can be read and knows nothing of them is not told of.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from importer.commands.account.account_registry import registered_journals
from importer.commands.context import CommandContext
from importer.commands.journal_path import journal_file
from importer.commands.named_journal import other_journals
from importer.commands.service_journals import other_services
from importer.commands.setup import is_there
from importer.journal.purge_person import knows_person
from importer.model.errors import StorageError
from importer.model.person import Person
from importer.system.installed_units import InstalledUnit
from importer.system.shell import bare_command, importer_command

_NUMBER = "NUMBER"
"""Stands for the person's own where others may read it."""
_VARIABLE = "CALLBELL_IMPORTER_JOURNAL"
_TEXTS = {
    (False, True): "They stand in other journals too. To forget them there:",
    (False, False): "Other journals cannot be read from here. To look there, and forget them:",
    (True, True): "They stand in a nightly service's journal too. To forget them there, as root:",
    (True, False): "A nightly service has a journal too, which was not looked into. To forget them there, as root:",
}
"""What is said of journals, by whether they are a nightly service's, and whether they could be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherJournal:
    """A journal that knows a person, or that cannot be read."""

    paths: Sequence[Path]
    """Of the account's own one, and of its rehearsals."""
    account: str
    """The config's account whose journal it is; empty: of none that is known."""
    options: Sequence[tuple[str, object]]
    """Those that lead to it."""
    service: InstalledUnit | None = None
    """The nightly service whose user has it."""
    can_be_read: bool = True

    def command(self, number: str) -> str:
        """Return what forgets a person there."""
        words = ("purge", "--contact", number)
        if self.service:
            return self.service.as_its_user(bare_command(*words, options=self.options))
        return importer_command(*words, options=self.options)

    def for_json(self) -> Mapping[str, str | None]:
        """Return what an object tells of it, without the person's number."""
        return {"journal": str(self.paths[0]), "account": self.account or None, "command": self.command(_NUMBER)}


def journals_besides(context: CommandContext, opened: Collection[Path], person: Person) -> Sequence[OtherJournal]:
    """Return the journals that are not open and know the person, or cannot be read; none for a rehearsal's own."""
    looked_into = ((one, _is_known_in(one, person)) for one in _journals_besides(context, opened))
    return [replace(one, can_be_read=is_known is not None) for one, is_known in looked_into if is_known is not False]


def paths_besides(context: CommandContext, opened: Collection[Path]) -> Sequence[Path]:
    """Return the files of the journals that are not open; whether they can be read is not known."""
    return [path for journal in _journals_besides(context, opened) for path in journal.paths]


def _is_known_in(journal: OtherJournal, person: Person) -> bool | None:
    """Tell whether a journal knows the person; None: it cannot be read."""
    try:
        return any(knows_person(path, person) for path in journal.paths)
    except StorageError:
        return None


def _journals_besides(context: CommandContext, opened: Collection[Path]) -> Sequence[OtherJournal]:
    """Return the journals that are there and not open."""
    run, config = context.settings.run, context.options.get("config")
    if run.sandbox:
        return []
    found: list[OtherJournal] = []
    has_variable = bool(context.environment.get(_VARIABLE))  # which would win over the account's own
    for name in context.settings.account_journals:
        if missed := [path for path in _journals_of(context, name) if is_there(path) and path not in opened]:
            journal = str(missed[0]) if has_variable else None
            found.append(_other(missed, name, (config, name, journal)))
    of_accounts = {path for name in context.settings.account_journals for path in _journals_of(context, name)}
    known = of_accounts | {*opened}
    services = other_services(known)
    rest = sorted({*other_journals(opened), *registered_journals()} - known - {unit.journal for unit in services})
    found += [_other([path], "", (config, run.of_account, str(path))) for path in rest if is_there(path)]
    for unit in services:
        options = (("config", config), ("account", run.of_account), ("journal", str(unit.journal)))
        found.append(OtherJournal(paths=[unit.journal], account="", options=options, service=unit))
    return found


def lines_to_forget(context: CommandContext, number: str, journals: Sequence[OtherJournal]) -> Sequence[str]:
    """Return what to say of the journals that are left, if there are some; a log does not get the number."""
    shown = shown_number(context, number)
    lines = list[str]()
    for (of_service, can_be_read), text in _TEXTS.items():
        these = [one for one in journals if (one.service is not None, one.can_be_read) == (of_service, can_be_read)]
        lines += [text, *(f"  {one.command(shown)}" for one in these)] if these else []
    return lines


def is_shown(context: CommandContext) -> bool:
    """Tell whether what is said is shown to the person who gave the number; else it may be kept."""
    return context.stream.isatty() and not context.settings.run.json


def shown_number(context: CommandContext, number: str) -> str:
    """Return the person's number where it is shown to them, and else what stands for it."""
    return number if is_shown(context) else _NUMBER


def _other(paths: Sequence[Path], account: str, values: tuple[object, ...]) -> OtherJournal:
    options = [*zip(("config", "account", "journal"), values, strict=True)]
    return OtherJournal(paths=paths, account=account, options=options)


def _journals_of(context: CommandContext, account: str) -> Iterator[Path]:
    """Yield where an account of the config has its journal, and that of its rehearsals."""
    yield journal_file(context.settings.account_journals[account], sandbox=False, account=account)
    yield journal_file(None, sandbox=True, account=account)
