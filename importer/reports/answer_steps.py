"""How a person answers about rows that a night left out, with the exact command. Pure but for the terminal."""

from collections.abc import Collection, Mapping, Sequence

from importer.model.runs import CONSENT_NEW, CONSENT_UNCLEAR, TOO_FEW_ROWS, RunRecord
from importer.reports.next_step import FINISHED
from importer.reports.run_commands import choose_columns, command_line, lasting_options
from importer.reports.same_cause import Step

_ON_TERMINAL = "To answer about the rows that were left out, give this on a terminal:"
_IN_CONFIG = "To say about rows that were left out which of them count, write a config:"


def answer_steps(
    codes: Collection[str], files: Sequence[str], options: Mapping[str, object], *, from_anywhere: bool = False
) -> list[Step]:
    """Return how it is answered about the rows that a run left out, as nobody could be asked; nothing: none were.

    Of a list that was cut short the whole one comes first.

    Args:
        codes: Why the run is degraded.
        files: Of the run.
        options: Of the run.
        from_anywhere: Whether it is read elsewhere, such as in a mail.

    """
    again = command_line("run", files, options, same_files=True, from_anywhere=from_anywhere)
    steps = {
        CONSENT_NEW: (_ON_TERMINAL, again),
        CONSENT_UNCLEAR: (_IN_CONFIG, choose_columns(files, options)),
    }
    return [] if TOO_FEW_ROWS in codes else [step for code, step in steps.items() if code in codes]


def answer_steps_of(record: RunRecord) -> list[Step]:
    """Return the same of a run; nothing if it ended early."""
    if record.exit_code not in FINISHED:
        return []
    return answer_steps({one.code for one in record.degraded}, record.files, lasting_options(record))
