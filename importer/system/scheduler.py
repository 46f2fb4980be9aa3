"""Puts a nightly job in place: writes files, makes folders, and calls systemctl, crontab or schtasks.

What is to be done is a list of steps, so that it can be shown before it is done. The only home of these programs.
"""

import os
import stat
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from importer.model.errors import StorageError
from importer.system import runtime
from importer.system.files import PUBLIC_FILE, PUBLIC_FOLDER, as_storage_error, write_whole
from importer.system.service_user import find_user
from importer.system.shell import quote
from importer.system.standalone import environment_for_programs

_PATIENCE_SECONDS = 60
_NO_TABLE = ("no crontab", "No such file")
"""How crontab(1) says that a person has none: vixie, cronie and macOS; busybox."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """How a program ended."""

    exit_code: int
    stdout: str
    stderr: str


Call = Callable[[Sequence[str], str], Called]
"""Runs a program with a text on its standard input."""


def call_program(words: Sequence[str], stdin: str = "") -> Called:
    """Run a program of the system and wait for its end; what it says is in no language but its own.

    Raises:
        StorageError: It is not there, or does not end.

    """
    try:
        ended = subprocess.run(  # noqa: S603 - programs of the system, and words of our own
            list(words),
            input=stdin.encode("utf-8", "surrogateescape"),
            capture_output=True,
            env={**environment_for_programs(os.environ), "LC_ALL": "C"},
            timeout=_PATIENCE_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        reason = getattr(error, "strerror", None) or "it does not end"
        raise StorageError(f"{words[0]} cannot be run: {reason}.", "Install it, or see what it waits for.") from error
    # Bytes that are no text, and ends of lines, must come back as they were: a crontab is written again.
    stdout = ended.stdout.decode("utf-8", "surrogateescape")
    return Called(exit_code=ended.returncode, stdout=stdout, stderr=ended.stderr.decode("utf-8", "replace"))


@dataclass(frozen=True, slots=True, kw_only=True)
class FileStep:
    """Write a file, over one that is there."""

    path: str
    text: str
    encoding: str = "utf-8"

    def __str__(self) -> str:
        over = " over the one that is there" if os.path.lexists(self.path) else ""
        return f"write {self.path}{over}, as it is printed"


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderStep:
    """Make a folder for a user, if it is missing."""

    path: str
    user: str

    def __str__(self) -> str:
        return f"install -d -o {self.user} -m 700 {quote(self.path)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadableStep:
    """Let a user's group read a file."""

    path: str
    user: str

    def __str__(self) -> str:
        return f'chgrp "$(id -gn {self.user})" {quote(self.path)} && chmod g+r {quote(self.path)}'


@dataclass(frozen=True, slots=True, kw_only=True)
class CallStep:
    """Run a program; it must end with 0."""

    words: tuple[str, ...]
    stdin: str = ""
    hint: str = ""
    """What to do where it fails."""
    purpose: str = ""
    """What it does, where its words alone do not tell."""

    def __str__(self) -> str:
        words = " ".join(map(quote, self.words))
        return f"{self.purpose} ({words})" if self.purpose else words


Step = FileStep | FolderStep | ReadableStep | CallStep


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheduler:
    """The system that a job is installed on.

    Args:
        root: The root of its files; another than `/` only in tests.
        call: Runs a program.

    """

    root: Path | None = None
    call: Call = call_program

    def crontab(self, user: str) -> str:
        """Return a person's crontab; empty if there is none.

        Args:
            user: Empty: whoever gives the command.

        Raises:
            StorageError: It cannot be read; then it must not be written over either.

        """
        ended = self.call([*crontab_words(user), "-l"], "")
        if ended.exit_code == 0:
            return ended.stdout
        if any(text in ended.stderr for text in _NO_TABLE):
            return ""
        raise StorageError(f"The crontab cannot be read: {ended.stderr.strip()}", "See: crontab -l")

    def tasks(self) -> str:
        """Return the tasks of Windows' Task Scheduler as XML; empty if it does not tell."""
        try:
            return self.call(["schtasks", "/Query", "/XML", "ONE"], "").stdout
        except StorageError:
            return ""

    def perform(self, step: Step) -> None:
        """Do one step.

        Raises:
            StorageError: It failed.

        """
        match step:
            case FileStep(path=path, text=text, encoding=encoding):
                if path.startswith("/etc/"):  # a person's own folders stay private
                    _make_reachable(self._place(path).parent)
                with write_whole(self._place(path)) as unfinished:
                    unfinished.write_text(text, encoding=encoding, newline="\n")
                    unfinished.chmod(PUBLIC_FILE)  # units are no secrets, and whoever looks into a problem reads them
            case FolderStep(path=path, user=user):
                self._make_folder(self._place(path), user)
            case ReadableStep(path=path, user=user):
                with as_storage_error(f"{path} cannot be made readable for {user}"):
                    place = self._place(path)
                    os.chown(place, -1, _ids(user)[1])
                    place.chmod(stat.S_IMODE(place.stat().st_mode) | stat.S_IRGRP)
            case CallStep(words=words, stdin=stdin, hint=hint):
                ended = self.call(words, stdin)
                if ended.exit_code:
                    said = (ended.stderr or ended.stdout).strip()
                    raise StorageError(f"{' '.join(words)} ended with {ended.exit_code}: {said}", hint)

    def _make_folder(self, folder: Path, user: str) -> None:
        with as_storage_error(f"The folder {folder} cannot be made"):
            user_id, group_id = _ids(user)
            # Only the last one is the user's: what is above stays who it is of, and can be passed through.
            _make_reachable(folder.parent)
            if not folder.exists():
                folder.mkdir(mode=0o700)
                os.chown(folder, user_id, group_id)

    def _place(self, path: str) -> Path:
        return Path(path) if self.root is None else self.root / path.lstrip("/")


def _make_reachable(folder: Path) -> None:
    """Make the folder and its missing parents, so that everybody can look into them, whatever the umask."""
    with as_storage_error(f"The folder {folder} cannot be made"):
        for missing in reversed([one for one in (folder, *folder.parents) if not one.exists()]):
            missing.mkdir()
            missing.chmod(PUBLIC_FOLDER)


def crontab_words(user: str) -> list[str]:
    """Return the command that deals with a person's crontab; empty: that of whoever gives it."""
    return ["crontab", "-u", user] if user else ["crontab"]


def _ids(user: str) -> tuple[int, int]:
    """Return a user's number and its group's.

    Raises:
        StorageError: There is no such user.

    """
    found = find_user(user, home="")
    if not found.is_there:
        raise StorageError(f"There is no user {user}.", f"Make it with: useradd --system {user}")
    return found.numbers


def has_cron_job(call: Call = call_program) -> bool:
    """Tell whether the user's crontab has a job of the importer; without cron it has none."""
    if runtime.WINDOWS:
        return False
    try:
        listed = call([*crontab_words(""), "-l"], "").stdout
    except StorageError:
        return False
    jobs = (line for line in listed.splitlines() if not line.lstrip().startswith("#"))
    return any("callbell-importer" in line or "-m importer" in line for line in jobs)
