"""What is done with the words of a command line before a command has them."""

from pathlib import Path

import pytest

from importer.cli.entry_point import with_home
from importer.commands.context import load_settings


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("--config=~/c.toml", "--config=/home/ana/c.toml"),
        ("~/my list.csv", "/home/ana/my list.csv"),
        ("--tag=~", "--tag=~"),
        ("--tag=a=~/b", "--tag=a=~/b"),
        ("~list.csv", "~list.csv"),
        ("-y", "-y"),
    ],
)
def test_a_path_from_the_home_folder_is_found_where_no_shell_expands_it(
    monkeypatch: pytest.MonkeyPatch, word: str, found: str
) -> None:
    """As the value of an option, in quotes, or in a line of systemd."""
    monkeypatch.setenv("HOME", "/home/ana")
    monkeypatch.setenv("USERPROFILE", "/home/ana")
    assert with_home(word) == found


def test_a_config_and_a_variable_may_name_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a folder called `~` would be made, whose path, pasted, leads to another place."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    (tmp_path / "own.toml").write_text('[run]\nreport_dir = "~/reports"\n', "utf-8")
    named = {"CALLBELL_IMPORTER_CONFIG": "~/own.toml", "CALLBELL_IMPORTER_JOURNAL": "~/own.sqlite3"}
    settings, kept = load_settings({}, named)
    assert settings.run.report_dir == tmp_path / "reports"
    assert settings.run.journal == tmp_path / "own.sqlite3"
    assert kept["config"] == str(tmp_path / "own.toml")
