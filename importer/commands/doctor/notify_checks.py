"""The part of `doctor` that sends a test notice to each receiver, and says how each went, and whether nights can."""

import socket
from collections.abc import Iterator, Sequence
from dataclasses import replace

from importer.commands.context import CommandContext
from importer.commands.night_secrets import (
    cure_of_unread,
    cure_of_unreadable,
    has_handed_over,
    jobs_of_config,
    unread_files,
)
from importer.model.diagnosis import Diagnosis, Level, problem_diagnosis
from importer.notify.delivery import DeliveryResult
from importer.notify.notice import Place
from importer.notify.receivers import send_test
from importer.system.service_user import is_root, own_name

_WRONG_SET_UP = 2
_UNKNOWN_ADDRESS = "it answers 404"


def diagnose_notices(context: CommandContext) -> Sequence[Diagnosis]:
    """Send the test notices, and return how each went."""
    place = Place(host=socket.gethostname())
    results = send_test(context.settings.notify, place, context.environment)
    if results:
        tried = [_with_cure(context, result, diagnose_delivery(result)) for result in results]
        return [*tried, *_at_night(context)]
    step = "Name a webhook, mail_to, ping or a command under [notify] of the config; config.example.toml has each."
    return [Diagnosis(name="notify", level=Level.NOTE, text="nobody is told how a run ends", next_step=step)]


def _with_cure(context: CommandContext, result: DeliveryResult, found: Diagnosis) -> Diagnosis:
    """Return what became of a test notice; of a file that is root's alone, how it can be tried."""
    cure = cure_of_unreadable(context) if result.is_unreadable else ""
    if not cure:
        return found
    if has_handed_over(context):
        return replace(found, level=Level.NOTE, next_step=cure, exit_code=0)
    return replace(found, next_step=cure)


def _at_night(context: CommandContext) -> Iterator[Diagnosis]:
    """Yield whether the nights that have this config can read what was read now, by another user."""
    files = context.settings.notify.secret_files
    for job in jobs_of_config(context) if files else ():
        if not (is_root() or job.user == own_name()):
            text = f"whether {job.title} may read the files of its notices, only root can see"
            yield Diagnosis(name="nights", level=Level.SKIPPED, text=text)
            continue
        unread = unread_files(job, files)
        if not unread:
            yield Diagnosis(name="nights", text=f"{job.title} reads the same files, as {job.user}")
            continue
        which = ", ".join(f"{file} ({name}_file)" for name, file in unread.items())
        text = f"{job.title} runs as {job.user}, who may not read {which}: its nights cannot send these notices"
        yield problem_diagnosis("nights", text, cure_of_unread(job, unread), _WRONG_SET_UP)


def diagnose_delivery(result: DeliveryResult) -> Diagnosis:
    """Return what became of a test notice."""
    name, _, where = result.receiver.partition(" ")
    said = f"{where.strip('()')}: " if where else ""
    if not result.failure:
        return Diagnosis(name=name, text=f"{said}the test notice was taken")
    if name == "ping" and result.failure == _UNKNOWN_ADDRESS:
        text = f"{said}{result.failure} to /log, which healthchecks.io has for tests; other services may lack it"
        step = "If it is another service, the next run tells. Otherwise correct the address."
        return Diagnosis(name=name, level=Level.NOTE, text=text, next_step=step)
    step = (
        "Correct this in [notify] of the config, or with the receiver, and try again: callbell-importer doctor --notify"
    )
    return problem_diagnosis(name, f"{said}not delivered: {result.failure}", step, _WRONG_SET_UP)
