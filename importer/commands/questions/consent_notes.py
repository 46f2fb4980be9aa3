"""What is told of columns that say who agreed to be written to: of those that nobody answered about, and after that."""

from collections.abc import Iterator, Mapping, Sequence

from importer.commands.input.input_sheet import InputSheet
from importer.commands.questions.consent_before import by_header, config_of, in_config
from importer.commands.questions.consent_question import open_columns
from importer.mapper.consent import Consent
from importer.mapper.messages import listed
from importer.reports.run_commands import choose_columns
from importer.settings import Settings


def how_to_keep(readers: Sequence[InputSheet], options: Mapping[str, object], settings: Settings) -> str:
    """Return how later runs leave out the same rows without a question; empty where nobody was asked now.

    Args:
        readers: Of the run.
        options: The options that were given.
        settings: Of the run.

    """
    asked = [reader for reader in readers if reader.left_out and reader.was_asked_consent]
    if not asked:
        return ""
    if config := config_of(settings, options):
        said = {name: one.only for reader in asked for name, one in reader.consent.items() if one.only}
        return "\n".join(f"To have the config say it, {in_config(config, *one)}" for one in said.items())
    files = [reader.sheet.file for reader in asked]
    return f"To stop being asked who agreed:\n  {choose_columns(files, options)}"


def columns_of_consent(reader: InputSheet, settings: Settings) -> str:
    """Return the columns that say who agreed and are not asked about; empty: there are none."""
    return listed(one.header for one in _unanswered(reader, settings))


def notes_beside_config(reader: InputSheet, settings: Settings) -> tuple[str, ...]:
    """Return what points out the columns of which a config with the mapping does not say who agreed; else nothing.

    A guess has such notes itself, and a retry has no sample of the rows.
    """
    is_guess = not settings.mapping_given or reader.guessed is not None
    return () if is_guess else tuple(filter(None, (one.note for one in _unanswered(reader, settings))))


def _unanswered(reader: InputSheet, settings: Settings) -> Iterator[Consent]:
    header = reader.sheet.header
    known = {**by_header(header, dict(settings.input.where)), **reader.consent}
    return (one for one in open_columns(header, reader.sample()) if one.header not in known)
