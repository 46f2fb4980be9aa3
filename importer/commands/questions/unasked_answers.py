"""What was answered before, where nobody can be asked: with `--yes`, or at night.

Of a list only who agreed to be written to is taken: whoever did not gets no messages because a run asks nothing. A file
of our own making is read as its list was by the run that wrote it: it has the same columns.
"""

from collections.abc import Sequence

from importer.commands.context import CommandContext
from importer.commands.input.input_sheet import InputSheet
from importer.commands.mapping_selection import take_columns
from importer.commands.questions.consent_question import ask_consent
from importer.commands.questions.earlier_answers import earlier_runs
from importer.journal import Journal


def take_unasked(
    context: CommandContext, journal: Journal, files: Sequence[str], readers: Sequence[InputSheet]
) -> None:
    """Have the sheets leave out who did not agree, as the runs of the same files did, and tell it.

    Args:
        context: With what to tell; a config says by `[input.where]` which rows count.
        journal: Of the run.
        files: As a run's record has them.
        readers: The opened sheets.

    Raises:
        InputError: A file cannot be read, or it cannot be told any more who was left out.

    """
    sheets = [reader.sheet for reader in readers]
    earlier = earlier_runs(context.settings, journal, files).answers(context.options, sheets)
    take_columns(readers, context.settings, earlier.mappings)
    for reader, known in zip(readers, earlier.consent, strict=False):
        reader.is_unattended = True
        options = {**context.options, **earlier.of_list}
        for one in ask_consent(reader, context.settings, None, known, options):
            left_out = one.left_out_line([each.sheet.file for each in readers], context.options)
            context.tell("\n".join(filter(None, [f"{one.text}, as in {earlier.consent_where}.", left_out])))
