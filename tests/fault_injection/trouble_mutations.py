"""Deliberate faults that only trouble brings to light: wrong contacts, false refusals, clocks, names, and people."""

from tests.fault_injection.mutation import Change, Mutation
from tests.fault_injection.troubles import Trouble


def _seen(part: str, trouble: Trouble | None = None, seeds: str = "1..300") -> tuple[str, ...]:
    return (part, "--seeds", seeds, *(("--trouble", trouble.value) if trouble else ()))


def _mutation(name: str, part: tuple[str, ...], place: str, old: str, new: str) -> Mutation:
    """Return a mutation of one change; its place is a module and a function, with a colon between them."""
    module, _, function = place.partition(":")
    return Mutation(name=name, changes=(Change(module=module, function=function, old=old, new=new),), part=part)


_DECISION = "worker_pool.retry_decision"

TROUBLE_MUTATIONS = (
    _mutation(
        "contacts that people made are not asked for",
        _seen("virtual", Trouble.BY_HAND),
        "worker_pool.ask_first:needs_asking",
        "policy.existing is not Existing.CREATE",
        "False",
    ),
    _mutation(
        "a look-up's 5xx taken as not there",
        _seen("virtual", seeds="1..600"),
        f"{_DECISION}:after_look_up",
        "reply.http_status == HTTPStatus.NOT_FOUND",
        "reply.http_status == HTTPStatus.NOT_FOUND or (reply.http_status or 0) >= 500",
    ),
    _mutation(
        "another number's contact believed",
        _seen("virtual", Trouble.OTHER_CONTACT),
        f"{_DECISION}:_named",
        "is_another(contact, attempt.contact)",
        "False",
    ),
    _mutation(
        "another number's contact believed of a look-up",
        _seen("virtual"),
        f"{_DECISION}:after_look_up",
        "is_another(reply.contact, attempt.contact)",
        "False",
    ),
    _mutation(
        "a mobile number's other form not known",
        _seen("virtual", Trouble.WRITING),
        f"{_DECISION}:is_another",
        "is_same_number(found.identifier, digits_only(sent.normalised_identifier))",
        "found.identifier == digits_only(sent.normalised_identifier)",
    ),
    _mutation(
        "settle time by clocks that are set",
        _seen("virtual", Trouble.CLOCK),
        "worker_pool.create:CreateOperation.first_step",
        "resume(attempt, run_seconds, self._policy)",
        "resume(attempt, (now - first_sent_at).total_seconds(), self._policy)",
    ),
    _mutation(
        "409 taken for a doubt",
        _seen("virtual", Trouble.FALSE_REFUSAL),
        f"{_DECISION}:_says_exists",
        "status == HTTPStatus.CONFLICT",
        "False",
    ),
    _mutation(
        "what was refused is sent again without a look",
        _seen("virtual", Trouble.FALSE_REFUSAL),
        "journal.deduplicate:deduplicate_across_runs",
        "known.first_sent_at if known.was_refused else None",
        "None",
    ),
    _mutation(
        "a contact known by what is sent",
        _seen("virtual", Trouble.WRITING),
        "journal.enqueue:_draft",
        "storable(mapped.normalised_identifier)",
        "identifier",
    ),
    _mutation(
        "a look-up by what is sent",
        _seen("virtual", Trouble.WRITING),
        "model.requests:find_contact",
        "contact.normalised_identifier",
        "contact.identifier",
    ),
    _mutation(
        "the main channel is another one when it is named",
        _seen("virtual", Trouble.CHANNEL),
        "journal.enqueue:_draft",
        "mapped.channel_uuid.casefold() in run.main_channels",
        "not mapped.channel_uuid",
    ),
    _mutation(
        "a contact known without its channel",
        _seen("virtual", Trouble.CHANNEL),
        "journal.enqueue:_draft",
        "mapped.channel_uuid.casefold() in run.main_channels",
        "True",
    ),
    _mutation(
        "an account known by its names alone",
        _seen("virtual", Trouble.ACCOUNT),
        "journal.accounts:_same",
        "one.shares",
        "one.has_name",
    ),
    _mutation(
        "an account without teams known by its address",
        _seen("virtual", Trouble.ACCOUNT),
        "client.account:identify_account",
        'email.casefold() if "@" in email else ""',
        '""',
    ),
    _mutation(
        "one page of teams and channels",
        _seen("virtual", Trouble.CHANNEL),
        "client.account:list_pages",
        "not isinstance(count, int) or number >= count",
        "True",
    ),
    _mutation(
        "undo: a 200 believed",
        _seen("undo", Trouble.BY_HAND),
        f"{_DECISION}:_is_proven",
        "reply.http_status == HTTPStatus.CREATED",
        "reply.http_status in (HTTPStatus.OK, HTTPStatus.CREATED)",
    ),
    _mutation(
        "undo: a look-up believed",
        _seen("undo"),
        f"{_DECISION}:found_there",
        "is_ours = is_proven",
        "is_ours = True",
    ),
    _mutation(
        "a hard-linked journal is used",
        ("kills", "--kills", "1"),
        "commands.setup:journal_path",
        "_has_other_names(path)",
        "False",
    ),
)
