"""A journal that is missing is begun with a word if it is named, and not at all if it was there before."""

import contextlib
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from importer.commands.context import CommandContext
from importer.commands.named_journal import begin_missing_journal, known_journals, remember_journal, require_journal
from importer.commands.setup import open_journal
from importer.model.errors import DeclinedError, ImporterError, StorageError
from importer.settings import settle
from tests.support.journals import record

KNOWN = Path("state/known.json")
AT = datetime(2026, 11, 27, 2, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def context_of(ask: Callable[[str], str] | None = None, **options: object) -> CommandContext:
    """Return a context that names a journal."""
    settings = settle({"journal": "there/j.sqlite3", **options}, {})
    return CommandContext(settings=settings, environment={}, stream=io.StringIO(), ask_line=ask)


def used_before(path: Path = Path("there/j.sqlite3")) -> Path:
    """Let the journal be one that an earlier run used; return its path."""
    remember_journal(path.absolute(), AT, KNOWN)
    return path.absolute()


def said(context: CommandContext) -> str:
    """Return what was written to standard error."""
    assert isinstance(context.stream, io.StringIO)
    return context.stream.getvalue()


def test_a_first_run_by_night_begins_it_and_says_so() -> None:
    """One command is enough; the next run says nothing."""
    for first in (True, False):
        context = context_of()
        with open_journal(context):
            pass
        assert ("A new journal is begun, which knows of nothing that was sent before" in said(context)) is first


def test_a_journal_that_was_there_before_is_not_begun_silently() -> None:
    """Its disk may be missing: a new one would know of nothing that was sent. An empty file says that this is meant."""
    with open_journal(context_of()):
        pass
    Path("there").rename("gone")
    with pytest.raises(StorageError) as caught, open_journal(context_of()):
        pass
    assert "is missing. It was used on 20" in caught.value.message
    command = caught.value.hint.splitlines()[-1].strip()
    assert command == f"touch {Path('there/j.sqlite3').absolute()}"
    assert not Path("there").exists()
    Path("there").mkdir()
    Path("there/j.sqlite3").touch()
    with open_journal(context_of()) as journal:
        assert journal.runs() == []


@pytest.mark.parametrize(
    ("base_url", "token", "begins"),
    [
        ("http://127.0.0.1:8080/v1", "sandbox-token", True),
        ("http://127.0.0.1:8080/v1", "another", False),
        ("https://api.callbell.eu/v1", "sandbox-token", False),
    ],
)
def test_a_journal_of_the_sandbox_is_begun_again(base_url: str, token: str, begins: bool) -> None:  # noqa: FBT001 - the same
    """The sandbox has forgotten its contacts too: nobody is asked, and nothing is missed."""
    remember_journal(Path("there/j.sqlite3").absolute(), AT, known_journals())
    asked: list[str] = []
    context = replace(context_of(answering(asked, "n"), base_url=base_url), environment={"CALLBELL_API_TOKEN": token})
    with contextlib.suppress(DeclinedError), open_journal(context):
        pass
    assert (Path("there/j.sqlite3").exists(), asked == []) == (begins, begins)


@pytest.mark.parametrize(("answer", "begins"), [("", True), ("y", True), ("n", False)])
def test_on_a_terminal_the_first_use_is_asked_about(answer: str, begins: bool) -> None:  # noqa: FBT001 - a table of cases
    """Enter begins it."""
    asked: list[str] = []
    context = context_of(answering(asked, answer))
    error = outcome(context, Path("there/j.sqlite3").absolute())
    assert asked[0].endswith("Begin a new one there? [Y/n]")
    assert isinstance(error, DeclinedError) is not begins


@pytest.mark.parametrize(("answer", "begins"), [("", False), ("n", False), ("y", True)])
def test_on_a_terminal_enter_begins_none_in_place_of_another(answer: str, begins: bool) -> None:  # noqa: FBT001 - the same
    """The person is told when it was used."""
    path, asked = used_before(), list[str]()
    context = context_of(answering(asked, answer))
    assert isinstance(outcome(context, path), DeclinedError) is not begins
    assert "It was used on 2026-11-27" in asked[0]
    assert asked[0].endswith("[y/N]")


def answering(asked: list[str], answer: str) -> Callable[[str], str]:
    """Return how a person answers each question, which is kept."""

    def ask(question: str) -> str:
        asked.append(question)
        return answer

    return ask


def outcome(context: CommandContext, path: Path) -> ImporterError | None:
    """Return the error with which it ends, if it does."""
    try:
        begin_missing_journal(context, path, KNOWN)
    except ImporterError as error:
        return error
    return None


@pytest.mark.parametrize(
    ("option", "begins"), [("yes", "A new journal is begun, "), ("dry_run", "A run would begin a new journal, ")]
)
def test_who_does_not_want_to_be_asked_is_told(option: str, begins: str) -> None:
    """With --yes, and in a dry run, which sends nothing and begins none."""
    context = context_of(lambda _: pytest.fail("asked"), **{option: True})
    assert outcome(context, Path("there/j.sqlite3").absolute()) is None
    assert said(context).startswith(begins)


def test_the_journal_of_a_rehearsal_is_not_missed() -> None:
    """Nothing of it counts."""
    used_before()
    context = context_of(sandbox=True)
    with open_journal(context):
        pass
    assert not said(context)


@pytest.mark.parametrize("account", ["", "north"])
def test_the_default_journal_is_begun_in_silence_once(account: str) -> None:
    """That of an account too; where it was there before, it ends a night, and a person is asked."""
    path = Path("state/callbell-importer") / (f"journal-{account}.sqlite3" if account else "journal.sqlite3")
    for missing in (False, False, True):
        context = of_default(account, None if missing else lambda _: pytest.fail("asked"))
        if missing:
            path.unlink()
            with pytest.raises(StorageError, match="It was used on 20"), open_journal(context):
                pass
        else:
            with open_journal(context):
                pass
        assert not said(context)
    asked: list[str] = []
    with pytest.raises(DeclinedError), open_journal(of_default(account, answering(asked, ""))):
        pass
    assert asked[0].endswith("Begin a new one all the same? [y/N]")


@pytest.mark.parametrize("journal", [None, "there/j.sqlite3"])
def test_a_dry_run_leaves_no_journal_behind(journal: str | None) -> None:
    """Nor its folder, its lock and the list of journals; the first run after it is the first."""
    with open_journal(context_of(journal=journal, dry_run=True)) as dry:
        assert dry.runs() == []
    assert not [*Path().iterdir()]
    context = context_of(journal=journal)
    with open_journal(context):
        pass
    assert ("A new journal is begun" in said(context)) is (journal is not None)


def test_a_dry_run_reads_the_journal_that_is_there() -> None:
    """And changes neither it nor the list of journals."""
    with open_journal(context_of(yes=True)) as journal:
        journal.begin(record())
    known_journals().unlink()
    with open_journal(context_of(dry_run=True)) as dry:
        assert [run.name for run, _ in dry.runs()] == [record().name]
    assert not known_journals().exists()


def test_a_dry_run_says_where_a_run_could_begin_no_journal() -> None:
    """It would be the run's first failure."""
    Path("there").touch()
    with (
        pytest.raises(StorageError, match="there cannot be made: "),
        open_journal(context_of(dry_run=True)),
    ):
        pass


def of_default(account: str, ask: Callable[[str], str] | None) -> CommandContext:
    """Return a context that names no journal, for one account of several."""
    context = context_of(ask, journal=None)
    run = replace(context.settings.run, of_account=account)
    return replace(context, settings=replace(context.settings, run=run))


@pytest.mark.parametrize("content", ["", "no JSON", "[1]", '{"/a": 1}'])
def test_a_list_that_cannot_be_read_stops_nothing(content: str) -> None:
    """It is written again."""
    path = used_before()
    KNOWN.write_text(content, encoding="utf-8")
    assert outcome(context_of(), path) is None
    used_before()
    assert isinstance(outcome(context_of(), path), StorageError)


def test_a_list_that_cannot_be_written_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The run matters more."""
    Path("file").touch()
    monkeypatch.setattr("tests.unit.commands.test_named_journal.KNOWN", Path("file/known.json"))
    assert outcome(context_of(), used_before()) is None


def test_a_path_that_cannot_be_looked_at_is_told_by_whoever_opens_it() -> None:
    """It is not called missing."""
    context = context_of()
    assert outcome(replace(context), Path("a" * 300)) is None
    assert not said(context)


def test_the_list_stays_short() -> None:
    """The newest hundred are known; a second run of a day writes nothing."""
    for number in range(105):
        remember_journal(Path(f"/j{number}"), AT.replace(minute=number // 60, second=number % 60), KNOWN)
    text = KNOWN.read_text("utf-8")
    assert '"/j104"' in text
    assert '"/j4"' not in text
    before = KNOWN.stat().st_mtime_ns
    remember_journal(Path("/j104"), AT.replace(hour=23), KNOWN)
    assert KNOWN.stat().st_mtime_ns == before


def _two_accounts(more: str = "", ask: Callable[[str], str] | None = None) -> CommandContext:
    """Return a context of one of two accounts, where one journal is there from before there were any."""
    Path("there").mkdir(exist_ok=True)
    Path("there/j.sqlite3").touch()
    config = f"[run]\njournal = 'there/j.sqlite3'\n[accounts.a]\n[accounts.b]\n{more}"
    settings = settle({"account": "a"}, {}, config, config_folder=Path.cwd())
    return CommandContext(settings=settings, environment={}, stream=io.StringIO(), ask_line=ask)


def test_a_person_is_asked_before_an_account_leaves_the_old_journal_behind() -> None:
    """Nothing is begun without a yes; and what to write into the config is said."""
    asked: list[str] = []
    with (
        pytest.raises(DeclinedError, match="Nothing was sent") as caught,
        open_journal(_two_accounts(ask=answer(asked, ""))),
    ):
        pass
    assert f'[accounts.a]\n  journal = "{Path("there/j.sqlite3").absolute()}"' in caught.value.hint
    assert asked[0].endswith("Begin a new one? [y/N]")
    assert not Path("there/j-a.sqlite3").exists()
    with open_journal(_two_accounts(ask=answer(asked, "y"))):
        assert Path("there/j-a.sqlite3").exists()


def test_an_account_begins_its_journal_where_another_has_the_old_one() -> None:
    """Only a journal that no account has is left behind."""
    context = _two_accounts("journal = 'there/j.sqlite3'\n")
    with open_journal(context):
        pass
    assert "before the config had accounts" not in said(context)


def answer(asked: list[str], text: str) -> Callable[[str], str]:
    """Return somebody who always answers the same."""

    def ask(question: str) -> str:
        asked.append(question)
        return text

    return ask


def test_of_a_journal_that_may_not_be_looked_for_nobody_says_that_it_is_not_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """That of a nightly service, which its own user and root alone may look into."""

    def refused(_path: Path, **_options: object) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "stat", refused)
    with pytest.raises(StorageError, match="may not look into its folder") as caught:
        require_journal(settle({}, {}), Path("/var/lib/callbell-importer/j.sqlite3"))
    assert caught.value.hint == "Give the same command as the user whose journal it is, or as root."
