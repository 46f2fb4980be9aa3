"""The journals that a purge does not open: those of the config's other accounts, and all that this user's runs used.

A person is to be forgotten in each of them, by a command of its own: a journal is locked, and asked about, by itself.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from importer.commands.account.account_registry import registered_journals
from importer.commands.context import CommandContext
from importer.commands.journal_path import journal_file
from importer.commands.named_journal import other_journals
from importer.commands.service_journals import other_services
from importer.commands.setup import is_there
from importer.system.installed_units import InstalledUnit
from importer.system.shell import importer_command

_NUMBER = "NUMBER"
"""Stands for the person's own where others may read it."""
_VARIABLE = "CALLBELL_IMPORTER_JOURNAL"


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherJournal:
    """A journal that was not looked into."""

    path: Path
    account: str
    """The config's account whose journal it is; empty: of none that is known."""
    options: Sequence[tuple[str, object]]
    """Those that lead to it."""
    service: InstalledUnit | None = None
    """The nightly service whose user has it."""

    def command(self, number: str) -> str:
        """Return what forgets a person there."""
        command = importer_command("purge", "--contact", number, options=self.options)
        return self.service.as_its_user(command) if self.service else command

    def for_json(self) -> Mapping[str, str | None]:
        """Return what an object tells of it, without the person's number."""
        return {"journal": str(self.path), "account": self.account or None, "command": self.command(_NUMBER)}


def journals_besides(context: CommandContext, opened: Collection[Path]) -> Sequence[OtherJournal]:
    """Return the journals that are there and not open; none for a rehearsal's own."""
    run, config = context.settings.run, context.options.get("config")
    if run.sandbox:
        return []
    found: list[OtherJournal] = []
    has_variable = bool(context.environment.get(_VARIABLE))  # which would win over the account's own
    for name in context.settings.account_journals:
        if missed := [path for path in _journals_of(context, name) if is_there(path) and path not in opened]:
            journal = str(missed[0]) if has_variable else None
            found.append(_other(missed[0], name, (config, name, journal)))
    of_accounts = {path for name in context.settings.account_journals for path in _journals_of(context, name)}
    known = of_accounts | {*opened}
    services = other_services(known)
    rest = sorted({*other_journals(opened), *registered_journals()} - known - {unit.journal for unit in services})
    found += [_other(path, "", (config, run.of_account, str(path))) for path in rest if is_there(path)]
    for unit in services:
        options = (("config", config), ("account", run.of_account), ("journal", str(unit.journal)))
        found.append(OtherJournal(path=unit.journal, account="", options=options, service=unit))
    return found


def lines_to_forget(context: CommandContext, number: str, journals: Sequence[OtherJournal]) -> Sequence[str]:
    """Return what to say of the journals that are left, if there are some; a log does not get the number."""
    shown = number if context.stream.isatty() else _NUMBER
    own, of_services = ([one for one in journals if bool(one.service) is is_of] for is_of in (False, True))
    texts = {
        "Other journals have not been looked into. To forget them there too:": own,
        "A nightly service has a journal too, which was not looked into. To forget them there, as root:": of_services,
    }
    lines: list[str] = []
    for text, ones in texts.items():
        lines += [text, *(f"  {one.command(shown)}" for one in ones)] if ones else []
    return lines


def _other(path: Path, account: str, values: tuple[object, ...]) -> OtherJournal:
    options = [*zip(("config", "account", "journal"), values, strict=True)]
    return OtherJournal(path=path, account=account, options=options)


def _journals_of(context: CommandContext, account: str) -> Iterator[Path]:
    """Yield where an account of the config has its journal and, where none is named, that of its rehearsals."""
    named = context.settings.account_journals[account]
    for is_sandbox in (False,) if named else (False, True):
        yield journal_file(named, sandbox=is_sandbox, account=account)
