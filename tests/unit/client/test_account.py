"""What the account has, asked of a scripted service in virtual time and of the sandbox over HTTP."""

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from importer.client.account import AccountLists, identify_account, read_lists, who_am_i
from importer.client.http import CallbellClient
from importer.client.token import Token
from importer.mapper.account_names import folded_label, resolve_team
from importer.model.account import AccountIdentity, NamedEntry
from importer.model.errors import ServiceError
from importer.model.replies import Arrival, Reply
from importer.model.requests import Request
from importer.model.stop import CHECK_ADDRESS, CHECK_NETWORK
from importer.sandbox import DEFAULT_ACCOUNT, Fault, FaultKind, Faults, Sandbox, SandboxOptions, Scripted
from tests.support.virtual_time import VirtualClock, run

OWNER = "owner@example.com"
ME = {"status": "ok", "user_email": OWNER, "api_key": "tk-5up3r-53cr3t"}
NEVER = Reply(arrival=Arrival.NEVER, message="no connection came about")


def got(status: int, value: object = None, retry_after_seconds: float | None = None) -> Reply:
    """Return a whole response."""
    message = "" if status < 300 else f"status {status}"
    return Reply(
        arrival=Arrival.ANSWERED,
        http_status=status,
        message=message,
        retry_after_seconds=retry_after_seconds,
        json=value,
    )


@dataclass(slots=True, kw_only=True)
class Answering:
    """Answers with the next of its answers; the last one stays."""

    answers: Sequence[Reply]
    asked: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)

    async def send(self, request: Request) -> Reply:
        self.asked.append((request.path, request.query))
        return self.answers[min(len(self.asked), len(self.answers)) - 1]


def half() -> float:
    """Return the jitter of these tests."""
    return 0.5


def timed(main: Coroutine[Any, Any, object]) -> tuple[object, float]:
    """Return what comes of it in virtual time (an error too), and how many seconds it took."""

    async def both() -> tuple[object, float]:
        try:
            result = await main
        except ServiceError as error:
            result = error
        return result, round(asyncio.get_running_loop().time(), 2)

    return run(both())


def failed(*answers: Reply) -> tuple[ServiceError, int, float]:
    """Return the error in which asking ends, after how many requests and seconds."""
    service = Answering(answers=answers)
    error, seconds = timed(who_am_i(service, half))
    assert isinstance(error, ServiceError)
    assert error.hint
    assert error.exit_code == 5
    return error, len(service.asked), seconds


def pages_of(name: str, *pages: object) -> Answering:
    """Return a service whose list has these pages."""
    answers = [got(200, {name: page, "meta": {"page": n, "pages": len(pages)}}) for n, page in enumerate(pages, 1)]
    return Answering(answers=answers)


async def teams_of(service: Answering) -> Mapping[str, str]:
    """Return the teams by name."""
    lists = await read_lists(service, half, teams=True, channels=False)
    return by_name(lists.directory(teams=True, channels=False).teams)


def by_name(entries: Sequence[NamedEntry] | None) -> Mapping[str, str]:
    """Return UUIDs by name, of names that are understood."""
    find = resolve_team([one for one in entries or () if not one.is_discarded])
    names = {folded_label(one.name) for one in entries or ()} - {""}
    return {name: uuid for name in names if isinstance(uuid := find(name), str)}


# Who it is


def test_the_owner_is_asked_once() -> None:
    """The e-mail of the token's owner comes of one request, without a wait."""
    service = Answering(answers=[got(200, ME)])
    assert timed(who_am_i(service, half)) == (OWNER, 0.0)
    assert service.asked == [("auth/me", {})]


@pytest.mark.parametrize("value", [{}, {"user_email": None}, {"user_email": 7}, {"user_email": ""}])
def test_an_owner_without_an_address_is_unknown(value: object) -> None:
    """A good token whose owner has no readable e-mail is good all the same."""
    assert run(who_am_i(Answering(answers=[got(200, value)]), half)) == "unknown"


def test_the_owners_address_is_cleaned() -> None:
    """What the service says reaches a terminal and the journal, so that nothing in it may be a control character."""
    service = Answering(answers=[got(200, {"user_email": "a\x1b[31m@b\n.c"})])
    assert run(who_am_i(service, half)) == "a@b .c"


# When it does not answer


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_token_ends_it_at_once(status: int) -> None:
    """A token that is refused is not tried again, and the person is told to take a new one."""
    error, requests, seconds = failed(got(status))
    assert (requests, seconds) == (1, 0.0)
    assert "token" in error.message
    assert "new token" in error.hint


