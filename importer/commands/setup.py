"""What a command opens before it reads the first row: log, lock, journal, sheets, and the connection to the account."""

import contextlib
import gc
import math
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from importer.client.account import directory, who_am_i
from importer.client.http import CallbellClient
from importer.client.token import NoTokenError, Token, find_token
from importer.commands.context import CommandContext
from importer.commands.mapping_selection import column_mapping, mapping_options
from importer.commands.paths import journal_path, lock_path, run_name
from importer.journal import Journal
from importer.mapper.column_mapping import ColumnMapping, uses_channels, uses_teams
from importer.mapper.options import MappingOptions
from importer.model.account import Directory
from importer.model.errors import UsageError
from importer.model.protocols import Reader
from importer.model.runs import RunRecord
from importer.readers import open_reader, preload
from importer.system.locks import exclusive_lock
from importer.system.logs import logging_to


@dataclass(frozen=True, slots=True, kw_only=True)
class MappedSheet:
    """An opened sheet, and which column feeds which field."""

    reader: Reader
    options: MappingOptions
    mapping: ColumnMapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """The service, and the account that answers there."""

    service: CallbellClient
    account: str
    """As the journal calls it."""
    directory: Directory | None
    """Its teams and channels; None: there is no token, so nobody was asked."""
    sheets: Sequence[MappedSheet]
    """Mapped with the teams and channels of the account."""


@contextlib.contextmanager
def open_journal(context: CommandContext, *, tallied_only: bool = False) -> Iterator[Journal]:
    """Yield the open journal, with the log on and the lock held.

    Args:
        context: With the journal's path, and how to log.
        tallied_only: Whether the journal keeps no rows that would be sent, only their number.

    Raises:
        BusyError: Another run uses the journal.
        StorageError: The journal, its lock or the log cannot be opened.

    """
    run = context.settings.run
    path = journal_path(run.journal, sandbox=run.sandbox)
    with (
        logging_to(run.log_file, context.stream, log_format=run.log_format, verbose=run.verbose),
        exclusive_lock(lock_path(path), wait=run.wait),
        contextlib.closing(Journal.open(path, rehearsal=run.dry_run, tallied_only=tallied_only)) as journal,
    ):
        yield journal


@contextlib.contextmanager
def open_sheets(context: CommandContext, files: Sequence[str]) -> Iterator[Sequence[Reader]]:
    """Yield a reader for each file; what their rows are read with is imported meanwhile, on a thread.

    Raises:
        InputError: A file cannot be read.

    """
    with contextlib.ExitStack() as opened:
        readers = []
        for file in files:
            reader = open_reader(file, context.settings.input)
            opened.callback(reader.close)
            readers.append(reader)
        threading.Thread(target=_preload, name="preload").start()
        yield readers


def _preload() -> None:
    with contextlib.suppress(Exception):  # reading the rows says what is wrong
        preload()


def new_run(
    context: CommandContext,
    journal: Journal,
    command: str,
    files: Sequence[str],
    *,
    account: str = "",
    named_after: str = "",
) -> RunRecord:
    """Return what the journal is to know of a new run.

    Args:
        context: With the options and the reports' folder.
        journal: With the names that are taken.
        command: Such as `run`.
        files: As the person wrote them; they are made absolute.
        account: The account that it must be, as the journal calls it; empty: any.
        named_after: What the run is named after; left out: the first file.

    """
    started_at = context.clock.now()
    taken = {record.name for record, _ in journal.runs()} | journal.undo_names()
    report_dir = context.settings.run.report_dir
    name = run_name(started_at, named_after or files[0], report_dir, taken)
    return RunRecord(
        name=name,
        command=command,
        account=account,
        files=tuple(str(Path(file).absolute()) for file in files),
        options=context.options,
        report_dir=str((report_dir / name).absolute()),
        started_at=started_at,
    )


def collect_less_garbage() -> None:
    """Collect garbage less often, and never among what was imported: rows leave next to none.

    Measured on 2026-11-23, 2 cores, limit off, in pairs: 2,620 to 3,548, 1,690 to 2,852 and 1,821 to 2,739 rows/s.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


async def connect(
    context: CommandContext, record: RunRecord, readers: Sequence[Reader], opened: contextlib.AsyncExitStack
) -> Connection:
    """Ask the service for the account, and for the teams and channels that the mappings name; map the sheets.

    Args:
        context: With where the service is.
        record: The run; its account is the one that it must be.
        readers: The opened sheets.
        opened: Gets what has to be closed when the run is over.

    Raises:
        InputError: A mapping does not fit its header.
        ServiceError: The token is refused, or the service cannot be reached.
        UsageError: There is no token, or it is another account's.

    """
    options = [mapping_options(reader.sheet, context.settings) for reader in readers]
    in_sandbox = context.settings.run.sandbox
    base_url, token = await _sandbox(context, options, opened) if in_sandbox else _service(context)
    service = await opened.enter_async_context(CallbellClient(base_url, token or Token(""), context.clock))
    name, found = context.settings.service.account, None
    if token is not None:
        name = name or await who_am_i(service, context.jitter)
        teams, channels = any(map(uses_teams, options)), any(map(uses_channels, options))
        found = await directory(service, teams=teams, channels=channels, jitter=context.jitter)
    # A sandbox is empty each time, so nothing of it is remembered.
    account = f"sandbox {record.name}" if in_sandbox else f"{base_url} {name}"
    if record.account not in ("", account):
        raise UsageError(
            f"That run was for another account ({record.account}), and this one is {account}.",
            "Give the token and the config of that account. Nothing was changed.",
        )
    sheets = []
    for reader, one in zip(readers, options, strict=True):
        mapping = column_mapping(reader.sheet, one, found)
        sheets.append(MappedSheet(reader=reader, options=one, mapping=mapping))
    return Connection(service=service, account=account, directory=found, sheets=sheets)


def _service(context: CommandContext) -> tuple[str, Token | None]:
    """Return the service's address and the token; a dry run does without a token, and without asking the account."""
    chosen = context.settings.service
    try:
        return chosen.base_url, find_token(context.environment, chosen.token_file, chosen.account)
    except NoTokenError:
        if context.settings.run.dry_run:
            return chosen.base_url, None
        raise


async def _sandbox(
    context: CommandContext, options: Sequence[MappingOptions], opened: contextlib.AsyncExitStack
) -> tuple[str, Token]:
    """Start a sandbox for this run, which has the custom fields of the mappings; return its address and token."""
    # Late: a run that does not need it does not wait for a server to be imported.
    from importer.sandbox import DEFAULT_ACCOUNT, CustomField, Sandbox, SandboxOptions  # noqa: PLC0415 - said above

    fields = [
        CustomField(name=field.name, type=field.type, options=field.options)
        for one in options
        for field in one.columns.custom_fields
    ]
    rate_limit = math.ceil(context.settings.service.rate)
    sandbox = Sandbox(SandboxOptions(account=DEFAULT_ACCOUNT.opened(fields), rate_limit=rate_limit))
    await opened.enter_async_context(sandbox)
    return sandbox.base_url, Token(sandbox.token)
