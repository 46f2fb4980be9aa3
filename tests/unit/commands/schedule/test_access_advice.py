"""What to do where the night's user may not read or write."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from importer.commands.schedule import access_advice as tested
from importer.commands.schedule.access_advice import (
    is_system_folder,
    looking_advice,
    reading_advice,
    token_advice,
    writing_advice,
)
from importer.system.service_user import ServiceUser

pytestmark = pytest.mark.skipif(os.name == "nt", reason="users, groups and modes are POSIX's")
NEW = ServiceUser(name="callbell", home="/var/lib/callbell-importer", is_there=False)
KNOWN = ServiceUser(name="night", home="/home/night", is_there=True, numbers=(4_000_001, 4_000_002))
MADE = "useradd -r -U -d /var/lib/callbell-importer callbell"


@pytest.fixture
def closed(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Let the user go everywhere but into one folder."""
    closed = [""]
    monkeypatch.setattr(tested, "may", lambda _user, _mode, path: path != closed[0])
    return lambda folder: closed.__setitem__(0, folder)


def commands(advice: str) -> list[str]:
    """Return the lines after the sentence."""
    return advice.split("\n")[1:]


@pytest.mark.usefixtures("closed")
def test_a_file_is_opened_to_the_users_group_alone() -> None:
    """Who is not there yet is made first, as nothing can be given to nobody."""
    assert commands(reading_advice(NEW, "/srv/a b.csv")) == [
        MADE,
        "chgrp callbell '/srv/a b.csv'",
        "chmod g+r '/srv/a b.csv'",
    ]
    assert commands(reading_advice(KNOWN, "/srv/x.csv")) == ["chgrp 4000002 /srv/x.csv", "chmod g+r /srv/x.csv"]


def test_a_file_in_a_closed_folder_gets_a_folder_of_its_own(closed: Callable[[str], None]) -> None:
    """The folder, such as root's home, stays closed."""
    closed("/root")
    assert commands(reading_advice(KNOWN, "/root/contacts.csv")) == [
        "install -d -o night -m 700 /srv/callbell",
        "install -o night -m 600 /root/contacts.csv /srv/callbell/",
    ]


def test_a_folder_is_opened_to_the_group_unless_it_is_the_systems(closed: Callable[[str], None]) -> None:
    """For files in one of the system's, or in a closed one, another is named."""
    another = ["install -d -o night -m 700 /srv/callbell"]
    assert commands(looking_advice(KNOWN, "/srv/in")) == ["chgrp 4000002 /srv/in", "chmod g+rx /srv/in"]
    assert commands(looking_advice(KNOWN, "/home/ana")) == another
    closed("/root")
    assert commands(looking_advice(KNOWN, "/root/in")) == another


def test_a_folder_to_write_in_is_made_or_opened_or_another_is_named(closed: Callable[[str], None]) -> None:
    """Nothing is made in the root, or given away of the system."""
    another = ["install -d -o night -m 700 /srv/callbell"]
    assert commands(writing_advice(KNOWN, "/srv/x/y", "/srv")) == ["install -d -o night -m 700 /srv/x/y"]
    assert commands(writing_advice(NEW, "/srv/x", "/srv/x")) == [MADE, "chgrp callbell /srv/x", "chmod g+rwx /srv/x"]
    assert commands(writing_advice(KNOWN, "/reports", "/")) == another
    assert commands(writing_advice(KNOWN, "/usr/local/x", "/usr/local")) == another
    assert commands(writing_advice(KNOWN, "/var/log", "/var/log")) == another
    closed("/root")
    assert commands(writing_advice(KNOWN, "/root/reports", "/root")) == another
    assert commands(writing_advice(KNOWN, "/root/done", "/root/done")) == another


def test_folders_of_the_system_are_known() -> None:
    """And homes; what lies within them is not, but for what is the system's alone."""
    system = ("/", "/srv", "/root", "/home/ana", "/var/lib", "/usr/local/share", "/etc/cron.d", "/data")
    own = ("/srv/inbox", "/home/ana/inbox", "/var/lib/callbell-importer", "/opt/lists", "/root/inbox")
    assert [is_system_folder(folder) for folder in (*system, *own)] == [True] * len(system) + [False] * len(own)


def test_a_token_is_the_users_alone(tmp_path: Path, closed: Callable[[str], None]) -> None:
    """In one line that works when it is pasted, as a group that may read it would be refused."""
    file = tmp_path / "a token"
    file.touch(mode=0o600)
    assert commands(token_advice(KNOWN, str(file))) == [f"chown night:4000002 '{file}' && chmod 600 '{file}'"]
    closed(str(tmp_path))
    assert commands(token_advice(KNOWN, str(file))) == [
        "install -d -o night -m 700 /srv/callbell",
        f"install -o night -m 600 '{file}' /srv/callbell/",
    ]


def test_a_token_that_is_not_there_is_made_empty(tmp_path: Path) -> None:
    """With its folder where that is missing, for whoever reads it at night."""
    oneself = replace(KNOWN, numbers=(os.geteuid(), os.getegid()))
    assert commands(token_advice(KNOWN, f"{tmp_path}/token")) == [f"install -o night -m 600 /dev/null {tmp_path}/token"]
    assert commands(token_advice(oneself, f"{tmp_path}/token")) == [f"install -m 600 /dev/null {tmp_path}/token"]
    assert commands(token_advice(oneself, f"{tmp_path}/x/token")) == [f"install -D -m 600 /dev/null {tmp_path}/x/token"]
