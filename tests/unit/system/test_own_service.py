"""What a service of systemd tells to do is what an administrator does: it is started again."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from importer.cli.command_end import fail, given, invoked
from importer.commands.context import CommandContext
from importer.settings import RunOptions, Settings
from importer.system import own_service
from importer.system.shell import as_typed

SYSTEM = "0::/system.slice/callbell-importer-shop.service\n"
PERSON = "0::/user.slice/user-1000.slice/user@1000.service/app.slice/callbell-importer.service\n"
OLD = "12:pids:/system.slice/callbell-importer.service\n1:name=systemd:/system.slice/callbell-importer.service\n"
TERMINAL = "0::/user.slice/user-1000.slice/user@1000.service/app.slice/gnome-terminal-server.service\n"


@pytest.fixture(autouse=True)
def _own_group(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let each test say of which control group the process is."""
    monkeypatch.setattr(own_service, "_CONTROL_GROUP", tmp_path / "cgroup")
    monkeypatch.setenv("INVOCATION_ID", "0123456789abcdef")
    own_service._start_command.cache_clear()
    yield
    own_service._start_command.cache_clear()


@pytest.mark.parametrize(
    ("group", "start"),
    [
        (SYSTEM, "systemctl start callbell-importer-shop"),
        (PERSON, "systemctl --user start callbell-importer"),
        (OLD, "systemctl start callbell-importer"),
    ],
)
def test_a_service_is_started_again(tmp_path: Path, group: str, start: str) -> None:
    """Of the system or of a person, with the exact command in place of the one that its log does not show."""
    (tmp_path / "cgroup").write_text(group, "utf-8")
    assert as_typed("Give the same command again: it goes on.") == f"Start the service again ({start}): it goes on."
    assert own_service.is_own_service()
    assert as_typed("Fix it, then run the same command again.") == f"Fix it, then start the service again ({start})."


def test_its_log_for_programs_says_so_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An administrator reads that one with journalctl."""
    (tmp_path / "cgroup").write_text(SYSTEM, "utf-8")
    invoked("run", {"json": False})
    given(
        CommandContext(
            settings=Settings(run=RunOptions(log_format="json", dry_run=True)), environment={}, stream=sys.stderr
        )
    )
    with pytest.raises(typer.Exit):
        fail(3, "Fix it, and give the same command again.")
    assert "start the service again (systemctl start callbell-importer-shop)" in capsys.readouterr().err


def test_what_names_a_command_or_an_option_stays(tmp_path: Path) -> None:
    """The command that follows is given as it is; an option is none of `systemctl`'s."""
    (tmp_path / "cgroup").write_text(SYSTEM, "utf-8")
    for text in ("Then give the same command again:\n  callbell-importer run a.csv", "Give the same command with -y."):
        assert as_typed(text) == text
    assert "again with the country" in as_typed("Give the same command again with the country of these numbers.")


@pytest.mark.parametrize("group", [TERMINAL, "0::/\n", ""])
def test_a_person_gives_the_command_again(tmp_path: Path, group: str) -> None:
    """At a terminal, also one that is a service of a desktop; where the group cannot be read too."""
    if group:
        (tmp_path / "cgroup").write_text(group, "utf-8")
    assert as_typed("Give the same command again.") == "Give the same command again."
    assert not own_service.is_own_service()


def test_without_systemd_nothing_is_looked_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cron's commands have no INVOCATION_ID of their own."""
    (tmp_path / "cgroup").write_text(SYSTEM, "utf-8")
    monkeypatch.delenv("INVOCATION_ID")
    assert as_typed("Give the same command again.") == "Give the same command again."
