"""`explain`: what a code of a row, a run or an error means."""

from importer.model.errors import UsageError
from importer.model.plain_text import plain
from importer.reports.code_explanations import all_codes_text, explanation_of, explanation_text, near_codes


def explain_code(code: str) -> str:
    """Return the explanation of a code, or of the only one that a word may mean; of an empty text, the list of all.

    Raises:
        UsageError: There is no such code.

    """
    if not code.strip():
        return all_codes_text()
    if found := explanation_of(code):
        return explanation_text(found)
    near = near_codes(code)
    if len(near) == 1 and (found := explanation_of(near[0])):  # maybe by a word of it, such as 044
        return f'There is no code "{plain(code)}"; this is about it.\n\n{explanation_text(found)}'
    meant = f"; did you mean {' or '.join(filter(None, [', '.join(near[:-1]), near[-1]]))}?" if near else "."
    raise UsageError(
        f'There is no code "{plain(code)}"{meant}', "See all of them: callbell-importer explain", code="code_unknown"
    )
