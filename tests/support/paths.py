"""Where the project's own files are."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "sample_inputs"
SPREADSHEETS = Path(__file__).parent / "spreadsheets" / "files"
"""Small files that other programs made, each with something odd in it."""
