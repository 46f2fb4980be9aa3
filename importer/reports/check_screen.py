"""The text of `check` on a terminal: as much of it as the screen holds, and a file beside it with all of it."""

from pathlib import Path

from importer.model.errors import StorageError
from importer.model.plain_text import plain_lines
from importer.reports.check_report import WHOLE_FILE, Checked, ShownPart, checked_text
from importer.reports.screen import PROMPT_LINES, fitting_text, screen_lines
from importer.system.files import write_whole
from importer.system.shell import as_typed

_FEWEST_LINES = 24
_PARTS = (
    ShownPart(problems=3, warnings=3, columns=5),
    ShownPart(problems=2, warnings=2, columns=3),
    ShownPart(problems=12, warnings=3, columns=1, is_brief=True),
    ShownPart(problems=8, warnings=1, columns=0, is_brief=True),
    ShownPart(problems=1, warnings=0, columns=0),
    ShownPart(problems=5, warnings=0, columns=0, is_brief=True),
    ShownPart(problems=3, warnings=0, columns=0, is_brief=True),
    ShownPart(problems=0, warnings=0, columns=0),
)
"""That are tried, the last where no other fits; the brief ones only where there are several kinds of problems."""


def screen_text(checked: Checked, evidence: str, width: int, line_count: int) -> str:
    """Return the text that fits a screen; where that is not all, all of it is in a file, which the text names.

    Where that file cannot be written, all of it is returned.

    Args:
        checked: What was found.
        evidence: As `checked_text` takes it.
        width: Of the screen; 0: there is none, and all is returned.
        line_count: Of the screen; one of fewer than 24 lines is taken for one of 24.

    """
    whole, line_count = checked_text(checked, evidence), max(_FEWEST_LINES, line_count)
    if not width or screen_lines(whole, width) <= line_count - PROMPT_LINES:
        return whole
    try:
        with write_whole(Path(checked.record.report_dir, WHOLE_FILE)) as unfinished:
            unfinished.write_text(f"{plain_lines(as_typed(whole))}\n", encoding="utf-8")
    except StorageError:
        return whole
    parts = [part for part in _PARTS if len(checked.problems) > 1 or not part.is_brief]
    return fitting_text([checked_text(checked, evidence, part) for part in parts], width, line_count)
