"""`purge --contact`: forgets one person wherever the importer keeps something of them, and imports them no more.

    put on the list -> reports, logs, files that were done -> backups -> journal -> its free pages -> "forgotten"

In this order, so that a purge which is cut off goes on with the same command: the journal, which knows the runs and
what their reports say, is the last to forget. Whoever is on the list is not imported meanwhile.
"""

from collections.abc import Sequence
from datetime import datetime

from importer.commands.context import CommandContext, CommandResult
from importer.commands.journal_path import journal_path
from importer.commands.purge.find_person import places_in_all
from importer.commands.purge.named_person import named_person
from importer.commands.purge.other_journals import OtherJournal, journals_besides, lines_to_forget, shown_number
from importer.commands.purge.own_journals import open_journals
from importer.commands.purge.person_places import (
    PersonPlaces,
    again_text,
    done_text,
    nothing_text,
    plan_text,
    refused_text,
)
from importer.journal.backup import one_file
from importer.journal.purge_person import PersonPurge
from importer.model.answers import says_yes
from importer.model.errors import StorageError, UsageError
from importer.model.person import Person
from importer.model.phone_mask import masked
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
    with open_journals(context, "--contact", number, of_person=True) as journals:
        person, read_as = named_person(context, journals, number)
        whole = f"+{person.identifier}" if read_as else number
        places = places_in_all(context, journals, person)
        journals_left = journals_besides(context, [place.journal.path for place in places], person)
        others = lines_to_forget(context, whole, journals_left)
        plan, done = ("\n".join([text, *others]) for text in _texts(context, whole, person, places))
        plan, done = "\n".join([*read_as, plan]), "\n".join([*(read_as if context.settings.run.yes else ()), done])
        summary = _summary(context, places, journals_left)
        if context.settings.run.dry_run:
            return CommandResult(exit_code=0, text=f"{plan}\n\nDry run: nothing was changed.", summary_json=summary)
        _confirm(context, plan, number, places)
        keys = [PersonPurge(place.journal, person, context.clock.now()).put_on_list() for place in places]
        for place in places:
            for found in place.files:
                found.forget(place.person)
        for place, key in zip(places, keys, strict=True):
            _forget_in_journals(place, key, context.clock.now())
    return CommandResult(exit_code=0, text=done, summary_json=summary)


def remember_contact(context: CommandContext, number: str) -> CommandResult:
    """Take a person off the list of those who are not imported again.

    Raises:
        BusyError: A run uses the journal.
        StorageError: The journal cannot be read or written.
        UsageError: It is no number, or there is no journal.

    """
    dry, now = context.settings.run.dry_run, context.clock.now()
    with open_journals(context, "--contact", number, "--remember", of_person=True) as journals:
        person, read_as = named_person(context, journals, number, "--remember")
        people = [PersonPurge(journal, person, now) for journal in journals]
        was_on_list = [one.find().is_on_list if dry else one.remember() for one in people]
    who, text = masked(person.identifier), "{} is not among the people who were forgotten."
    if any(was_on_list):
        text = "{} is imported again where a sheet has them. Callbell is asked first whether it has them still."
        text = "{} would be imported again. Dry run: nothing was changed." if dry else text
    summary = purge_json(PurgeCounts(contacts=int(any(was_on_list))), is_dry_run=dry)
    return CommandResult(exit_code=0, text="\n".join([*read_as, text.format(who)]), summary_json=summary)


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


def _texts(context: CommandContext, number: str, person: Person, places: Sequence[PersonPlaces]) -> tuple[str, str]:
    """Return what is told before, and after."""
    if not all(place.is_empty for place in places):
        run = context.settings.run
        rehearsals = journal_path(None, sandbox=True, account=run.of_account)
        done = done_text(person, places, context.options, rehearsals, is_dry_run=run.dry_run)
        return (done if run.dry_run else plan_text(person, places)), done
    if places[0].found.is_on_list:
        return (again_text(person, places),) * 2
    options = [("remember", True), *where_runs_are(context.options)]
    remember = importer_command("purge", "--contact", shown_number(context, number), options=options)
    return nothing_text(person, places, remember=remember), refused_text(person, places, remember=remember)


def _confirm(context: CommandContext, plan: str, number: str, places: Sequence[PersonPlaces]) -> None:
    """Return if the person at the terminal wants it; who was forgotten before is not asked about again.

    Raises:
        UsageError: Nobody could be asked, or the answer was no.

    """
    is_nothing = all(place.is_empty for place in places)
    if is_nothing and places[0].found.is_on_list:
        return
    if not is_nothing or context.settings.run.yes or context.ask_line is None:
        confirm_purge_of(context, plan, "--contact", number)
    elif not says_yes(context.ask_line, f"{plan}\nRefuse them from now on? [y/N]"):
        raise UsageError("Nothing was changed.", code="declined")


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
        files=len(
            {path for place in places for path in (*place.backups, *(one.path for one in place.files if one.act))}
        ),
    )
    left = [one.for_json() for one in others]
    return purge_json(counts, is_dry_run=context.settings.run.dry_run, other_journals=left)
