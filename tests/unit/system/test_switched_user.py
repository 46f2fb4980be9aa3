"""What is told to do by a command for which root became the service's user is what root types after it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from importer.system import switched_user as tested
from importer.system.installed_units import InstalledUnit
from importer.system.shell import importer_command

pytestmark = pytest.mark.skipif(os.name == "nt", reason="su is of POSIX' systems")
SU = ("su", "-s", "/bin/sh", "callbell")
TOKEN = "/etc/callbell-importer/token"  # noqa: S105 - a path
GIVEN = "callbell-importer undo RUN"
WRAPPED = f"CALLBELL_API_TOKEN=$(cat {TOKEN}) su -s /bin/sh callbell -c '{GIVEN}'"


NAMES = ("north", "south")
"""Of accounts."""


def job(token_file: str = TOKEN, user: str = "callbell", words: tuple[str, ...] = ()) -> InstalledUnit:
    """Return a nightly job."""
    journal = Path("j.sqlite3")
    return InstalledUnit(name="callbell-importer", user=user, journal=journal, token_file=token_file, words=words)


@pytest.fixture(autouse=True)
def _place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the service's user give the command, whose job is in place; each test says which processes are above it."""
    monkeypatch.setattr(os, "geteuid", lambda: 991)
    monkeypatch.setattr(os, "getppid", lambda: 30)
    monkeypatch.setattr(tested, "_PROCESSES", tmp_path)
    monkeypatch.setattr(tested, "own_name", lambda: "callbell")
    monkeypatch.setattr(tested, "nightly_jobs", lambda: [job(), job("", "ana")])
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    forget()
    yield
    forget()


def forget() -> None:
    """Forget what was seen."""
    tested._is_of_su.cache_clear()
    tested.own_job.cache_clear()


def process(folder: Path, number: int, parent: int, *words: str) -> None:
    """Let a process run."""
    own = folder / str(number)
    own.mkdir()
    (own / "cmdline").write_text("".join(f"{word}\0" for word in words), "utf-8")
    (own / "stat").write_text(f"{number} (a) b) S {parent} 1 1", "utf-8")


def test_after_su_with_a_command_root_is_told_the_same_with_su(tmp_path: Path) -> None:
    """Its shell is between them, as here, or was replaced by the command."""
    process(tmp_path, 30, 20, "sh", "-c", "callbell-importer run a.csv")
    process(tmp_path, 20, 10, *SU, "-c", "callbell-importer run a.csv")
    assert importer_command("undo", "RUN") == WRAPPED


def test_a_shell_that_the_command_has_replaced_is_not_needed(tmp_path: Path) -> None:
    """Then su itself is the parent."""
    process(tmp_path, 30, 10, "/usr/bin/su", "callbell", "--command", "callbell-importer run a.csv")
    assert importer_command("undo", "RUN") == WRAPPED


@pytest.mark.parametrize(
    ("shell", "su"),
    [
        (("sh",), SU),
        (("bash", "-i"), (*SU, "-c", "bash -i")),
        (("sh", "-c", "callbell-importer run a.csv"), ("sshd", "-c")),
        (("sh", "-c", "callbell-importer run a.csv"), ()),
        ((), ()),
    ],
)
def test_who_stays_in_the_users_shell_is_told_the_bare_command(
    tmp_path: Path, shell: tuple[str, ...], su: tuple[str, ...]
) -> None:
    """So is whoever came another way, and where the processes cannot be seen."""
    process(tmp_path, 30, 20, *shell)
    process(tmp_path, 20, 10, *su)
    assert importer_command("undo", "RUN") == GIVEN


@pytest.mark.parametrize("jobs", [[], [job(), job("/srv/token")], [job(user="ana")]])
def test_without_one_job_it_is_not_known_what_su_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jobs: list[InstalledUnit]
) -> None:
    """None of this user's, or several with other tokens."""
    monkeypatch.setattr(tested, "nightly_jobs", lambda: jobs)
    process(tmp_path, 30, 10, *SU, "-c", GIVEN)
    assert importer_command("undo", "RUN") == GIVEN


@pytest.mark.parametrize("account", ["north", "south"])
def test_of_several_jobs_that_of_the_commands_account_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, account: str
) -> None:
    """Each account has a token of its own; of a command for no account, or another one, nothing is known."""
    jobs = [job(f"/etc/{name}.token", words=("callbell-importer", "run", "--account", name)) for name in NAMES]
    monkeypatch.setattr(tested, "nightly_jobs", lambda: jobs)
    process(tmp_path, 30, 10, *SU, "-c", GIVEN)
    given = importer_command("undo", "RUN", options=[("account", account)])
    assert given == f"CALLBELL_API_TOKEN=$(cat /etc/{account}.token) {' '.join(SU)} -c '{GIVEN} --account {account}'"
    assert importer_command("undo", "RUN") == GIVEN
    assert importer_command("undo", "RUN", options=[("account", "west")]) == f"{GIVEN} --account west"
    forget()
    del jobs[NAMES.index(account)]
    assert importer_command("undo", "RUN", options=[("account", account)]) == f"{GIVEN} --account {account}"


def test_root_and_processes_that_are_gone_are_no_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is looked up for root, and nothing that cannot be read is taken for su."""
    assert importer_command("undo", "RUN") == GIVEN
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(tested, "_words", None)
    assert importer_command("undo", "RUN") == GIVEN
