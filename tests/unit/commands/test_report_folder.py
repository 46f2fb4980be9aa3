"""Where the reports are if nobody says."""

import os
from pathlib import Path

import pytest

from importer.commands import report_folder as tested
from importer.commands.context import load_settings


@pytest.mark.skipif(os.name == "nt", reason="services of systemd are for POSIX' systems")
def test_the_services_user_has_its_reports_in_the_services_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever command it gives, unless a folder is named; others have them where they stand, and so has root."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(os, "geteuid", lambda: 991)
    home, config = tmp_path / "home", tmp_path / "config.toml"
    monkeypatch.setattr(tested, "SERVICE_HOME", str(home))
    assert load_settings({}, {})[0].run.report_dir == Path("reports")
    home.mkdir()
    if os.getuid() == 0:
        os.chown(home, 991, -1)
    else:
        monkeypatch.setattr(os, "geteuid", os.getuid)
    assert load_settings({}, {})[0].run.report_dir == home / "reports"
    assert load_settings({"report_dir": Path("mine")}, {})[0].run.report_dir == Path("mine")
    assert load_settings({"report_dir": Path("reports")}, {})[0].run.report_dir == Path("reports")
    config.write_text("[accounts.madrid]\n", "utf-8")
    assert load_settings({}, {}, config)[0].run.report_dir == home / "reports/madrid"
    config.write_text("[run]\nreport_dir = 'reports'\n", "utf-8")
    assert load_settings({}, {}, config)[0].run.report_dir == tmp_path / "reports"
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert load_settings({}, {})[0].run.report_dir == Path("reports")
