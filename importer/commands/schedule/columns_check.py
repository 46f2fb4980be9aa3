"""Whether each file of a night has columns that nobody needs to be asked about."""

import glob
import os
from collections.abc import Iterator
from contextlib import closing

from importer.commands.input.input_sheet import InputSheet
from importer.commands.mapping_selection import column_mapping, guess_of, mapping_options
from importer.commands.questions.consent_notes import columns_of_consent
from importer.commands.schedule.night import Night
from importer.mapper.contact import to_contact
from importer.mapper.options import MappingOptions
from importer.model.diagnosis import Diagnosis, Level, problem_diagnosis
from importer.model.errors import ImporterError
from importer.model.rows import InvalidRow
from importer.readers import open_reader
from importer.settings import Settings
from importer.system.nightly_job import is_pattern
from importer.system.shell import importer_command

_SAMPLE_ROWS = 1_000
_MOST_FILES = 5
"""Files of a pattern that are looked into: the next ones will be like them."""
_INPUT = 3


def columns_at_night(night: Night) -> Iterator[Diagnosis]:
    """Tell whether each file that is there has columns that nobody needs to be asked about."""
    there = [file for file in night.files if os.path.isfile(file)]  # noqa: PTH113 - texts
    for pattern in filter(is_pattern, night.files):
        there += sorted(glob.glob(pattern))[:_MOST_FILES]  # noqa: PTH207 - the same
    for file in there:
        try:
            yield _columns_of(night, file)
        except ImporterError as error:
            yield problem_diagnosis("columns", error.message, error.hint, error.exit_code)
    if not there and not night.context.settings.mapping_given:
        text = "no file is there whose columns could be looked at, and no config says them"
        step = "Give the command again when a file is there, or write a config: callbell-importer init FILE"
        yield Diagnosis(name="columns", level=Level.NOTE, text=text, next_step=step)


def _columns_of(night: Night, file: str) -> Diagnosis:
    settings = night.context.settings
    with closing(InputSheet(open_reader(file, settings.input), settings.input.where)) as rows:
        options = mapping_options(rows.sheet, settings, guess_of(rows, settings))
        mapping = column_mapping(rows.sheet, options, None, night.context.options.get("config"))
        mapped = [to_contact(row, mapping) for row in rows.look_ahead(_SAMPLE_ROWS)]
    invalid = [one for one in mapped if isinstance(one, InvalidRow)]
    if 2 * len(invalid) > len(mapped):
        text = f"{file}: most rows are invalid ({len(invalid):,} of the first {len(mapped):,})"
        return problem_diagnosis("columns", text, f"See why: {importer_command('check', file)}", _INPUT)
    found = f"{len(invalid):,} of the first {len(mapped):,} rows invalid" if mapped else "it has no rows now"
    text = f"{file}: clear, {found}"
    if asked := columns_of_consent(rows, settings):
        init = f"write a config, and name it with --config: {_init_of(settings, file)}"
        if settings.mapping_given:
            init = "write which answers count under [input.where] of the config"
        step = f"To leave out who did not agree, {init}"
        text = f"{text}; all are sent, whatever {asked} says"
        return Diagnosis(name="columns", level=Level.NOTE, text=text, next_step=step)
    return Diagnosis(name="columns", text=text, next_step=_of_account(night, file, options))


def _of_account(night: Night, file: str, options: MappingOptions) -> str:
    """Return what asks the account for the custom fields, which nothing here does; empty: there are none."""
    if not options.columns.custom_fields:
        return ""
    check = importer_command(
        "check", file, options=[("config", night.job.config), *night.context.settings.input.as_given()]
    )
    return f"Whether your account has its custom fields, this asks:\n{check}"


def _init_of(settings: Settings, file: str) -> str:
    return importer_command("init", file, options=settings.input.as_given())
