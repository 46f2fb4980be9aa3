"""The closing words after a run."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from importer.mapper.custom_fields import conversion
from importer.mapper.options import CustomFieldOptions
from importer.model.account import FieldType
from importer.model.person import FORGOTTEN
from importer.model.plain_text import counted, wrapped_text
from importer.model.rows import FINAL, Problem, Sheet, Status
from importer.model.runs import LIST, WAITED, Degradation, ProblemGroup, RunRecord
from importer.reports import Reports
from importer.reports.closing_text import Ending, closing_text, count_lines
from importer.reports.next_step import next_step
from importer.reports.report_options import NO_BACKGROUND, RunBackground
from importer.reports.results import counts_json
from importer.reports.run_summary import RunSummary
from importer.reports.status_meanings import MEANINGS
from importer.system import runtime

START = datetime(2026, 11, 23, 2, 0, 0, tzinfo=UTC)
NIGHT = "20261123-020000-contacts"
FOLDER = Path("reports", NIGHT)
LEFT = RunBackground(leaves_existing=True)
POSIX = pytest.mark.skipif(os.name != "posix", reason="the commands are quoted as the system's shell wants it")


def record(exit_code: int = 0, blank: int = 0, **options: object) -> RunRecord:
    """Return a run of two minutes and three seconds."""
    return RunRecord(
        name="20261123-020000-contacts",
        command="run",
        account="main",
        files=("contacts.csv",),
        options=options,
        report_dir=str(FOLDER),
        started_at=START,
        finished_at=START + timedelta(seconds=123),
        exit_code=exit_code,
        blank=blank,
    )


def reports(*failed: str) -> Reports:
    """Return reports in a folder of the run."""
    return Reports(
        folder=FOLDER,
        results=FOLDER / "results.csv",
        failed=tuple(FOLDER / name for name in failed),
        summary=FOLDER / "summary.json",
        summary_json="",
        problems=(),
    )


def ended(
    run: RunRecord,
    tally: Mapping[Status, int],
    problems: Sequence[ProblemGroup],
    written: Reports | None,
    background: RunBackground = NO_BACKGROUND,
    **more: Any,
) -> str:
    """Return the closing text."""
    found = Ending(record=run, tally=tally, problems=problems, reports=written, background=background, **more)
    return closing_text(found)


def test_the_last_word_on_a_list_that_was_cut_short_is_to_get_the_whole_one() -> None:
    """Neither its rows to fix, which are in the whole one too, nor those that were there already."""
    run = replace(record(1, min_rows="50%"), degraded=(Degradation("too_few_rows", "Only 3 rows were read."),))
    groups = [ProblemGroup(code="phone_invalid", column="Phone", message="no", count=2, rows=(2, 3))]
    tally = {Status.INVALID: 2, Status.EXISTS: 3}
    text = ended(run, tally, groups, reports("failed.csv"), LEFT)
    assert text.endswith("\n\nGet the whole export, then:\n  callbell-importer run contacts.csv --min-rows 50%")
    assert "Fix the" not in text


def test_a_run_without_trouble_is_short() -> None:
    """Where all is well there is nothing to do."""
    text = ended(record(), {Status.CREATED: 1}, [], reports())
    assert text == (
        "Finished after 2 min 3 s: 1 row read.\n\n"
        f"Reports in {FOLDER}:\n  results.csv, summary.json\n"
        "To take it back: callbell-importer undo 20261123-020000-contacts\n\n"
        "1 customer is in Callbell.\n\n"
        "  1 created    now in Callbell"
    )


def test_the_time_of_questions_does_not_count() -> None:
    """In the text, the summary and the reports alike, and it is no option that was used."""
    asked = replace(record(), options={WAITED: 120.0})
    text = ended(asked, {Status.CREATED: 1}, [], reports())
    assert text.startswith("Finished after 3 s: 1 row read.")
    about = RunSummary(record=asked, tally={Status.CREATED: 1}, problems=(), warnings=(), to_fix=())
    assert (about.ended, about.options) == ("Finished after 3 s.", [])
    assert counts_json(asked, {Status.CREATED: 1})["seconds"] == 3.0


@POSIX
def test_a_run_with_trouble_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """The problems are grouped, and the commands can be copied."""
    monkeypatch.setattr(runtime, "WINDOWS", False)
    tally = {Status.CREATED: 12_000, Status.INVALID: 3_812, Status.IN_DOUBT: 1, Status.UNSENT: 0}
    groups = [
        ProblemGroup(
            code="phone_invalid",
            column="Teléfono",
            message="Too short:\x1b[31m write it with its country code.",
            count=3_812,
            rows=(12, 15, 19, 20, 21, 22),
        ),
        ProblemGroup(code="no_answer", column="", message="", count=1, rows=(9,)),
    ]
    run = record(1, 3, config="my config.toml", tag=["A", "B"], sandbox=True, limit=3)
    sheets = [Sheet(file="contacts.csv", header=("Nombre", "Ciudad", "Teléfono"))]
    assert ended(run, tally, groups, reports("failed.csv"), sheets=sheets) == (
        "Finished after 2 min 3 s: 15,813 rows read, 3 blank rows skipped.\n"
        "\n"
        "Problems:\n"
        "  3,812 rows: Too short: write it with its country code.\n"
        '    C12, C15, C19, C20, C21, ... (phone_invalid, column "Teléfono")\n'
        "  1 row: row 9 (no_answer)\n"
        "\n"
        "Reports in reports/20261123-020000-contacts:\n"
        "  results.csv, failed.csv, summary.json\n"
        "To take it back: callbell-importer undo 20261123-020000-contacts --sandbox\n"
        "\n"
        "12,000 of 15,813 customers are in Callbell. 3,812 need you, 1 is in doubt.\n"
        "\n"
        "  12,000 created    now in Callbell\n"
        "   3,812 invalid    something in the row is wrong; not sent\n"
        "       1 in_doubt   sent, but it is unknown whether it arrived\n"
        "\n"
        "Fix the 3,812 rows in failed.csv (the last columns say why), save, and import them:\n"
        "  callbell-importer run reports/20261123-020000-contacts/failed.csv"
        " --config 'my config.toml' --tag A --tag B --sandbox"
    )


@POSIX
def test_rows_in_conflict_are_counted_among_what_needs_a_person(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are in Callbell, and who decides has to know both values and how to let the sheet's win."""
    monkeypatch.setattr(runtime, "WINDOWS", False)
    groups = [ProblemGroup(code="conflict", column="", message='note: "x" or "y"', count=2, rows=(3, 4))]
    run = record(1, existing="update", journal="j.sqlite3")
    text = ended(run, {Status.EXISTS: 2, Status.INVALID: 1}, groups, reports("failed.csv"))
    assert '  2 rows: note: "x" or "y"\n    rows 3, 4 (conflict)' in text
    assert "2 of 3 customers are in Callbell. 3 need you." in text
    assert text.endswith(
        "2 rows in conflict: failed.csv says what the sheet and Callbell have. Correct the sheet or Callbell and give"
        " the same command again, or let the sheet win:\n"
        "  callbell-importer retry 20261123-020000-contacts --on-conflict sheet --journal j.sqlite3\n"
        "Fix the other row in failed.csv (the last columns say why), save, and import it:\n"
        "  callbell-importer run reports/20261123-020000-contacts/failed.csv --existing update --journal j.sqlite3"
    )


