"""What looks at the rows of a run while they are read, and what it has found when all were."""

from dataclasses import dataclass, field
from functools import partial

from importer.commands.account.connection import Connection, MappedSheet
from importer.commands.account.preflight import Preflight
from importer.commands.context import CommandContext
from importer.commands.end.run_end import RunFindings
from importer.commands.questions.country_cure import NumbersWithoutCountry
from importer.commands.questions.last_question import LastQuestion
from importer.journal import Journal
from importer.mapper.contact import RowFingerprint, to_contact
from importer.mapper.sheet_warnings import SheetWarnings
from importer.mapper.warnings import Findings
from importer.model.account import Directory
from importer.model.runs import RunRecord
from importer.pipeline import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class RowObservers:
    """The observers of one run."""

    warnings: Findings = field(default_factory=Findings)
    preflight: Preflight = field(default_factory=Preflight)
    without_country: NumbersWithoutCountry = field(default_factory=NumbersWithoutCountry)
    last_question: LastQuestion = field(default_factory=LastQuestion)

    def source(self, index: int, sheet: MappedSheet, directory: Directory | None) -> Source:
        """Return a sheet as it is read, with what looks at its rows.

        Args:
            index: Of the sheet, from 0.
            sheet: With its mapping.
            directory: The account's teams, channels and users, which the mapping uses.

        """
        return Source(
            sheet_index=index,
            reader=sheet.reader,
            to_contact=partial(to_contact, mapping=sheet.mapping),
            fingerprint=RowFingerprint(sheet.mapping, sheet.options, directory),
            observers=(
                SheetWarnings(self.warnings, sheet.mapping, index, sheet.options.contact),
                self.preflight.observer(sheet.options),
                self.without_country,
            ),
        )

    def findings(
        self, context: CommandContext, connection: Connection, journal: Journal, record: RunRecord
    ) -> RunFindings:
        """Return what was found out besides the outcomes of the rows.

        Args:
            context: Of the command.
            connection: With the sheets.
            journal: With the runs before.
            record: The run.

        """
        rehearsal = connection.rehearsal
        refused, to_make = (rehearsal.not_seen(), rehearsal.to_make()) if rehearsal else ([], ())
        required = to_make if connection.is_asked else self.preflight.requirements.lines()
        sheets = [one.reader.sheet for one in connection.sheets]
        country, evidence = self.without_country.cure_in(context, sheets, journal, record.files)
        warnings = (*self.warnings.warnings(), *self.preflight.warnings)
        notes = (*refused, evidence, *_consent(context, connection, record))
        return RunFindings(warnings=warnings, notes=notes, country=country, required=required)


def _consent(context: CommandContext, connection: Connection, record: RunRecord) -> list[str]:
    """Return how later runs leave out whoever did not agree, if a person was asked about it."""
    if context.asker is None:
        return []
    from importer.commands.questions.consent_notes import how_to_keep  # noqa: PLC0415 - only where a person is

    said = how_to_keep([one.reader for one in connection.sheets], record.options, context.settings)
    return [said] if said else []
