"""Make the standalone build and try it where there is no Python; by hand, as it takes minutes.

    python tests/integration/standalone.py                                        build it, then try it
    python tests/integration/standalone.py --program dist/callbell-importer       try one that is there

It is built by the README's command in a fresh environment. As root on Linux it is tried in a folder that holds nothing
else than the C library, zlib and the files to import (chroot); anywhere else with an environment without a PATH.
"""

import argparse
import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.support.commands import NO_LIMIT, TOKEN, after, customers, phones, serving
from tests.support.paths import ROOT, SAMPLES

NAME = "callbell-importer"
PATIENCE_SECONDS = 120
_LIBRARIES = re.compile(r"(/\S+/(?:ld-linux|libc|libm|libdl|libpthread|librt|libutil|libresolv|libz)\S*)")
ROWS = 200


@dataclass(kw_only=True)
class Place:
    """Where the program is tried: a folder of files, and what there is of a system around it."""

    program: str
    folder: Path
    root: Path | None = None
    """The file system that the program sees; None: the whole one."""
    variables: dict[str, str] = field(default_factory=dict)

    def command(self, *arguments: str) -> list[str]:
        """Return the words that start the program."""
        return [self.program, *arguments]

    def enter(self) -> None:
        """Go there, in the process that becomes the program."""
        if self.root:
            os.chroot(self.root)
        os.chdir(self._seen(self.folder))

    def _seen(self, path: Path) -> str:
        return f"/{path.relative_to(self.root)}" if self.root else str(path)

    def environment(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        """Return all variables that the program gets: no PATH that leads anywhere."""
        home = {"HOME": self._seen(self.folder), "PATH": "/nonexistent", "TERM": "xterm", "LC_ALL": "C.UTF-8"}
        return home | self.variables | dict(more or {})

    def give(self, *arguments: str, code: int = 0, more: Mapping[str, str] | None = None) -> str:
        """Give a command, and return all that it said; it must end with this code."""
        done = subprocess.run(  # noqa: S603 - our own command
            self.command(*arguments),
            env=self.environment(more),
            preexec_fn=self.enter,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=PATIENCE_SECONDS,
            check=False,
        )
        said = done.stdout + done.stderr
        assert done.returncode == code, f"{arguments}: {done.returncode}\n{said}"
        assert "Traceback" not in said, said
        return said


def main() -> None:
    """Build it unless one is named, and try it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", type=Path, metavar="FOLDER", help="a build that is there")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        built = given.program.absolute() if given.program else build(Path(name))
        size = sum(path.stat().st_size for path in built.rglob("*") if path.is_file() and not path.is_symlink())
        _tell(f"{size / 1e6:.0f} MB in {built}")
        with _place(built, Path(name) / "root") as place:
            for one in (say_who_it_is, import_each_kind, tell_its_own_commands, stop_and_go_on, refuse_strangers):
                one(place)
                _tell(f"well: {one.__name__}")


def build(folder: Path) -> Path:
    """Make it by the command that people are told, and return its folder."""
    (command,) = re.findall(r"^python3 -m venv .*standalone\.spec$", _readme(), re.MULTILINE)
    command = command.replace(".venv", str(folder / "venv")).replace("python3", sys.executable, 1)
    command += f" --distpath {folder / 'dist'} --workpath {folder / 'work'}"
    began, before = time.monotonic(), os.times()
    subprocess.run(["/bin/sh", "-c", command], cwd=ROOT, check=True, capture_output=True)  # noqa: S603 - our own command
    now = os.times()
    spent = now.children_user + now.children_system - before.children_user - before.children_system
    _tell(f"built in {time.monotonic() - began:.0f} s, {spent:.0f} s of a core")
    return folder / "dist" / NAME


def say_who_it_is(place: Place) -> None:
    """It starts, and its help and `doctor` tell commands that a person can give."""
    assert place.give("--version").startswith(NAME)
    told = place.give("--help")
    assert f"Usage: {NAME} " in told
    assert f"  {place.program} run " in told
    doctor = place.give("doctor", code=2)
    assert f"{place.program} " in doctor
    for option in ("--version", "--help"):
        _tell(f"{option}: {_seconds(place, option):.2f} s of a core")


def import_each_kind(place: Place) -> None:
    """Every kind of file is read and rehearsed, and every report is written."""
    for file in ("contacts.csv", "customers.xlsx", "old.xls", "open.ods"):
        options = ["--sheet", "Contacts"] if file == "customers.xlsx" else []
        told = place.give("run", file, *options, "--sandbox", "--yes", "--report-dir", f"reports-{file}")
        assert "would be in Callbell" in told, told
        written = {path.name for path in (place.folder / f"reports-{file}").rglob("*")}
        assert written >= {"results.csv", "results.xlsx", "report.html", "summary.json"}, written
    _tell(f"run of a CSV: {_seconds(place, 'run', 'contacts.csv', '--sandbox', '--yes'):.2f} s of a core")
    assert "problems.csv" in place.give("check", "problems.csv", "--country", "Spain", code=1)
    place.give("init", "contacts.csv")
    (place.folder / "config.toml").unlink()


def tell_its_own_commands(place: Place) -> None:
    """What it tells a person to do next begins as the person typed it, on the screen and in the reports."""
    told = place.give("run", "problems.csv", "--sandbox", "--yes", "--report-dir", "wrong", code=1)
    assert re.search(rf"{re.escape(place.program)} run \S*wrong/", told), told
    (page,) = (place.folder / "wrong").rglob("report.html")
    assert f"{place.program} run " in page.read_text(encoding="utf-8")
    assert f"{place.program} run FILE" in place.give("runs", "nothing", code=2, more={"CALLBELL_IMPORTER_JOURNAL": "n"})


def stop_and_go_on(place: Place) -> None:
    """One Ctrl-C on a terminal stops gracefully; the same command goes on, and nobody is there twice."""
    customers(place.folder / "many.csv", ROWS)
    with serving(replace(NO_LIMIT, latency_seconds=0.05)) as sandbox:
        place.variables |= {"CALLBELL_BASE_URL": sandbox.base_url, "CALLBELL_API_TOKEN": TOKEN}
        half_way = after(sandbox, ROWS // 4)
        ours, theirs = os.openpty()
        process = os.fork()
        if not process:
            _take_terminal(theirs)
            place.enter()
            os.execve(  # noqa: S606 - our own command
                place.program, place.command("run", "many.csv", "--yes", "--concurrency", "4"), place.environment()
            )
        os.close(theirs)
        shown, stopped = b"", False
        with contextlib.suppress(OSError):  # Linux's way to say that the other end is closed
            while block := os.read(ours, 4096):
                shown += block
                if half_way.is_set() and not stopped:
                    stopped = bool(os.write(ours, b"\x03"))
        code = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
        assert (code, stopped) == (128 + signal.SIGINT, True), shown.decode()
        assert b"Give the same command again" in shown, shown.decode()
        assert ROWS // 4 <= len(sandbox.contacts) < ROWS
        place.give("run", "many.csv", "--yes", "--rate", "0")
        assert len(set(phones(sandbox))) == len(sandbox.contacts) == ROWS
        assert "results.xlsx" in place.give("report", "--no-open")
        (name, *_) = re.findall(r"\d{8}-\d{6}-many", place.give("runs"))
        told = place.give("undo", name, "--dry-run")
        assert "delete" in told, told
        place.variables.clear()


def _take_terminal(theirs: int) -> None:
    """Make the terminal this process's own, so that Ctrl-C reaches it, even if the script ignores it."""
    import fcntl  # noqa: PLC0415 - POSIX' alone
    import termios  # noqa: PLC0415 - the same

    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.setsid()
    fcntl.ioctl(theirs, termios.TIOCSCTTY, 0)
    for stream in range(3):
        os.dup2(theirs, stream)


def refuse_strangers(place: Place) -> None:
    """A certificate is trusted if the system's store has its authority, or the file that a person names; else not."""
    import ssl  # noqa: PLC0415 - only this part has need of it
    import threading  # noqa: PLC0415 - the same
    from http.server import BaseHTTPRequestHandler, HTTPServer  # noqa: PLC0415 - the same

    import trustme  # noqa: PLC0415 - the same

    authority = trustme.CA()
    quiet = type("Quiet", (BaseHTTPRequestHandler,), {"log_message": lambda *_: None})
    server = HTTPServer(("127.0.0.1", 0), quiet)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    place.variables |= {"CALLBELL_BASE_URL": f"https://127.0.0.1:{server.server_port}", "CALLBELL_API_TOKEN": TOKEN}
    assert "its certificate is not good" in place.give("doctor", code=5)
    (place.folder / "own.pem").write_bytes(authority.cert_pem.bytes())
    assert "certificate" not in place.give("doctor", code=5, more={"SSL_CERT_FILE": "own.pem"})
    if place.root:
        store = place.root / "etc" / "ssl" / "certs" / "ca-certificates.crt"
        store.parent.mkdir(parents=True)
        store.write_bytes(authority.cert_pem.bytes())
        assert "certificate" not in place.give("doctor", code=5)
    server.shutdown()


@contextlib.contextmanager
def _place(built: Path, root: Path) -> Iterator[Place]:
    """Put the program and the files where they are tried."""
    is_alone = sys.platform == "linux" and os.geteuid() == 0
    folder = root / "home"
    folder.mkdir(parents=True)
    for sample in SAMPLES.iterdir():
        shutil.copy(sample, folder)
    _write_others(folder)
    if is_alone:
        shutil.copytree(built, root / "opt" / NAME, symlinks=True)
        for library in _needed(built / NAME):
            (root / library[1:]).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(library, root / library[1:])
        for name, minor in (("null", 3), ("urandom", 9)):
            (root / "dev").mkdir(exist_ok=True)
            os.mknod(root / "dev" / name, 0o20666, os.makedev(1, minor))
        (root / "tmp").mkdir()
    yield Place(
        program=f"/opt/{NAME}/{NAME}" if is_alone else str(built / NAME),
        folder=folder,
        root=root if is_alone else None,
    )


def _needed(program: Path) -> set[str]:
    """Return the system's libraries that the program needs before it has found its own."""
    said = subprocess.run(["/usr/bin/ldd", str(program)], capture_output=True, encoding="utf-8", check=True).stdout  # noqa: S603 - our own program
    libc = next(found for found in _LIBRARIES.findall(said) if "/libc" in found)
    others = [
        f"{Path(libc).parent}/lib{name}" for name in ("m.so.6", "dl.so.2", "pthread.so.0", "rt.so.1", "util.so.1")
    ]
    return {*_LIBRARIES.findall(said), *(other for other in others if Path(other).exists())}


def _write_others(folder: Path) -> None:
    import pandas as pd  # noqa: PLC0415 - only this part has need of it
    import xlwt  # type: ignore[import-untyped]  # noqa: PLC0415 - the same; no stubs exist

    rows = [("Phone", "Name"), *((f"+3460000{number:04}", f"Name {number}") for number in range(5))]
    pd.DataFrame(rows[1:], columns=list(rows[0])).to_excel(folder / "open.ods", index=False)
    book = xlwt.Workbook()
    sheet = book.add_sheet("Contacts")
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            sheet.write(row, column, cell)
    book.save(str(folder / "old.xls"))


def _seconds(place: Place, *arguments: str) -> float:
    before = os.times()
    place.give(*arguments)
    now = os.times()
    return now.children_user + now.children_system - before.children_user - before.children_system


def _readme() -> str:
    return (ROOT / "importer" / "README.md").read_text(encoding="utf-8")


def _tell(*words: Sequence[str] | str) -> None:
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
