"""Record a run that is stopped with Ctrl-C and goes on, as a picture (SVG) that plays by itself, and how another ends.

The commands are the real ones, on a terminal of their own, and send to the sandbox. The first picture is a strip of
screens, the second the closing text.
"""

import codecs
import contextlib
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import escape

from tests.benchmarks.measuring import tell
from tests.support.paths import ROOT

PICTURE = ROOT / ".github" / "recording.svg"
CLOSING_PICTURE = ROOT / ".github" / "terminal.svg"
COMMAND = ("run", "customers.csv", "--yes")
CLOSING_COMMAND = ("run", "clientes.xlsx", "--country", "ES", "--yes")
CLOSING_ROWS = 4_000
_WRONG_CELLS = {12: "12345", 1501: "12345", 2200: "", 3300: "ask her"}
"""Row of the list, from 1, to its phone."""
ROWS = 1_500
STOPPED_AT_PERCENT = 35
"""Ctrl-C is pressed as soon as the display says so much."""
COLUMNS, LINES = 80, 24
_FRAME_SECONDS, _READ_SECONDS = 0.5, 4.0
_CHARACTER, _LINE, _MARGIN = 8.0, 17, 12
_CODES = re.compile(r"\x1b\[([?\d;]*)([A-Za-z])|([\r\n\b\x07])|([^\x1b\r\n\b\x07]+)")
_COLOURS = {30: "#555753", 31: "#ef5350", 32: "#66bb6a", 33: "#ffca28", 34: "#64b5f6", 35: "#ba68c8", 36: "#4dd0e1"}
_PLAIN, _DIM, _PAPER = "#e0e0e0", "#9e9e9e", "#1e1e1e"


@dataclass
class Screen:
    """The part of a terminal that the command uses: text, colours, moves of the cursor, erased lines."""

    cells: list[dict[int, tuple[str, str]]] = field(default_factory=lambda: [{} for _ in range(LINES)])
    above: list[dict[int, tuple[str, str]]] = field(default_factory=list)
    """Lines that left the screen at its top."""
    row: int = 0
    column: int = 0
    colour: str = _PLAIN

    def write(self, text: str) -> None:
        """Show a piece of output."""
        for arguments, code, control, plain in _CODES.findall(text):
            if plain:
                self._put(plain)
            elif code:
                self._obey(code, [int(one or 0) for one in arguments.split(";")] if "?" not in arguments else [])
            elif control == "\r":
                self.column = 0
            elif control == "\n":
                self._down()

    def _put(self, text: str) -> None:
        for character in text:
            if self.column >= COLUMNS:
                self.column = 0
                self._down()
            self.cells[self.row][self.column] = (character, self.colour)
            self.column += 1

    def _down(self) -> None:
        self.row += 1
        if self.row == LINES:
            self.above.append(self.cells[0])
            self.cells = [*self.cells[1:], {}]
            self.row -= 1

    def _obey(self, code: str, numbers: list[int]) -> None:
        first = numbers[0] if numbers else 0
        if code == "A":
            self.row = max(0, self.row - max(1, first))
        elif code == "K":
            kept = {} if first == 2 else {at: cell for at, cell in self.cells[self.row].items() if at < self.column}
            self.cells[self.row] = kept
        elif code == "m":
            for number in numbers:
                self.colour = {0: _PLAIN, 2: _DIM, 39: _PLAIN}.get(number, _COLOURS.get(number % 60, self.colour))

    def percent(self) -> int:
        """Return what the display says last, as a percentage; 0: nothing yet."""
        texts = ("".join(character for character, _ in cells.values()) for cells in self.cells)
        return max((int(found[1]) for text in texts if (found := re.match(r" *(\d+) %", text))), default=0)

    def lines(self) -> tuple[str, ...]:
        """Return each line as an SVG's spans."""
        return tuple(map(_spans, self.cells))


