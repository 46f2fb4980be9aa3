"""The result of `doctor`, as lines or JSON: how the set-up stands, and what a probe found out."""

import json
from collections.abc import Sequence

from importer.model.diagnosis import Diagnosis, Level, diagnosed_exit_code
from importer.model.errors import error_json
from importer.model.plain_text import plain, utc, wrapped_text
from importer.model.probe import DuplicateBehaviour, NumberForm, ProbeAnswers
from importer.reports.results import json_text

_SMALL_INDENT = 4
"""Of what does not fit into its column."""
_BEHAVIOURS = {
    DuplicateBehaviour.SECOND: "makes a second contact",
    DuplicateBehaviour.REFUSE: "refuses it",
    DuplicateBehaviour.RETURN: "answers with the one that is there",
}
_FORMS = {
    NumberForm.DIGITS: "as digits",
    NumberForm.PLUS: "with a plus",
    NumberForm.OTHER: "in the number's other form",
    NumberForm.GROUPED: "in groups",
}


def doctor_text(diagnoses: Sequence[Diagnosis], line_width: int = 0) -> str:
    """Return a line for each check, with its next step below; texts are wrapped within their column.

    Args:
        diagnoses: The checks.
        line_width: Of the terminal; 0: it is none.

    """
    wide = max(len(one.name) for one in diagnoses), max(len(level) for level in Level)
    indent = sum(wide) + 4
    lines = []
    for one in diagnoses:
        head = f"{one.name:<{wide[0]}}  {one.level:<{wide[1]}}  "
        first, *others = _column([plain(one.text)], indent, line_width)
        lines += [head + first.lstrip()] if first.startswith(" " * indent) else [head.rstrip(), first]
        lines += others
        lines += _column([plain(text) for text in one.next_step.splitlines()], indent, line_width)
    return "\n".join(lines)


def _column(texts: Sequence[str], indent: int, line_width: int) -> list[str]:
    """Return the lines of texts, all with one indentation: with less where a word or a command would not fit."""
    lines: list[str] = []
    for spaces in dict.fromkeys((indent, min(indent, _SMALL_INDENT), 0)):
        margin = " " * spaces
        lines = [line for text in texts for line in wrapped_text(margin + text, line_width).split("\n")]
        if all(line.startswith(margin) and (not line_width or len(line) <= line_width) for line in lines):
            break
    return lines


def doctor_json(diagnoses: Sequence[Diagnosis], answers: ProbeAnswers | None) -> str:
    """Return the checks as JSON; `ok` is null where something was not checked."""
    oks = {Level.PROBLEM: False, Level.SKIPPED: None}
    checks = [
        {
            "name": one.name,
            "ok": oks.get(one.level, True),
            "level": one.level,
            "text": one.text,
            "next_step": one.next_step,
        }
        for one in diagnoses
    ]
    found = json.loads(answers.to_json()) if answers else None
    code = diagnosed_exit_code(diagnoses)
    error = next((one for one in diagnoses if one.level is Level.PROBLEM and one.exit_code == code), None)
    told = error_json(code, None, plain(error.text), error.next_step) if error else None
    if told and error and error.code:
        told = {**told, "code": error.code}
    return json_text({"command": "doctor", "exit_code": code, "checks": checks, "probe": found, "error": told})


def diagnose_answers(answers: ProbeAnswers) -> Diagnosis:
    """Return what a probe found out, as a line."""
    behaviour = answers.duplicates
    does = _BEHAVIOURS[behaviour] if behaviour else "was not seen to do anything"
    sentences = [f"for a number that is there already, Callbell {does} ({behaviour or 'unknown'})", _look_ups(answers)]
    sentences += [_proof(answers), f"found out {utc(answers.answered_at)}"]
    if answers.returned_form:
        sentences.insert(2, f"it writes numbers {_FORMS[answers.returned_form]}")
    step = 'Keep existing = "skip": every row is asked for before it is sent.'
    if behaviour in (DuplicateBehaviour.REFUSE, DuplicateBehaviour.RETURN):
        step = 'existing = "create" makes nobody twice here, and needs no requests to ask first.'
    level = Level.OK if answers.is_look_up_reliable else Level.NOTE
    return Diagnosis(name="probe", level=level, text="; ".join(sentences), next_step=step)


def _look_ups(answers: ProbeAnswers) -> str:
    if answers.visible_after_seconds is None:
        return f"look-ups did not show a new contact within {answers.watched_seconds:.1f} s, so they prove little"
    found = ", ".join(_FORMS[form] for form in answers.found_by)
    missed = ", ".join(_FORMS[form] for form in answers.not_found_by)
    but = f" but not {missed}" if missed else ""
    return f"look-ups show a new contact within {answers.visible_after_seconds:.1f} s, {found}{but}"


def _proof(answers: ProbeAnswers) -> str:
    proofs = {f"its status {answers.created_status}": answers.status_proves, "createdAt": answers.created_at_proves}
    names = [name for name, proves in proofs.items() if proves]
    if not names:
        return f"nothing in its answer ({answers.created_status}) proves that it made a contact, so `undo` deletes none"
    return f"{' and '.join(names)} {'prove' if len(names) > 1 else 'proves'} that it made a contact"
