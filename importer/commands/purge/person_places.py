"""Where a person stands, and what is said of it before and after they are forgotten: on one screen."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from importer.commands.purge.files import DELETED, FoundFile
from importer.journal.database import Database
from importer.journal.purge_person import PersonFound
from importer.model.person import Person
from importer.model.phone_mask import masked
from importer.model.plain_text import counted, plain
from importer.reports.run_commands import same_journal

_IN_CALLBELL = (
    "In Callbell they are as before: the importer deletes nobody there at a purge. Open them in Callbell and delete"
    " them there."
)
_NO_CONTACT = "No contact of theirs is known here. Whether Callbell has them all the same, only a look there can tell."
_MOST_NAMES = 4


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

    @property
    def is_known(self) -> bool:
        """Whether the journal has a row or a contact of theirs."""
        return bool(self.found.rows or self.found.contacts)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is kept of them, as far as it can be told."""
        return not self.is_known and not any(one.act for one in self.files)


def nothing_text(person: Person, places: Sequence[PersonPlaces], *, remember: str) -> str:
    """Return that nothing is kept of a person who is on no list yet, and what can be done all the same.

    Args:
        person: Who was to be forgotten.
        places: That hold nothing of them.
        remember: The command that takes the person off the list again.

    """
    lines = [f"Nothing is kept of {masked(person.identifier)} here: no row, no contact, no report. Was it mistyped?"]
    lines += _left(places)
    lines += ["They can be refused all the same: should a sheet have them one day, their row is not imported."]
    return "\n".join([*lines, "To take that back:", f"  {remember}"])


def refused_text(person: Person, *, remember: str) -> str:
    """Return what was done about a person of whom nothing was kept."""
    who = masked(person.identifier)
    return f"Nothing was kept of {who}. From now on a row of theirs is not imported. To take that back:\n  {remember}"


def again_text(person: Person, places: Sequence[PersonPlaces]) -> str:
    """Return that a person was forgotten before."""
    said = f"{masked(person.identifier)} was forgotten before, and nothing is kept of them."
    return "\n".join([said, "A row of theirs is not imported, until --remember takes it back.", *_left(places)])


def plan_text(person: Person, places: Sequence[PersonPlaces], *, in_full: bool) -> str:
    """Return what is about to be forgotten, and what is left to do by hand.

    Args:
        person: Who is forgotten.
        places: Where they stand.
        in_full: Whether each file has its line, also where nobody has to do anything about it.

    """
    lines = [f"To be forgotten: {masked(person.identifier)}, wherever the importer keeps something of them."]
    lines += [*_forgotten(places, in_full=in_full), *_left(places, in_full=in_full)]
    return "\n".join([*lines, "Their number is not imported again, until --remember takes it back."])


def done_text(person: Person, places: Sequence[PersonPlaces], options: Mapping[str, object], rehearsals: Path) -> str:
    """Return what was forgotten, where the person stands still, and what to do next.

    Args:
        person: Who was forgotten.
        places: Where they stood.
        options: Of the command.
        rehearsals: The journal of rehearsals, whose contacts never were in Callbell.

    """
    lines = [f"{masked(person.identifier)} is forgotten, and is not imported again."]
    workbooks = any(found.what == DELETED for place in places for found in place.files)
    report = same_journal(options, "report", "RUN")
    again = [f"Reports that were deleted are written again, without them: {report}"] * workbooks
    sent = [place.found for place in places if place.journal.path != rehearsals]
    links = [f"  {link}" for found in sent for link in found.links]
    in_callbell = _IN_CALLBELL if any(found.contacts for found in sent) else _NO_CONTACT
    told = [*_forgotten(places), *again, *_left(places)]
    return "\n".join([*lines, *told, in_callbell, *links])


def _forgotten(places: Sequence[PersonPlaces], *, in_full: bool = False) -> Iterator[str]:
    """Yield a line for each journal, and one for all files that become the same."""
    for place in places:
        found = place.found
        yield (
            f"  {plain(str(place.journal.path))}: {counted(found.rows)} in {counted(len(found.runs), 'run')},"
            f" {counted(found.contacts, 'contact')}"
        )
    alike = defaultdict[str, list[Path]](list)
    changed = {one.path: one.what for place in places for one in place.files if one.act}
    for path, what in [*changed.items(), *(backup for place in places for backup in _backups(place))]:
        alike[what].append(path)
    for what, paths in alike.items():
        if in_full or len(paths) == 1:
            yield from (f"  {plain(str(path))}: {what}" for path in paths)
        else:
            names = sorted({path.name for path in paths})
            more = ", ..." if len(names) > _MOST_NAMES else ""
            yield f"  {len(paths):,} files: {what} ({plain(', '.join(names[:_MOST_NAMES]))}{more})"


def _backups(place: PersonPlaces) -> Iterator[tuple[Path, str]]:
    return ((path, "a backup, as the journal") for path in place.backups)


def _left(places: Sequence[PersonPlaces], *, in_full: bool = False) -> Iterator[str]:
    """Yield what a person alone can do something about: each file that is there, and where others were."""
    files = dict.fromkeys(
        f"  {plain(str(one.path))}: {one.what}" for place in places for one in place.files if not one.act
    )
    missing = defaultdict[Path, list[str]](list)
    for one in dict.fromkeys(one for place in places for one in place.missing):
        missing[Path(one) if in_full else Path(one).parent].append(one)
    if files or missing:
        yield "Left for you to do:"
        yield from files
    for folder, paths in missing.items():
        if len(paths) == 1:
            yield f"  {plain(paths[0])}: not there any more; if you moved it, look for them there"
        else:
            gone = f"{len(paths):,} folders or files are not there any more"
            yield f"  {plain(str(folder))}: {gone}; if you moved them, look for them there"
