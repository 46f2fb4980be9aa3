"""What is to be done after a run, for whoever reads of it elsewhere; and what `doctor` says of a test notice."""

import pytest

from importer.commands.doctor.notify_checks import diagnose_delivery
from importer.commands.end.notices import next_command
from importer.model.diagnosis import Level
from importer.notify.delivery import DeliveryResult

RUN = "20261127-020000-contacts"
OPTIONS = {
    "config": "/srv/config.toml",
    "account": "shop-a",
    "journal": "/srv/journal.sqlite3",
    "country": "ES",
    "quiet": True,
}
FIX = f"/srv/reports/{RUN}/failed.csv"

READ_SO = "--config /srv/config.toml --account shop-a --country ES --journal /srv/journal.sqlite3"
FIX_IT = "fix the rows in the file (its last columns say why), and import it:\n "


def ending(exit_code: int, problems: dict[str, int], **rows: int) -> dict[str, object]:
    """Return the summary of a run with problems by their codes."""
    groups = [{"code": code, "count": count, "column": "Phone", "message": "no"} for code, count in problems.items()]
    reports = {"summary": "/srv/summary.json", "failed": [FIX]}
    return {"run": RUN, "exit_code": exit_code, "rows": {"read": 9, **rows}, "problems": groups, "reports": reports}


WHERE = "--config /srv/config.toml --account shop-a --journal /srv/journal.sqlite3"


@pytest.mark.parametrize(
    ("summary", "step"),
    [
        (ending(0, {}), ""),
        (ending(0, {"phone_invalid": 2}, invalid=2), f"{FIX_IT} callbell-importer run {FIX} {READ_SO}"),
        (
            ending(1, {"phone_invalid": 2}, invalid=2),
            f"{FIX_IT} callbell-importer run {FIX} {READ_SO}",
        ),
        (ending(1, {"server_error": 2}, failed=2), f"send them again:\n  callbell-importer retry {RUN} {WHERE}"),
        (ending(1, {"in_doubt": 1}, in_doubt=1), f"send them again:\n  callbell-importer retry {RUN} {WHERE}"),
        (ending(1, {}, created=3), f"see what happened:\n  callbell-importer runs {RUN} {WHERE}"),
        (ending(5, {"phone_invalid": 2}, invalid=2), f"see what happened:\n  callbell-importer runs {RUN} {WHERE}"),
        ({"command": "run", "exit_code": 3, "error": {}}, f"see what happened:\n  callbell-importer runs {WHERE}"),
        ({"command": "run", "exit_code": 6}, "wait until the other run has ended, and give the same command again."),
    ],
)
def test_the_next_step_has_its_command(summary: dict[str, object], step: str) -> None:
    """With absolute paths and the options that matter, wherever it is given."""
    assert next_command(summary, OPTIONS) == step


def test_of_a_list_that_was_cut_short_the_whole_one_comes_first() -> None:
    """Its rows to fix are in that one too."""
    short = {"degraded": [{"code": "too_few_rows", "message": "no"}], "files": ["/srv/contacts.csv"]}
    summary = ending(1, {"phone_invalid": 2}, invalid=2, exists=3) | short
    whole = f"get the whole export, then:\n  callbell-importer run /srv/contacts.csv {READ_SO} --min-rows 50%"
    assert next_command(summary, {**OPTIONS, "min_rows": "50%"}) == whole


def test_rows_that_were_left_out_are_answered_about_before_others_are_fixed() -> None:
    """Each command has a line of its own; of a list that was cut short the whole one comes first, and nothing else."""
    codes = [{"code": code, "message": "no"} for code in ("consent_new", "consent_unclear")]
    summary = ending(1, {"phone_invalid": 2}, invalid=2, exists=3) | {"degraded": codes, "files": ["/srv/contacts.csv"]}
    told = next_command(summary, {**OPTIONS, "yes": True}).split("\n")
    assert told[:2] == [
        "to answer about the rows that were left out, give this on a terminal:",
        f"  callbell-importer run /srv/contacts.csv {READ_SO}",
    ]
    assert told[2] == "Then to say about rows that were left out which of them count, write a config:"
    assert told[3].startswith("  callbell-importer init /srv/contacts.csv")
    assert "\n".join(told[4:]).startswith(f"Then {FIX_IT}")
    short = {"degraded": [*codes, {"code": "too_few_rows", "message": "no"}]}
    assert next_command(summary | short, OPTIONS).startswith("get the whole export")


def test_the_whole_list_is_given_with_the_options_of_the_night() -> None:
    """Else problems that are known would end it with 1, and the ping would tell of a bad night."""
    short = {"degraded": [{"code": "too_few_rows", "message": "no"}], "files": ["/srv/contacts.csv"]}
    of_night = {"yes": True, "fail_on": "new", "min_rows": "50%", "done_dir": "/srv/done", "metrics": "/srv/a.prom"}
    told = next_command(ending(1, {}) | short, {**OPTIONS, **of_night})
    assert told.endswith(" --min-rows 50% --fail-on new --done-dir /srv/done --metrics /srv/a.prom --yes")


