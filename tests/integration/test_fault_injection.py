"""The fault-injection tests themselves: a seed says everything, the dead stay dead, each mutation fits the code."""

import ast
import asyncio
import os
from collections import Counter
from pathlib import Path
from random import Random

import pytest

import importer
from importer.sandbox import Sandbox, SandboxOptions
from tests.fault_injection import faults, undo, virtual
from tests.fault_injection.findings import Findings
from tests.fault_injection.killing import Victim
from tests.fault_injection.machine import Machine, MachineLoop
from tests.fault_injection.mutation import Change, Mutation, NoSuchCodeError, mutated, path_of
from tests.fault_injection.mutations import MUTATIONS
from tests.fault_injection.scenario_of_seed import scenario

PACKAGE = Path(importer.__file__).parent


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_each_mutation_fits_the_code(mutation: Mutation) -> None:
    """What a deliberate fault replaces stands in its function exactly once, and what comes of it is Python."""
    for change in mutation.changes:
        source = path_of(change, PACKAGE).read_text(encoding="utf-8")
        mutant = ast.unparse(mutated(change, source))
        assert mutant != ast.unparse(ast.parse(source))
        compile(mutant, change.module, "exec")


SOURCE = """
LIMIT = 5
SQL = f"SELECT {LIMIT} WHERE a"

class Box:
    def open(self, key):
        if key.fits:
            key.turn()
        return self.lid(key, slow=False)
"""


@pytest.mark.parametrize(
    ("function", "old", "new", "expected"),
    [
        ("Box.open", "key.fits", "not key.fits", "if not key.fits:"),
        ("Box.open", "key.turn()", "", "            pass"),
        ("Box.open", "slow = False", "slow = True", "slow=True"),
        ("Box.open", "return self.lid(key, slow=False)", "key.drop()\nreturn None", "key.drop()\n        return None"),
        ("LIMIT", "5", "7", "LIMIT = 7"),
        ("SQL", "WHERE a", "WHERE b", "WHERE b"),
    ],
)
def test_a_change_names_a_function_and_its_code(function: str, old: str, new: str, expected: str) -> None:
    """Whatever the layout: an expression, statements, a keyword argument, a constant, or a part of a text."""
    change = Change(module="box", function=function, old=old, new=new)
    assert expected in ast.unparse(mutated(change, SOURCE))


@pytest.mark.parametrize(
    ("function", "old"), [("Box.close", "key.fits"), ("Box.open", "key.breaks"), ("Box.open", "key")]
)
def test_a_change_that_does_not_fit_says_so(function: str, old: str) -> None:
    """A function that is gone, and code that is not there, or more than once."""
    with pytest.raises(NoSuchCodeError, match=r"has [03-9] times"):
        mutated(Change(module="box", function=function, old=old, new="None"), SOURCE)


def test_some_seeds_hold() -> None:
    """A few seeds end well; thousands are the command's."""
    assert virtual.play_seeds(range(1, 11)).wrong == {}


def test_some_seeds_of_undo_hold() -> None:
    """A few runs are taken back well, whatever goes wrong; thousands are the command's."""
    assert undo.play_undos(range(1, 11)).wrong == {}


def test_a_seed_of_undo_says_everything() -> None:
    """The same seed makes the same undos, with the same deaths and requests."""
    first, second = Counter[str](), Counter[str]()
    assert undo.play(5, first) == undo.play(5, second) == []
    assert first == second
    assert first["requests"] > 0


def test_duplicates_are_seen_where_there_are_some() -> None:
    """With a server that is later than the settle time there are duplicates, and they are found."""
    assert virtual.play_late(range(1, 6)).wrong == {}


def test_a_seed_says_everything() -> None:
    """The same seed makes the same requests, in the same order and at the same times."""
    first, second = (_posts(seed) for seed in (17, 17))
    assert first == second
    assert first != _posts(18)


def test_there_are_kinds_of_fault_enough() -> None:
    """Each seed chooses among more than twelve kinds, of which no two have one name."""
    kinds = (*faults.NEVER_ARRIVED, *faults.TURNED_AWAY, *faults.MAY_HAVE_ARRIVED, *faults.REFUSED, *faults.ENDING)
    assert len({kind.name for kind in kinds}) == len(kinds) > 12


def test_a_dead_process_writes_nothing_more(tmp_path: Path) -> None:
    """When the power goes, the disk is as it was then, whatever the process would still have written."""
    machine = Machine(tmp_path)

    async def write_on(loop: MachineLoop) -> None:
        try:
            for number in range(100):
                (machine.folder / str(number)).touch()
                if number == 2:
                    loop.cut_power()
                await asyncio.sleep(1.0)
        finally:
            (machine.folder / "last words").touch()

    assert machine.run(write_on) is None
    assert {path.name for path in machine.folder.iterdir()} == {"0", "1", "2"}
    assert 2.0 <= machine.seconds < 3.0


@pytest.mark.skipif(os.name == "nt", reason="the folder is found by XDG's variable, on Linux")
def test_a_command_that_is_killed_leaves_nothing_in_the_persons_own_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has a folder for programs' state of its own, where the journals that were used are written down."""
    variables: dict[str, str] = {}

    def start(*_: object, env: dict[str, str], **_named: object) -> None:
        variables.update(env)
        raise ChildProcessError

    monkeypatch.setattr("subprocess.Popen", start)
    victim = Victim(folder=tmp_path, chance=Random(1), sandbox=Sandbox(SandboxOptions()))
    with pytest.raises(ChildProcessError):
        victim.give(["runs"])
    assert variables["XDG_STATE_HOME"] == str(tmp_path / "state")


def test_what_a_case_raises_is_told_with_what_repeats_it(capsys: pytest.CaptureFixture[str]) -> None:
    """A case that fails in any way is told by its name and the command that shows it again."""

    def broken() -> list[str]:
        raise ZeroDivisionError

    findings = Findings("virtual")
    findings.add("seed 7", "virtual --seeds 7..7", broken)
    findings.add("seed 8", "virtual --seeds 8..8", list)
    assert not findings.tell()
    told = capsys.readouterr().out
    assert "1 WRONG" in told
    assert "ZeroDivisionError" in told
    assert "again: python -m tests.fault_injection virtual --seeds 7..7" in told


def _posts(seed: int) -> tuple[Counter[str], int, float]:
    with scenario(seed) as it:
        virtual._lives(it)
        return it.server.posts, it.server.requests, it.machine.seconds
