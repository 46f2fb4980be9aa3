"""Mexican, Argentine and Brazilian mobiles of one list in both of their forms: told, and asked about by `init`."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from importer.commands.mapping_selection import column_mapping
from importer.mapper.contact import to_contact
from importer.mapper.mapping_proposal import Proposal
from importer.mapper.options import MappingOptions, MobileForm
from importer.mapper.warnings import Findings, SheetWarnings
from importer.model.plain_text import plain
from importer.model.rows import Entry, Row, Sheet
from importer.model.runs import ProblemGroup

_QUESTION = (
    "In which form are they to be sent? A landline is right only without the digit.\n"
    "  1 all with the digit of mobiles (521, 549, the 9 in Brazil)\n"
    "  2 all without it\n"
    "Enter: as the list has them:"
)
_ANSWERS = {"": MobileForm.AS_WRITTEN, "1": MobileForm.WITH, "2": MobileForm.WITHOUT}


def both_forms_text(warnings: Iterable[ProblemGroup]) -> str:
    """Return how many mobile numbers are in which form; empty: all are in one."""
    found = [plain(one.message).partition(". ")[0] for one in warnings if one.code == "phone_both_forms"]
    return "".join(f"{text}. " for text in found).rstrip()


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
