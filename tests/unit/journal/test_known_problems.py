"""Problems are known again from one run to the next: what is new, still there and gone, whatever becomes of a night."""

import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from enum import Enum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from importer.journal import Journal
from importer.journal.problem_hash import old_problem_hash, problem_hash
from importer.model.account import AccountIdentity
from importer.model.policy import Existing
from importer.model.rows import Entry, InvalidRow, Problem, Row, Status
from importer.model.runs import Comparison, RunRecord
from tests.support.journals import SHEET, Ticking, contact, record, recorded

SERIES = "abc"
Codes = Mapping[int, Sequence[str]]
"""The codes of the problems of each row, by what the row says; none: it is right."""


class Ending(Enum):
    """How a run ends."""

    FINISHED = "it tells its problems"
    INTERRUPTED = "it tells them, and did not come to its end"
    NOT_TOLD = "it came to its end, and its reports could not be written"
    KILLED = "it says nothing"


def invalid(content: int, codes: Sequence[str]) -> InvalidRow:
    """Return a row that says `content`, with a problem of each code in the column Phone."""
    problems = tuple(Problem(code=code, column="Phone", message=f"{code}.") for code in codes)
    return InvalidRow(problems=problems, content=content.to_bytes(16, "big"))


def enqueue(journal: Journal, codes: Codes, contents: Sequence[int] | None = None) -> None:
    """Enqueue rows in the order of what they say: those without a problem are contacts."""
    says = list(codes) if contents is None else contents
    mapped = [invalid(one, codes[one]) if codes.get(one) else contact(one) for one in says]
    entries = [Entry(row=Row(number=number, cells=("x",)), mapped=one) for number, one in enumerate(mapped, 2)]
    journal.enqueue(journal.add_sheet(SHEET), entries)


def of_series(name: str, series: str = SERIES, **more: Any) -> RunRecord:
    """Return a run of a series that begins."""
    return replace(record(name), series=series, **more)


def compared(journal: Journal, run: RunRecord, *, is_finished: bool = True, retried: str = "") -> Comparison:
    """Compare the run that is under way with those before it."""
    key = journal.history_of(retried).key if retried else None
    return journal.history_of(run.name).compare(is_finished=is_finished, retried=key)


def night(  # noqa: PLR0913 - of a night all is to be said
    journal: Journal,
    name: str,
    rows: Codes,
    ending: Ending = Ending.FINISHED,
    *,
    retried: str = "",
    series: str = SERIES,
    contents: Sequence[int] | None = None,
) -> Comparison | None:
    """Run through the rows, and let each contact be created; return how the run compares, if it says so."""
    run = of_series(name, series, command="retry" if retried else "run")
    journal.begin(run)
    enqueue(journal, rows, contents)
    journal.record([recorded(pending) for pending in journal.claim(1000)])
    if ending is Ending.KILLED:
        return None
    found = compared(journal, run, is_finished=ending is not Ending.INTERRUPTED, retried=retried)
    code = 143 if ending is Ending.INTERRUPTED else 1
    journal.finish(replace(run, exit_code=code, compared_with=found.compared_with, gone=found.gone))
    if ending is Ending.NOT_TOLD:
        return None
    journal.history_of(name).keep()
    return found


def counts(journal: Journal, name: str) -> tuple[int, int, int]:
    """Return how many problems of a run are new, still there and gone."""
    source = journal.report_source(name)
    groups = [group for group in source.problems() if group.code != "duplicate"]
    new = sum(group.new for group in groups)
    return new, sum(group.count for group in groups) - new, source.record().gone


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """An empty journal."""
    with closing(Journal.open(tmp_path / "journal.sqlite3", Ticking())) as opened:
        yield opened


def test_a_first_run_has_all_new(journal: Journal) -> None:
    """There is nothing to compare with."""
    assert night(journal, "1", {1: ["a", "b"], 2: ["a"], 3: []}) == Comparison(new_rows=2)
    assert counts(journal, "1") == (3, 0, 0)


def test_new_still_there_and_gone(journal: Journal) -> None:
    """A row that moved keeps its problem, and one more problem of a row is new; so the row is."""
    night(journal, "1", {1: ["a"], 2: ["b"], 3: ["c"]})
    found = night(journal, "2", {9: [], 4: ["a"], 2: ["b", "d"], 1: ["a"]})
    assert found == Comparison(compared_with="1", gone=1, new_rows=2)
    assert counts(journal, "2") == (2, 2, 1)
    assert {(group.code, group.count, group.new) for group in journal.report_source("2").problems()} == {
        ("a", 2, 1),
        ("b", 1, 0),
        ("d", 1, 1),
    }


