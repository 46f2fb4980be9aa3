"""Why rows were left out."""

from importer.reports.left_out import kept_consent, left_out_line, left_out_text


def test_an_answer_is_named_and_else_the_config() -> None:
    """Each column once, whichever sheets have it; an answer that lets all rows count leaves none out."""
    yes = {"Acepta": {"only": ["sí"], "seen": ["sí", "no"]}}
    other = {"Baja": {"only": ["no", ""], "seen": ["no", ""]}, "Web": {"only": [], "seen": ["x"]}}
    consent = list(kept_consent([yes, yes, other]))
    assert left_out_text(1071, consent) == ', 1,071 left out: not "sí" in Acepta; not "no" or no answer in Baja'
    assert left_out_text(1, kept_consent([{}])) == ", 1 row left out by [input.where]"
    assert left_out_text(2, kept_consent(None)) == ", 2 rows left out by [input.where]"
    assert left_out_text(0, consent) == ""


def test_the_reports_say_it_in_a_line() -> None:
    """The same, as a sentence of its own."""
    consent = [("Acepta", ["sí"])]
    assert left_out_line(71, consent) == '71 rows left out: not "sí" in Acepta.'
    assert left_out_line(1, []) == "1 row left out by [input.where]."
    assert left_out_line(0, consent) == ""