@pytest.mark.parametrize("trouble", [NEVER, got(500), got(503), got(408), got(429), got(200), got(200, [])])
def test_trouble_is_waited_out(trouble: Reply) -> None:
    """No connection, an error, a rate limit and a page that is no JSON are asked again, after growing waits."""
    service = Answering(answers=[trouble, trouble, trouble, got(200, ME)])
    assert timed(who_am_i(service, half)) == (OWNER, 1.0 + 2.0 + 4.0)
    assert len(service.asked) == 4


def test_a_wait_that_is_asked_for_is_kept() -> None:
    """A service that says when is asked then."""
    service = Answering(answers=[got(429, None, 30.0), got(200, ME)])
    assert timed(who_am_i(service, half)) == (OWNER, 30.0)


def test_trouble_that_stays_ends_it() -> None:
    """After five requests it is over, with what was seen and what to check."""
    error, requests, seconds = failed(NEVER)
    assert (requests, seconds) == (5, 1.0 + 2.0 + 4.0 + 4.0)
    assert "no connection came about" in error.message
    assert error.hint == f"{CHECK_NETWORK}, then run the same command again: nothing was sent."


@pytest.mark.parametrize("status", [301, 302, 307, 400, 404, 405, 422])
def test_a_wrong_address_is_not_asked_twice(status: int) -> None:
    """What will be the same next time is told at once."""
    error, requests, seconds = failed(got(status))
    assert (requests, seconds) == (1, 0.0)
    assert str(status) in error.message
    assert error.hint == f"Nothing was sent. {CHECK_ADDRESS}"


def test_a_bad_certificate_is_not_asked_twice() -> None:
    """What a person has to fix is told at once."""
    fatal = Reply(arrival=Arrival.NEVER, message="its certificate is not good", fatal=True)
    error, requests, _ = failed(fatal)
    assert requests == 1
    assert "certificate" in error.message
    error, _, _ = failed(replace(fatal, address="api.callbell.eu:443"))
    assert error.message == "No connection to Callbell (its certificate is not good)."
    assert "clock" in error.hint
    error, _, _ = failed(Reply(arrival=Arrival.NEVER, message="connection timed out", address="api.callbell.eu:443"))
    assert error.message == "No connection to Callbell (timed out)."
    assert "network" in error.hint


def test_a_page_of_another_network_is_told() -> None:
    """A 200 that is not the service's JSON ends with words, not with "status 200"."""
    error, _, _ = failed(got(200))
    assert error.message == "Callbell did not answer as it should: what came is not its JSON."


def test_a_wait_of_hours_ends_it() -> None:
    """A service that asks for two hours is not waited for."""
    error, requests, seconds = failed(got(429, None, 7200.0))
    assert (requests, seconds) == (1, 0.0)
    assert "120 minutes" in error.message


def test_a_quarter_of_an_hour_is_waited_and_no_more() -> None:
    """As long as a run would wait; and the sentence says when to come back."""
    service = Answering(answers=[got(429, None, 900.0), got(200, ME)])
    assert timed(who_am_i(service, half)) == (OWNER, 900.0)
    error, requests, _ = failed(got(429, None, 900.5))
    assert (requests, error.message) == (1, "The service asks to wait 15 minutes before the next request.")
    assert error.hint == "Run the same command again after that: nothing was sent."
    error, requests, seconds = failed(got(429, None, 900.0))
    assert (requests, seconds, error.message) == (5, 3600.0, "Callbell did not answer as it should: status 429.")


def test_every_error_says_what_to_do() -> None:
    """With the whole sentence, whatever it is."""
    error, _, _ = failed(got(401))
    assert error.message == "The service refused the token (401)."
    assert error.hint == "Take a new token from Callbell's settings (API), then run the same command again."
    error, _, _ = failed(got(422))
    assert error.message == "Callbell did not answer as it should: status 422."
    assert error.hint.endswith("`callbell-importer doctor` says which address is asked.")
    error, _, _ = failed(Reply(arrival=Arrival.UNKNOWN, message="the connection broke off."))
    assert error.message == "Callbell did not answer as it should: the connection broke off."
    assert error.hint == f"{CHECK_NETWORK}, then run the same command again: nothing was sent."


# Its names


def test_all_pages_are_walked() -> None:
    """Names are found on whatever page they stand, case-folded and stripped."""
    service = pages_of(
        "teams", [{"name": " Sales ", "uuid": "t1"}], [{"name": "SUPPORT", "uuid": "t2"}], [{"name": "Ñ", "uuid": "t3"}]
    )
    assert run(teams_of(service)) == {"sales": "t1", "support": "t2", "ñ": "t3"}
    assert service.asked == [("teams", {"page": str(page)}) for page in (1, 2, 3)]


def test_a_page_that_fails_once_is_asked_again() -> None:
    """Trouble in the middle of a list loses nothing of it."""
    first, second = pages_of("teams", [{"name": "a", "uuid": "t1"}], [{"name": "b", "uuid": "t2"}]).answers
    service = Answering(answers=[first, got(500), second])
    assert run(teams_of(service)) == {"a": "t1", "b": "t2"}
    assert [query["page"] for _, query in service.asked] == ["1", "2", "2"]


