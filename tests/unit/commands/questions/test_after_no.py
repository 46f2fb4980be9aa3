"""What is told after a no to the last question."""

from dataclasses import replace

import pytest

from importer.commands.account.account_check import NOTHING_MISSING, NotSeen
from importer.commands.questions.after_no import after_no
from tests.support.journals import record

RUN = replace(record(), files=("/srv/a.csv",), options={})
NOWHERE, NO_PROOF = NotSeen('tags: "Boda" (1 row)', "tags"), NotSeen('tags: "Boda" (1 row)', "")
AGAIN, INIT = "  callbell-importer run /srv/a.csv", "  callbell-importer init /srv/a.csv"


@pytest.mark.parametrize(
    ("missing", "more", "told"),
    [
        (NOTHING_MISSING, {}, f"To choose the columns yourself:\n{INIT}"),
        (NOTHING_MISSING, {"cure": "Edit it."}, "Edit it."),
        (NOTHING_MISSING, {"country": "ES", "cure": "Edit it."}, f"With that country:\n{AGAIN} --country ES"),
        (NOWHERE, {}, f"Make these tags in Callbell, then give the same command again:\n{AGAIN}"),
        (NOWHERE, {"country": "ES"}, f"Make these tags in Callbell, then with that country:\n{AGAIN} --country ES"),
        (
            NOWHERE,
            {"retried": "first", "cure": "To send them after all: retry first"},
            "Make these tags in Callbell, then give the same command again:\n  callbell-importer retry first",
        ),
        (
            NO_PROOF,
            {"cure": "Edit it."},
            f"What is not in Callbell, make there; then give the same command again:\n{AGAIN}\nEdit it.",
        ),
    ],
)
def test_what_was_said_above_the_question_comes_first(missing: NotSeen, more: dict[str, str], told: str) -> None:
    """Where Enter was a no for want of something in Callbell, nothing else is told."""
    assert after_no(RUN, "/srv/a.csv", missing, **more) == told


def test_a_retry_is_told_with_what_decides_about_its_rows() -> None:
    """Without it the same rows would be left as they are."""
    declined = replace(RUN, options={"on_conflict": "sheet"})
    told = after_no(declined, "/srv/a.csv", NOWHERE, retried="first")
    assert told.endswith("\n  callbell-importer retry first --on-conflict sheet")
