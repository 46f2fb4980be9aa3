"""Deliberate faults that only trouble brings to light: wrong contacts, false refusals, clocks, names, and people."""

from tests.fault_injection.mutation import Change, Mutation
from tests.fault_injection.troubles import Trouble


def seen_by(part: str, trouble: Trouble | None = None, seeds: str = "1..300") -> tuple[str, ...]:
    """Return the part that must see a mutation."""
    return (part, "--seeds", seeds, *(("--trouble", trouble.value) if trouble else ()))


def one_change(name: str, part: tuple[str, ...], place: str, old: str, new: str) -> Mutation:
    """Return a mutation of one change; its place is a module and a function, with a colon between them."""
    module, _, function = place.partition(":")
    return Mutation(name=name, changes=(Change(module=module, function=function, old=old, new=new),), part=part)


_DECISION = "worker_pool.retry_decision"

TROUBLE_MUTATIONS = (
    one_change(
        "contacts that people made are not asked for",
        seen_by("virtual", Trouble.BY_HAND),
        "worker_pool.ask_first:needs_asking",
        "policy.existing is not Existing.CREATE",
        "False",
    ),
    one_change(
        "a look-up's 5xx taken as not there",
        (*seen_by("virtual", seeds="225..600"), "--existing", "create"),
        f"{_DECISION}:after_look_up",
        "reply.http_status == HTTPStatus.NOT_FOUND",
        "reply.http_status == HTTPStatus.NOT_FOUND or (reply.http_status or 0) >= 500",
    ),
    one_change(
        "another number's contact believed",
        seen_by("virtual", Trouble.OTHER_CONTACT),
        f"{_DECISION}:_named",
        "is_another(contact, attempt.contact)",
        "False",
    ),
    one_change(
        "another number's contact believed of a look-up",
        seen_by("virtual"),
        f"{_DECISION}:after_look_up",
        "is_another(reply.contact, attempt.contact)",
        "False",
    ),
    one_change(
        "a mobile number's other form not known",
        seen_by("virtual", Trouble.WRITING),
        f"{_DECISION}:is_another",
        "is_same_number(found.identifier, digits_only(sent.normalised_identifier))",
        "found.identifier == digits_only(sent.normalised_identifier)",
    ),
    one_change(
        "a mobile number's other form not looked up",
        seen_by("virtual", Trouble.WRITING),
        f"{_DECISION}:_not_there",
        "other_number(attempt.contact)",
        "False",
    ),
    one_change(
        "both forms of a mobile number are two people",
        seen_by("virtual", Trouble.WRITING),
        "journal.number_forms:add_form_functions",
        "in_form(digits, 'without')",
        "digits",
    ),
    one_change(
        "a contact not known by its number's other form",
        seen_by("virtual", Trouble.WRITING),
        "journal.number_forms:take_known_forms",
        "connection.execute(_KNOWN_OTHERWISE, {'account': account}).fetchall()",
        "[]",
    ),
    one_change(
        "settle time by clocks that are set",
        seen_by("virtual", Trouble.CLOCK, "4..300"),
        "worker_pool.create:CreateOperation.first_step",
        "resume(attempt, run_seconds, self._policy)",
        "resume(attempt, (now - first_sent_at).total_seconds(), self._policy)",
    ),
    one_change(
        "409 taken for a doubt",
        seen_by("virtual", Trouble.FALSE_REFUSAL),
        f"{_DECISION}:_says_exists",
        "status == HTTPStatus.CONFLICT",
        "False",
    ),
    one_change(
        "what was refused is sent again without a look",
        seen_by("virtual", Trouble.FALSE_REFUSAL),
        "journal.deduplicate:_not_surely_there",
        "known.first_sent_at if known.was_refused else None",
        "None",
    ),
    one_change(
        "a contact known by what is sent",
        seen_by("virtual", Trouble.WRITING),
        "journal.row_draft:draft_row",
        "mapped.normalised_identifier",
        "identifier",
    ),
    one_change(
        "a look-up by what is sent",
        seen_by("virtual", Trouble.WRITING),
        "model.requests:find_contact",
        "contact.normalised_identifier",
        "contact.identifier",
    ),
    one_change(
        "the main channel is another one when it is named",
        seen_by("virtual", Trouble.CHANNEL),
        "journal.row_draft:_as_stored",
        "key.channel_uuid.casefold() in run.main_channels",
        "not key.channel_uuid",
    ),
    one_change(
        "a contact known without its channel",
        seen_by("virtual", Trouble.CHANNEL),
        "journal.row_draft:_as_stored",
        "key.channel_uuid.casefold() in run.main_channels",
        "True",
    ),
    one_change(
        "an account known by its names alone",
        seen_by("virtual", Trouble.ACCOUNT),
        "journal.accounts:_same",
        "one.shares",
        "one.has_name",
    ),
    one_change(
        "an account without teams known by its address",
        seen_by("virtual", Trouble.ACCOUNT),
        "client.account:identify_account",
        'email.casefold() if "@" in email else ""',
        '""',
    ),
    one_change(
        "one page of teams and channels",
        seen_by("virtual", Trouble.CHANNEL),
        "client.account:list_pages",
        "not isinstance(count, int) or number >= count",
        "True",
    ),
    one_change(
        "undo: a 200 believed",
        seen_by("undo", Trouble.BY_HAND, "60..300"),
        f"{_DECISION}:_is_proven",
        "reply.http_status == HTTPStatus.CREATED",
        "reply.http_status in (HTTPStatus.OK, HTTPStatus.CREATED)",
    ),
    one_change(
        "undo: a look-up believed",
        seen_by("undo", seeds="60..300"),
        f"{_DECISION}:found_there",
        "is_ours = is_proven",
        "is_ours = True",
    ),
    one_change(
        "a hard-linked journal is used",
        ("kills", "--kills", "1"),
        "commands.journal_path:journal_path",
        "_has_other_names(path)",
        "False",
    ),
)