def test_a_name_that_two_share_is_left_out() -> None:
    """Two teams of one name, on whatever pages, are a guess; the same team twice is not."""
    page = [{"name": "Sales", "uuid": "t1"}, {"name": "Both", "uuid": "t2"}, {"name": "Sales", "uuid": "t1"}]
    service = pages_of("teams", page, [{"name": "BOTH ", "uuid": "t3"}])
    assert run(teams_of(service)) == {"sales": "t1"}


@pytest.mark.parametrize(
    "odd",
    [
        {"name": None, "uuid": "t2"},
        {"name": "", "uuid": "t2"},
        {"name": "None", "uuid": None},
        {"name": "x", "uuid": ""},
        {"uuid": "t2"},
        {"name": "x"},
        {"name": "x", "uuid": "t2", "discardedAt": "2025-06-30T12:00:00.000Z"},
        {"name": "Sales", "uuid": "t2", "discardedAt": "2025-06-30T12:00:00.000Z"},
        "x",
        None,
    ],
)
def test_what_has_no_name_or_is_out_of_use_is_passed_over(odd: object) -> None:
    """What lacks a name or a UUID is nobody's team, and what was taken out of use takes no name away."""
    assert run(teams_of(pages_of("teams", [odd, {"name": "Sales", "uuid": "t1"}]))) == {"sales": "t1"}


@pytest.mark.parametrize("value", [{}, {"teams": None}, {"teams": [], "meta": None}, {"meta": {"pages": "9"}}])
def test_a_list_of_another_form_is_empty(value: object) -> None:
    """What cannot be read has no names, and is not walked for ever."""
    service = Answering(answers=[got(200, value)])
    assert run(teams_of(service)) == {}
    assert len(service.asked) == (1 if isinstance(value, dict) and "teams" in value else 5)


def test_a_list_without_an_end_ends() -> None:
    """A service that always has one more page is asked for 500."""
    service = Answering(answers=[got(200, {"teams": [], "meta": {"pages": 10**9}})])
    assert run(teams_of(service)) == {}
    assert len(service.asked) == 500


@pytest.mark.parametrize(
    ("teams", "channels", "paths"),
    [(False, False, set()), (True, False, {"teams"}), (False, True, {"channels"}), (True, True, {"teams", "channels"})],
)
def test_only_what_is_needed_is_asked(teams: bool, channels: bool, paths: set[str]) -> None:  # noqa: FBT001 - a table of cases
    """A list that nobody needs costs no request."""
    service = Answering(answers=[got(200, {})])
    run(read_lists(service, half, teams=teams, channels=channels))
    assert {path for path, _ in service.asked} == paths


# Which account it is

TEAMS = {"teams": [{"uuid": "T1", "name": "Sales"}, {"name": "Odd"}, {"uuid": 7}], "meta": {"pages": 1}}
CHANNELS = {
    "channels": [
        {"uuid": "c1", "title": "Main", "type": "whatsapp", "main": True},
        {"uuid": "c2", "title": "Old", "main": "yes", "discardedAt": "2025-06-30T12:00:00.000Z"},
    ]
}
LISTED = AccountLists(teams=[{"uuid": "t1"}])
ADDRESS = "https://api.callbell.eu/v1"


async def identified(service: Answering, lists: AccountLists, label: str = "") -> AccountIdentity:
    """Return which account it is."""
    return await identify_account(service, lists, ADDRESS, label, half)


def test_an_account_is_told_by_all_its_teams_and_channels() -> None:
    """In small letters, also those out of use; the main channel is the one that says so."""
    service = Answering(answers=[got(200, TEAMS), got(200, CHANNELS), got(200, ME)])
    lists = run(read_lists(service, half, teams=True, channels=True))
    identity = run(identified(service, lists))
    assert identity.uuids == {"t1", "c1", "c2"}
    assert identity.main_channels == {"c1"}
    assert (identity.name, identity.email) == (f"{ADDRESS} {OWNER}", OWNER)
    assert [path for path, _ in service.asked] == ["teams", "channels", "auth/me"]


@pytest.mark.parametrize(
    ("lists", "label", "name"),
    [
        (LISTED, "", OWNER),
        (LISTED, "main", "main"),
        (AccountLists(), "main", "main"),
        (AccountLists(), "", OWNER),
    ],
)
def test_an_account_is_called_by_its_label_or_its_owner(lists: AccountLists, label: str, name: str) -> None:
    """The owner's e-mail is known in any case: the next run may have no label, or see no teams."""
    service = Answering(answers=[got(200, ME)])
    identity = run(identified(service, lists, label))
    assert [path for path, _ in service.asked] == ["auth/me"]
    assert (identity.name, identity.email) == (f"{ADDRESS} {name}", OWNER)


