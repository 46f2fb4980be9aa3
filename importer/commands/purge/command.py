"""`purge --contact`: forgets one person wherever the importer keeps something of them, and imports them no more.

    put on the list -> reports, logs, files that were done -> backups -> journal -> its free pages -> "forgotten"

In this order, so that a purge which is cut off goes on with the same command: the journal, which knows the runs and
what their reports say, is the last to forget. Whoever is on the list is not imported meanwhile.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from importer.commands.context import CommandContext, CommandResult
from importer.commands.end.conclusion import last_run_file
from importer.commands.purge.files import FoundFile, in_done, in_inputs, in_last_run, in_logs, in_reports
from importer.commands.purge.other_journals import OtherJournal, journals_besides, lines_to_forget
from importer.commands.purge.own_journals import open_journals
from importer.commands.purge.person_places import PersonPlaces, done_text, plan_text
from importer.commands.purge.search import person_of
from importer.commands.setup import is_there
from importer.journal.backup import one_file
from importer.journal.database import Database
from importer.journal.purge import JournalPurge
from importer.journal.purge_person import PersonFound, PersonPurge
from importer.journal.run_records import load_runs
from importer.model.errors import StorageError, UsageError
from importer.model.person import Person
from importer.model.phone_mask import masked
from importer.model.runs import RunRecord
from importer.reports.purge_report import PurgeCounts, purge_json
from importer.reports.run_commands import where_runs_are
from importer.system.shell import importer_command


def purge_contact(context: CommandContext, number: str) -> CommandResult:
    """Forget a person, after showing where they stand and asking.

    Raises:
        BusyError: A run uses the journal.
        StorageError: Something cannot be read or written; the same command goes on.
        UsageError: It is no number, nobody could be asked, or something of them may still be under way.

    """
    person = person_of(number, context.settings.mapping.contact.country)
    with open_journals(context, "--contact", number) as journals:
        places = [_found(context, journal, person) for journal in journals]
        journals_left = journals_besides(context, [place.journal.path for place in places])
        others = lines_to_forget(context, number, journals_left)
        plan = "\n".join([plan_text(person, places, in_full=context.settings.run.dry_run), *others])
        summary = _summary(context, places, journals_left)
        if context.settings.run.dry_run:
            return CommandResult(exit_code=0, text=f"{plan}\n\nDry run: nothing was forgotten.", summary_json=summary)
        confirm_purge_of(context, plan, "--contact", number)
        keys = [PersonPurge(place.journal, person, context.clock.now()).put_on_list() for place in places]
        for place in places:
            for found in place.files:
                found.forget(place.person)
        for place, key in zip(places, keys, strict=True):
            _forget_in_journals(place, key, context.clock.now())
    return CommandResult(
        exit_code=0, text="\n".join([done_text(person, places, context.options), *others]), summary_json=summary
    )


def remember_contact(context: CommandContext, number: str) -> CommandResult:
    """Take a person off the list of those who are not imported again.

    Raises:
        BusyError: A run uses the journal.
        StorageError: The journal cannot be read or written.
        UsageError: It is no number, or there is no journal.

    """
    person = person_of(number, context.settings.mapping.contact.country)
    dry, now = context.settings.run.dry_run, context.clock.now()
    with open_journals(context, "--contact", number, "--remember") as journals:
        people = [PersonPurge(journal, person, now) for journal in journals]
        was_on_list = [one.find().is_on_list if dry else one.remember() for one in people]
    who, text = masked(person.identifier), "{} is not among the people who were forgotten."
    if any(was_on_list):
        text = "{} is imported again where a sheet has them. Callbell is asked first whether it has them still."
        text = "{} would be imported again. Dry run: nothing was changed." if dry else text
    summary = purge_json(PurgeCounts(contacts=int(any(was_on_list))), is_dry_run=dry)
    return CommandResult(exit_code=0, text=text.format(who), summary_json=summary)


def confirm_purge_of(context: CommandContext, plan: str, *arguments: str) -> None:
    """Return if the person at the terminal wants it.

    Raises:
        UsageError: Nobody could be asked, or the answer was no.

    """
    if context.settings.run.yes:
        return
    if context.confirm is None:
        again = importer_command("purge", *arguments, options=[("yes", True), *context.options.items()])
        raise UsageError(
            "Nothing was forgotten: nobody is there to be asked.", f"To do it:\n  {again}", code="nobody_to_ask"
        )
    if not context.confirm(plan):
        raise UsageError("Nothing was forgotten.", code="declined")


def _found(context: CommandContext, journal: Database, person: Person) -> PersonPlaces:
    """Return where a person stands, as far as a journal tells.

    Raises:
        UsageError: Something of them may still be under way.

    """
    found = PersonPurge(journal, person, context.clock.now()).find()
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
    person = person.with_texts(found.texts)
    records = [record for record, _ in load_runs(journal)]
    purge = JournalPurge(journal)
    backups = [path for path, _ in purge.backups()]
    theirs = {record.report_dir for record in records if record.name in found.runs}
    return PersonPlaces(
        journal=journal,
        person=person,
        found=found,
        files=[*_files(context, journal, person, found, records)],
        backups=[path for path in backups if is_there(path)],
        missing=[str(path) for path in [*map(Path, theirs), *backups] if not is_there(path)],
    )


def _files(
    context: CommandContext, journal: Database, person: Person, found: PersonFound, records: Sequence[RunRecord]
) -> Iterator[FoundFile]:
    """Yield the files that hold the person: reports, logs, files that were done, and what people gave."""
    folders = {Path(folder): frozenset[int]() for folder in JournalPurge(journal).undo_folders()}
    folders |= {Path(record.report_dir): found.runs.get(record.name, frozenset()) for record in records}
    for folder, rows in folders.items():
        yield from in_reports(folder, person, rows)
    run = context.settings.run
    yield from in_last_run(last_run_file(journal.path, run.of_account), person, found.runs)
    logs = {Path(str(one)) for record in records if (one := record.options.get("log_file"))}
    for log in sorted(logs | ({run.log_file.absolute()} if run.log_file else set())):
        yield from in_logs(log, person)
    own = [run.done_dir.absolute()] if run.done_dir else []
    moved = [path for path in JournalPurge(journal).moved_files() if not {*own} & {*path.parents}]
    for done in [*own, *moved]:
        yield from in_done(done, person)
    yield from in_inputs([*dict.fromkeys(file for record in records for file in record.files)], person)


def _forget_in_journals(place: PersonPlaces, key: bytes, now: datetime) -> None:
    """Forget the person in the backups, and then in the journal itself."""
    for path in place.backups:
        with one_file(path) as copy:
            purge = PersonPurge(copy, place.person, now)
            purge.put_on_list(key)
            purge.forget()
            purge.finish()
    purge = PersonPurge(place.journal, place.person, now)
    purge.forget()
    purge.finish()
    if (size := place.journal.path.with_name(f"{place.journal.path.name}-wal")).exists() and size.stat().st_size:
        raise StorageError(f"The log {size} beside the journal is still in use.", "Give the same command again.")


def _summary(context: CommandContext, places: Sequence[PersonPlaces], others: Sequence[OtherJournal]) -> str:
    """Return the object of `--json`: what is forgotten, or would be, and the journals that are left."""
    counts = PurgeCounts(
        runs=sum(len(place.found.runs) for place in places),
        rows=sum(place.found.rows for place in places),
        contacts=sum(place.found.contacts for place in places),
        files=sum(len(place.backups) + sum(one.act is not None for one in place.files) for place in places),
    )
    left = [one.for_json() for one in others]
    return purge_json(counts, is_dry_run=context.settings.run.dry_run, other_journals=left)
