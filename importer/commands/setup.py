"""What must be known before the first row is read: the service, the account, and the mapping of each sheet."""

import contextlib
import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

from importer.client.account import directory, who_am_i
from importer.client.http import CallbellClient
from importer.client.token import NoTokenError, Token, find_token
from importer.commands.context import Order
from importer.commands.mapping_selection import column_mapping, mapping_options
from importer.mapper.column_mapping import ColumnMapping, uses_channels, uses_teams
from importer.mapper.header_drift import new_columns
from importer.mapper.messages import listed
from importer.mapper.options import MappingOptions
from importer.mapper.row_fingerprint import RowFingerprint
from importer.model.errors import UsageError
from importer.model.plain_text import plain
from importer.model.protocols import Reader
from importer.model.rows import Sheet
from importer.system.clock import SystemClock


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """All that a run needs to begin."""

    service: CallbellClient
    account: str
    """As the journal calls it."""
    options: tuple[MappingOptions, ...]
    mappings: tuple[ColumnMapping, ...]
    """One per sheet."""
    fingerprints: tuple[RowFingerprint, ...]
    """One per sheet."""
    asked: bool
    """Whether there was a token, so that the account could be asked."""


async def prepare(order: Order, readers: Sequence[Reader], opened: contextlib.AsyncExitStack) -> Prepared:
    """Choose the mappings and ask the service for what they need.

    Args:
        order: What to do.
        readers: The opened sheets.
        opened: Gets what has to be closed when the run is over.

    Raises:
        InputError: A mapping cannot be guessed, or does not fit its sheet.
        ServiceError: The token is refused, or the service cannot be reached.
        UsageError: There is no token, or it is another account's.

    """
    options = [mapping_options(reader.sheet, order.settings, order.ask) for reader in readers]
    for reader, one in zip(readers, options, strict=True):
        _tell(order, reader.sheet, one)
    base_url, token = await _place(order, options, opened)
    service = await opened.enter_async_context(CallbellClient(base_url, token or Token(""), SystemClock()))
    name, found = order.settings.service.account, None
    if token is not None:
        name = name or await who_am_i(service, random.random)
        teams, channels = any(map(uses_teams, options)), any(map(uses_channels, options))
        found = await directory(service, teams=teams, channels=channels, jitter=random.random)
    mappings = [column_mapping(reader.sheet, one, found) for reader, one in zip(readers, options, strict=True)]
    return Prepared(
        service=service,
        account=_account(order, name),
        options=tuple(options),
        mappings=tuple(mappings),
        fingerprints=tuple(RowFingerprint(*one, found) for one in zip(mappings, options, strict=True)),
        asked=token is not None,
    )


def notes(sheet: Sheet, options: MappingOptions) -> list[str]:
    """Return what a person should know of a sheet before its rows are read."""
    new = new_columns(options.made_for, sheet.header)
    said = [f"New columns, which the config says nothing of: {listed(new)}."] if new else []
    return [plain(note) for note in (*sheet.notes, *said)]


def _tell(order: Order, sheet: Sheet, options: MappingOptions) -> None:
    """Say what a person should know of a sheet; where nobody listens, nobody misses it."""
    log_on_stream = order.settings.run.log_format == "json" and order.settings.run.log_file is None
    if order.command == "run" and not (order.settings.run.quiet or log_on_stream):
        with contextlib.suppress(OSError, ValueError):
            order.stream.writelines(f"{plain(sheet.file)}: {note}\n" for note in notes(sheet, options))


async def _place(
    order: Order, options: Sequence[MappingOptions], opened: contextlib.AsyncExitStack
) -> tuple[str, Token | None]:
    """Return the address and the token, of the service or of a stand-in that is started for this run.

    A dry run does without a token: what only the account can tell is not told then.
    """
    chosen = order.settings.service
    if not order.settings.run.sandbox:
        try:
            return chosen.base_url, find_token(order.environment, chosen.token_file, chosen.account)
        except NoTokenError:
            if order.settings.run.dry_run:
                return chosen.base_url, None
            raise
    # Late: who has no need of it does not wait for a server to be imported.
    from importer.sandbox import DEFAULT_ACCOUNT, CustomField, Sandbox, SandboxOptions  # noqa: PLC0415 - said above

    fields = [
        CustomField(name=field.name, type=field.type, options=field.options)
        for one in options
        for field in one.columns.custom_fields
    ]
    stand_in = SandboxOptions(account=DEFAULT_ACCOUNT.opened(fields), rate_limit=math.ceil(chosen.rate))
    sandbox = await opened.enter_async_context(Sandbox(stand_in))
    return sandbox.base_url, Token(sandbox.token)


def _account(order: Order, name: str) -> str:
    """Return what the journal calls the account; a stand-in is empty each time, so nothing of it is remembered."""
    if order.settings.run.sandbox:
        return f"sandbox {order.name}"
    account = f"{order.settings.service.base_url} {name}"
    if order.account not in ("", account):
        raise UsageError(
            f"That run was for another account ({order.account.split()[-1]}), and this token is {name}'s.",
            "Give the token of that account.",
        )
    return account
