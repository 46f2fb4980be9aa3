"""Where the file with every setting is."""

import json
from pathlib import Path

import pytest

from importer.system import example_config as tested


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
    monkeypatch.setattr(tested, "__file__", str(site / "importer" / "system" / "example_config.py"))
    assert tested.example_config() == (example if is_found else None)


def test_a_program_that_is_not_installed_has_no_such_folder() -> None:
    """Nobody wrote it down."""
    assert tested.source_folder("of-nobody-at-all") is None