def test_the_first_rows_of_a_group_begin_with_the_new_ones(journal: Journal) -> None:
    """As does its message: they are what somebody who knows the others looks for, however many there are of these."""
    old = {one: ["short"] for one in range(1, 25)}
    night(journal, "1", old)
    night(journal, "2", old | {90: ["short"], 91: ["short"]})
    (group,) = journal.report_source("2").problems()
    assert (group.count, group.new, len(group.rows)) == (26, 2, 20)
    assert group.rows[:4] == (26, 27, 2, 3)


def test_a_report_that_is_written_again_says_the_same(journal: Journal) -> None:
    """What was new in a run stays so, whatever came later."""
    night(journal, "1", {1: ["a"]})
    night(journal, "2", {1: ["a"], 2: ["a"]})
    night(journal, "3", {})
    assert [counts(journal, name) for name in "123"] == [(1, 0, 0), (1, 1, 0), (0, 0, 2)]


def alike(journal: Journal, name: str, count: int, ending: Ending = Ending.FINISHED) -> tuple[int, int, int]:
    """Run through so many rows that are alike; return how many of their problems are new, still there and gone."""
    journal.begin(of_series(name))
    rows = [Entry(row=Row(number=number, cells=("x",)), mapped=invalid(1, ["a"])) for number in range(count)]
    journal.enqueue(journal.add_sheet(SHEET), rows)
    found = compared(journal, of_series(name), is_finished=ending is Ending.FINISHED)
    journal.finish(of_series(name, compared_with=found.compared_with, gone=found.gone))
    journal.history_of(name).keep()
    assert found.new_rows == counts(journal, name)[0]
    return counts(journal, name)


def test_of_rows_that_are_alike_as_many_are_known_as_there_were(journal: Journal) -> None:
    """Fifty more without a phone are news, though some were known."""
    assert alike(journal, "1", 5) == (5, 0, 0)
    assert alike(journal, "2", 55) == (50, 5, 0)
    assert alike(journal, "3", 55) == (0, 55, 0)
    assert alike(journal, "4", 10, Ending.INTERRUPTED) == (0, 10, 0)
    assert alike(journal, "5", 50) == (0, 50, 5)


def test_other_imports_are_not_compared(journal: Journal) -> None:
    """Nor other accounts, nor runs that stand alone."""
    night(journal, "1", {1: ["a"]})
    other = night(journal, "2", {1: ["a"]}, series="other")
    alone = night(journal, "3", {1: ["a"]}, series="")
    again = night(journal, "4", {1: ["a"]}, series="")
    assert other == alone == again == Comparison(new_rows=1)
    journal.begin(replace(of_series("5"), account="elsewhere"))
    enqueue(journal, {1: ["a"]})
    assert compared(journal, of_series("5")) == Comparison(new_rows=1)
    journal.finish(of_series("5"))
    assert night(journal, "6", {1: ["a"]}) == Comparison(compared_with="1")


def test_accounts_that_turn_out_to_be_one_are_compared(journal: Journal) -> None:
    """An account's new name changes nothing about its problems."""
    night(journal, "1", {1: ["a"]})
    match = journal.match_account(AccountIdentity(name="renamed", uuids=frozenset({"u"})))
    journal.begin(of_series("2"), replace(journal.match_account(AccountIdentity(name="main")), identity=match.identity))
    enqueue(journal, {1: ["a"]})
    assert compared(journal, of_series("2")) == Comparison(compared_with="1")


def test_a_killed_run_told_nothing(journal: Journal) -> None:
    """So its problems are new in the next one, and what was known before is known."""
    night(journal, "1", {1: ["a"]})
    night(journal, "2", {1: ["a"], 2: ["a"]}, Ending.KILLED)
    assert night(journal, "3", {1: ["a"], 2: ["a"]}) == Comparison(compared_with="1", new_rows=1)
    assert counts(journal, "3") == (1, 1, 0)


