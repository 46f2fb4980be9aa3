"""Preflight: what the rows require of the account, asked before the first request that changes anything.

Teams, channels and users are asked for on connecting, as the mapping needs them: a row that names one that is not there
is invalid when it is mapped. Here is what can only be known when all rows are mapped: tags and custom fields.
"""

from collections.abc import Callable

from importer.client.account import UnreadableError
from importer.commands.account.account_check import NOTHING_MISSING, NotSeen, misfits, names_not_seen, not_seen, refusal
from importer.commands.account.census import AccountContents, Census
from importer.commands.account.connection import Connection
from importer.commands.account.presence import find_existing
from importer.commands.account.requirements import Requirements, RequirementsOfSheet, source_columns
from importer.commands.context import CommandContext
from importer.journal import AsyncJournal
from importer.mapper.options import MappingOptions
from importer.model.account import Directory
from importer.model.protocols import Service
from importer.model.replies import Outcome
from importer.model.rows import Contact
from importer.model.runs import ProblemGroup
from importer.reports.problem_groups import ShownGroups, groups_text
from importer.system.logs import LOG, log_fields

_MOST_TOLD = 10


class Preflight:
    """What the rows of one run require, and what the account was seen to have."""

    def __init__(self) -> None:
        self.requirements = Requirements()
        self.census = Census(self.requirements)
        self.problems: tuple[ProblemGroup, ...] = ()
        """Values that the account's custom fields do not take: the service would refuse their rows."""
        self.warnings: tuple[ProblemGroup, ...] = ()
        """What was not seen, which is no proof."""
        self._seen = AccountContents()

    def observer(self, options: MappingOptions) -> RequirementsOfSheet:
        """Return what observes the rows of a sheet, mapped with these options."""
        return RequirementsOfSheet(self.requirements, source_columns(options))

    async def ask(
        self,
        service: Service,
        jitter: Callable[[], float],
        directory: Directory | None,
        *,
        is_walked: bool = False,
    ) -> None:
        """Find out what the account has of what the rows require.

        Args:
            service: That the account is of.
            jitter: A number from 0.0 to 1.0 for the waits between attempts.
            directory: The account's users, as far as they were asked for.
            is_walked: Whether the census was shown all contacts already.

        Raises:
            ServiceError: The token is refused, or the service cannot be reached.

        """
        await self.census.complete(service, jitter, is_walked=is_walked)
        self._seen = self.census.contents
        self.problems = tuple(misfits(self.requirements, self._seen))
        self.warnings = tuple(not_seen(self.requirements, self._seen, directory))

    def not_seen(self, connection: Connection) -> NotSeen:
        """Return what a person should know before anything is sent; nothing of it in a rehearsal."""
        if connection.rehearsal is not None:
            return NOTHING_MISSING
        return names_not_seen(self.requirements, self._seen, connection.directory)

    def refusal(self, contact: Contact) -> Outcome | None:
        """Return the outcome of a row that the account would surely refuse; else None."""
        return refusal(contact, self._seen)


async def ask_before_sending(
    context: CommandContext, connection: Connection, preflight: Preflight, service: Service, journal: AsyncJournal
) -> None:
    """Find out, when all rows are known, who is there already and what else the service has to say of them.

    Args:
        context: Of the command.
        connection: To the account, or to a sandbox.
        preflight: That saw all rows.
        service: That keeps the pace.
        journal: With all rows of the run.

    Raises:
        ServiceError: The token is refused, or the service cannot be reached.
        StorageError: The journal cannot be written.

    """
    is_walked = await find_existing(context, service, journal, connection.lists, preflight.census.see_contacts)
    rehearsal = connection.rehearsal
    if rehearsal is None:
        await _ask_account(context, connection, preflight, service, is_walked=is_walked)
    elif rehearsal.account is not None:  # the sandbox itself is empty
        await _ask_account(context, connection, preflight, rehearsal.account, is_walked=False)
        rehearsal.learn(preflight.requirements, preflight.census.contents)


async def _ask_account(
    context: CommandContext, connection: Connection, preflight: Preflight, service: Service, *, is_walked: bool
) -> None:
    """Say what the rows require and the account was not seen to have; a list that cannot be read ends nothing.

    What was not seen is told by the last question, where there is one.
    """
    try:
        await preflight.ask(service, context.jitter, connection.directory, is_walked=is_walked)
    except UnreadableError as error:
        LOG.warning("tags and custom fields were not asked for: %s", error.message, extra=log_fields("account"))
    warnings = () if context.asks_at_last and connection.rehearsal is None else preflight.warnings
    for title, groups in (("Not sent:", preflight.problems), ("Worth a look:", warnings)):
        if groups:
            context.tell(groups_text(title, context.told(groups), ShownGroups(_MOST_TOLD)))
