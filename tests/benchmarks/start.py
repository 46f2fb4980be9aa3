"""How soon it starts: `--help` and `--version` beside `python -c pass`, and the time to the first request."""

import sys
import tempfile
from pathlib import Path

from tests.benchmarks.measuring import command, customers, importing, machine, spread, tell
from tests.benchmarks.service import running

_TIMES = 5


def main(rows: int = 100_000) -> None:
    """Print the figures; the goal for help is 3 times bare Python and 0.1 s."""
    bare = [command([sys.executable, "-c", "pass"]).seconds for _ in range(_TIMES)]
    tell(f"python -c pass, s            {spread(bare, 3)}")
    for option in ("--help", "--version"):
        seconds = [command([sys.executable, "-m", "importer", option]).seconds for _ in range(_TIMES)]
        tell(f"{option}, s{' ' * (25 - len(option))}{spread(seconds, 3)}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file in (customers(folder / "contacts.csv", rows), _workbook(folder / "contacts.xlsx", rows)):
            firsts = [_first_request(file, Path(tempfile.mkdtemp(dir=folder))) for _ in range(3)]
            tell(f"first request, {file.suffix} of {rows:,} rows, s  {spread(firsts, 2)}")
    tell(machine())


def _first_request(file: Path, folder: Path) -> float:
    """Return when the first POST came; only ten rows are sent."""
    with running() as service:
        cost = importing(file, folder, service.base_url, "--limit", "10")
    return float(service.seen["first_at"] - cost.began_at)


def _workbook(path: Path, rows: int) -> Path:
    import xlsxwriter  # type: ignore[import-untyped]  # noqa: PLC0415 - no stubs exist; only this one figure needs it

    with xlsxwriter.Workbook(path, {"constant_memory": True}) as workbook:
        sheet = workbook.add_worksheet("Contacts")
        sheet.write_row(0, 0, ("Phone", "Name", "Tags"))
        for number in range(rows):
            sheet.write_row(number + 1, 0, (f"+34{600_000_000 + number}", f"Name {number}", "VIP"))
    return path
