"""Where a person stands, and what is said of it before and after they are forgotten: on one screen."""

import os
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from importer.commands.purge.files import DELETED, YOURS, FoundFile
from importer.commands.schedule.access_advice import is_system_folder
from importer.journal.database import Database
from importer.journal.purge_person import PersonFound
from importer.model.person import Person
from importer.model.phone_mask import masked
from importer.model.plain_text import counted, plain
from importer.reports.run_commands import same_journal
from importer.system.service_user import own_name
from importer.system.shell import quote

_IN_CALLBELL = (
    "In Callbell they {} as before: the importer deletes nobody there at a purge. Open them in Callbell and delete"
    " them there."
)
_NO_CONTACT = "No contact of theirs is known here. Whether Callbell has them all the same, only a look there can tell."
_WORDS = {
    False: ("is forgotten, and is not imported again.", "were deleted are written", "are"),
    True: ("would be forgotten, and not be imported again.", "are deleted would be written", "would be"),
}
"""Of what was done, and of a dry run."""
_MOST_NAMES = 4
_MOST_LEFT, _MOST_LEFT_NAMES = 6, 8
"""Lines of what is left to do, and names of files in one of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonPlaces:
    """A journal, and all that it knows of where a person stands."""

    journal: Database
    person: Person
    """With the sentences that are about them."""
    found: PersonFound
    files: Sequence[FoundFile]
    folders: Sequence[Path]
    """Of the reports of the journal's runs."""
    backups: Sequence[Path]
    missing: Sequence[str] = field(default=())
    """Reports and backups that are not where they were put."""
    closed: Sequence[Path] = field(default=())
    """Where reports, logs and what was moved are, if this user may not look there."""

    @property
    def is_known(self) -> bool:
        """Whether the journal has a row or a contact of theirs."""
        return bool(self.found.rows or self.found.contacts)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is kept of them, as far as it can be told."""
        return not self.is_known and not any(one.act and not one.is_about_everybody for one in self.files)


def nothing_text(person: Person, places: Sequence[PersonPlaces], *, remember: str) -> str:
    """Return that nothing is kept of a person who is on no list yet, and what can be done all the same.

    Args:
        person: Who was to be forgotten.
        places: That hold nothing of them.
        remember: The command that takes the person off the list again.

    """
    where = _where(places) or " here"
    lines = [f"Nothing is kept of {masked(person.identifier)}{where}: no row, no contact, no report. Was it mistyped?"]
    lines += [*_about_everybody(places), *_left(places)]
    lines += ["They can be refused all the same: should a sheet have them one day, their row is not imported."]
    return "\n".join([*lines, "To take that back:", f"  {remember}"])


def refused_text(person: Person, places: Sequence[PersonPlaces], *, remember: str) -> str:
    """Return what was done about a person of whom nothing was kept; the arguments are those of `nothing_text`."""
    kept = f"Nothing was kept of {masked(person.identifier)}{_where(places)}."
    said = f"{kept} From now on a row of theirs is not imported."
    return "\n".join([said, *_about_everybody(places), *_closed(places), "To take that back:", f"  {remember}"])


def again_text(person: Person, places: Sequence[PersonPlaces]) -> str:
    """Return that a person was forgotten before."""
    said = f"{masked(person.identifier)} was forgotten before, and nothing is kept of them{_where(places)}."
    until = "A row of theirs is not imported, until --remember takes it back."
    return "\n".join([said, until, *_about_everybody(places), *_left(places)])


def plan_text(person: Person, places: Sequence[PersonPlaces]) -> str:
    """Return what is about to be forgotten, and what is left to do by hand."""
    lines = [f"To be forgotten: {masked(person.identifier)}, wherever the importer keeps something of them."]
    lines += [*_forgotten(places), *_left(places)]
    return "\n".join([*lines, "Their number is not imported again, until --remember takes it back."])


def done_text(
    person: Person,
    places: Sequence[PersonPlaces],
    options: Mapping[str, object],
    rehearsals: Path,
    *,
    is_dry_run: bool = False,
) -> str:
    """Return what was forgotten, or would be, where the person stands still, and what to do next.

    Args:
        person: Who was forgotten.
        places: Where they stood.
        options: Of the command.
        rehearsals: The journal of rehearsals, whose contacts never were in Callbell.
        is_dry_run: Whether nothing was done.

    """
    done, deleted, are = _WORDS[is_dry_run]
    again = [f"Reports that {deleted} again, without them:", *_report_commands(places, options, rehearsals)]
    sent = [place.found for place in places if place.journal.path != rehearsals]
    links = [f"  {link}" for found in sent for link in found.links]
    in_callbell = _IN_CALLBELL.format(are) if any(found.contacts for found in sent) else _NO_CONTACT
    told = [*_forgotten(places), *(again if again[1:] else ()), *_left(places)]
    return "\n".join([f"{masked(person.identifier)} {done}", *told, in_callbell, *links])


def _report_commands(places: Sequence[PersonPlaces], options: Mapping[str, object], rehearsals: Path) -> Iterator[str]:
    """Yield what writes reports again that are deleted: of runs, and of rehearsals."""
    of_rehearsals = {
        place.journal.path == rehearsals for place in places if any(one.what == DELETED for one in place.files)
    }
    for is_rehearsal in sorted(of_rehearsals):
        where = {**options, "sandbox": True, "journal": None} if is_rehearsal else options
        yield f"  {same_journal(where, 'report', 'RUN')}"


def _forgotten(places: Sequence[PersonPlaces]) -> Iterator[str]:
    """Yield a line for each journal that knows the person, and one for all files that become the same."""
    for place in places:
        found = place.found
        if place.is_known:
            yield (
                f"  {plain(str(place.journal.path))}: {counted(found.rows)} in {counted(len(found.runs), 'run')},"
                f" {counted(found.contacts, 'contact')}"
            )
    yield from _files(places)
    yield from _backups(places, "in which they are forgotten too")


def _files(places: Sequence[PersonPlaces]) -> Iterator[str]:
    """Yield a line for all files that become the same."""
    alike = defaultdict[str, dict[Path, int]](dict)
    for one in (one for place in places for one in place.files if one.act):
        alike[one.what][one.path] = one.rows
    for what, paths in alike.items():
        in_each = " in each" if len(paths) > 1 and any(paths.values()) else ""
        yield _line(paths, f"{_of_rows(paths.values())}{what}{in_each}")


def _backups(places: Sequence[PersonPlaces], done: str) -> Iterator[str]:
    """Yield a line for the backups of the journals, with what is done there."""
    if paths := [*dict.fromkeys(path for place in places for path in place.backups)]:
        yield _line(paths, f"{'a backup' if len(paths) == 1 else 'backups'} of the journal, {done}")


def _line(paths: Collection[Path], done: str) -> str:
    """Return a line of a file, or of several of which the same is told."""
    if len(paths) == 1:
        return f"  {plain(str(next(iter(paths))))}: {done}"
    names = sorted({path.name for path in paths})
    more = ", ..." if len(names) > _MOST_NAMES else ""
    return f"  {len(paths):,} files: {done} ({plain(', '.join(names[:_MOST_NAMES]))}{more})"


def _about_everybody(places: Sequence[PersonPlaces]) -> Sequence[str]:
    """Return what is done about files that may quote anybody's cells, and in backups, where nothing else is done."""
    files = [*_files(places)]
    told = ["What checks wrote may quote anybody:", *files] if files else []
    return [*told, *_backups(places, "in which they are refused too")]