AGAIN = f"Then give the same command again:\n  callbell-importer run /srv/contacts.csv {READ_SO}"


@pytest.mark.parametrize(
    ("summary", "step"),
    [
        (
            ending(1, {"tag_unknown": 2, "phone_invalid": 1}, failed=2, invalid=1),
            (
                "make the tag that the report names in Callbell,"
                " or take it out of the list (its column, --tag, or tags in the config)."
            ),
        ),
        (
            ending(1, {"custom_field_refused": 9}, failed=9),
            "make the custom field in Callbell's settings, or correct its type in the config.",
        ),
    ],
)
def test_what_callbell_lacks_is_made_there(summary: dict[str, object], step: str) -> None:
    """As the text at the end of a run has it; what stands in the sheet is left out."""
    assert next_command({**summary, "files": ("/srv/contacts.csv",)}, OPTIONS) == f"{step} {AGAIN}"


def test_the_same_command_is_that_of_the_night() -> None:
    """With the options that decide how it ends."""
    summary = ending(1, {"tag_unknown": 2}, failed=2) | {"files": ("/srv/contacts.csv",)}
    told = next_command(summary, {**OPTIONS, "fail_on": "new", "yes": True})
    assert told.endswith(f"{AGAIN} --fail-on new --yes")


def test_all_kinds_that_callbell_lacks_are_told_at_once() -> None:
    """Rows that lack one of them are no rows to fix."""
    summary = ending(1, {"custom_field_refused": 5, "tag_unknown": 3, "phone_invalid": 2}, failed=8, invalid=2)
    told = next_command({**summary, "files": ("/srv/contacts.csv",)}, OPTIONS)
    assert "make the custom field in Callbell's settings" in told
    assert "Make the tag that the report names in Callbell" in told
    assert told.endswith(AGAIN)


def test_customers_who_were_deleted_in_callbell_are_made_again_by_an_option() -> None:
    """Unless other rows are to be fixed first, in a file."""
    again = f"callbell-importer retry {RUN} --gone recreate {WHERE}"
    told = next_command(ending(1, {"gone": 9}, failed=9), OPTIONS)
    assert told == f"make those again that were deleted in Callbell, if they are to be there:\n  {again}"
    assert next_command(ending(1, {"gone": 1, "phone_invalid": 2}, failed=1, invalid=2), OPTIONS).startswith(FIX_IT)


def test_a_conflict_is_settled_by_a_retry_and_not_in_the_file() -> None:
    """No cell of such a row is wrong: given back, it would be in conflict again."""
    win = "correct the sheet or Callbell where they are in conflict, or let the sheet win:"
    retry = f"{win}\n  callbell-importer retry {RUN} --on-conflict sheet {WHERE}"
    assert next_command(ending(1, {"conflict": 1}, exists=1), OPTIONS) == retry
    told = next_command(ending(1, {"conflict": 1, "phone_invalid": 1}, exists=1, invalid=1), OPTIONS)
    assert told == f"{retry}\nThen {FIX_IT} callbell-importer run {FIX} {READ_SO}"


def test_rows_that_fail_alike_have_one_step() -> None:
    """Not one row has to be fixed."""
    summary = ending(1, {"phone_no_country": 9}, invalid=9)
    assert "such as --country ES for Spain: not one row" in next_command(summary, OPTIONS)


def test_of_rows_that_failed_before_no_other_column_is_looked_for() -> None:
    """A file of our own making has them, whose columns were right."""
    summary = ending(1, {"phone_missing": 9}, invalid=9)
    assert "another column" in next_command({**summary, "files": ["/srv/contacts.csv"]}, OPTIONS)
    assert next_command({**summary, "files": [FIX]}, OPTIONS).startswith(FIX_IT)


@pytest.mark.parametrize(
    ("receiver", "failure", "level", "said"),
    [
        ("webhook (hooks.slack.com)", "", Level.OK, "hooks.slack.com: the test notice was taken"),
        ("mail (127.0.0.1)", "no", Level.PROBLEM, "127.0.0.1: not delivered: no"),
        ("ping (hc-ping.com)", "it answers 404", Level.NOTE, "hc-ping.com: it answers 404 to /log"),
        ("ping (hc-ping.com)", "it answers 500", Level.PROBLEM, "hc-ping.com: not delivered: it answers 500"),
        ("webhook (example.com)", "it answers 404", Level.PROBLEM, "example.com: not delivered"),
        ("webhook", "The file x is empty.", Level.PROBLEM, "not delivered: The file x is empty."),
    ],
)
def test_a_test_notice_is_a_line(receiver: str, failure: str, level: Level, said: str) -> None:
    """Its name is the receiver's kind; only a dead-man's switch may lack a log."""
    found = diagnose_delivery(DeliveryResult(receiver=receiver, failure=failure))
    assert (found.name, found.level) == (receiver.partition(" ")[0], level)
    assert found.text.startswith(said)
    assert found.exit_code == (2 if level is Level.PROBLEM else 0)