def test_a_run_that_ended_early_says_that_the_same_command_goes_on() -> None:
    """Nothing is lost, and nothing has to be worked out."""
    text = ended(record(130), {Status.UNSENT: 5}, [], reports("failed.csv"))
    assert text.startswith("Ended early after")
    assert "Give the same command again" in text
    assert "retry" not in text


def test_a_dry_run_says_that_nothing_was_sent() -> None:
    """Nobody takes it for the real thing."""
    text = ended(record(0), {Status.UNSENT: 5}, [], None)
    assert "Dry run: nothing was sent or saved." in text
    assert "without --dry-run" in text


@POSIX
def test_after_a_dry_run_deleted_customers_are_told_how_to_be_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing else is to be sent; the rows to fix come after that."""
    monkeypatch.setattr(runtime, "WINDOWS", False)
    run, gone = record(1, dry_run=True, existing="update"), group("gone", 1)
    again = "To make it again:\n  callbell-importer run contacts.csv --existing update --gone recreate"
    tally = {Status.UNCHANGED: 3, Status.FAILED: 1}
    assert ended(run, tally, [gone], None).endswith(again)
    also = ended(run, {**tally, Status.INVALID: 2}, [gone, group("phone_too_short", 2)], None)
    assert f"{again}\nThere is nothing to send. This writes the rows to fix" in also
    assert "To make it again" not in ended(replace(run, command="retry"), tally, [gone], None)


@POSIX
def test_the_command_after_a_dry_run_has_the_country_that_was_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is kept of a dry run, so the country would be asked for again; with --limit other rows would be meant."""
    monkeypatch.setattr(runtime, "WINDOWS", False)
    tally = {Status.UNSENT: 5}
    sentence = "Give the same command without --dry-run to send the rows"
    text = ended(record(dry_run=True, country="ES", tag=["A"]), tally, [], None)
    assert text.endswith(f"{sentence}:\n  callbell-importer run contacts.csv --country ES --tag A")
    for run in (record(country="ES"), record(dry_run=True, limit=3)):
        assert ended(run, tally, [], None).endswith(f"{sentence}.")


@pytest.mark.parametrize(
    ("tally", "rehearsed", "said"),
    [
        ({Status.EXISTS: 1}, False, "  1 exists     was in Callbell before, and was left as it is"),
        ({Status.CREATED: 1, Status.DUPLICATE: 1}, False, "1 of 2 customers is in Callbell. 1 stands twice.\n"),
        ({Status.DUPLICATE: 1}, False, "1 customer is not in Callbell."),
        ({Status.DUPLICATE: 1}, True, "1 customer would not be in Callbell."),
        ({Status.CREATED: 1}, True, "1 customer would be in Callbell."),
        ({Status.UNSENT: 1}, False, "  1 unsent     not sent: the run ended before its turn"),
    ],
)  # fmt: skip
def test_one_is_told_in_the_singular(tally: Mapping[Status, int], said: str, *, rehearsed: bool) -> None:
    """A customer, and the row of a status."""
    run = replace(record(), account="sandbox 1") if rehearsed else record()
    assert said in ended(run, tally, [], reports())


