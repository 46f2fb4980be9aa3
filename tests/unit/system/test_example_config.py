"""Where the file with every setting is."""

import json
import tomllib
from pathlib import Path

import pytest

from importer.system import example_config as tested
from tests.support.paths import ROOT


def test_it_lies_beside_the_package_in_the_projects_folder() -> None:
    """As it does here."""
    found = tested.example_config()
    assert found is not None
    assert found.name == "config.example.toml"


@pytest.mark.parametrize(
    ("written", "is_found"),
    [(True, True), (False, False), (None, False)],
)
def test_an_installed_program_knows_the_folder_that_it_came_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, written: bool | None, is_found: bool
) -> None:
    """As pip writes it down; not where it came from elsewhere, or that is not known."""
    example, site = tmp_path / "config.example.toml", tmp_path / "site"
    example.touch()
    info = site / "of_a_test-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Name: of-a-test\nVersion: 1.0\n", encoding="utf-8")
    if written is not None:
        url = tmp_path.as_uri() if written else "https://example.com/a.whl"
        (info / "direct_url.json").write_text(json.dumps({"url": url}), encoding="utf-8")
    monkeypatch.syspath_prepend(site)
    folder = tested.source_folder("of-a-test")
    assert (folder == tmp_path) is is_found
    monkeypatch.setattr(tested, "source_folder", lambda: folder)
    monkeypatch.setattr(tested, "installed_examples", lambda: iter(()))
    monkeypatch.setattr(tested, "__file__", str(site / "importer" / "system" / "example_config.py"))
    assert tested.example_config() == (example if is_found else None)


def test_a_program_that_is_not_installed_has_no_such_folder() -> None:
    """Nobody wrote it down."""
    assert tested.source_folder("of-nobody-at-all") is None
    assert not list(tested.installed_examples("of-nobody-at-all"))


def test_it_is_installed_with_the_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So it is there when the folder that was downloaded is deleted; pip writes down where it put it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["tool"]["setuptools"]["data-files"] == {"share/callbell-importer": ["config.example.toml"]}
    site, share = tmp_path / "lib" / "site-packages", tmp_path / "share" / "callbell-importer"
    info = site / "of_an_installation-1.0.dist-info"
    info.mkdir(parents=True)
    share.mkdir(parents=True)
    (share / "config.example.toml").touch()
    (info / "METADATA").write_text("Name: of-an-installation\nVersion: 1.0\n", encoding="utf-8")
    lines = ["../../share/callbell-importer/config.example.toml,,", "importer/__init__.py,,"]
    (info / "RECORD").write_text("\n".join(lines), encoding="utf-8")
    monkeypatch.syspath_prepend(site)
    found = list(tested.installed_examples("of-an-installation"))
    assert found == [share / "config.example.toml"]
    monkeypatch.setattr(tested, "installed_examples", lambda: iter(found))
    monkeypatch.setattr(tested, "source_folder", lambda: tmp_path / "deleted")
    monkeypatch.setattr(tested, "__file__", str(site / "importer" / "system" / "example_config.py"))
    assert tested.example_config() == share / "config.example.toml"