def _of_rows(counts: Collection[int]) -> str:
    """Return to how many rows of each file something is done, such as `1 to 3 rows `; empty: to whole files."""
    fewest, most = min(counts), max(counts)
    if not most:
        return ""
    return f"{counted(most)} " if fewest == most else f"{fewest:,} to {counted(most)} "


def _left(places: Sequence[PersonPlaces]) -> Iterator[str]:
    """Yield what a person alone can do something about: files that are there, and where others were."""
    lines = [*_closed(places), *_left_files(places), *_missing(places)]
    if lines:
        yield "Left for you to do:"
        yield from lines[:_MOST_LEFT]
    if (more := len(lines) - _MOST_LEFT) > 0:
        yield f"  and {more:,} more: the same command lists them once these are done"


def _left_files(places: Sequence[PersonPlaces]) -> Iterator[str]:
    """Yield a line for each file, or for many of a folder together; each once, with what is most to the point."""
    files = dict[Path, str]()
    for one in (one for place in places for one in place.files if not one.act):
        if files.get(one.path, YOURS) == YOURS:
            files[one.path] = one.what
    alike = defaultdict[tuple[Path, str], list[str]](list)
    for path, what in files.items():
        alike[path.parent, what].append(path.name)
    for (folder, what), names in alike.items():
        if len(names) < _MOST_NAMES:
            yield from (f"  {plain(str(folder / name))}: {what}" for name in names)
        else:
            more = ", ..." if len(names) > _MOST_LEFT_NAMES else ""
            shown = plain(", ".join(names[:_MOST_LEFT_NAMES]))
            yield f"  {plain(str(folder))}: {len(names):,} files, {what}: {shown}{more}"


def _where(places: Sequence[PersonPlaces]) -> str:
    """Return where nothing is kept, if something may not be looked into; empty: everywhere."""
    return f" where {own_name()} may look" if any(place.closed for place in places) else ""


def _closed(places: Sequence[PersonPlaces]) -> Iterator[str]:
    """Yield what may not be looked into, and how root opens it where nothing of anybody else's is."""
    me = own_name()
    for path in dict.fromkeys(path for place in places for path in place.closed):
        closed = f"  {plain(str(path))}: {me} may not look into it, and they may be there."
        if is_system_folder(str(path)) or not os.path.lexists(path):
            yield f"{closed} As root, look for them there"
        else:
            opened = f"chown -R {quote(me)}: {quote(str(path))}"
            yield f"{closed}\n  If all in it is the importer's: as root, and then the same command again:\n    {opened}"


def _missing(places: Sequence[PersonPlaces]) -> Iterator[str]:
    """Yield where reports and backups were that are not there any more."""
    missing = defaultdict[Path, list[str]](list)
    for one in dict.fromkeys(one for place in places for one in place.missing):
        missing[Path(one).parent].append(one)
    for folder, paths in missing.items():
        if len(paths) == 1:
            yield f"  {plain(paths[0])}: not there any more; if you moved it, look for them there"
        else:
            gone = f"{len(paths):,} folders or files are not there any more"
            yield f"  {plain(str(folder))}: {gone}; if you moved them, look for them there"