def test_only_the_most_frequent_problems_are_shown() -> None:
    """Each with its sentence; the rest is counted, with the report that has them."""
    groups = [ProblemGroup(code=f"code_{n}", column="", message="", count=1, rows=()) for n in range(12)]
    text = ended(record(1), {}, groups, reports())
    assert "1 row: code_9\n  and 2 kinds more: see summary.json" in text
    assert "code_10" not in text
    for written, name in (
        (reports(), "summary.json"),
        (replace(reports(), workbook=FOLDER / "results.xlsx"), "results.xlsx"),
        (replace(reports(), page=FOLDER / "report.html"), "report.html"),
        (replace(reports(), unwritten="No room."), "the report"),
    ):
        last = ended(record(1), {}, [replace(one, message="Wrong.") for one in groups[:11]], written)
        assert f"1 row: Wrong.\n    code_9\n  and 1 kind more: see {name}\n" in last


def test_a_run_without_an_end_has_no_duration() -> None:
    """What is not known is not said."""
    run = RunRecord(
        name="r", command="run", account="", files=(), options={}, report_dir="", started_at=START, exit_code=0
    )
    assert ended(run, {}, [], reports()).startswith("Finished: 0 rows read.")


def test_windows_gets_its_own_quotes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its shell does not know single quotes."""
    monkeypatch.setattr(runtime, "WINDOWS", True)
    run = record(1, config="my config.toml", country="ES")
    text = ended(run, {Status.INVALID: 1}, [], reports("failed.csv"))
    assert text.endswith('--config "my config.toml" --country ES')


def test_every_last_word_has_a_meaning() -> None:
    """A status that is added gets its words."""
    assert set(MEANINGS) == set(FINAL)


def test_the_retry_that_it_names_finds_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command says where the run is to be found, if that is no usual place."""
    monkeypatch.setattr(runtime, "WINDOWS", False)
    groups = [ProblemGroup(code="server_error", column="", message="", count=1, rows=(9,))]
    text = ended(record(1, journal="/data/my journal", tag=["A"]), {Status.FAILED: 1}, groups, reports())
    assert "callbell-importer retry 20261123-020000-contacts --journal '/data/my journal'\n" in text + "\n"


