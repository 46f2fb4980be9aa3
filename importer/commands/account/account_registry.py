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
from importer.commands.journal_path import importer_state_folder
from importer.commands.setup import is_there
from importer.model.account import AccountIdentity
from importer.model.answers import is_yes
from importer.model.errors import StorageError, UsageError
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
        UsageError: The person does not want to go on with this journal.

    """
    if context.settings.run.sandbox or is_loopback(urlsplit(context.settings.service.base_url).hostname or ""):
        return  # the accounts of sandboxes are all alike
    path = _registry()
    known, keys = _read(path), _keys(identity)
    others = sorted({one for key in keys for one in known.get(key, ()) if one != str(journal) and is_there(Path(one))})
    if others:
        options = dict(context.options) | {"journal": others[0]}
        _tell(context, journal, others, importer_command(command, *arguments, options=[*options.items()]))
    if not context.settings.run.dry_run:
        entry = [str(journal), *others]
        _write(path, known, dict.fromkeys(keys, entry))


def registered_journals() -> Collection[Path]:
    """Return the journals that this user's accounts have; some may be missing."""
    return {Path(one) for journals in _read(_registry()).values() for one in journals}


def _registry() -> Path:
    return importer_state_folder() / "accounts.json"


def _tell(context: CommandContext, journal: Path, others: Sequence[str], command: str) -> None:
    """Tell of the account's other journals, and ask on a terminal.

    Raises:
        UsageError: The person does not want to go on.

    """
    named = plain(", ".join(others))
    said = (
        f"This account has another journal: {named}. What was sent with that one, {plain(str(journal))} does not know:"
        " contacts are not made again, as Callbell is asked first, but what is in doubt there, and what people changed"
        " since, are not seen."
    )
    LOG.warning("%s", said)
    if context.asker is None:
        context.tell(said)
    elif not is_yes(context.asker(f"{said}\nGo on with this journal all the same? [y/N]")):
        raise UsageError("Nothing was sent: the account has another journal.", f"To use that one:\n  {command}")


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
