"""What a command opens before it reads the first row, and what a run is called."""

import io
import re
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.commands.context import CommandContext
from importer.commands.input.fetch import InputFile
from importer.commands.journal_path import journal_path
from importer.commands.named_journal import known_journals
from importer.commands.setup import after_earlier, is_there, new_run, open_journal, run_name
from importer.journal import Journal
from importer.model.errors import BusyError, StorageError
from importer.model.runs import RunRecord
from importer.settings import settle
from tests.support.journals import record

AT = datetime(2026, 11, 27, 2, tzinfo=UTC)
STARTED = datetime(2026, 11, 23, 2, 0, 0, tzinfo=UTC)
NOWHERE = Path("no-such-folder")


class Stopped:
    """A clock that stands still."""

    def now(self) -> datetime:
        return AT


def local(path: Path) -> InputFile:
    """Return a file of this computer."""
    return InputFile(name=str(path), path=str(path))


@pytest.fixture
def context(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CommandContext:
    """What a command is given, in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    settings = settle({"journal": "journal.sqlite3", "report_dir": "out"}, {})
    return CommandContext(
        settings=settings, options={"country": "ES"}, environment={}, stream=io.StringIO(), clock=Stopped(), zone=UTC
    )


def test_a_run_is_known_by_its_start_its_files_and_its_options(context: CommandContext) -> None:
    """Paths are absolute, so that they are found from another folder."""
    with open_journal(context) as journal:
        record = new_run(context, journal, "run", ["contacts.csv"])
    assert (record.name, record.command, record.started_at) == ("20261127-020000-contacts", "run", AT)
    assert record.files == (str(Path("contacts.csv").absolute()),)
    assert record.report_dir == str(Path("out/20261127-020000-contacts").absolute())
    assert (record.options, record.account) == ({"country": "ES"}, "")


@pytest.mark.parametrize("has_variable", [True, False])
def test_what_a_test_opens_is_not_written_down_among_the_persons_own(
    context: CommandContext,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    has_variable: bool,  # noqa: FBT001 - a parameter of pytest's
) -> None:
    """`purge --contact` would name a journal of which nobody knows any more, to whoever runs the tests."""
    if not has_variable:
        monkeypatch.delenv("XDG_STATE_HOME")
    with open_journal(context):
        assert known_journals().is_file()
    assert known_journals().is_relative_to(tmp_path_factory.getbasetemp())


def test_a_run_gets_no_name_that_the_journal_knows(context: CommandContext) -> None:
    """Two runs may begin in one second."""
    with open_journal(context) as journal:
        first = new_run(context, journal, "undo", ["contacts.csv"], undone="x")
        journal.begin(first)
        second = new_run(context, journal, "undo", ["contacts.csv"], undone="x")
    assert (first.name, second.name) == ("20261127-020000-undo-x", "20261127-020000-undo-x-2")


def test_the_journal_is_locked_as_long_as_it_is_open(context: CommandContext) -> None:
    """Another command is told so, and reading it needs no lock."""
    with open_journal(context):
        with pytest.raises(BusyError), open_journal(context):
            pass
        with closing(Journal.open(Path("journal.sqlite3"))) as journal:
            assert journal.runs() == []
    with open_journal(context):
        pass


def test_a_journal_that_is_named_is_used(tmp_path: Path) -> None:
    """Also by a sandbox."""
    mine = tmp_path.resolve() / "mine"
    assert journal_path(mine, sandbox=False) == journal_path(mine, sandbox=True) == mine


def test_every_name_of_a_journal_leads_to_one_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A link, a link to what is not there yet, a linked folder, a relative path: the lock is beside the file itself."""
    real = tmp_path.resolve() / "real" / "journal.sqlite3"
    real.parent.mkdir()
    (tmp_path / "link.sqlite3").symlink_to(real)
    (tmp_path / "folder").symlink_to(real.parent)
    monkeypatch.chdir(real.parent)
    names = [tmp_path / "link.sqlite3", tmp_path / "folder" / real.name, Path("../real/journal.sqlite3"), real]
    assert {journal_path(name, sandbox=False) for name in names} == {real}


def test_a_journal_with_two_hard_links_is_refused(tmp_path: Path) -> None:
    """With where it is and how the other name is found: nobody can tell which of them is meant."""
    journal = tmp_path / "journal.sqlite3"
    journal.write_bytes(b"")
    (tmp_path / "other.sqlite3").hardlink_to(journal)
    with pytest.raises(StorageError, match="more than one name") as refused:
        journal_path(tmp_path / "other.sqlite3", sandbox=False)
    assert "other.sqlite3" in refused.value.message
    assert "-samefile" in refused.value.hint


def test_a_sandbox_has_a_journal_of_its_own() -> None:
    """What was sent to a sandbox is never taken for sent."""
    real, sandbox = journal_path(None, sandbox=False), journal_path(None, sandbox=True)
    assert real != sandbox
    assert real.parent == sandbox.parent
    assert real.is_absolute()


def test_each_account_has_a_journal_of_its_own() -> None:
    """Where it names none: two clients' nights do not meet. Whoever has no accounts keeps the one that there is."""
    one, other = (journal_path(None, sandbox=False, account=name) for name in ("shop-a", "shop-b"))
    assert (one.name, other.name) == ("journal-shop-a.sqlite3", "journal-shop-b.sqlite3")
    assert journal_path(None, sandbox=True, account="shop-a").name == "sandbox-shop-a.sqlite3"
    assert journal_path(None, sandbox=False).name == "journal.sqlite3"


@pytest.mark.parametrize(
    ("file", "stem"),
    [
        ("/home/ana/contacts.csv", "contacts"),
        ("Año 2026, señores.xlsx", "Ano-2026-senores"),
        ("客户.xlsx", "rows"),
        ("....csv", "rows"),
        ("a" * 90 + ".csv", "a" * 40),
        ("-rf.csv", "rf"),
    ],
)
def test_a_run_is_called_by_its_start_and_its_file(file: str, stem: str) -> None:
    """The name is a folder on every system, and an argument that no shell changes."""
    assert run_name(STARTED, file, NOWHERE, ()) == f"20261123-020000-{stem}"


def started(at: datetime, name: str = "") -> RunRecord:
    """Return a run that began at a time, named by the clock on the wall."""
    offset = round((at.utcoffset() or timedelta()).total_seconds() / 60)
    return replace(record(name or f"{at:%Y%m%d-%H%M%S}-x"), started_at=at.astimezone(UTC), offset_minutes=offset)


def test_a_run_is_named_by_the_clock_on_the_wall(context: CommandContext) -> None:
    """How far that is from UTC is kept; the start itself is the same moment everywhere."""
    with open_journal(context) as journal:
        local = new_run(replace(context, zone=timezone(timedelta(hours=-5))), journal, "run", ["contacts.csv"])
        journal.begin(local)
    with closing(Journal.open(Path("journal.sqlite3"))) as journal:
        ((kept, _),) = journal.runs()
    assert (kept.name, kept.offset_minutes, kept.started_at) == ("20261126-210000-contacts", -300, AT)
    assert kept.local(kept.started_at).isoformat() == "2026-11-26T21:00:00-05:00"


@pytest.mark.parametrize("minutes", [0, 1, 59, 60, 61, 119])
def test_names_sort_by_time_when_clocks_are_put_back(minutes: int) -> None:
    """In the hour that clocks show twice, a run is named right after the one before, whatever its file is called."""
    summer, winter = timezone(timedelta(hours=2)), timezone(timedelta(hours=1))
    first = datetime(2026, 10, 25, 2, 59, tzinfo=summer)
    earlier = [started(first)]
    for later in (1, 10):
        at = (first + timedelta(minutes=minutes + later)).astimezone(winter)
        name = run_name(after_earlier(at, earlier), "a.csv", NOWHERE, {one.name for one in earlier})
        earlier.append(replace(started(at), name=name))
    names = [one.name for one in earlier]
    assert names == sorted(names)
    assert len(set(names)) == 3


def test_a_name_tells_the_time_wherever_no_clock_was_put_back() -> None:
    """Runs of the same second, of an hour ago, of a journal from before, and of another zone change nothing."""
    at = datetime(2026, 11, 23, 2, tzinfo=timezone(timedelta(hours=1)))
    old = [
        started(at),
        started(at - timedelta(hours=1)),
        started(at.astimezone(timezone(timedelta(hours=9))) - timedelta(hours=3)),
        replace(started(at - timedelta(minutes=5)), name="20261123-235959-x", offset_minutes=None),
        started(at - timedelta(minutes=5), "run-1"),
        started(at + timedelta(minutes=5)),
    ]
    assert after_earlier(at, old) == at.replace(tzinfo=None)


@given(st.text())
def test_every_file_gives_a_plain_name(file: str) -> None:
    """Letters, digits, hyphens and underscores, whatever the file is called."""
    assert re.fullmatch(r"20261123-020000-\w[\w-]*", run_name(STARTED, file.replace("\0", ""), NOWHERE, ()), re.ASCII)


def test_no_two_runs_have_one_name(tmp_path: Path) -> None:
    """A folder of that name counts, and so does a run in the journal whose reports are elsewhere."""
    (tmp_path / "20261123-020000-contacts").mkdir()
    assert run_name(STARTED, "contacts.csv", tmp_path, ()) == "20261123-020000-contacts-2"
    assert run_name(STARTED, "contacts.csv", tmp_path, {"20261123-020000-contacts-2"}) == "20261123-020000-contacts-3"


def test_a_folder_that_cannot_be_asked_is_somebody_elses_to_tell() -> None:
    """A name that no file system takes is no reason to fail here."""
    impossible = Path("a" * 5000)
    assert not is_there(impossible)
    assert run_name(STARTED, "contacts.csv", impossible, ()) == "20261123-020000-contacts"