def test_an_interrupted_run_forgets_nothing(journal: Journal) -> None:
    """What it told is not new again, and what it did not reach is not gone."""
    night(journal, "1", {1: ["a"], 5: ["a"]})
    night(journal, "2", {2: ["a"]}, Ending.INTERRUPTED)
    assert counts(journal, "2") == (1, 0, 0)
    assert night(journal, "3", {1: ["a"], 2: ["a"]}) == Comparison(compared_with="2", gone=1)
    assert counts(journal, "3") == (0, 2, 1)


def test_a_retry_belongs_to_its_run(journal: Journal) -> None:
    """What it settles is gone, what it does not have of other runs stays known."""
    night(journal, "1", {1: ["a"], 2: ["a"]})
    night(journal, "2", {3: ["a"], 4: ["b"]}, Ending.INTERRUPTED)
    assert night(journal, "3", {3: [], 4: ["c"]}, retried="2") == Comparison(compared_with="2", gone=2, new_rows=1)
    assert night(journal, "4", {1: ["a"], 2: [], 3: ["a"], 4: ["c"]}) == Comparison(
        compared_with="3", gone=1, new_rows=1
    )


def test_failed_and_doubtful_rows_are_known_too(journal: Journal) -> None:
    """By what would be sent; what is in flight when a run ends early will be in doubt."""
    statuses = {1: Status.FAILED, 2: Status.IN_DOUBT}
    for name in "12":
        journal.begin(of_series(name))
        enqueue(journal, {1: [], 2: [], 3: []})
        claimed = journal.claim(1000)
        journal.record(
            [
                recorded(one, statuses[number], code="refused" if number == 1 else "in_doubt")
                for number, one in enumerate(claimed, 1)
                if number in statuses
            ]
        )
        found = compared(journal, of_series(name), is_finished=False)
        journal.finish(of_series(name, compared_with=found.compared_with))
        journal.history_of(name).keep()
        assert found.new_rows == 0  # those that are invalid or in conflict
    assert [counts(journal, name) for name in "12"] == [(3, 0, 0), (0, 3, 0)]


def test_a_conflict_is_known_and_counted(journal: Journal) -> None:
    """It is in Callbell, and needs a person all the same."""
    found = []
    for name in "12":
        journal.begin(of_series(name), existing=Existing.UPDATE)
        enqueue(journal, {1: []})
        outcome = recorded(journal.claim(1)[0], Status.EXISTS, code="conflict")
        journal.record([outcome])
        found.append(compared(journal, of_series(name)))
        journal.finish(of_series(name))
        journal.history_of(name).keep()
    assert found == [Comparison(new_rows=1, conflicts=1), Comparison(compared_with="1", conflicts=1)]
    assert [run.conflicts for run, _ in journal.runs()] == [1, 1]


def test_a_conflict_that_an_earlier_version_told_in_other_words_is_not_new(journal: Journal) -> None:
    """Its two values are what it is known by; other values make another one."""
    values = ', so left as it is: name: the sheet says "Ana M.", Callbell has "Anna".'
    reasons = [
        f"Changed in Callbell: tags. Changed in the sheet and in Callbell{values}",
        f"Changed in the sheet, and by somebody in Callbell{values}",
        f"Changed by this run: note. Not sent before, and Callbell has another value{values}",
        f"Not sent before, and Callbell has another value{values.replace('Anna', 'Anita')}",
    ]
    new = []
    for name, reason in enumerate(reasons, 1):
        journal.begin(of_series(str(name)), existing=Existing.UPDATE)
        enqueue(journal, {1: []})
        told = recorded(journal.claim(1)[0], Status.EXISTS, code="conflict")
        journal.record([replace(told, outcome=replace(told.outcome, reason=reason))])
        new.append(compared(journal, of_series(str(name))).new_rows)
        journal.finish(of_series(str(name)))
        journal.history_of(str(name)).keep()
    assert new == [1, 0, 0, 1]


def test_what_the_row_says_may_not_be_known(journal: Journal) -> None:
    """As in runs of an earlier version: such a problem is always new."""
    unknown = Entry(row=Row(number=2, cells=("x",)), mapped=replace(invalid(1, ["a"]), content=b""))
    for name in "12":
        journal.begin(of_series(name))
        journal.enqueue(journal.add_sheet(SHEET), [unknown])
        assert compared(journal, of_series(name)).new_rows == 1
        journal.finish(of_series(name))
        journal.history_of(name).keep()
    assert problem_hash("", "", None, "a", "Phone", "") is None
    assert old_problem_hash(None, "a") is None


