"""What `doctor` says of how the import is repeated: the jobs in place, else what a cron job would miss. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo

from importer.client.token import VARIABLE, TokenSource
from importer.commands.last_import import LastImport
from importer.model.diagnosis import Diagnosis, Level
from importer.system.installed_units import InstalledUnit
from importer.system.nightly_job import time_of_day
from importer.system.shell import quote

_WELL = (0, 1)
"""Exit codes of an import that came to its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalledJob:
    """A job that is in place, and how its last import ended."""

    unit: InstalledUnit
    is_own: bool
    """Whether its user gives the command."""
    last: LastImport | None = None
    """None: there was none, or it may not be read."""
    zone: tzinfo | None = None
    """In which its time is told."""

    def text(self) -> str:
        """Return when it begins, whose it is, its journal, and how its last import ended."""
        minute = self.unit.minute
        at = "" if minute is None else f"{time_of_day(minute)}, "
        told = f"installed: {at}as {self.unit.user} ({self.unit.title}), with the journal {self.unit.journal}"
        return f"{told}; {self.last.sentence(self.zone)}" if self.last else told

    def next_step(self) -> str:
        """Return what to do about its last import, and how its runs are seen; empty where it is one's own, and well."""
        command = f"callbell-importer runs --journal {quote(str(self.unit.journal))}"
        hint = self.last.hint if self.last and self.last.exit_code not in _WELL else ""
        if self.is_own and not self.unit.token_file:
            is_well = self.last is None or self.last.exit_code == 0
            return hint or ("" if is_well else f"See: {command}")
        return "\n".join(filter(None, (hint, f"Its runs, as root: {self.unit.as_its_user(command)}")))


@dataclass(frozen=True, slots=True, kw_only=True)
class CronFacts:
    """What differs between this shell and a cron job."""

    variables: tuple[str, ...] = ()
    """Set here and missing there."""
    token_source: TokenSource | None = None
    """None: there is no token."""
    is_config_found_here: bool = False
    """The config was found in the current folder, and a cron job begins in HOME."""
    is_command_on_path: bool = True
    """Whether cron's own PATH has the command."""
    command: str = ""
    """This command's absolute path."""
    home: str = ""
    journal: str = ""
    has_job: bool = False
    """Whether the user's crontab has a job of the importer."""
    installed: Sequence[InstalledJob] = ()
    """The jobs that `schedule --install` put in place."""
    last: LastImport | None = None
    """How the last import with the own journal ended; None: there was none."""
    zone: tzinfo | None = None
    """In which its time is told."""
    elsewhere: str = ""
    """How to look into another user's journal, where only its reports are known; empty: there are none."""


def diagnose_schedule(facts: CronFacts) -> Diagnosis:
    """Return how an import is repeated; of a user's cron job what it sees, and what it misses."""
    if facts.installed:
        return _installed(facts.installed)
    if not facts.has_job and facts.elsewhere:
        return Diagnosis(name="schedule", text="none was found for this user", next_step=facts.elsewhere)
    last = facts.last if facts.last and facts.last.is_without_run and not facts.last.was_mistyped else None
    if not facts.has_job:
        return _none(last, facts.zone)
    return _with_last(_own_line(facts), last, facts.zone)


def _own_line(facts: CronFacts) -> Diagnosis:
    """Return what a line that somebody wrote into the user's crontab sees, and what it misses."""
    misses = [f"what this shell sets ({', '.join(facts.variables)})"] if facts.variables else []
    steps = []
    if facts.token_source is TokenSource.VARIABLE:
        steps.append("put the token into a file (chmod 600) and name it as token_file in the config")
    if facts.token_source is TokenSource.KEYRING:
        misses.append("the keyring, which needs a desktop session")
        steps.append("put the token into a file (chmod 600) and name it as token_file in the config")
    if any(name != VARIABLE for name in facts.variables):
        steps.append("put the other variables into the line of the crontab, or their keys into the config")
    if facts.is_config_found_here:
        misses.append("config.toml, which is found in the folder where one is")
        steps.append("name the config with -c and its absolute path")
    if not facts.is_command_on_path:
        misses.append("the command, which is not on its PATH (/usr/bin:/bin)")
        steps.append(f"give the command as {facts.command}")
    place = f"HOME is {facts.home or 'not set'}, the journal {facts.journal}"
    if not misses:
        return Diagnosis(name="schedule", text=f"a cron job sees the same: {place}")
    step = "; ".join(steps)
    return Diagnosis(
        name="schedule",
        level=Level.NOTE,
        text=f"a cron job misses {', '.join(misses)} ({place})",
        next_step=f"A job with all of it: callbell-importer schedule FILE. By hand: {step}.",
    )


def _installed(jobs: Sequence[InstalledJob]) -> Diagnosis:
    """Return the jobs that are in place; that the last import of one did not come to its end is a note."""
    is_well = all(one.last is None or one.last.exit_code in _WELL for one in jobs)
    return Diagnosis(
        name="schedule",
        level=Level.OK if is_well else Level.NOTE,
        text="; ".join(one.text() for one in jobs),
        next_step="\n".join(filter(None, (one.next_step() for one in jobs))),
    )


def _none(last: LastImport | None, zone: tzinfo | None) -> Diagnosis:
    """Return how a job is put in place, and how the last import ended, if it is one that no table of runs has."""
    step = "callbell-importer schedule FILE"
    if last is None:
        return Diagnosis(name="schedule", text="to run the same import every night:", next_step=step)
    return Diagnosis(
        name="schedule",
        level=Level.NOTE,
        text=f"none was found for this user; {last.sentence(zone)}",
        next_step="\n".join(filter(None, (last.hint, f"To run the same import every night: {step}"))),
    )


def _with_last(found: Diagnosis, last: LastImport | None, zone: tzinfo | None) -> Diagnosis:
    """Return a diagnosis that tells of an import besides that no table of runs has; None: there is none."""
    if last is None:
        return found
    return replace(
        found,
        level=Level.NOTE,
        text=f"{found.text}; {last.sentence(zone)}",
        next_step="\n".join(filter(None, (found.next_step, last.hint))),
    )
