"""The journal's probes: their state while they are under way, and what they found out."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from importer.journal import Journal
from importer.journal.probes import read_account
from importer.model.account import AccountIdentity
from importer.model.probe import DuplicateBehaviour, NumberForm, ProbeAnswers
from tests.support.journals import Ticking

ANA = AccountIdentity(name="https://api.callbell.eu/v1 ana@example.com", uuids=frozenset({"a"}))
LEO = AccountIdentity(name="https://api.callbell.eu/v1 leo@example.com", uuids=frozenset({"b"}))
ANSWERS = ProbeAnswers(
    duplicates=DuplicateBehaviour.RETURN,
    created_status=200,
    created_at_proves=True,
    visible_after_seconds=0.25,
    watched_seconds=0.25,
    found_by=(NumberForm.DIGITS,),
    not_found_by=(NumberForm.PLUS,),
    returned_form=NumberForm.GROUPED,
    answered_at=datetime(2026, 11, 27, 12, 0, tzinfo=UTC),
)


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    """An empty journal."""
    with closing(Journal.open(path, Ticking())) as opened:
        yield opened


def test_a_probe_is_unfinished_until_it_is_finished(journal: Journal) -> None:
    """With its newest state; then its state, which has the number, is forgotten."""
    log = journal.probe_log(journal.match_account(ANA))
    probe = log.begin("first")
    log.write(probe, "second")
    assert log.unfinished() == [(probe, "second")]
    log.finish(probe, ANSWERS)
    assert log.unfinished() == []
    assert journal._database.fetch("SELECT state FROM probes") == [("",)]


def test_the_newest_answers_of_an_account_are_told_by_any_name(journal: Journal) -> None:
    """By a name of it or its id; a probe that found nothing out takes nothing away."""
    log = journal.probe_log(journal.match_account(ANA))
    assert journal.probe_of(ANA.name) is None
    for answers in (ANSWERS, replace(ANSWERS, created_status=201), None):
        log.finish(log.begin("state"), answers)
    assert journal.probe_of(ANA.name) == replace(ANSWERS, created_status=201)
    (account,) = journal.match_account(ANA).ids
    assert journal.probe_of(account) == journal.probe_of(ANA.name)
    assert (journal.probe_of(LEO.name), journal.probe_of(account + 1)) == (None, None)


def test_another_accounts_probes_are_not_its_own(journal: Journal, path: Path) -> None:
    """They are counted apart, and reading changes nothing."""
    for identity in (ANA, LEO):
        journal.probe_log(journal.match_account(identity)).begin("state")
    log = journal.probe_log(journal.match_account(ANA))
    ((probe, _),) = log.unfinished()
    log.finish(probe, ANSWERS)
    known = read_account(path, ANA)
    assert (known.open_probes, known.other_open_probes, known.answers) == (0, 1, ANSWERS)
    assert known.match == journal.match_account(ANA)
    new = read_account(path, AccountIdentity(name="new"))
    assert (new.match.ids, new.open_probes, new.other_open_probes, new.answers) == ((), 0, 1, None)


def test_accounts_that_turn_out_to_be_one_keep_their_probes(journal: Journal) -> None:
    """As they keep their contacts."""
    for identity in (ANA, LEO):
        log = journal.probe_log(journal.match_account(identity))
        log.finish(log.begin("state"), ANSWERS)
    both = replace(ANA, uuids=ANA.uuids | LEO.uuids)
    journal.probe_log(journal.match_account(both))
    assert len(journal.match_account(both).ids) == 1
    assert journal._database.fetch("SELECT count(DISTINCT account), count(*) FROM probes") == [(1, 2)]
