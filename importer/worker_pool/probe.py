"""The probe of an account: one contact, made twice and looked up, tells what the documentation does not say. Pure.

    is_free, each form of the number: 404 ..... make         somebody has it .............. over, nothing made
    make: a contact that is surely ours ....... see          refused, no clear answer ..... clean up
    see: shown, or not within the time ........ forms, repeat
    repeat: the same UUID, another, a 4xx ..... clean up: return, second, refuse
    anything cut off .......................... clean up by the next `doctor`

The second POST waits until the first one's contact is shown, so that a copy of the service that lags behind is not
taken for one that makes a second contact. How the probe cleans up is in `probe_cleanup`, whose own a contact is in
`probe_state`.
"""

from dataclasses import replace
from datetime import timedelta

from importer.model.phone_forms import is_same_number
from importer.model.policy import Policy
from importer.model.probe import DuplicateBehaviour, NumberForm
from importer.model.replies import Arrival, RemoteContact, Reply
from importer.worker_pool.circuit_breaker import stop_for
from importer.worker_pool.probe_cleanup import after_cleanup_request, clean_up, noticed
from importer.worker_pool.probe_state import (
    MadeContact,
    Phase,
    ProbeDecision,
    ProbeReply,
    ProbeState,
    end_probe,
    found_contact,
    has_mark,
    is_marked,
    is_not_found,
    is_older,
    number_forms,
    request_again,
    said,
)

_FIRST_LOOK_SECONDS = 0.25
_LONGEST_LOOK_SECONDS = 8.0
TAKEN = "A contact of that number is in the account already, so nothing was made"


def decide_probe(state: ProbeState, got: ProbeReply, policy: Policy) -> ProbeDecision:
    """Return what follows from the reply to the probe's request.

    Args:
        state: Whose request it was.
        got: What it got.
        policy: The retry and timeout policy; the settle time is also how long a new contact is looked for.

    """
    match state.phase:
        case Phase.IS_FREE:
            return _after_is_free(state, got, policy)
        case Phase.MAKE:
            return _after_make(state, got, policy)
        case Phase.SEE:
            return _after_see(state, got, policy)
        case Phase.FORMS:
            return _after_forms(state, got, policy)
        case Phase.REPEAT:
            return _after_repeat(state, got, policy)
        case _:
            return after_cleanup_request(state, got, policy)


def _after_is_free(state: ProbeState, got: ProbeReply, policy: Policy) -> ProbeDecision:
    if found_contact(got.reply):
        return end_probe(state, TAKEN, is_clean=True)
    if not is_not_found(got.reply):
        unsure = f"Whether that number is in the account is not known, so nothing was made ({said(got.reply)})"
        return request_again(state, got, policy) or end_probe(state, unsure, is_clean=True)
    if state.place + 1 < len(number_forms(state.number)):
        return replace(state, place=state.place + 1, failures=0), 0.0
    skew_seconds = got.reply.clock_skew_seconds
    began_at = got.at + timedelta(seconds=skew_seconds) if skew_seconds else None  # 0.0: it did not tell its time
    return replace(state, phase=Phase.MAKE, place=0, failures=0, began_at=began_at), 0.0


def _after_make(state: ProbeState, got: ProbeReply, policy: Policy) -> ProbeDecision:
    reply, found = got.reply, _answered_contact(got.reply)
    if _surely_not_done(reply):
        problem = f"The service did not take the contact, so nothing was made ({said(reply)})"
        return request_again(state, got, policy) or end_probe(state, problem, is_clean=True)
    if found is None:
        return _without_contact(state, got, policy)
    if not _is_ours(found, reply, state):
        return clean_up(replace(noticed(found, state), problem=TAKEN), policy)
    answers = replace(
        state.answers,
        created_status=reply.http_status or 0,
        status_proves=reply.http_status == 201,  # noqa: PLR2004 - HTTP's number
        created_at_proves=_is_newer(found, reply),
        returned_form=_returned_form(found, state.number),
    )
    made = MadeContact(uuid=found.uuid, has_mark=has_mark(found.fields, state))
    there = replace(state, phase=Phase.SEE, failures=0, to_delete=(made,), answers=answers)
    return replace(there, made_seconds=got.seconds), 0.0


def _after_see(state: ProbeState, got: ProbeReply, policy: Policy) -> ProbeDecision:
    found, watched_seconds = found_contact(got.reply), got.seconds - state.made_seconds
    if not is_not_found(got.reply) and stop_for(got.reply, policy):
        return _stopped(state, got, policy)
    answers = replace(state.answers, watched_seconds=round(watched_seconds, 3))
    if found and found.uuid == state.to_delete[0].uuid:
        answers = replace(answers, visible_after_seconds=answers.watched_seconds, found_by=(NumberForm.DIGITS,))
        return replace(state, phase=Phase.FORMS, place=1, failures=0, answers=answers), 0.0
    seen = replace(noticed(found, state) if found else state, answers=answers, failures=state.failures + 1)
    if watched_seconds >= policy.settle_seconds:
        return replace(seen, phase=Phase.REPEAT, failures=0), 0.0
    wait_seconds = min(_LONGEST_LOOK_SECONDS, _FIRST_LOOK_SECONDS * 2 ** min(state.failures, 10))
    return seen, got.reply.retry_after_seconds or wait_seconds