@pytest.mark.parametrize("status", [400, 403, 404, 405])
def test_a_list_that_may_not_be_read_is_left_out_and_logged(status: int, caplog: pytest.LogCaptureFixture) -> None:
    """A token that may not read the teams imports as before; only whoever needs their names is told."""
    service = Answering(answers=[got(status), got(200, CHANNELS)])
    with caplog.at_level("WARNING"):
        lists = run(read_lists(service, half, teams=True, channels=True))
    assert lists.uuids == {"c1", "c2"}
    assert "teams cannot be read" in caplog.text
    assert by_name(lists.directory(teams=False, channels=True).channels) == {"main": "c1"}
    with pytest.raises(ServiceError):
        lists.directory(teams=True, channels=True)


@pytest.mark.parametrize("status", [301, 401, 500])
def test_what_says_nothing_of_the_right_to_read_ends_it(status: int) -> None:
    """A refused token, a wrong address and a service in trouble are no account without teams."""
    error, _ = timed(read_lists(Answering(answers=[got(status)]), half, teams=True, channels=True))
    assert isinstance(error, ServiceError)


@pytest.mark.parametrize("label", ["", "main"])
def test_an_owner_that_may_not_be_read_ends_it_unless_there_is_a_label(label: str) -> None:
    """Then the account goes by its label, as ever."""
    found, _ = timed(identified(Answering(answers=[got(403)]), AccountLists(), label))
    assert isinstance(found, AccountIdentity if label else ServiceError)


def test_an_unknown_owner_is_no_name_by_itself() -> None:
    """Every account whose owner cannot be read would be one."""
    identity = run(identified(Answering(answers=[got(200, {})]), AccountLists()))
    assert (identity.name, identity.email) == (f"{ADDRESS} unknown", "")


# Over HTTP


async def test_the_stand_ins_account_is_read() -> None:
    """Owner, teams and channels come as the account has them; a channel out of use is not among them."""
    async with Sandbox() as sandbox, CallbellClient(sandbox.base_url, Token(sandbox.token), VirtualClock()) as service:
        assert await who_am_i(service, half) == DEFAULT_ACCOUNT.user_email
        lists = await read_lists(service, half, teams=True, channels=True)
    found = lists.directory(teams=True, channels=True)
    assert by_name(found.teams) == {team.name.casefold(): team.uuid for team in DEFAULT_ACCOUNT.teams}
    assert by_name(found.channels) == {
        c.title.casefold(): c.uuid for c in DEFAULT_ACCOUNT.channels if not c.discarded_at
    }


async def test_a_stand_in_that_knows_another_token_refuses_this_one() -> None:
    """A wrong token is refused, and the error does not hold it."""
    async with Sandbox() as sandbox, CallbellClient(sandbox.base_url, Token("tk-wr0ng"), VirtualClock()) as service:
        with pytest.raises(ServiceError, match="refused the token") as raised:
            await who_am_i(service, half)
    assert "tk-wr0ng" not in f"{raised.value!r} {raised.value.message} {raised.value.hint}"


async def test_an_error_of_the_stand_in_is_asked_again() -> None:
    """A 500 in the way of the owner's name is passed at the second request; without jitter there is no wait."""
    script = (Scripted(fault=Fault(FaultKind.ERROR), call="GET /auth/me"),)
    options = SandboxOptions(faults=Faults(script=script))
    async with (
        Sandbox(options) as sandbox,
        CallbellClient(sandbox.base_url, Token(sandbox.token), VirtualClock()) as service,
    ):
        assert await who_am_i(service, lambda: 0.0) == DEFAULT_ACCOUNT.user_email
        assert sandbox.traffic.requests["GET /auth/me"] == 2


def test_a_list_without_its_name_is_asked_for_again() -> None:
    """A 200 that does not hold the list says nothing of it: an odd answer never makes an account without channels."""
    listed = {"channels": [{"uuid": "c1", "title": "Main"}], "meta": {"page": 1, "pages": 1}}
    service = Answering(answers=[got(200, {"contact": [{}]}), got(200, listed)])
    lists, _ = timed(read_lists(service, half, teams=False, channels=True))
    assert isinstance(lists, AccountLists)
    assert [one["uuid"] for one in lists.channels] == ["c1"]


def test_a_service_that_never_names_the_list_has_none() -> None:
    """After the last attempt such an answer counts: a run does not end because of it."""
    service = Answering(answers=[got(200, {"meta": {}})])
    lists, _ = timed(read_lists(service, half, teams=True, channels=False))
    assert lists == AccountLists(teams=[], channels=())
    assert len(service.asked) == 5
