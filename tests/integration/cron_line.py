"""Lets a real cron run the line that `schedule --kind cron --install` writes: a good night, a wrong row, the same row.

    python -m tests.integration.cron_line

By hand, as root, where Debian's `cron` is installed: it waits for a clock (four minutes), which the tests never do.
root's crontab is as before at the end. Where there is no mail program, one that keeps the mails is there meanwhile.
"""

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from tests.support.commands import ACCOUNT, NO_LIMIT, TOKEN, customers, serving
from tests.support.paths import ROOT

_SENDMAIL = Path("/usr/sbin/sendmail")
_PATIENCE_SECONDS = 200
_NAME = "cron-line-trial"
_TAG = "100% $HOME"
"""What cron and the shell would make something else of."""
_SERVICE = replace(NO_LIMIT, account=replace(ACCOUNT, tags=ACCOUNT.tags | {_TAG}))


def main() -> int:
    """Run the nights, and say what came of them."""
    if os.geteuid() != 0 or shutil.which("crontab") is None:
        print("This needs root and cron (Debian: apt install cron).")
        return 2
    with (
        tempfile.TemporaryDirectory() as made,
        serving(_SERVICE) as sandbox,
        _own_crontab(),
        _mail(Path(made)) as mails,
    ):
        folder = Path(made) / "it's 100% año"
        folder.mkdir()
        (folder / "token").touch(mode=0o600)
        (folder / "token").write_text(TOKEN, "utf-8")
        service = f'[service]\nbase_url = "{sandbox.base_url}"\ntoken_file = "token"\n'
        columns = '[columns]\nidentifier = "Phone"\nname = "Name"\n'
        run = '[run]\njournal = "journal.sqlite3"\nreport_dir = "50% reports"\n'
        (folder / "config.toml").write_text(service + columns + run, "utf-8")
        with _cron():
            good = _night(folder, first=0)
            is_silent = not _texts(mails)
            print(f"A good night: exit code {good}, {len(sandbox.contacts)} contacts, {len(_texts(mails))} mails.")
            (folder / "my list.csv").write_text("Phone,Name\n+34600000001,Ana\n12,Bea\n", "utf-8")
            bad = _night(folder, first=1)
            texts = _texts(mails)
            print(f"A night with a wrong row: exit code {bad}, {len(texts)} mails.")
            known = _night(folder, first=1)
            is_silent = is_silent and len(_texts(mails)) == len(texts)
            print(f"The next one with the same row: exit code {known}, {len(_texts(mails))} mails.")
        is_tagged = all(_TAG in contact.tags for contact in sandbox.contacts)
        is_told = bool(texts) and "1 invalid" in texts[-1] if mails else None
        print(f"What cron mailed:\n\n{texts[-1] if texts else '(nothing)'}")
    counts = (good, bad, known, len(sandbox.contacts))
    is_right = counts == (0, 1, 0, 3) and is_tagged and is_silent and is_told is not False
    print("\nAs it should be." if is_right else "\nNOT as it should be.")
    return int(not is_right)


def _night(folder: Path, *, first: int) -> int:
    """Install a line for the next minute and wait for its run; return the exit code that its summary has."""
    if first == 0:
        customers(folder / "my list.csv")
    before = set(folder.glob("50% reports/*/summary.json"))
    at = datetime.now().astimezone() + timedelta(seconds=70)  # so that cron has read it when its minute comes
    command = [
        "schedule",
        "my list.csv",
        "--kind",
        "cron",
        "--name",
        _NAME,
        "--at",
        f"{at:%H:%M}",
        "--tag",
        "100% $HOME",
    ]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CALLBELL_")}
    subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "importer", *command, "--install", "--yes"],
        check=True,
        cwd=folder,
        env={**environment, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
    )
    ends = time.monotonic() + _PATIENCE_SECONDS
    while not (found := set(folder.glob("50% reports/*/summary.json")) - before):
        if time.monotonic() > ends:
            raise SystemExit("No run came.")
        time.sleep(1)
    time.sleep(5)  # for the mail, which cron sends when the command has ended
    return int(json.loads(found.pop().read_text("utf-8"))["exit_code"])


@contextlib.contextmanager
def _own_crontab() -> Iterator[None]:
    """Put root's crontab back at the end."""
    before = subprocess.run(["crontab", "-l"], capture_output=True, check=False)  # noqa: S607 - cron's own
    try:
        yield
    finally:
        if before.returncode == 0:
            subprocess.run(["crontab", "-"], input=before.stdout, check=True)  # noqa: S607 - the same
        else:
            subprocess.run(["crontab", "-r"], check=False)  # noqa: S607 - the same


@contextlib.contextmanager
def _cron() -> Iterator[None]:
    """Start cron, unless one runs."""
    daemon = shutil.which("cron") or shutil.which("crond")
    if daemon is None or any(map(_is_cron, Path("/proc").glob("[0-9]*"))):
        yield
        return
    with subprocess.Popen([daemon, "-f"]) as process:  # noqa: S603 - cron's own
        try:
            yield
        finally:
            process.terminate()


def _is_cron(process: Path) -> bool:
    """Tell whether a process is a cron of this system, and not one of a container on it."""
    with contextlib.suppress(OSError):
        own, other = Path("/proc/self/ns/mnt").readlink(), (process / "ns/mnt").readlink()
        return own == other and _text(process / "comm").strip() in {"cron", "crond"}
    return False


@contextlib.contextmanager
def _mail(folder: Path) -> Iterator[Path | None]:
    """Yield where mails are kept; None: there is a mail program already, and they are in its hands."""
    if _SENDMAIL.exists():
        yield None
        return
    kept = folder / "mails"
    kept.mkdir()
    _SENDMAIL.write_text(f'#!/bin/sh\ncat > "{kept}/$$"\n', "utf-8")
    _SENDMAIL.chmod(0o755)
    try:
        yield kept
    finally:
        _SENDMAIL.unlink()


def _texts(mails: Path | None) -> list[str]:
    found = sorted(mails.iterdir(), key=lambda path: path.stat().st_mtime) if mails else []
    return [re.sub(r"\A.*?\n\n", "", _text(path), flags=re.DOTALL) for path in found]


def _text(path: Path) -> str:
    with contextlib.suppress(OSError):
        return path.read_text("utf-8", errors="replace")
    return ""


if __name__ == "__main__":
    sys.exit(main())
