"""Which journal each account has, in a small file beside the journals: an account that has another one is told.

The journal is why nothing is sent twice, so one account wants one journal. Accounts are known by hashes of what only
they have. The file is a help and no more: where it is missing, wrong, or cannot be written, all goes on as without it.
"""

import contextlib
import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from importer.commands.context import CommandContext
from importer.commands.journal_contents import config_lines, journal_contents, known_sentence
from importer.commands.journal_path import importer_state_folder
from importer.commands.setup import is_there
from importer.model.account import AccountIdentity
from importer.model.answers import is_yes
from importer.model.errors import DeclinedError, StorageError
from importer.model.loopback import is_loopback
from importer.model.plain_text import plain
from importer.system.files import read_json_object, write_whole
from importer.system.logs import LOG
from importer.system.shell import importer_command

_Journals = Mapping[str, Sequence[str]]
"""Paths of journals by the hash of an account."""


def require_one_journal(
    context: CommandContext, identity: AccountIdentity, journal: Path, command: str, arguments: Sequence[str]
) -> None:
    """Return if the account has this journal alone, or is to have it too; and write it down.

    Args:
        context: With how to ask, and where the service is.
        identity: Of the account, which was just asked.
        journal: That is open, its true path.
        command: Such as `run`.
        arguments: Of the command, to be given again.

    Raises:
        DeclinedError: The person does not want to go on with this journal.

    """
    if _is_sandbox(context):
        return
    path = _registry()
    known, keys = _read(path), _keys(identity)
    others = _others(known, keys, journal)
    if others:
        options = dict(context.options) | {"journal": others[0]}
        _tell(context, journal, others, importer_command(command, *arguments, options=[*options.items()]))
    if not context.settings.run.dry_run:
        entry = [str(journal), *others]
        _write(path, known, dict.fromkeys(keys, entry))


def other_journal_of(context: CommandContext, identity: AccountIdentity, journal: Path) -> tuple[str, str]:
    """Return that the account has another journal, and how that is used; empty: it has this one alone."""
    others = [] if _is_sandbox(context) else _others(_read(_registry()), _keys(identity), journal)
    return (_said(journal, others), _cure(context, others[0])) if others else ("", "")


def _is_sandbox(context: CommandContext) -> bool:
    """Tell whether the account is a sandbox's: those are all alike."""
    return context.settings.run.sandbox or is_loopback(urlsplit(context.settings.service.base_url).hostname or "")


def _others(known: _Journals, keys: Collection[str], journal: Path) -> Sequence[str]:
    """Return the other journals of an account that are there."""
    found = {one for key in keys for one in known.get(key, ()) if one != str(journal)}
    return sorted(one for one in found if is_there(Path(one)))


def registered_journals() -> Collection[Path]:
    """Return the journals that this user's accounts have; some may be missing."""
    return {Path(one) for journals in _read(_registry()).values() for one in journals}


def _registry() -> Path:
    return importer_state_folder() / "accounts.json"


def _tell(context: CommandContext, journal: Path, others: Sequence[str], command: str) -> None:
    """Tell of the account's other journals, and ask on a terminal.

    Raises:
        DeclinedError: The person does not want to go on.

    """
    said = f"{_said(journal, others)}\n{_cure(context, others[0])}"
    LOG.warning("%s", said)
    if context.asker is None:
        context.tell(said)
    elif not is_yes(context.asker(f"{said}\nGo on with this journal all the same? [y/N]")):
        raise DeclinedError("Nothing was sent: the account has another journal.", f"To use that one:\n  {command}")


def _said(journal: Path, others: Sequence[str]) -> str:
    names = ["It"] if len(others) == 1 else map(plain, others)
    counts = "".join(known_sentence(journal_contents(Path(one)), name) for one, name in zip(others, names, strict=True))
    return (
        f"This account has another journal: {plain(', '.join(others))}.{counts} What was sent with that one,"
        f" {plain(str(journal))} does not know: contacts are not made again, as Callbell is asked first, but what is in"
        " doubt there, what people changed since, and who was forgotten (purge), are not seen."
    )


def _cure(context: CommandContext, other: str) -> str:
    lines = config_lines(other, context.settings.run.of_account)
    return f"To use that one each time, write into the config:\n{lines}"


def _keys(identity: AccountIdentity) -> Collection[str]:
    """Return hashes of what tells the account: its teams and channels, or else what it is called."""
    texts = identity.uuids or {identity.name}
    return [hashlib.blake2b(text.encode(), digest_size=16).hexdigest() for text in sorted(texts)]


def _read(path: Path) -> _Journals:
    """Return what the file says; nothing where it is missing, or says anything else."""
    journals = read_json_object(path).get("journals")
    found = journals if isinstance(journals, dict) else {}
    return {key: [str(one) for one in paths] for key, paths in found.items() if isinstance(paths, list)}


def _write(path: Path, known: _Journals, news: _Journals) -> None:
    """Write down which journals an account has; the others' stay, and two commands at once may lose one entry."""
    if all(known.get(key) == paths for key, paths in news.items()):
        return
    text = json.dumps({"journals": {**known, **news}}, indent=1)
    with contextlib.suppress(StorageError), write_whole(path) as unfinished:
        unfinished.write_text(f"{text}\n", encoding="utf-8")
