"""The config file that is found if none is named."""

from pathlib import Path

import pytest

from importer.system.usual_config import is_usual_config, usual_config


def test_the_config_of_the_variable_is_found_before_that_of_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether the variable's is there is told by whoever reads it."""
    monkeypatch.chdir(tmp_path)
    assert usual_config({}) is None
    Path("config.toml").touch()
    assert usual_config({}) == Path("config.toml")
    assert usual_config({"CALLBELL_IMPORTER_CONFIG": "other.toml"}) == Path("other.toml")


def test_a_config_is_known_by_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However it is written."""
    monkeypatch.delenv("CALLBELL_IMPORTER_CONFIG", raising=False)
    monkeypatch.chdir(tmp_path)
    assert not is_usual_config("config.toml")
    Path("config.toml").touch()
    assert is_usual_config(str(tmp_path / "config.toml"))
    assert is_usual_config("config.toml")
    assert not is_usual_config("other.toml")


@pytest.mark.parametrize("named", ["config.toml", "other.toml"])
def test_a_config_that_a_variable_names_is_not_found_without_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: str
) -> None:
    """A command that is pasted later, where the variable is not set, would take another one, or the same by chance."""
    monkeypatch.chdir(tmp_path)
    Path("config.toml").touch()
    monkeypatch.setenv("CALLBELL_IMPORTER_CONFIG", named)
    assert not is_usual_config("config.toml")
    assert not is_usual_config("other.toml")
