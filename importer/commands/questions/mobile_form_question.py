"""Mexican, Argentine and Brazilian mobiles of one list in both of their forms: told, and asked about by `init`."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from importer.commands.context import CommandContext
from importer.commands.mapping_selection import column_mapping
from importer.mapper.contact import to_contact
from importer.mapper.mapping_proposal import Proposal
from importer.mapper.options import MappingOptions, MobileForm
from importer.mapper.sheet_warnings import SheetWarnings
from importer.mapper.warnings import Findings
from importer.model.plain_text import plain, wrapped_text
from importer.model.rows import Entry, Row, Sheet
from importer.model.runs import ProblemGroup
from importer.reports.run_commands import choose_columns
from importer.system.shell import short_path

_QUESTION = (
    "In which form are they to be sent? A landline is right only without the digit.\n"
    "  1 all with the digit of mobiles (521, 549, the 9 in Brazil)\n"
    "  2 all without it\n"
    "Not sure? Take Enter: each stays as it is written. In any case whoever is in\n"
    "Callbell in the other form is found, and who was made before keeps the form.\n"
    "Enter: as the list has them:"
)
_NOT_SURE = (
    "If you are not sure, that is right as it is: each stays as it is written, and whoever is in Callbell in the other"
    " form is found."
)
_WIDTH = 79
_ANSWERS = {"": MobileForm.AS_WRITTEN, "1": MobileForm.WITH, "2": MobileForm.WITHOUT}


def both_forms_text(warnings: Iterable[ProblemGroup]) -> str:
    """Return how many mobile numbers are in which form; empty: all are in one."""
    found = [plain(one.message).partition(". ")[0] for one in warnings if one.code == "phone_both_forms"]
    return "".join(f"{text}. " for text in found).rstrip()


def one_form_text(context: CommandContext, both_forms: str, file: str) -> str:
    """Return for the last question what sends all mobile numbers in one form, and what to do if one is not sure.

    Args:
        context: With the config, if there is one.
        both_forms: How many numbers are in which form; empty: then is nothing to be said.
        file: The list.

    """
    if not both_forms:
        return ""
    told = f"{both_forms} {_NOT_SURE}"
    if context.settings.mapping_given and (config := context.options.get("config")):
        where = f'mobile_form = "with" or "without" under [contact] of {short_path(str(config))}'
        return wrapped_text(f"{told} To send them in one form: {where}.", _WIDTH)
    init = choose_columns([file], context.options)
    return f"{wrapped_text(f'{told} To send them in one form, answer n, and:', _WIDTH)}\n  {init}"


def with_mobile_form(
    options: MappingOptions, proposal: Proposal, sheet: Sheet, rows: Sequence[Row], ask: Callable[[str], str] | None
) -> tuple[MappingOptions, str]:
    """Return the options with the form that a person wants, and how many numbers are in which; empty: all are in one.

    Args:
        options: How the rows are mapped.
        proposal: With what is open: rows without a column for the number cannot be looked at.
        sheet: Of the rows.
        rows: The first of the list.
        ask: Asks the person; None: nobody is there.

    """
    if any(one.is_required for one in proposal.questions):
        return options, ""
    mapping, findings = column_mapping(sheet, options, None), Findings()
    SheetWarnings(findings, mapping).mapped([Entry(row=row, mapped=to_contact(row, mapping)) for row in rows])
    both_forms = both_forms_text(findings.warnings())
    if ask is None or not both_forms:
        return options, both_forms
    asked = f"{both_forms}\n{_QUESTION}"
    while (answer := ask(asked).strip()) not in _ANSWERS:
        asked = "Please answer 1, 2 or Enter:"
    return replace(options, contact=replace(options.contact, mobile_form=_ANSWERS[answer])), both_forms
