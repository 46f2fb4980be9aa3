"""What a system most likely has for jobs at night, and which words are patterns."""

from pathlib import Path

import pytest

from importer.system import nightly_job, runtime
from importer.system.nightly_job import ScheduleKind, is_pattern, likely_kind


@pytest.mark.parametrize(
    ("system", "has_systemd", "has_crontab", "is_root", "kind"),
    [
        ("WINDOWS", False, False, False, ScheduleKind.WINDOWS),
        ("MAC", False, True, False, ScheduleKind.CRON),
        ("LINUX", True, True, True, ScheduleKind.SYSTEMD),
        ("LINUX", True, True, False, ScheduleKind.SYSTEMD_USER),
        ("LINUX", False, True, True, ScheduleKind.CRON),
        ("LINUX", False, False, False, ScheduleKind.SYSTEMD),
    ],
)
def test_the_likely_kind_is_what_the_system_has(
    system: str,
    has_systemd: bool,  # noqa: FBT001 - the same
    has_crontab: bool,  # noqa: FBT001 - the same
    is_root: bool,  # noqa: FBT001 - the same
    kind: ScheduleKind,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where there is neither systemd nor cron, the units are for another computer."""
    for name in ("WINDOWS", "MAC", "LINUX"):
        monkeypatch.setattr(runtime, name, name == system)
    monkeypatch.setattr(nightly_job, "is_systemd_running", lambda: has_systemd)
    monkeypatch.setattr(nightly_job, "has_crontab", lambda _: has_crontab)
    assert likely_kind({}, is_root=is_root) is kind


def test_crontab_is_looked_for_on_the_path(tmp_path: Path) -> None:
    """Of the environment that is given."""
    assert not nightly_job.has_crontab({"PATH": str(tmp_path)})
    crontab = tmp_path / "crontab"
    crontab.touch(mode=0o755)
    assert nightly_job.has_crontab({"PATH": str(tmp_path)})


def test_a_name_that_is_there_is_no_pattern(tmp_path: Path) -> None:
    """Whatever signs are in it."""
    assert is_pattern(str(tmp_path / "*.csv"))
    assert is_pattern("a[1].csv")
    assert not is_pattern("a.csv")
    (tmp_path / "a[1].csv").touch()
    assert not is_pattern(str(tmp_path / "a[1].csv"))
