"""The folders of a night: whose they are, and who is let in."""

import os
from pathlib import Path

import pytest

from importer.commands.schedule import folders as tested
from importer.commands.schedule.folders import reports_at_night
from importer.settings import RunOptions

posix_only = pytest.mark.skipif(os.name == "nt", reason="services of systemd are for POSIX' systems")


@posix_only
def test_the_services_user_has_its_reports_in_the_services_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Unless a folder is named; others have them where they stand, and so has root."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tested, "is_root", lambda: False)
    home = tmp_path / "home"
    monkeypatch.setattr(tested, "SERVICE_HOME", str(home))
    usual, of_account = RunOptions(), RunOptions(of_account="madrid", report_dir=Path("reports/madrid"))
    assert reports_at_night(usual) == tmp_path / "reports"
    home.mkdir()
    assert reports_at_night(usual) == home / "reports"
    assert reports_at_night(of_account) == home / "reports/madrid"
    assert reports_at_night(RunOptions(report_dir=Path("mine"))) == tmp_path / "mine"
    monkeypatch.setattr(tested, "is_root", lambda: True)
    assert reports_at_night(usual) == tmp_path / "reports"