def _spans(cells: Mapping[int, tuple[str, str]]) -> str:
    runs: list[tuple[str, str]] = []
    for column in range(max(cells, default=-1) + 1):
        character, colour = cells.get(column, (" ", _PLAIN))
        if runs and runs[-1][1] == colour:
            runs[-1] = (runs[-1][0] + character, colour)
        else:
            runs.append((character, colour))
    spans = "".join(f'<tspan fill="{colour}">{escape(text)}</tspan>' for text, colour in runs)
    return spans.replace(f' fill="{_PLAIN}"', "")


@dataclass
class Recording:
    """Screens with how long each is shown."""

    screen: Screen = field(default_factory=Screen)
    frames: list[tuple[tuple[str, ...], float]] = field(default_factory=list)

    def keep(self, seconds: float) -> None:
        """Keep the screen as it is now, unless it is the last one still."""
        lines = self.screen.lines()
        if self.frames and self.frames[-1][0] == lines:
            self.frames[-1] = (lines, self.frames[-1][1] + seconds)
        else:
            self.frames.append((lines, seconds))

    def play(
        self, folder: Path, environment: Mapping[str, str], *, stopped: bool, command: Sequence[str] = COMMAND
    ) -> int:
        """Give the command on a terminal of its own, and return its exit code."""
        self.screen.write(f"$ callbell-importer {' '.join(command)}\r\n")
        self.keep(1.0)
        process, terminal = _terminal_fork()
        if not process:
            os.chdir(folder)
            os.execve(sys.executable, [sys.executable, "-m", "importer", *command], dict(environment))  # noqa: S606 - our own command
        decode, due = codecs.getincrementaldecoder("utf-8")("replace").decode, time.monotonic() + _FRAME_SECONDS
        with contextlib.suppress(OSError):  # Linux's way to say that the other end is closed
            while block := os.read(terminal, 4096):
                self.screen.write(decode(block))
                if stopped and self.screen.percent() >= STOPPED_AT_PERCENT:
                    stopped = False
                    os.write(terminal, b"\x03")
                if time.monotonic() >= due:
                    self.keep(_FRAME_SECONDS)
                    due = time.monotonic() + _FRAME_SECONDS
        self.keep(_READ_SECONDS)
        os.close(terminal)
        return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])

    def svg(self) -> str:
        """Return the picture: the frames below each other, of which one is in the window at a time."""
        width, height = round(COLUMNS * _CHARACTER) + 2 * _MARGIN, LINES * _LINE + 2 * _MARGIN
        total, passed, keys, groups = sum(seconds for _, seconds in self.frames), 0.0, [], []
        for number, (lines, seconds) in enumerate(self.frames):
            keys.append(f"{100 * passed / total:.2f}%{{transform:translateY({-number * height}px)}}")
            passed += seconds
            texts = "".join(
                f'<text x="{_MARGIN}" y="{number * height + _MARGIN + (at + 1) * _LINE - 4}">{line}</text>'
                for at, line in enumerate(lines)
                if line
            )
            groups.append(texts)
        last = (1 - len(self.frames)) * height
        style = (
            "text{font:13px/1 ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace;white-space:pre;"
            f"fill:{_PLAIN}}}#strip{{animation:play {total:.1f}s step-end infinite}}"
            f"@keyframes play{{{''.join(keys)}}}"
            f"@media (prefers-reduced-motion:reduce){{#strip{{animation:none;transform:translateY({last}px)}}}}"
        )
        size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" {size}>\n'
            "<title>A run is stopped with Ctrl-C, and the same command goes on</title>\n"
            f"<style>{style}</style>\n"
            f'<rect width="{width}" height="{height}" rx="8" fill="{_PAPER}"/>\n'
            f'<g id="strip">\n{chr(10).join(groups)}\n</g>\n</svg>\n'
        )


