"""What a check leaves beside its rows to fix: of which list they are, and how it was read. No journal has a check."""

import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from importer.commands.questions.run_answers import columns_in, consent_in, guessed_in
from importer.mapper.options import FIELDS
from importer.model.runs import CONSENT, NUMBERS_OF, RunRecord
from importer.reports.run_commands import HOW_TO_READ
from importer.system.files import read_json_object, write_whole

CHECK = "check"
"""The command."""
CHECK_FILE = "check.json"
_KEPT = (*HOW_TO_READ, "country", NUMBERS_OF, "guessed", CONSENT)
"""The options that tell how the rows are read, and who counts."""


def keep_check(record: RunRecord, options: Mapping[str, object]) -> None:
    """Write down of which list the rows of a check are.

    Args:
        record: The check.
        options: With what the journal keeps of a run's columns, country and answers.

    Raises:
        StorageError: It cannot be written.

    """
    told = {
        "run": record.name,
        "command": CHECK,
        "files": record.files,
        "started_at": record.started_at.isoformat(),
        "options": {name: options[name] for name in _KEPT if options.get(name)},
    }
    with write_whole(Path(record.report_dir, CHECK_FILE)) as unfinished:
        unfinished.write_text(json.dumps(told, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def check_in(folder: Path) -> RunRecord | None:
    """Return the check that wrote into a folder, as a record like a run's; None: none did, or it cannot be told."""
    told = read_json_object(folder / CHECK_FILE)
    # Whoever has the folder may write into it.
    with suppress(ValueError, TypeError, KeyError, AttributeError, OverflowError):
        started_at = datetime.fromisoformat(told["started_at"]).astimezone(UTC)
        files, options = tuple(map(str, told["files"])), told["options"]
        found = RunRecord(
            name=folder.name,
            command=CHECK,
            account="",
            files=files,
            options={name: options[name] for name in _KEPT if name in options},
            report_dir=str(folder),
            started_at=started_at,
            finished_at=started_at,
        )
        if files and _is_sound(found):
            return found
    return None


def _is_sound(check: RunRecord) -> bool:
    """Tell whether its answers can be read; else an error says why not."""
    columns_in(check)
    answers = [answer for sheet in consent_in(check) for answer in sheet.values()]
    is_text = all(isinstance(value, str) for answer in answers for value in (*answer.only, *answer.seen))
    return is_text and all(set(one) <= {*FIELDS} for one in guessed_in(check))
