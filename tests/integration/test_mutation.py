"""The mutation tests themselves: what is changed, which are chosen, which tests are run, and what the score counts."""

import ast

import pytest

from tests.mutation.mutants import Mutant, is_program, mutants_of, sample_of
from tests.mutation.run import Executed, Verdict, score, table

SOURCE = '''
"""A module."""
from box import lid
LIMIT_SECONDS = 25.0
__all__ = ["LIMIT_SECONDS"]
_NEXT = "SELECT seq FROM rows WHERE run = :run AND status = 'pending' AND uuid <> '' ORDER BY seq"

class Box:
    """A box."""
    size: int = 4

    @property
    def is_open(self) -> bool:
        return self.size > 3

    def open(self, key: str) -> None:
        if key.fits:
            self.changed.set()
            key.turn(slow=False)
'''


def changes() -> dict[str, set[str]]:
    """Return what becomes of the module, by function and code."""
    found: dict[str, set[str]] = {}
    for mutant in mutants_of("box.py", SOURCE):
        found.setdefault(f"{mutant.function}: {mutant.old}", set()).add(mutant.new)
    return found


@pytest.mark.parametrize(
    ("code", "new"),
    [
        (": 25.0", "26.0"),
        ("Box: 4", "5"),
        ("Box.is_open: > 3", ">= 3"),
        ("Box.open: if key.fits", "if not (key.fits)"),
        ("Box.open: self.changed.set()", "pass"),
        ("Box.open: key.turn(slow=False)", "key.turn(slow=None)"),
        ("Box.open: False", "True"),
    ],
)
def test_constants_properties_conditions_and_calls_are_changed(code: str, new: str) -> None:
    """Whole modules: not only what mutmut reaches, the bodies of functions without decorators."""
    assert new in changes()[code]


def test_sql_loses_conditions_and_has_its_comparisons_changed() -> None:
    """Each change is SQL again, so that what a test sees is another result and no syntax error."""
    sql = "SELECT seq FROM rows WHERE run = :run AND status = 'pending' AND uuid <> '' ORDER BY seq"
    new = changes()[f': "{sql}"']
    assert f'''"{sql.replace(" AND status = 'pending'", "")}"''' in new
    assert f'''"{sql.replace("'pending'", "'other'")}"''' in new
    assert f'''"{sql.replace(" <> ", " = ")}"''' in new
    assert not any("XX" in text for text in new)


def test_what_has_no_behaviour_is_left_alone() -> None:
    """Types, imports, decorators, docstrings and lists of names."""
    assert not any(word in code for code in changes() for word in ("A box", "__all__", "property", "import", "bool"))


def test_a_mutant_is_another_program() -> None:
    """Its source differs in one place from the module's."""
    mutants = list(mutants_of("box.py", SOURCE))
    assert mutants
    assert all(is_program(mutant) for mutant in mutants)
    assert len({mutant.name for mutant in mutants}) == len(mutants)
    assert len({ast.dump(ast.parse(mutant.source())) for mutant in mutants}) == len(mutants)


def test_the_seed_alone_chooses() -> None:
    """The same commit has the same sample, the next one another."""
    mutants = list(mutants_of("box.py", SOURCE))
    first, again, other = (sample_of(mutants, 5, seed) for seed in ("4a1b", "4a1b", "77c6"))
    assert [one.name for one in first] == [one.name for one in again]
    assert [one.name for one in first] != [one.name for one in other]
    assert len(sample_of(mutants, 10_000, "4a1b")) == len(mutants)


def one(code: str) -> Mutant:
    """Return a mutant of this code."""
    return next(mutant for mutant in mutants_of("client/box.py", SOURCE) if mutant.old == code)


def test_the_tests_that_execute_the_statement_are_run() -> None:
    """The module's own first, then the quick ones; none that is slow; of a constant, all of the module's."""
    own, quick, slow, elsewhere = "tests/unit/client/test_box.py::a", "tests/b.py::b", "tests/b.py::c", "tests/b.py::d"
    mutant, constant = one("self.changed.set()"), one("25.0")
    lines = {str(mutant.lines.start): ["", slow, quick, own], str(constant.lines.start): [""], "999": [elsewhere]}
    seconds = {own: 2.0, quick: 0.1, slow: 4.0, elsewhere: 0.2}
    executed = Executed(lines={"client/box.py": lines}, seconds=seconds)
    assert executed.tests_of(mutant) == [own, quick]
    assert executed.tests_of(constant) == [own, quick, elsewhere]
    only_imported = Executed(lines={"client/box.py": {"1": [""]}}, seconds=seconds)
    assert only_imported.tests_of(mutant) == [own]


def test_equivalent_mutants_do_not_count_and_hung_ones_are_noticed() -> None:
    """The score is the share of the others; whoever survives is told by name."""
    fates = ["killed"] * 7 + ["hung", "survived", "equivalent", "equivalent"]
    verdicts = [Verdict(mutant=one("25.0"), fate=fate) for fate in fates]
    assert score(verdicts) == 8 / 9
    told = list(table(verdicts))
    assert told[-1] == f"survived: {one('25.0').name}"
    assert [" ".join(line.split()) for line in told if line.startswith("| all")] == ["| all | 7 | 1 | 1 | 2 | 88.9% |"]
