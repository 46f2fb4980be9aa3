"""An account that has another journal is told; the file that knows it is a help and no more."""

import io
import json
from dataclasses import replace
from pathlib import Path

import pytest

from importer.commands.account.account_registry import require_one_journal
from importer.commands.context import CommandContext
from importer.model.account import AccountIdentity
from importer.model.errors import DeclinedError
from importer.settings import settle

UUIDS = frozenset({"11111111-aaaa", "22222222-bbbb"})
ONE = AccountIdentity(name="https://api.callbell.eu/v1 main", uuids=UUIDS)


@pytest.fixture
def context(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CommandContext:
    """A command at night, in a state folder of its own."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return CommandContext(settings=settle({}, {}), options={"country": "ES"}, environment={}, stream=io.StringIO())


@pytest.fixture
def journals(tmp_path: Path) -> tuple[Path, Path]:
    """Two journals."""
    paths = tmp_path / "a.sqlite3", tmp_path / "b.sqlite3"
    for path in paths:
        path.touch()
    return paths


def registry(tmp_path: Path) -> Path:
    """Return the file."""
    return tmp_path / "state" / "callbell-importer" / "accounts.json"


def required(context: CommandContext, journal: Path, identity: AccountIdentity = ONE) -> str:
    """Return what is told."""
    said = io.StringIO()
    require_one_journal(replace(context, stream=said), identity, journal, "run", ["contacts.csv"])
    return said.getvalue()


def test_another_journal_is_told(context: CommandContext, journals: tuple[Path, Path]) -> None:
    """In each run that could use the other, until one of them is gone."""
    one, other = journals
    assert required(context, one) == ""
    assert required(context, one) == ""
    assert f"This account has another journal: {one}." in required(context, other)
    assert f"This account has another journal: {other}." in required(context, one)
    other.unlink()
    assert required(context, one) == ""


def test_accounts_are_told_apart(context: CommandContext, journals: tuple[Path, Path]) -> None:
    """By their teams and channels, of which one in common is enough; else by what they are called."""
    one, other = journals
    required(context, one)
    assert required(context, other, replace(ONE, uuids=frozenset({"33333333"}))) == ""
    nameless = AccountIdentity(name="https://api.callbell.eu/v1 ana@example.com")
    assert required(context, one, nameless) == ""
    assert str(one) in required(context, other, nameless)
    assert str(one) in required(context, other, replace(ONE, name="x", uuids=frozenset({"22222222-bbbb", "4"})))


def test_the_file_holds_hashes_and_paths_alone(
    context: CommandContext, journals: tuple[Path, Path], tmp_path: Path
) -> None:
    """And nobody else can read it."""
    required(context, journals[0])
    text = registry(tmp_path).read_text("utf-8")
    assert set(json.loads(text)) == {"journals"}
    assert "1111" not in text
    assert "main" not in text
    if hasattr(Path, "owner"):
        assert registry(tmp_path).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("text", ["", "{", "[]", '{"journals": 5}', '{"journals": {"a": 5}}', '{"x": 1}', "\xff" * 9])
def test_a_file_that_is_wrong_stops_nothing(
    context: CommandContext, journals: tuple[Path, Path], tmp_path: Path, text: str
) -> None:
    """It is written anew."""
    registry(tmp_path).parent.mkdir(parents=True)
    registry(tmp_path).write_text(text, "latin-1")
    assert required(context, journals[0]) == ""
    assert str(journals[0]) in required(context, journals[1])


def test_a_folder_that_takes_no_file_stops_nothing(
    context: CommandContext, journals: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor one that is none."""
    monkeypatch.setenv("XDG_STATE_HOME", str(journals[0]))
    assert required(context, journals[0]) == ""
    assert required(context, journals[1]) == ""


@pytest.mark.parametrize("options", [{"sandbox": True}, {"base_url": "http://127.0.0.1:8080/v1"}])
def test_sandboxes_are_no_accounts(
    context: CommandContext, journals: tuple[Path, Path], tmp_path: Path, options: dict[str, object]
) -> None:
    """Theirs are all alike."""
    assert required(replace(context, settings=settle(options, {})), journals[0]) == ""
    assert not registry(tmp_path).exists()


def test_a_dry_run_tells_and_writes_nothing(
    context: CommandContext, journals: tuple[Path, Path], tmp_path: Path
) -> None:
    """It sends nothing that a journal would have to know."""
    dry = replace(context, settings=settle({"dry_run": True}, {}))
    required(dry, journals[0])
    assert not registry(tmp_path).exists()
    required(context, journals[0])
    assert str(journals[0]) in required(dry, journals[1])


def test_on_a_terminal_it_is_asked(context: CommandContext, journals: tuple[Path, Path]) -> None:
    """Enter is a no, with the command that uses the other journal; --yes is told like a night."""
    required(context, journals[0])
    answers = iter(["", "y"])
    asking = replace(context, ask_line=lambda _question: next(answers))
    with pytest.raises(DeclinedError, match="Nothing was sent") as error:
        required(asking, journals[1])
    assert error.value.hint.endswith(f"callbell-importer run contacts.csv --country ES --journal {journals[0]}")
    assert required(asking, journals[1]) == ""
    assert "another journal" in required(replace(asking, settings=settle({"yes": True}, {})), journals[1])