def test_nothing_is_kept_but_the_last_runs_hashes(journal: Journal, tmp_path: Path) -> None:
    """A thousand nights take no more room than one; and no name or number stands in clear."""
    for number in range(30):
        night(journal, f"n{number}", {content: ["a"] for content in range(number % 7, 7)}, list(Ending)[number % 4])
    night(journal, "last", {1: ["a"], 2: ["a"]})
    with closing(sqlite3.connect(tmp_path / "journal.sqlite3")) as file:
        kept = file.execute("SELECT name, length(problem), count FROM known_problems JOIN runs ON id = run").fetchall()
    assert kept == [("last", 16, 1)] * 2


def test_what_is_usual(journal: Journal) -> None:
    """Rows of the last five runs that came to their end and had any; the header of the last one that told."""
    for name, rows, ending in [
        ("1", 1, Ending.FINISHED), ("2", 2, Ending.FINISHED), ("3", 9, Ending.INTERRUPTED), ("4", 0, Ending.FINISHED),
        ("5", 3, Ending.FINISHED), ("6", 4, Ending.NOT_TOLD), ("7", 5, Ending.FINISHED), ("8", 9, Ending.KILLED),
        ("9", 6, Ending.FINISHED),
    ]:  # fmt: skip
        night(journal, name, {row: [] for row in range(rows)}, ending)
    night(journal, "10", {1: ["a"]}, retried="9")
    journal.begin(of_series("now"))
    assert journal.history_of("now").before().rows_read == (6, 5, 4, 3, 2)
    assert journal.history_of("now").before().headers == (("/home/contacts.csv", SHEET.header),)
    journal.finish(of_series("now"))
    journal.begin(replace(of_series("alone"), series=""))
    assert journal.history_of("alone").before().headers == ()


@contextmanager
def somewhere() -> Iterator[Journal]:
    """Yield a journal in a folder of its own."""
    with TemporaryDirectory() as folder, closing(Journal.open(Path(folder) / "j.sqlite3", Ticking())) as journal:
        yield journal


CODES = st.dictionaries(st.integers(1, 4), st.lists(st.sampled_from("ab"), max_size=2, unique=True))
"""What is wrong with each content tonight."""
CONTENTS = st.lists(st.integers(1, 4), max_size=7)
"""What the rows say, in their order: they move, and some are alike."""
NIGHTS = st.lists(st.tuples(CONTENTS, CODES, st.sampled_from(Ending), st.booleans()), min_size=1, max_size=7)
Pairs = Counter[tuple[int, str]]


def new_in(journal: Journal, name: str, contents: Sequence[int], codes: Codes) -> Pairs:
    """Return the problems that the journal says are new in a run."""
    marked = journal._database.fetch(
        "SELECT seq, known_codes FROM rows JOIN runs ON runs.id = run WHERE runs.name = ? ORDER BY seq", (name,)
    )
    return Counter(
        (content, code)
        for content, (_, known) in zip(contents, marked, strict=True)
        for code in codes.get(content, ())
        if f'"{code}"' not in (known or "")
    )


@settings(max_examples=60, deadline=None)
@given(NIGHTS)
def test_over_several_nights(nights: list[tuple[list[int], dict[int, list[str]], Ending, bool]]) -> None:
    """New and still there are tonight's problems, gone those that were told and are not there; none is new twice."""
    known, last_new, last_told = Pairs(), Pairs(), Pairs()
    last: tuple[str, list[int], Pairs] | None = None
    with somewhere() as journal:
        for number, (given_contents, codes, ending, is_retry) in enumerate(nights):
            name, retried, contents, before = f"n{number}", "", given_contents, known
            if is_retry and last:
                retried, contents, before = (
                    last[0],
                    [one for one in last[1] if {(one, "a"), (one, "b")} & last[2].keys()],
                    last[2],
                )
            found = night(journal, name, codes, ending, retried=retried, contents=contents)
            tonight = Pairs((one, code) for one in contents for code in codes.get(one, ()))
            if found is not None:
                settled = known & before if ending is Ending.FINISHED else Pairs()
                new, gone = tonight - known, settled - tonight
                assert new_in(journal, name, contents, codes) == new
                told = (new.total(), (tonight & known).total(), gone.total())
                assert counts(journal, name) == told
                assert not [one for one in new if one in last_new and tonight[one] <= last_told[one]]
                known = known | tonight if ending is not Ending.FINISHED else known - settled + tonight
                last_new, last_told = new, tonight
            last = name, contents, tonight