def closing_svg(screen: Screen) -> str:
    """Return a picture of the closing text that ends the screen."""
    shown = [
        "".join(cells.get(at, (" ", ""))[0] for at in range(max(cells, default=-1) + 1))
        for cells in (*screen.above, *screen.cells)
    ]
    first = next(at for at, line in enumerate(shown) if line.startswith("Finished after"))
    last = max(at for at, line in enumerate(shown) if line.strip())
    lines = [f"$ callbell-importer {' '.join(CLOSING_COMMAND)}", "...", *shown[first : last + 1]]
    width, height = round(COLUMNS * _CHARACTER) + 2 * _MARGIN, len(lines) * _LINE + 2 * _MARGIN
    texts = [
        f'<text x="{_MARGIN}" y="{_MARGIN + (at + 1) * _LINE - 4}">{escape(line)}</text>'
        for at, line in enumerate(lines)
        if line
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">\n'
        "<title>The last lines of an import: what is in Callbell, and what to do next</title>\n"
        "<style>text{font:13px/1 ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace;white-space:pre;"
        f"fill:{_PLAIN}}}</style>\n"
        f'<rect width="{width}" height="{height}" rx="8" fill="{_PAPER}"/>\n{chr(10).join(texts)}\n</svg>\n'
    )


def _write_workbook(path: Path) -> None:
    """Write a list of customers of which four are wrong and one stands twice."""
    from openpyxl import Workbook  # noqa: PLC0415 - for this picture alone

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Nombre", "Apellidos", "Móvil", "Etiquetas"])
    for number in range(1, CLOSING_ROWS + 1):
        same = 43 if number == 2501 else number  # row 2502 is row 44 again
        phone = _WRONG_CELLS.get(number, f"6{same * 48_271_003 % 99_999_989:08}")
        sheet.append([f"Cliente {number}", f"Garcia {number}", phone, "Cliente" if number % 2 else "VIP"])
    book.save(path)


def _terminal_fork() -> tuple[int, int]:
    """Fork into a process on a new terminal; return 0 there, and here its number and our end of the terminal."""
    import fcntl  # noqa: PLC0415 - Windows has none of these
    import pty  # noqa: PLC0415
    import struct  # noqa: PLC0415
    import termios  # noqa: PLC0415

    process, terminal = pty.fork()
    if process:
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
    return process, terminal


def main() -> None:
    """Make the pictures."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        rows = [f"+346{number * 7919 % 100_000_000:08},Customer {number}" for number in range(1, ROWS + 1)]
        (folder / "customers.csv").write_text("\n".join(["Phone,Name", *rows]), encoding="utf-8")
        serve = [sys.executable, "-m", "importer", "sandbox", "--port", "0", "--latency", "0.05"]
        with subprocess.Popen(serve, cwd=ROOT, stderr=subprocess.PIPE, text=True) as sandbox:  # noqa: S603 - our own command
            assert sandbox.stderr is not None
            variables: dict[str, str] = {}
            while "CALLBELL_API_TOKEN" not in variables:  # which is said last
                variables |= dict(re.findall(r"(CALLBELL_\w+)=(\S+)", next(sandbox.stderr)))
            homes = {"HOME": made, "XDG_STATE_HOME": f"{made}/state", "PYTHONPATH": str(ROOT), "TERM": "xterm-256color"}
            environment = {"PATH": os.defpath, **homes, **variables}
            recording = Recording()
            codes = [recording.play(folder, environment, stopped=stopped) for stopped in (True, False)]
            _write_workbook(folder / "clientes.xlsx")
            closing = Recording()
            codes.append(closing.play(folder, environment, stopped=False, command=CLOSING_COMMAND))
            sandbox.terminate()
    if codes != [130, 0, 1]:
        raise SystemExit(f"the runs ended with {codes}, so there is no picture")
    PICTURE.write_text(recording.svg(), encoding="utf-8")
    CLOSING_PICTURE.write_text(closing_svg(closing.screen), encoding="utf-8")
    tell(f"{PICTURE}: {len(recording.frames)} screens, exit codes {codes}")
