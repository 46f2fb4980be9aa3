"""Which request a fault hits, and how people say so."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.model.errors import UsageError
from importer.sandbox import EVERY_FAULT, Commit, Fault, FaultKind, Faults, Scripted, read_faults
from importer.sandbox.faults import FaultChooser
from importer.sandbox.misbehaviour import MISBEHAVIOURS

RESET = Fault(FaultKind.RESET)
POST = "POST /contacts"


def chosen(faults: Faults, count: int, call: str = POST) -> list[Fault | None]:
    """Return the faults of a call's first requests."""
    chooser = FaultChooser(faults)
    return [chooser.choose(call, call.partition(" ")[0]) for _ in range(count)]


def test_every_kind_has_its_misbehaviour() -> None:
    """A new kind without a function is found here."""
    assert set(MISBEHAVIOURS) == set(FaultKind)


def test_by_default_nothing_goes_wrong() -> None:
    """Trouble has to be asked for."""
    assert chosen(Faults(), 100) == [None] * 100


def test_the_same_seed_hits_the_same_requests() -> None:
    """And another seed others."""
    assert chosen(Faults(probability=0.3, seed=1), 200) == chosen(Faults(probability=0.3, seed=1), 200)
    assert chosen(Faults(probability=0.3, seed=1), 200) != chosen(Faults(probability=0.3, seed=2), 200)


def test_chance_hits_as_often_as_told_with_every_kind() -> None:
    """About three in ten of 2,000, and none of the kinds is left out."""
    hits = [fault for fault in chosen(Faults(probability=0.3), 2000) if fault]
    assert 500 < len(hits) < 700
    assert set(hits) == set(EVERY_FAULT)


def test_chance_leaves_reading_alone_unless_told_otherwise() -> None:
    """Only what changes something is hit by default."""
    assert chosen(Faults(probability=1.0), 3, "GET /contacts") == [None] * 3
    with_get = Faults(probability=1.0, methods=frozenset({"GET"}), kinds=(RESET,))
    assert chosen(with_get, 2, "GET /contacts") == [RESET] * 2


def test_a_script_hits_exactly_the_requests_it_names() -> None:
    """The second and third POST, and every GET from the second."""
    script = (
        Scripted(fault=RESET, nth=2, times=2),
        Scripted(fault=Fault(FaultKind.HTML), call="GET /contacts", nth=2, times=0),
    )
    assert chosen(Faults(script=script), 5) == [None, RESET, RESET, None, None]
    assert chosen(Faults(script=script), 4, "GET /contacts") == [None, *[Fault(FaultKind.HTML)] * 3]
    assert chosen(Faults(script=script), 3, "GET /teams") == [None] * 3


@given(st.sampled_from(FaultKind), st.sampled_from(Commit))
def test_a_fault_is_read_as_it_is_written(kind: FaultKind, commit: Commit) -> None:
    """The words of the command line and those of the counters are the same."""
    assert Fault.parse(str(Fault(kind, commit))) == Fault(kind, commit)


def test_the_option_says_how_often_and_which() -> None:
    """The kinds may be left out."""
    assert read_faults("0.1", seed=7) == Faults(probability=0.1, seed=7)
    assert read_faults("1:reset, error+commit") == Faults(
        probability=1.0, kinds=(RESET, Fault(FaultKind.ERROR, Commit.YES))
    )


@pytest.mark.parametrize("text", ["", "often", "2", "-0.1", "nan", "0.1:explode", "0.1:reset+maybe"])
def test_an_option_that_makes_no_sense_is_refused_with_what_would(text: str) -> None:
    """The hint names every kind."""
    with pytest.raises(UsageError, match="--faults") as raised:
        read_faults(text)
    assert "cut_body" in raised.value.hint