def _after_forms(state: ProbeState, got: ProbeReply, policy: Policy) -> ProbeDecision:
    found, answers, forms = found_contact(got.reply), state.answers, number_forms(state.number)
    if found is None and not is_not_found(got.reply):
        if again := request_again(state, got, policy):
            return again
        if stop_for(got.reply, policy):
            return _stopped(state, got, policy)
    else:
        form, _ = forms[state.place]
        if found and found.uuid == state.to_delete[0].uuid:
            answers = replace(answers, found_by=(*answers.found_by, form))
        else:
            answers = replace(answers, not_found_by=(*answers.not_found_by, form))
    place = state.place + 1
    phase = Phase.FORMS if place < len(forms) else Phase.REPEAT
    return replace(state, phase=phase, place=place % len(forms), failures=0, answers=answers), 0.0


def _after_repeat(state: ProbeState, got: ProbeReply, policy: Policy) -> ProbeDecision:
    reply, found = got.reply, _answered_contact(got.reply)
    if _surely_not_done(reply):
        problem = f"The service did not take the second request ({said(reply)})"
        return request_again(state, got, policy) or clean_up(replace(state, problem=problem), policy)
    if found is None:
        return _without_contact(state, got, policy)
    if any(one.uuid == found.uuid for one in state.to_delete) or not _is_ours(found, reply, state):
        return clean_up(_answered(noticed(found, state), DuplicateBehaviour.RETURN, reply, found), policy)
    made = MadeContact(uuid=found.uuid, has_mark=has_mark(found.fields, state))
    second = replace(state, to_delete=(*state.to_delete, made))
    return clean_up(_answered(second, DuplicateBehaviour.SECOND, reply, found), policy)


def _answered(state: ProbeState, behaviour: DuplicateBehaviour, reply: Reply, found: RemoteContact) -> ProbeState:
    """Return the state with what the second POST tells; what it says of a contact that it did not make is no proof."""
    answers = replace(state.answers, duplicates=behaviour)
    if behaviour is DuplicateBehaviour.RETURN:
        answers = replace(
            answers,
            status_proves=answers.status_proves and reply.http_status != 201,  # noqa: PLR2004 - HTTP's number
            created_at_proves=answers.created_at_proves and not _is_newer(found, reply),
        )
    return replace(state, answers=answers)


def _without_contact(state: ProbeState, got: ProbeReply, policy: Policy) -> ProbeDecision:
    """Decide what follows from a POST whose answer names no contact: refused, or nobody knows."""
    if stop_for(got.reply, policy) or got.reply.http_status == 403:  # noqa: PLR2004 - HTTP's number
        return _stopped(replace(state, is_in_doubt=True), got, policy)
    status = got.reply.http_status or 0
    if 400 <= status < 500 and status != 408:  # noqa: PLR2004 - HTTP's numbers
        refused = replace(state, is_refused=True)
        if state.phase is Phase.REPEAT:
            answers = replace(state.answers, duplicates=DuplicateBehaviour.REFUSE)
            return clean_up(replace(refused, answers=answers), policy)
        return clean_up(replace(refused, problem=f"The service refused the contact: {said(got.reply)}"), policy)
    problem = f"No clear answer came to the probe's request, so it found nothing out ({said(got.reply)})"
    return clean_up(replace(state, is_in_doubt=True, problem=problem), policy)


def _stopped(state: ProbeState, got: ProbeReply, policy: Policy) -> ProbeDecision:
    stop = stop_for(got.reply, policy)
    problem = stop.message if stop else f"The service refuses the token this request ({said(got.reply)})"
    return end_probe(state, problem.rstrip("."), is_clean=False)


def _surely_not_done(reply: Reply) -> bool:
    """Tell whether a POST made nothing: it never arrived, or came too soon after others."""
    return reply.arrival is Arrival.NEVER or reply.http_status == 429  # noqa: PLR2004 - HTTP's number


def _answered_contact(reply: Reply) -> RemoteContact | None:
    """Return the contact in the 2xx answer to a POST."""
    return reply.contact if (reply.http_status or 0) // 100 == 2 else None  # noqa: PLR2004 - the success class


def _is_newer(found: RemoteContact, reply: Reply) -> bool:
    """Tell whether the contact was made after the request left, by the service's own clock."""
    return found.created_at is not None and reply.left_by is not None and found.created_at >= reply.left_by


def _is_ours(found: RemoteContact, reply: Reply, state: ProbeState) -> bool:
    """Tell whether the answer to a POST proves that this POST made the contact.

    A service that showed the mark in the first contact shows it in the second one too.
    """
    if is_marked(found, state) or any(one.has_mark for one in state.to_delete):
        return is_marked(found, state)
    is_proven = reply.http_status == 201 or _is_newer(found, reply)  # noqa: PLR2004 - HTTP's number
    return is_proven and not is_older(found.created_at, state)


def _returned_form(found: RemoteContact, number: str) -> NumberForm | None:
    """Return how an answer writes the number."""
    written = str(found.fields.get("phoneNumber") or "").strip()
    if not is_same_number(found.identifier, number) or not found.identifier:
        return None
    if found.identifier != number:
        return NumberForm.OTHER
    return {number: NumberForm.DIGITS, f"+{number}": NumberForm.PLUS}.get(written, NumberForm.GROUPED)
