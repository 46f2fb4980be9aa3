"""Where the project's own files are."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "sample_inputs"
SPREADSHEETS = Path(__file__).parent / "spreadsheets" / "files"
"""Small files that other programs made, each with something odd in it."""
WRITTEN_FILES = SPREADSHEETS.parent / "written"
"""Files of each kind of cell, by programs that are not installed with the tests."""
PEOPLE_FILES = Path(__file__).parent / "people_files"
"""Small files of kinds that people really have, with invented people."""
