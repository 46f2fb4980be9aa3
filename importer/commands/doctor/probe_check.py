"""The part of `doctor` that changes something: finish probes that were cut off, and make one."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace

from importer.commands.context import CommandContext
from importer.commands.doctor.checks import skipped
from importer.commands.doctor.probe import ProbeDriver
from importer.commands.setup import open_journal
from importer.journal.probes import ProbedAccount
from importer.mapper.phones import identify
from importer.model.diagnosis import Diagnosis, Level, problem_diagnosis
from importer.model.errors import UsageError
from importer.model.plain_text import plain
from importer.model.policy import Policy
from importer.model.probe import ProbeAnswers
from importer.model.protocols import Service
from importer.model.rows import Problem
from importer.reports.doctor_report import diagnose_answers
from importer.system.shell import importer_command
from importer.worker_pool.probe import TAKEN
from importer.worker_pool.probe_state import ProbeState

_MARK_BYTES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeRequest:
    """What is to be done about probes of an account."""

    context: CommandContext
    service: Service
    known: ProbedAccount
    digits: str = ""
    """Of the number to make one with; empty: none is wanted."""


def requested_number(context: CommandContext, number: str) -> str:
    """Return the digits of the number to make a probe with.

    Raises:
        UsageError: It is no number, or nobody is there to be asked.

    """
    found = identify(number, "whatsapp", context.settings.mapping.contact.country)
    if isinstance(found, Problem):
        raise UsageError(f"--probe: {found.message}", "Give a number that may get a contact for a moment.")
    if context.confirm is None and not context.settings.run.yes:
        again = importer_command("doctor", options=[("probe", number), ("yes", True), *context.options.items()])
        raise UsageError(
            "Nothing was made: nobody is there to be asked.", f"To make the probe:\n  {again}", code="nobody_to_ask"
        )
    return found


def is_allowed(request: ProbeRequest) -> bool:
    """Tell whether the person wants the probe."""
    context = request.context
    if context.settings.run.yes or context.confirm is None:
        return context.settings.run.yes
    account = plain(request.known.match.identity.name)
    return context.confirm(
        f"A contact of the number +{request.digits} is made in the account {account}, sent a second time, and looked"
        " up.\nThen what was made is deleted. Nothing is made if the number is there already."
    )


async def finish_probes(request: ProbeRequest, *, is_blocked: bool) -> tuple[Diagnosis, ProbeAnswers | None]:
    """Delete what probes left that were cut off, make the one that is wanted, and return how that stands.

    Args:
        request: What is to be done.
        is_blocked: Something else is wrong, so that no new one is made.

    Raises:
        BusyError: A run uses the journal.
        StorageError: The journal cannot be read or written.

    """
    known, identity = request.known, request.known.match.identity
    is_wanted = bool(request.digits) and not is_blocked
    if not (known.open_probes or is_wanted):
        standing = skipped("probe", "not made: solve the problems first") if request.digits else _standing(known)
        return standing, known.answers
    run = request.context.settings.run
    settings = replace(request.context.settings, run=replace(run, dry_run=False))  # else its journal were a rehearsal
    with open_journal(replace(request.context, settings=settings, ask_line=None)) as journal:
        match = journal.match_account(identity)
        if match.is_doubtful:
            return skipped("probe", "not made: which account this is, is in doubt; see its line"), None
        driver = ProbeDriver(
            log=journal.probe_log(match),
            service=request.service,
            policy=Policy(settle_seconds=settings.service.settle_seconds),
            clock=request.context.clock,
            jitter=request.context.jitter,
            tell=request.context.tell,
        )
        ends = await driver.resume()
        if is_wanted and all(one.is_clean for one in ends):
            ends = [*ends, await driver.probe(request.digits, secrets.token_hex(_MARK_BYTES))]
        answers = journal.probe_of(identity.name)
    return diagnose_ends(ends, answers, is_new=is_wanted), answers


def _standing(known: ProbedAccount) -> Diagnosis:
    """Return what is known of probes where none is wanted or to be finished."""
    if known.other_open_probes:
        text = "one of another account was cut off, and may have left a contact there"
        step = "Give this command with that account's token and config."
        return Diagnosis(name="probe", level=Level.NOTE, text=text, next_step=step)
    if known.answers is not None:
        return diagnose_answers(known.answers)
    text = "what this account does with a contact that is there already is not known"
    step = "To find out with one contact, which is deleted again: callbell-importer doctor --probe NUMBER"
    return Diagnosis(name="probe", level=Level.SKIPPED, text=text, next_step=step)


def diagnose_ends(ends: Sequence[ProbeState], answers: ProbeAnswers | None, *, is_new: bool) -> Diagnosis:
    """Return how probes ended: what is left first, then what went wrong, then what was found out."""
    kept = [uuid for one in ends for uuid in one.kept]
    if left := [one for one in ends if not one.is_clean]:
        step = "Give the same command again: it goes on, and deletes what is left. " + _kept(kept)
        return problem_diagnosis("probe", left[0].problem, step.strip(), 5)
    last = ends[-1]
    if is_new and not last.answers.duplicates:
        step, code = ("Name another number.", 2) if last.problem == TAKEN else ("Give the same command again.", 5)
        return problem_diagnosis("probe", last.problem, f"{step} {_kept(kept)}".strip(), code)
    found = Diagnosis(name="probe", text="what an earlier one made was deleted; it found nothing out")
    if answers is not None:
        found = diagnose_answers(answers)
    return replace(found, level=Level.NOTE, next_step=_kept(kept)) if kept else found


def _kept(uuids: Sequence[str]) -> str:
    """Return what is to be said of contacts that are kept."""
    if not uuids:
        return ""
    return f"Kept, because somebody changed it or had it before: {', '.join(uuids)}. Look at it in Callbell."
