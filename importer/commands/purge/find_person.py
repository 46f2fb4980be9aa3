"""Where a person stands: as each journal tells, and in all reports of runs that are in the folders for reports.

What a check wrote, or a rehearsal, or a run of another journal, stands in no journal that is open; its folder is found
by its name, beside the others.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from importer.commands.context import CommandContext
from importer.commands.end.conclusion import last_run_file
from importer.commands.purge.files import FoundFile, in_done, in_inputs, in_last_run, in_logs, in_reports
from importer.commands.purge.named_person import how_to_find_them
from importer.commands.purge.person_places import PersonPlaces
from importer.commands.purge.search import closed_folder
from importer.commands.setup import is_there
from importer.journal.database import Database
from importer.journal.namesakes import Namesakes, find_namesakes
from importer.journal.purge import JournalPurge
from importer.journal.purge_person import PersonFound, PersonPurge
from importer.journal.run_records import load_runs
from importer.model.errors import UsageError
from importer.model.person import Person
from importer.model.phone_mask import masked
from importer.model.runs import RUN_STAMP, RunRecord
from importer.reports.run_commands import where_runs_are
from importer.system.shell import importer_command


def places_in_all(context: CommandContext, journals: Sequence[Database], person: Person) -> Sequence[PersonPlaces]:
    """Return where a person stands: a place for each journal, the first with what only the folders tell.

    Raises:
        UsageError: Something of them may still be under way, or a user name is nobody's.

    """
    first, *others = [places_of(context, journal, person) for journal in journals]
    known = {folder for place in (first, *others) for folder in place.folders}
    given = (found.path.parent for place in (first, *others) for found in place.files if not found.act)
    roots = {context.settings.run.report_dir.absolute(), *(folder.parent for folder in known)}
    roots |= {folder.parent for folder in given if RUN_STAMP.match(folder.name)}  # such as a failed.xlsx that was fixed
    texts = (text for place in (first, *others) for text in place.person.texts)
    reports = [
        found
        for folder in _run_folders(roots)
        if folder not in known
        for found in in_reports(folder, person.with_texts(texts))
    ]
    if person.is_handle and not any(place.is_known or place.found.is_on_list for place in (first, *others)):
        raise UsageError(
            "Nothing was changed: that is no phone number, and no row and no contact has it as its whole identifier.",
            how_to_find_them(context),
        )
    places = [replace(first, files=[*first.files, *reports]), *others]
    changed = {found.path for place in places for found in place.files if found.act}
    return [
        replace(place, files=[found for found in place.files if found.act or found.path not in changed])
        for place in places
    ]


def _run_folders(roots: Iterable[Path]) -> Sequence[Path]:
    """Return the runs' own folders in the folders for reports, and in folders in these, such as the rehearsals'."""
    found = {
        path
        for root in roots
        if not closed_folder(root)
        for pattern in ("*", "*/*")
        for path in root.glob(pattern)
        if path.is_dir()
    }
    return sorted(path for path in found if RUN_STAMP.match(path.name) and not RUN_STAMP.match(path.parent.name))


def places_of(context: CommandContext, journal: Database, person: Person) -> PersonPlaces:
    """Return where a person stands, as far as a journal tells.

    Raises:
        UsageError: Something of them may still be under way.

    """
    found = PersonPurge(journal, person, context.clock.now()).find()
    _require_end(context, person, found)
    person = person.with_texts(found.texts)
    records = [record for record, _ in load_runs(journal)]
    purge = JournalPurge(journal)
    backups = [path for path, _ in purge.backups()]
    # A run that was declined wrote no folder.
    theirs = {record.report_dir for record in records if record.name in found.runs and not record.is_declined}
    folders: dict[Path, frozenset[int] | None] = {Path(folder): None for folder in purge.undo_folders()}
    folders |= {Path(record.report_dir): found.runs.get(record.name) for record in records}
    namesakes = find_namesakes(journal, person)
    reports = _reports(folders, person, records, namesakes)
    searched = [*folders, *backups, *_logs(context, records), *purge.moved_files()]
    closed = {path: place for path in searched if (place := closed_folder(path))}
    gone = [path for path in [*map(Path, theirs), *backups] if path not in closed and not is_there(path)]
    return PersonPlaces(
        journal=journal,
        folders=[*folders],
        person=person,
        found=found,
        files=[*reports, *_files(context, journal, person, found, records, namesakes)],
        backups=[path for path in backups if is_there(path)],
        missing=[*map(str, gone)],
        closed=[*dict.fromkeys(closed.values())],
    )


def _require_end(context: CommandContext, person: Person, found: PersonFound) -> None:
    """Return if nothing of the person may still be under way.

    Raises:
        UsageError: It may.

    """
    where = where_runs_are(context.options)
    if found.open_run:
        again = importer_command("retry", found.open_run, options=where)
        raise UsageError(
            f"Nothing was forgotten: of {masked(person.identifier)}, the run {found.open_run} does not know yet what"
            " became of what it sent.",
            f"Let it find out, and then give the same command again:\n  {again}",
        )
    if found.has_open_probe:
        again = importer_command("doctor", options=where)
        raise UsageError("Nothing was forgotten: a probe with that number was cut off.", f"End it with:\n  {again}")


def _reports(
    folders: Mapping[Path, frozenset[int] | None], person: Person, records: Sequence[RunRecord], namesakes: Namesakes
) -> Iterator[FoundFile]:
    """Yield the reports that hold the person, of folders with the numbers of their rows."""
    others = {Path(record.report_dir): namesakes.rows.get(record.name, frozenset()) for record in records}
    for folder, rows in folders.items():
        yield from in_reports(folder, person, rows, others.get(folder, frozenset()))


def _files(
    context: CommandContext,
    journal: Database,
    person: Person,
    found: PersonFound,
    records: Sequence[RunRecord],
    namesakes: Namesakes,
) -> Iterator[FoundFile]:
    """Yield the files besides reports that hold the person: logs, files that were done, and what people gave."""
    run = context.settings.run
    others = namesakes.rows.keys() - found.runs.keys()
    yield from in_last_run(last_run_file(journal.path, run.of_account), person, found.runs, others)
    for log in _logs(context, records):
        yield from in_logs(log, person)
    own = [run.done_dir.absolute()] if run.done_dir else []
    moved = [path for path in JournalPurge(journal).moved_files() if not {*own} & {*path.parents}]
    of_others = {Path(path) for path, reader in namesakes.moved.items() if reader in others}
    for done in [*own, *moved]:
        yield from in_done(done, person, of_others)
    theirs = {Path(file) for record in records if record.name in found.runs for file in record.files}
    of_others = {Path(file) for record in records if record.name in others for file in record.files} - theirs
    yield from in_inputs([*dict.fromkeys(file for record in records for file in record.files)], person, of_others)


def _logs(context: CommandContext, records: Sequence[RunRecord]) -> Sequence[Path]:
    """Return the logs that runs were given, and the command itself."""
    own = context.settings.run.log_file
    logs = {Path(str(one)) for record in records if (one := record.options.get("log_file"))}
    return sorted(logs | ({own.absolute()} if own else set()))