@POSIX
def test_customers_who_were_there_are_carried_over_by_a_command(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only where they were left as they are, and the run came to its end."""
    monkeypatch.setattr(runtime, "WINDOWS", False)
    tally = {Status.CREATED: 1, Status.EXISTS: 5}
    text = ended(record(country="ES"), tally, [], reports(), LEFT)
    assert text.endswith(
        "\n\nTo carry over what the list says of the 5 customers who were there already:\n"
        "  callbell-importer run contacts.csv --country ES --existing update"
    )
    one = ended(record(1), {Status.EXISTS: 1, Status.INVALID: 1}, [], reports("f.csv"), LEFT)
    assert "f.csv\nTo carry over what the list says of the customer who was there already:\n" in one
    sandbox = replace(record(), account="sandbox run-1")
    others = [(record(), None, True), (record(), reports(), False), (record(130), reports(), True)]
    for run, written, leaves in [*others, (sandbox, reports(), True), (replace(record(), command="retry"), None, True)]:
        assert "--existing update" not in ended(run, tally, [], written, RunBackground(leaves_existing=leaves))
    assert "--existing update" not in ended(record(), {Status.UNCHANGED: 5}, [], reports(), LEFT)


@POSIX
def test_what_an_undo_gave_back_is_not_to_be_carried_over_again() -> None:
    """It was given back on purpose: the command is there for whoever changes their mind."""
    run, tally = record(country="ES"), {Status.EXISTS: 5}
    said = (
        "The undo of 20261122-020000-contacts gave back what the list had changed, and it is left so."
        " Only if it is to be changed again:"
    )
    command = "callbell-importer run contacts.csv --country ES --existing update"
    background = RunBackground(leaves_existing=True, given_back="20261122-020000-contacts")
    assert ended(run, tally, [], reports(), background).endswith(f"\n\n{said}\n  {command}")
    about = RunSummary(record=run, tally=tally, problems=(), background=background)
    assert about.steps == [(said, command)]


def test_rows_are_to_be_fixed_in_the_list_too() -> None:
    """Said where the list is sure to be read again: after a rehearsal, and where it was read before, new or not."""
    problem, tally = group("phone_too_short", 2), {Status.INVALID: 2, Status.CREATED: 9}
    told = "\nFix them in your list too, or its next run shows them again."
    again = replace(record(1), compared_with="20261122-020000-contacts")
    assert told not in ended(record(1), tally, [problem], reports("f.csv"))
    assert ended(again, tally, [replace(problem, new=2)], reports("f.csv")).endswith(told)
    assert ended(again, tally, [problem], reports("f.csv")).endswith(told)
    sandbox = replace(record(1), account="sandbox run-1")
    assert told in ended(sandbox, tally, [problem], reports("f.csv"))


@pytest.mark.parametrize("status", [Status.CREATED, Status.UPDATED, Status.EXISTS, Status.UNCHANGED])
def test_what_was_fixed_in_a_file_of_ours_is_still_wrong_in_the_list(status: Status) -> None:
    """Also where the number that was corrected is of a customer who was there already."""
    ours = [Sheet(file="failed.csv", header=("Phone", "import_status"))]
    run = replace(record(), files=("failed.csv",))
    told = "What you fixed in failed.csv, fix in your list too, or its next run shows it again."
    assert told in ended(run, {status: 1}, [], reports(), sheets=ours)
    assert told not in ended(run, {status: 1}, [], reports(), sheets=[Sheet(file="failed.csv", header=("Phone",))])
    assert told not in ended(run, {Status.INVALID: 1}, [], reports("failed.csv"), sheets=ours)


@pytest.mark.parametrize("status", [Status.CREATED, Status.UPDATED])
def test_what_was_changed_in_callbell_can_be_taken_back(status: Status) -> None:
    """By a command that finds the run; where nothing was changed, nothing is said."""
    undo = "To take it back: callbell-importer undo 20261123-020000-contacts --journal j"
    assert f"{undo}\n" in ended(record(journal="j"), {status: 1}, [], reports())
    for run, tally, written in (
        (record(), {Status.EXISTS: 1}, reports()),
        (record(), {status: 1}, None),
        (replace(record(), account="sandbox run-1"), {status: 1}, reports()),
    ):
        assert "undo" not in ended(run, tally, [], written)


def test_a_rehearsal_says_what_would_be() -> None:
    """In its last line that nothing was sent, and nowhere that anything is in Callbell."""
    run = replace(record(1, sandbox=True), account="sandbox 20261123-020000-contacts")
    tally = {Status.CREATED: 1_200, Status.FAILED: 3, Status.INVALID: 2}
    told = ended(run, tally, [], reports("failed.csv"), notes=["There is more."]).splitlines()
    assert told[0] == "Finished after 2 min 3 s: 1,205 rows read. Rehearsal in a sandbox."
    first = told.index("1,200 of 1,205 customers would be in Callbell. 5 need you.") + 2
    assert told[first : first + 3] == [
        "  1,200 would be created  if Callbell answers as the sandbox did",
        "      2 invalid           something in the row is wrong; not sent",
        "      3 failed            refused by the sandbox, or given up on",
    ]
    assert "There is more." in told
    assert "Fix the 5 rows in failed.csv (the last columns say why), save, and rehearse them:" in told
    assert told[-3:] == [
        "To send the rows:",
        "  callbell-importer run contacts.csv",
        "This was a rehearsal: nothing was sent to Callbell.",
    ]


def test_a_sandbox_run_is_not_continued() -> None:
    """A sandbox forgets everything, so no text says that the next run continues with it."""
    assert "the sandbox starts empty" in ended(record(130, sandbox=True), {Status.UNSENT: 5}, [], reports())


def test_counts_have_their_noun() -> None:
    """One row, and several of them."""
    assert (counted(1), counted(0, "kind"), counted(3_812)) == ("1 row", "0 kinds", "3,812 rows")


def test_counts_stand_in_columns() -> None:
    """What there is none of is left out."""
    assert count_lines([(12_000, "a", "x"), (0, "b", "y"), (7, "ccc", "z")], width=3) == (
        "  12,000 a    x\n       7 ccc  z"
    )
    assert count_lines([], width=3) == ""


def group(code: str, count: int, column: str = "", message: str = "") -> ProblemGroup:
    """Return rows with one problem."""
    return ProblemGroup(
        code=code, column=column, message=message, count=count, rows=tuple(range(2, 2 + min(count, 20)))
    )


@POSIX
@pytest.mark.parametrize(
    ("code", "country", "expected"),
    [
        ("phone_no_country", "", "such as --country ES for Spain: not one row has to be changed."),
        (
            "phone_no_area_code",
            "",
            'area code: identifier = "AREA{Móvil}" under [columns], with the area code in place of AREA.',
        ),
        (
            "phone_no_country",
            "ES",
            "Say which country they are from:\n  callbell-importer run contacts.csv --sheet A --country ES",
        ),
        ("phone_letters", "", "choose the columns:\n  callbell-importer init contacts.csv --sheet A"),
        ("phone_missing", "", "--header-row N, or --no-header"),
        (
            "tag_unknown",
            "",
            (
                'Make the tag "VIP" in Callbell, or take it out of the column "Móvil".'
                " Then give the same command again:\n  call"
            ),
        ),
    ],
)
def test_rows_that_fail_alike_are_one_sentence_and_its_cure(
    monkeypatch: pytest.MonkeyPatch, code: str, country: str, expected: str
) -> None:
    """Nobody is told to fix 4,000 rows where one option is missing."""
    monkeypatch.setattr(runtime, "WINDOWS", False)
    status = Status.FAILED if code == "tag_unknown" else Status.INVALID
    groups = [group(code, 3_995, "Móvil", 'It is wrong: tag "VIP"'), group("phone_too_short", 5, "Móvil")]
    text = ended(record(1, sheet="A"), {status: 4_000}, groups, reports("failed.xlsx"), RunBackground(country=country))
    assert "3,995 of 4,000 rows fail for the same reason: " in text
    none = "rows could be sent" if status is Status.INVALID else "customers are in Callbell"
    assert f"None of 4,000 {none}.\n" in text
    assert expected in text
    assert "failed.xlsx (" not in text
    assert "Problems:" not in text


@pytest.mark.parametrize(
    ("file", "tally", "options"),
    [
        (f"/srv/reports/{NIGHT}/failed.csv", {Status.INVALID: 11, Status.CREATED: 1}, {}),
        (f"/srv/reports/{NIGHT}/results.xlsx", {Status.INVALID: 11}, {}),
        ("/home/ana/mended.csv", {Status.INVALID: 11}, {LIST: {"file": "/srv/contacts.csv"}}),
        ("/srv/contacts.csv", {Status.INVALID: 11, Status.EXISTS: 1}, {"config": "/srv/config.toml"}),
    ],
)
def test_rows_that_failed_before_are_fixed_and_no_other_column_is_looked_for(
    file: str, tally: dict[Status, int], options: dict[str, object]
) -> None:
    """Nor where other rows came in by the columns that a config names."""
    run = replace(record(1, 0, **options), files=(file,))
    text = ended(run, tally, [group("phone_missing", 11, "Phone")], reports("failed.csv"))
    assert "another column" not in text
    assert "fail for the same reason" not in text
    assert "Fix the 11 rows in failed.csv (the last columns say why), save, and import them:" in text
    alone = next_step(run, tally, [group("phone_no_country", 11, "Phone")], [], country="ES")
    assert alone.startswith("Say which country they are from:")


@pytest.mark.parametrize(
    ("tally", "options"),
    [
        ({Status.INVALID: 11, Status.DUPLICATE: 1}, {"config": "/srv/config.toml"}),
        ({Status.INVALID: 11, Status.CREATED: 1}, {"config": "/srv/config.toml", "guessed": {"Phone": "identifier"}}),
    ],
)
def test_of_a_list_whose_columns_are_not_proven_another_column_is_the_likely_cause(
    tally: dict[Status, int], options: dict[str, object]
) -> None:
    """No row came in by them, or they were guessed."""
    text = ended(record(1, 0, **options), tally, [group("phone_missing", 11, "Phone")], reports("failed.csv"))
    assert "Probably it is another column" in text


def test_of_rows_of_people_who_were_forgotten_no_other_column_is_looked_for() -> None:
    """Nothing is wrong with them: they are taken out of the list."""
    text = ended(record(1, 0), {Status.INVALID: 11, Status.CREATED: 1}, [group(FORGOTTEN, 11)], reports())
    assert "another column" not in text
    assert "11 rows are of people who were forgotten (purge), and not imported: take them out of your list." in text


def test_the_config_to_which_a_new_option_is_added_is_named() -> None:
    """What the row's problem says knows no file; a run without a config leaves it so."""
    said = conversion(CustomFieldOptions(name="Plan", column="P", type=FieldType.DROPDOWN, options=("A",)), "")("B")
    assert isinstance(said, Problem)
    groups, tally = [group("dropdown_unknown", 1, "P", said.message)], {Status.INVALID: 1, Status.CREATED: 9}
    text = ended(record(1, config="/srv/import.toml"), tally, groups, reports("failed.csv"))
    assert 'add it to options of "Plan" under [columns.custom_fields] of /srv/import.toml, and in Callbell.' in text
    assert "[columns.custom_fields] of the config, and" in ended(record(1), tally, groups, reports("failed.csv"))


def test_rows_that_fail_alike_with_different_values_are_one_sentence_too() -> None:
    """It is true of all of them, and has the first as an example."""
    alike = replace(group("phone_no_area_code", 900, "Móvil", '"5512 3456" is local.'), varies=True, rows=(2, 3))
    text = ended(record(1), {Status.INVALID: 900}, [alike], reports("failed.xlsx"))
    assert "reason: the phone number seems to lack its area code. For example row 2: " in text


@pytest.mark.parametrize(
    ("tally", "groups", "offers_retry"),
    [
        ({Status.FAILED: 2}, [group("server_error", 2)], True),
        ({Status.FAILED: 2}, [group("unreachable", 2)], True),
        ({Status.IN_DOUBT: 2}, [group("in_doubt", 2)], True),
        ({Status.UNSENT: 2}, [], True),
        ({Status.FAILED: 2}, [group("phone_refused", 2)], False),
        ({Status.FAILED: 2, Status.CREATED: 9}, [group("tag_unknown", 2, "Tags")], False),
        ({Status.FAILED: 1, Status.IN_DOUBT: 1}, [group("refused", 1), group("in_doubt", 1)], False),
        ({Status.CREATED: 2, Status.DUPLICATE: 1}, [group("duplicate", 1)], False),
    ],
)
def test_retry_is_offered_only_for_what_can_succeed_unchanged(
    tally: dict[Status, int],
    groups: list[ProblemGroup],
    offers_retry: bool,  # noqa: FBT001 - a table of cases
) -> None:
    """What the service refused is refused again."""
    assert ("callbell-importer retry" in ended(record(1), tally, groups, reports("failed.csv"))) == offers_retry


@pytest.mark.parametrize(
    ("tally", "count", "code"),
    [
        ({Status.INVALID: 5, Status.UNSENT: 3_995}, 5, "phone_too_short"),
        ({Status.INVALID: 4, Status.DUPLICATE: 9}, 4, "phone_too_short"),
        ({Status.FAILED: 50, Status.UNSENT: 9}, 50, "server_error"),
        ({Status.EXISTS: 50, Status.INVALID: 1}, 50, "conflict"),
        ({Status.INVALID: 80, Status.CREATED: 20}, 80, "phone_too_short"),
    ],
)
def test_rows_that_do_not_fail_alike_are_listed(tally: dict[Status, int], count: int, code: str) -> None:
    """A few rows, most rows, or what is not the rows' fault."""
    text = ended(record(1), tally, [group(code, count)], reports("f.csv"))
    assert "fail for the same reason" not in text
    assert "Problems:" in text


def test_a_run_that_was_stopped_because_all_were_refused_goes_on_after_the_cure() -> None:
    """The cure stands above, where the reason of the stop is told."""
    tally, groups = {Status.FAILED: 20, Status.UNSENT: 280}, [group("tag_unknown", 20)]
    assert ended(record(5), tally, groups, reports()).endswith(
        "After that, give the same command again: it continues where this run ended."
    )


def test_a_tag_that_does_not_exist_is_made_or_taken_out() -> None:
    """Not the rows are to be fixed, where the account lacks something."""
    text = ended(record(1), {Status.CREATED: 9, Status.FAILED: 2}, [group("tag_unknown", 2, "Tags")], reports("f.csv"))
    assert 'Make the tag that the report names in Callbell, or take it out of the column "Tags".' in text


def test_all_tags_that_do_not_exist_are_named_to_be_made() -> None:
    """Making the first of them alone would not help the others."""
    groups = [
        group("tag_unknown", count, "Tags", f'Tag "{name}" does not exist') for name, count in (("a", 4), ("b", 3))
    ]
    text = ended(record(1), {Status.CREATED: 9, Status.FAILED: 7}, groups, reports("f.csv"))
    assert 'Make these 2 tags ("a", "b") in Callbell, or take them out of the column "Tags".' in text


def test_duplicates_are_no_problem_but_may_be_worth_a_look() -> None:
    """They are counted; one that says something else than the first is shown."""
    same = group("duplicate", 3, message="same identifier as row 2")
    other = group("duplicate", 3, message="same identifier as row 2; not sent, though it differs in name")
    tally = {Status.CREATED: 3, Status.DUPLICATE: 3}
    assert "row 2" not in ended(record(), tally, [same], reports())
    text = ended(record(), tally, [other], reports())
    assert "Problems:" not in text
    assert "Worth a look:\n  3 rows: same identifier as row 2; not sent, though it differs in name" in text
    assert "3 of 6 customers are in Callbell. 3 stand twice." in text


@POSIX
def test_a_dry_run_of_which_nothing_could_be_sent_does_not_say_send() -> None:
    """It says how to get the rows to fix."""
    problems = [group("phone_missing", 1), group("name_missing", 1)]
    text = ended(record(1), {Status.INVALID: 2}, problems, None)
    assert "without --dry-run" not in text
    assert "Nothing could be sent. This writes the rows to fix" in text
    assert "callbell-importer check contacts.csv" in text
    there = ended(record(1), {Status.INVALID: 2, Status.EXISTS: 1}, problems, None)
    assert "There is nothing to send. This writes the rows to fix" in there


def test_the_text_fits_a_terminal_of_24_lines() -> None:
    """Fewer kinds of problems are shown, and the counts and the next step always."""
    problems = [
        group(f"code_{n}", 9 - n, "Móvil", "Something is wrong with it, and this says what. " * 3) for n in range(9)
    ]
    tally = {Status.CREATED: 1_000, Status.INVALID: 45, Status.DUPLICATE: 1}
    text = ended(record(1), tally, problems, reports("failed.csv"), line_width=80)
    assert len(wrapped_text(text, 80).splitlines()) <= 20
    assert "kinds more: see summary.json" in text
    assert text.splitlines()[-2].startswith("Fix the 45 rows in failed.csv")
    higher = ended(record(1), tally, problems[:5], reports("failed.csv"), line_width=80, line_count=60)
    assert "code_4" in higher
    assert "more: see" not in higher


def test_several_problems_have_a_line_each_where_the_screen_has_no_room_for_their_sentences() -> None:
    """What is worth a look is counted then, with where it is; if that is not enough, paragraphs stand closer."""
    long = "Something is wrong with it, and this says what. " * 2
    problems = [group("phone_too_short", 25, "Phone", long), group("phone_missing", 2, "Phone", long)]
    tally = dict.fromkeys((Status.CREATED, Status.EXISTS, Status.DUPLICATE, Status.INVALID, Status.FAILED), 25)
    look = [group("text_damaged", 1, "Name", long)]
    text = ended(record(1), tally, problems, reports("failed.xlsx"), LEFT, warnings=look, line_width=80)
    assert (
        "Problems (what to do: see summary.json):\n"
        '  25 rows: rows 2, 3, 4, 5, 6, ... (phone_too_short, column "Phone")\n'
        '  2 rows: rows 2, 3 (phone_missing, column "Phone")\n'
        "Worth a look (1 kind): see summary.json\n" in text
    )
    assert "\n\nFix the 50 rows" in text
    assert len(wrapped_text(text, 80).splitlines()) <= 23


@pytest.mark.parametrize(
    ("cure", "step"),
    [
        ("", "Give the same command again: it continues where this run ended."),
        ("Run the same command again then: it goes on.", "Run the same command again then: it goes on."),
        ("Make the tag.", "Make the tag. After that, give the same command again: it continues where this run ended."),
    ],
)
def test_an_early_end_has_one_next_step(cure: str, step: str) -> None:
    """Why it ended stands at the top, what to do about it at the end, once."""
    text = ended(record(5), {Status.UNSENT: 3}, [], reports(), early_end=("It stopped.", cure))
    assert text.startswith("It stopped.\n\nEnded early after ")
    assert text.endswith(f"\n\n{step}")
    assert text.count("same command again") == 1


@POSIX
def test_reports_that_cannot_be_written_are_the_next_step() -> None:
    """The run itself came to its end."""
    written = replace(reports(), unwritten="results.csv cannot be written: No space left on device.")
    text = ended(record(journal="j"), {Status.CREATED: 3}, [], written)
    assert text.startswith("Finished after ")
    assert "The reports are not whole: results.csv cannot be written: No space left on device.\n" in text
    assert text.endswith("\n  callbell-importer report 20261123-020000-contacts --journal j")


@POSIX
def test_the_reports_of_an_account_are_written_again_with_its_config() -> None:
    """The config says which journal is the account's."""
    written = replace(reports(), unwritten="results.csv cannot be written: No space left on device.")
    text = ended(record(config="c.toml", account="ana"), {Status.CREATED: 3}, [], written)
    assert text.endswith("\n  callbell-importer report 20261123-020000-contacts --config c.toml --account ana")


def test_the_country_is_named_once() -> None:
    """The evidence keeps its figures; the option is in the next step."""
    alike = [ProblemGroup(code="phone_no_country", column="Phone", message="x", count=9, rows=(2,))]
    note = "9 of 9 numbers are right for Spain.\nIf they are Spanish, give the same command with --country ES."
    text = ended(record(1), {Status.INVALID: 9}, alike, reports(), RunBackground(country="ES"), notes=[note, "Else."])
    assert "9 of 9 numbers are right for Spain.\n\nElse.\n" in text
    assert text.count("--country ES") == 1


@POSIX
@pytest.mark.parametrize(
    ("code", "cure"),
    [
        ("tag_unknown", 'Make the tag that the report names in Callbell, or take it out of the column "Etiqueta".'),
        ("custom_field_refused", "Make the custom field in Callbell's settings, or correct its type in the config."),
        ("assigned_user_unknown", "Name an owner who is a user of the account, or invite them in Callbell."),
    ],
)
def test_what_is_missing_in_callbell_comes_before_the_few_rows_to_fix(
    monkeypatch: pytest.MonkeyPatch, code: str, cure: str
) -> None:
    """Nobody fixes 1,650 rows by hand where one tag is missing, though four others are wrong."""
    monkeypatch.setattr(runtime, "WINDOWS", False)
    tally = {Status.CREATED: 3_346, Status.FAILED: 1_650, Status.INVALID: 4}
    groups = [group(code, 900, "Etiqueta"), group(code, 750, "Etiqueta"), group("phone_too_short", 4, "Móvil")]
    told = ended(record(1), tally, groups, reports("failed.xlsx"))
    assert told.split("\n\n")[-1].endswith(
        f"{cure} Then give the same command again:\n"
        "  callbell-importer run contacts.csv\n"
        "Fix the other 4 rows after that: they are left in the failed.xlsx of that run."
    ), told


def test_rows_that_wait_for_a_tag_are_not_among_those_to_fix_where_others_are_more() -> None:
    """The tag is missing for fewer than half of them: it is named all the same, with the command that sends them."""
    tally = {Status.CREATED: 9, Status.FAILED: 5, Status.INVALID: 6}
    groups = [
        group("phone_too_short", 6),
        group("tag_unknown", 3, message='Tag "Menudeo" does not exist'),
        group("tag_unknown", 2, message='Tag "Frecuente" does not exist'),
    ]
    told = ended(record(1), tally, groups, reports("failed.csv"))
    assert told.split("\n\n")[-1].startswith(
        '5 rows wait for the tags "Menudeo", "Frecuente": make them in Callbell, then:\n'
        "  callbell-importer retry 20261123-020000-contacts\n"
        "Fix the 6 rows in failed.csv (the last columns say why)"
    ), told


def test_all_that_is_missing_in_callbell_is_told_at_once() -> None:
    """Rows that wait for another missing thing are not among the others to fix."""
    tally = {Status.CREATED: 300, Status.FAILED: 254, Status.INVALID: 4}
    groups = [
        group("custom_field_refused", 211, message='Custom field "C" does not exist'),
        group("tag_unknown", 43, message='Tag "A" does not exist, Custom field "C" does not exist'),
        group("phone_too_short", 4),
    ]
    told = ended(record(1), tally, groups, reports("failed.csv"))
    assert 'the tag "A" (43 rows); the custom field "C" (254 rows). Then give the same command again:' in told
    assert "Fix the other 4 rows after that" in told
    alike = ended(record(1), {Status.FAILED: 254, Status.CREATED: 1}, groups[:2], reports("failed.csv"))
    assert 'the tag "A" (43 rows); the custom field "C" (254 rows)' in alike


def test_customers_who_were_deleted_in_callbell_are_no_rows_to_fix() -> None:
    """They are made again by an option."""
    tally = {Status.CREATED: 9, Status.FAILED: 1, Status.INVALID: 2}
    told = ended(record(1), tally, [group("phone_too_short", 2), group("gone", 1)], reports("failed.csv"))
    assert (
        "1 customer was deleted in Callbell. If that was meant, take its row out of the list. To make it again:\n"
        "  callbell-importer retry 20261123-020000-contacts --gone recreate\n"
        "Fix the 2 rows in failed.csv (the last columns say why)"
    ) in told
    alone = ended(record(1), {Status.FAILED: 9}, [group("gone", 9)], reports("failed.csv"))
    assert "9 customers were deleted in Callbell. If that was meant, take their rows out of the list." in alone
    assert "Fix the" not in alone


def test_what_is_missing_in_callbell_is_told_after_the_conflicts() -> None:
    """Which are no rows to fix."""
    tally = {Status.EXISTS: 9, Status.FAILED: 6, Status.INVALID: 1}
    groups = [group("conflict", 9), group("tag_unknown", 6, "Tags"), group("phone_too_short", 1)]
    told = ended(record(1), tally, groups, reports("failed.csv"))
    assert told.index("9 rows in conflict") < told.index("Make the tag that the report names in Callbell")
    assert "Fix the other row after that: it is left in the failed.csv of that run." in told


def test_a_list_without_rows_is_not_to_be_sent() -> None:
    """It has a header alone, unless rows were left out, or the run ended before it read any."""
    said = ended(replace(record(sandbox=True), account="sandbox x"), {Status.CREATED: 0}, [], reports())
    assert "There were 0 rows to import. contacts.csv has a header, and no rows below it." in said
    assert "To send the rows" not in said
    assert "only blank rows below it" in ended(record(blank=2), {}, [], reports())
    assert "Each of the files has" in ended(replace(record(), files=("a.csv", "b.csv")), {}, [], reports())
    for run in (replace(record(), left_out=3), record(130)):
        assert "has a header" not in ended(run, {}, [], reports())


def test_a_dry_run_shows_all_kinds_of_problems_as_it_writes_no_report() -> None:
    """However small the terminal is."""
    groups = [group(f"kind_{number}", 1, message=f"Wrong {number}.") for number in range(12)]
    told = ended(record(1), {Status.INVALID: 12}, groups, None, line_width=80, line_count=24)
    assert "Wrong 11." in told
    assert "more: see" not in told


def test_a_dry_run_says_what_would_be() -> None:
    """In the words of a rehearsal, and not that a row is created."""
    tally = {Status.CREATED: 255, Status.UPDATED: 2, Status.EXISTS: 1}
    told = ended(record(0), tally, [], None)
    assert "\n  255 would be created\n    2 would be updated  are in Callbell now\n    1 exists" in told
    assert "\n  3 would be sent\n" in ended(record(0), {Status.UNSENT: 3, Status.CREATED: 0}, [], None)


def test_a_forgotten_row_is_taken_out_of_the_list_and_not_fixed_in_the_file() -> None:
    """The file with the rows to fix does not have it."""
    groups = [group("phone_too_short", 1, "Phone"), group(FORGOTTEN, 2)]
    text = ended(record(1), {Status.CREATED: 5, Status.INVALID: 3}, groups, reports("failed.xlsx"))
    assert "5 of 8 customers are in Callbell. 3 need you." in text
    assert "Fix the row in failed.xlsx" in text
    assert "2 rows are of people who were forgotten (purge), and not imported: take them out of your list." in text


def test_of_several_sheets_those_files_are_named_in_which_something_can_be_fixed() -> None:
    """One with deleted customers alone is none; where the sheets of the rows are not all known, each may be one."""
    gone, short = replace(group("gone", 1), sheets=(0,)), replace(group("phone_too_short", 1), sheets=(1,))
    tally, written = {Status.INVALID: 1, Status.FAILED: 1}, reports("failed-1-a.csv", "failed-2-b.csv")
    text = ended(record(1), tally, [gone, short], written)
    assert "Fix the row in failed-2-b.csv (the last" in text
    assert "failed-1-a.csv" not in text.partition("Fix the row")[2]
    unknown = ended(record(1), tally, [gone, replace(short, sheets=())], written)
    assert "Fix the row in failed-1-a.csv and failed-2-b.csv (the last" in unknown
