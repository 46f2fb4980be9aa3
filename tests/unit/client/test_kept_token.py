"""Where a token is kept on request, and that later runs find it."""

import os
import sys
from pathlib import Path
from types import ModuleType

import pytest

from importer.client.kept_token import has_keyring, keep_token, kept_token_file
from importer.client.token import NoTokenError, TokenSource, find_token, token_source
from importer.model.errors import StorageError, UsageError

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the folder is found by XDG's variable, on Linux")


class KeyringError(Exception):
    """As in keyring.errors."""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the config folder of a person who has no keyring."""
    monkeypatch.setitem(sys.modules, "keyring", None)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    return tmp_path / "callbell-importer"


def install(monkeypatch: pytest.MonkeyPatch, *, priority: float = 5, refuses: bool = False) -> dict[str, str]:
    """Put a keyring in place, and return what it keeps."""
    kept: dict[str, str] = {}

    def keep(_service: str, user: str, text: str) -> None:
        if refuses:
            raise KeyringError
        kept[user] = text

    keyring, errors = ModuleType("keyring"), ModuleType("keyring.errors")
    backend = type("Backend", (), {"priority": priority})()
    vars(keyring).update(get_keyring=lambda: backend, set_password=keep, get_password=lambda _, user: kept.get(user))
    vars(errors).update(KeyringError=KeyringError, NoKeyringError=KeyringError)
    monkeypatch.setitem(sys.modules, "keyring", keyring)
    monkeypatch.setitem(sys.modules, "keyring.errors", errors)
    return kept


def test_a_kept_token_is_found_by_later_runs_and_by_nobody_else(folder: Path) -> None:
    """In a file of mode 0600 in a private folder, which is named as the place."""
    keep_token("s3cret-token", "", in_keyring=False)
    assert find_token({}).reveal() == "s3cret-token"
    assert token_source({}, None) is TokenSource.KEPT
    assert kept_token_file("") == folder / "token"
    assert (folder / "token").stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o077 == 0


def test_each_account_has_a_token_of_its_own(folder: Path) -> None:
    """A run for another account does not take it, whatever the label looks like."""
    keep_token("of-lisbon", "Lisbon / main", in_keyring=False)
    assert find_token({}, account="Lisbon / main").reveal() == "of-lisbon"
    assert [path.parent for path in folder.iterdir()] == [folder]
    with pytest.raises(NoTokenError):
        find_token({})


def test_the_environment_the_named_file_and_the_keyring_come_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was set up on purpose wins over what was kept."""
    keep_token("kept", "", in_keyring=False)
    named = tmp_path / "named"
    named.write_text("named", "utf-8")
    named.chmod(0o600)
    assert find_token({"CALLBELL_API_TOKEN": "variable"}).reveal() == "variable"
    assert find_token({}, named).reveal() == "named"
    install(monkeypatch).update(token="ring")
    assert find_token({}).reveal() == "ring"
    assert token_source({}, None) is TokenSource.KEYRING


def test_the_keyring_keeps_it_where_there_is_one(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Under the name that `find_token` asks for, and in no file."""
    assert not has_keyring()
    kept = install(monkeypatch)
    assert has_keyring()
    keep_token("s3cret", "main", in_keyring=True)
    assert kept == {"main": "s3cret"}
    assert not folder.exists()


def test_a_keyring_that_keeps_nothing_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """The package has a stand-in for systems without one; and one that is locked says so."""
    install(monkeypatch, priority=0)
    assert not has_keyring()
    install(monkeypatch, refuses=True)
    with pytest.raises(StorageError, match="did not take the token"):
        keep_token("s3cret", "", in_keyring=True)


def test_a_kept_file_that_others_can_read_is_refused(folder: Path) -> None:
    """As any token file."""
    keep_token("s3cret", "", in_keyring=False)
    (folder / "token").chmod(0o644)
    with pytest.raises(UsageError, match="can be read by other people"):
        find_token({})
