"""The trouble that the fault-injection tests make: what is one contact to their server, an account's names, clocks."""

from random import Random

import pytest

from importer.model.rows import Contact, Row
from importer.sandbox import SandboxOptions
from tests.fault_injection.account import Account
from tests.fault_injection.server import Server
from tests.fault_injection.table import MAIN_CHANNEL, OTHER_CHANNEL, Mapping, other_form, row_key
from tests.fault_injection.troubled_sandbox import TroubledSandbox
from tests.fault_injection.troubles import Trouble, step_seconds, troubles


@pytest.mark.parametrize("written", ["34600000001", "+34600000001", "0034600000001", "+34 600-000001"])
@pytest.mark.parametrize("channel", ["", MAIN_CHANNEL])
@pytest.mark.parametrize("identifier_format", ["digits", "e164", "as_is"])
def test_one_number_is_one_contact(written: str, channel: str, identifier_format: str) -> None:
    """However it is written and sent, and whether or not the main channel is named."""
    row = Row(number=2, cells=(written, "Ana", channel, "", "", "", ""))
    contact = Mapping(identifier_format=identifier_format).to_contact(row)
    assert isinstance(contact, Contact)
    server = Server()
    server.accept(contact, 1.0)
    server.carry_out_all()
    assert [*server.contacts] == [row_key(row)] == ["34600000001"]


def test_another_channel_is_another_contact() -> None:
    """The same number in a channel that is not the main one."""
    assert row_key(Row(number=2, cells=("34600000001", "Ana", OTHER_CHANNEL))) == f"34600000001 in {OTHER_CHANNEL}"


@pytest.mark.parametrize(
    ("digits", "other"),
    [("525512345678", "5215512345678"), ("5491112345678", "541112345678"), ("5511912345678", "551112345678")],
)
def test_a_mobile_number_has_two_forms(digits: str, other: str) -> None:
    """Of Mexico, Argentina and Brazil; numbers of Spain have one."""
    assert other_form(digits) == other
    assert other_form("34600000001") == "34600000001"


def test_an_account_keeps_something_that_only_it_has() -> None:
    """Whatever it is called, some team or channel stays from one run to the next."""
    account, chance = Account(), Random(1)
    for _ in range(20):
        before = {*account.teams, *account.channels}
        account.rename(chance)
        assert before & {*account.teams, *account.channels}


def test_lists_have_pages() -> None:
    """All pages together are the whole list, and each says how many there are."""
    account = Account()
    pages = [account.answer("teams", number) for number in (1, 2)]
    assert [one["uuid"] for page in pages for one in page["teams"]] == account.teams  # type: ignore[attr-defined]  # JSON
    assert {page["meta"]["pages"] for page in pages} == {2}  # type: ignore[index]  # JSON


def test_clocks_are_set_either_way_by_up_to_a_day() -> None:
    """By seconds and by hours."""
    steps = [step_seconds(Random(seed)) for seed in range(200)]
    assert min(steps) < -3600.0
    assert max(steps) > 3600.0
    assert max(map(abs, steps)) <= 86_400.0
    assert min(map(abs, steps)) < 10.0


def test_each_trouble_comes_and_some_seeds_have_none() -> None:
    """So that the long run meets all of them, alone and together."""
    drawn = [troubles(Random(seed)) for seed in range(200)]
    assert frozenset[Trouble]().union(*drawn) == frozenset(Trouble)
    assert frozenset() in drawn
    assert troubles(Random(1), [Trouble.CLOCK]) == {Trouble.CLOCK}


def test_a_calm_sandbox_only_answers_well() -> None:
    """Before that, some answers are about others."""
    sandbox = TroubledSandbox(SandboxOptions(), seed=1)
    assert sandbox._share > 0.0
    sandbox.calm_down()
    assert sandbox._share == 0.0
