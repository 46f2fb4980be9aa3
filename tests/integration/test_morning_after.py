"""Night after night, as people give it: what is new since the last run, and which nights are not as they should be."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from importer.journal.problem_hash import old_problem_hash
from importer.model.errors import StorageError
from importer.sandbox import Sandbox
from importer.sandbox.calls import Asked
from tests.support.commands import TOKEN, Said, every_byte, give, read, results, serving, table

HEADER = ("Phone", "Name", "Remarks")
ANA, EVA = ("+34600000001", "Ana", "x"), ("+34600000002", "Eva", "y")
SHORT, NONE = ("12", "Too Short", ""), ("", "No Phone", "")
NEW = ("--fail-on", "new")
CONFIG = """
[contact]
existing = "update"
[columns]
identifier = "Phone"
name = "Name"
note = "Remarks"
"""


@pytest.fixture(autouse=True)
def _own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test stands in a folder of its own, with a journal."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("CALLBELL_API_TOKEN", TOKEN)
    monkeypatch.setenv("COLUMNS", "200")


@pytest.fixture(autouse=True)
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """A sandbox, whose address is in the environment."""
    with serving() as sandbox:
        monkeypatch.setenv("CALLBELL_BASE_URL", sandbox.base_url)
        yield sandbox


def night(
    *rows: Sequence[str], options: Sequence[str] = (), header: Sequence[str] = HEADER, command: str = "run"
) -> Said:
    """Import the rows."""
    file = table(Path("contacts.csv"), [header, *rows])
    sending = ["--yes", "--rate", "0"] if command == "run" else []
    return give(command, file, *sending, "--json", *options)


def changes(said: Said) -> tuple[int, int, int]:
    """Return how many problems are new, still there and gone."""
    told = said.summary["changes"]
    assert told["new"] == sum(group["new"] for group in said.summary["problems"])
    return told["new"], told["still_there"], told["gone"]


def degraded(said: Said) -> list[str]:
    """Return the codes of what is not as it should be."""
    return [one["code"] for one in said.summary["degraded"]]


def test_bad_rows_that_stay_are_told_and_alarm_once() -> None:
    """The same rows elsewhere in the file are the same problems; one more is new."""
    first = night(ANA, EVA, SHORT, NONE, options=NEW)
    assert (first.exit_code, changes(first), first.summary["changes"]["compared_with"]) == (1, (2, 0, 0), None)
    assert "since earlier runs" not in first.stderr
    second = night(NONE, ANA, SHORT, EVA, options=NEW)
    assert (second.exit_code, changes(second)) == (0, (0, 2, 0))
    assert second.summary["changes"]["compared_with"] == first.summary["run"]
    earlier = f"(the last: {first.summary['run']}; a row may have several)"  # beside "2 need you", which are rows
    assert f"Problems since earlier runs {earlier}: 2 still there." in second.stderr
    third = night(NONE, ANA, EVA, ("13", "Another", ""), options=NEW)
    assert (third.exit_code, changes(third)) == (1, (1, 1, 1))
    assert "1 row (new): " in third.stderr
    assert "Problems since earlier runs" in third.stderr
    assert (night(NONE, ANA, EVA, ("13", "Another", "")).exit_code) == 1  # without the option any row counts


def test_cells_that_feed_no_field_change_no_problem() -> None:
    """A column such as "last visit" says something else every night; and a column that moves is the same."""
    header = ("Phone", "Name", "Last visit")
    night(ANA, ("12", "Too Short", "2026-11-26"), header=header)
    said = night(ANA, ("12", "Too Short", "2026-11-27"), header=header, options=NEW)
    assert (said.exit_code, changes(said)) == (0, (0, 1, 0))
    moved = night(
        ("Ana", "+34600000001", "z"), ("Too Short", "12", "z"), header=("Name", "Phone", "Last visit"), options=NEW
    )
    assert (moved.exit_code, changes(moved), degraded(moved)) == (0, (0, 1, 0), [])


BIRTHDAYS = ("Phone", "Name", "Remarks", "Born", "Joined")
DATES = """
[columns]
identifier = "Phone"
name = "Name"
note = "Remarks"
[columns.custom_fields]
"Born" = { column = "Born", type = "date", format = "%d/%m/%Y" }
"Joined" = { column = "Joined", type = "date", format = "%d/%m/%Y" }
"""


def test_another_cell_of_the_row_makes_no_problem_new() -> None:
    """A remark that a colleague adds has nothing to do with a wrong date; another date, another column and row do."""
    Path("config.toml").write_text(DATES, encoding="utf-8")
    ana, eva = ("+34600000001", "Ana"), ("+34600000002", "Eva")

    def told(*rows: Sequence[str]) -> tuple[int, tuple[int, int, int]]:
        said = night(*rows, header=BIRTHDAYS, options=NEW)
        return said.exit_code, changes(said)

    assert told((*ana, "", "31/02/1990", "")) == (1, (1, 0, 0))
    assert told((*ana, "Called on Monday", "31/02/1990", "")) == (0, (0, 1, 0))
    assert told(("+34 600 000 001", "Ana María", "", "31/02/1990", "01/01/2020")) == (0, (0, 1, 0))
    assert told((*ana, "", "30/02/1990", "")) == (1, (1, 0, 1))
    assert told((*ana, "", "30/02/1990", "30/02/1990")) == (1, (1, 1, 0))
    assert told((*eva, "", "30/02/1990", ""), (*ana, "", "", "30/02/1990")) == (1, (1, 1, 1))


def test_another_field_of_the_row_makes_no_conflict_new(service: Sandbox) -> None:
    """It is changed in Callbell; the conflict is the old one until one of its own values changes."""
    Path("config.toml").write_text(CONFIG, encoding="utf-8")
    night(ANA, options=NEW)
    service.calls.change_contact(Asked(parameter=service.contacts[0].uuid, body={"note": "By hand"}))
    said = [
        night(("+34600000001", name, note), options=NEW)
        for name, note in (("Ana", "New"), ("Anna", "New"), ("Anna", "Newer"))
    ]
    assert [(one.exit_code, changes(one)) for one in said] == [(1, (1, 0, 0)), (0, (0, 1, 0)), (1, (1, 0, 1))]


def test_what_an_earlier_version_told_is_not_new() -> None:
    """Its hashes were of the whole row; from the next night on they are of the problem."""
    night(ANA, SHORT, NONE)
    journal = next(Path("state").rglob("journal.sqlite3"))
    with closing(sqlite3.connect(journal)) as file, file:
        rows = file.execute("SELECT run, fingerprint, code FROM rows WHERE status = 'invalid'").fetchall()
        file.execute("DELETE FROM known_problems")
        kept = [(run, old_problem_hash(content, code)) for run, content, code in rows]
        file.executemany("INSERT INTO known_problems VALUES (?, ?, 1)", kept)
    said = night(ANA, EVA, SHORT, NONE, ("13", "Another", ""), options=NEW)
    assert (said.exit_code, changes(said)) == (1, (1, 2, 0))
    said = night(ANA, EVA, (*SHORT[:2], "A remark"), ("13", "Another", ""), options=NEW)
    assert (said.exit_code, changes(said)) == (0, (0, 2, 1))


def test_the_config_and_the_environment_say_it_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """As any setting."""
    night(ANA, SHORT)
    monkeypatch.setenv("CALLBELL_IMPORTER_FAIL_ON", "new")
    assert night(ANA, SHORT).exit_code == 0
    monkeypatch.delenv("CALLBELL_IMPORTER_FAIL_ON")
    Path("config.toml").write_text('[run]\nfail_on = "new"\nmin_rows = 3\n', encoding="utf-8")
    first = night(ANA, SHORT)
    assert (first.exit_code, degraded(first), changes(first)) == (1, ["too_few_rows"], (1, 0, 0))  # another import
    assert night(ANA, SHORT, options=("--min-rows", "2")).exit_code == 0


def test_a_check_calls_no_problem_gone() -> None:
    """It sends nothing, and so cannot tell what the service would refuse once more."""
    refused = ("+34600000003", "Refused", "", "No such tag")
    header = (*HEADER, "Tags")
    first = night((*ANA, ""), refused, header=header)
    assert (first.exit_code, changes(first)) == (1, (1, 0, 0))
    checked = night((*ANA, ""), refused, header=header, command="check")
    assert changes(checked) == (0, 0, 0)


def test_failed_rows_always_count(service: Sandbox) -> None:
    """A tag that the account does not have: it is not sent, new or not."""
    del service
    header = ("Phone", "Name", "Tags")
    rows = [("+34600000001", "Ana", "VIP"), ("+34600000002", "Eva", "No such tag")]
    said = [night(*rows, header=header, options=NEW) for _ in range(2)]
    assert [one.exit_code for one in said] == [1, 1]
    assert [changes(one) for one in said] == [(1, 0, 0), (0, 1, 0)]


def test_a_conflict_is_new_once(service: Sandbox) -> None:
    """Each night says so; only the first alarms."""
    Path("config.toml").write_text(CONFIG, encoding="utf-8")
    night(ANA, options=NEW)
    service.calls.change_contact(Asked(parameter=service.contacts[0].uuid, body={"note": "By hand"}))
    said = [night(("+34600000001", "Ana", "New"), options=NEW) for _ in range(2)]
    assert [one.exit_code for one in said] == [1, 0]
    assert [changes(one) for one in said] == [(1, 0, 0), (0, 1, 0)]
    runs = give("runs").stdout.splitlines()
    assert [line.split()[-1] for line in runs[1:]] == ["1", "1", "0"]  # to fix
    assert "1 of these in conflict" in give("runs", said[0].summary["run"]).stdout


def test_a_retry_belongs_to_its_run() -> None:
    """Its problems are those of the run, and no rows of it are missing."""
    night(ANA, SHORT, NONE, EVA)
    said = give("retry", "--rate", "0", "--json", *NEW)
    assert (said.exit_code, changes(said), degraded(said)) == (0, (0, 2, 0), [])
    said = night(ANA, SHORT, EVA, NONE, options=("--min-rows", "100%", *NEW))
    assert (said.exit_code, changes(said), degraded(said)) == (0, (0, 2, 0), [])


@pytest.mark.parametrize("command", ["check", "run"])
def test_a_dry_run_and_a_check_compare_and_record_nothing(command: str) -> None:
    """Whoever looks in between is told what is new, and the night tells it again."""
    night(ANA, SHORT)
    dry = ("--dry-run",) if command == "run" else ()
    for _ in range(2):
        said = night(ANA, NONE, options=(*dry, *NEW, "--min-rows", "3"), command=command)
        assert (said.exit_code, changes(said), degraded(said)) == (1, (1, 0, 0), ["too_few_rows"])
    said = night(ANA, SHORT, options=(*dry, *NEW), command=command)
    assert (said.exit_code, changes(said), degraded(said)) == (0, (0, 1, 0), [])
    assert changes(night(ANA, NONE)) == (1, 0, 1)


def test_a_part_of_the_file_is_no_night() -> None:
    """What somebody tries with the first rows makes nothing gone, and alarms nobody that rows are missing."""
    night(ANA, EVA, SHORT)
    tried = night(ANA, EVA, SHORT, options=("--limit", "1", "--min-rows", "3"))
    assert (tried.exit_code, changes(tried), degraded(tried)) == (0, (0, 0, 0), [])
    assert changes(night(ANA, EVA, SHORT)) == (0, 1, 0)


def test_an_export_that_was_cut_short_is_told_and_forgets_nothing(service: Sandbox) -> None:
    """What is there is sent; nothing is deleted; and the bad rows are no news the night after."""
    night(ANA, EVA, SHORT, NONE)
    said = night(EVA, ("+34600000003", "Pia", ""), options=("--min-rows", "75%", *NEW))
    assert (said.exit_code, said.rows, degraded(said)) == (
        1,
        {"created": 1, "unchanged": 1, "read": 2},
        ["too_few_rows"],
    )
    assert changes(said) == (0, 0, 0)
    assert len(service.contacts) == 3
    told = "DEGRADED: Only 2 rows were read, and --min-rows 75% asks for at least 3 (the run before had 4)."
    assert said.stderr.index(told) < said.stderr.index("Finished after")
    page = (Path(said.summary["reports"]["page"])).read_text(encoding="utf-8")
    assert "Only 2 rows were read" in page
    assert "degraded  Only 2 rows were read" in give("runs", said.summary["run"]).stdout
    after = night(ANA, EVA, SHORT, NONE, options=("--min-rows", "50%", *NEW))
    assert (after.exit_code, changes(after), degraded(after)) == (0, (0, 2, 0), [])


def test_an_export_that_stays_cut_short_stays_degraded_until_somebody_accepts_it() -> None:
    """Nights with too few rows say nothing of what is usual; one with --min-rows 0 does, and alone."""
    half = ("--min-rows", "50%")
    for _ in range(3):
        night(ANA, EVA, SHORT, NONE, options=half)
    assert [degraded(night(ANA, options=half)) for _ in range(6)] == [["too_few_rows"]] * 6
    assert degraded(night(ANA, options=("--min-rows", "0"))) == []
    assert degraded(night(ANA, options=half)) == []
    assert degraded(night(ANA, EVA, SHORT, options=half)) == []
    said = night(ANA, EVA, options=("--min-rows", "100%"))
    assert degraded(said) == []  # the median of one, one and three


def test_files_that_the_shell_named_are_no_pattern() -> None:
    """What is compared with the run before has to be one import; without a comparison nothing is said."""
    files = [table(Path(name), [HEADER, ANA]) for name in ("a.csv", "b.csv")]
    said = give("run", *files, "--yes", "--rate", "0", *NEW)
    assert f"put it in quotes: '{Path.cwd()}/*.csv'" in " ".join(said.stderr.split())
    assert "in quotes" not in give("run", *files, "--yes", "--rate", "0").stderr
    assert "in quotes" not in give("run", "*.csv", "--yes", "--rate", "0", *NEW).stderr


def test_a_file_of_metrics_that_node_exporter_does_not_read_is_told_of() -> None:
    """It is written all the same."""
    said = night(ANA, options=("--metrics", "night.txt"))
    assert "node_exporter does not read night.txt" in said.stderr
    assert Path("night.txt").exists()
    assert "node_exporter" not in night(ANA, options=("--metrics", "night.prom")).stderr


def test_a_header_alone_is_no_rows() -> None:
    """It ends with 0 and says so, unless a row was asked for; what was known stays known."""
    night(ANA, SHORT)
    said = night()
    assert (said.exit_code, said.rows, degraded(said), changes(said)) == (0, {}, [], (0, 0, 0))
    assert "There were 0 rows to import. contacts.csv has a header, and no rows below it." in said.stderr
    said = night(options=("--min-rows", "1"))
    assert (said.exit_code, degraded(said)) == (1, ["too_few_rows"])
    assert "DEGRADED: No row was read" in said.stderr
    said = night(options=("--min-rows", "50%"))  # of the night that had rows
    assert degraded(said) == ["too_few_rows"]
    assert changes(night(ANA, SHORT)) == (0, 1, 0)


def test_a_share_says_nothing_on_a_first_night() -> None:
    """There is nothing to compare with."""
    assert night(options=("--min-rows", "50%")).exit_code == 0


def test_a_header_that_changed_is_told_once() -> None:
    """A column that is gone; not another order, nor a new column that nothing is done with."""
    night(ANA, EVA)
    said = night(("+34600000001", "Ana"), header=HEADER[:2])
    assert (said.exit_code, degraded(said)) == (1, ["header_changed"])
    assert 'gone: "Remarks"' in said.stderr
    assert night(("+34600000001", "Ana"), header=HEADER[:2]).exit_code == 0
    said = night(("Ana", "v", "+34600000001"), header=("Name", "Visits", "Phone"))
    assert (said.exit_code, degraded(said)) == (0, [])
    said = night(("Ana", "v", "+34600000001", "x"), header=("Name", "Visits", "Phone", "Remarks"))
    assert (said.exit_code, degraded(said)) == (1, ["header_changed"])  # it feeds the note


def test_a_renamed_header_that_the_config_follows_is_no_bad_night() -> None:
    """The run says what to write, and once that is done nothing is new that the config names."""
    made = '[input]\nheader = ["Telemóvel", "Name"]\n[columns]\nidentifier = "Telemóvel"\nname = "Name"\n'
    Path("config.toml").write_text(made, encoding="utf-8")
    assert night(ANA[:2], header=("Telemóvel", "Name")).exit_code == 0
    said = night(ANA[:2], header=("Móvel", "Name"))
    assert (said.exit_code, "write the new name into the config" in said.stderr) == (3, True)
    Path("config.toml").write_text(made.replace('= "Telemóvel"', '= "Móvel"'), encoding="utf-8")
    said = night(ANA[:2], header=("Móvel", "Name"))
    assert (said.exit_code, degraded(said), "New columns" in said.stderr) == (0, [], False)


def test_a_header_that_is_as_before_again_is_no_second_bad_night() -> None:
    """The repair is told to nobody; that it broke once more is."""
    night(ANA, EVA)
    for _ in range(2):
        said = night(("+34600000001", "Ana"), header=HEADER[:2])
        assert (said.exit_code, degraded(said)) == (1, ["header_changed"])
        said = night(ANA, EVA)
        assert (said.exit_code, degraded(said)) == (0, [])


def test_rows_that_were_fixed_are_no_night_of_their_own() -> None:
    """The file of rows to fix has few rows, whatever the config asks for."""
    Path("config.toml").write_text("[run]\nmin_rows = 2\n", encoding="utf-8")
    said = night(ANA, SHORT)
    (fix,) = said.summary["reports"]["failed"]
    fixed = [{**row, "Phone": "+34600000009"} for row in read(Path(fix))]
    table(Path("failed.csv"), [list(fixed[0]), *(list(row.values()) for row in fixed)])
    again = give("run", "failed.csv", "--yes", "--rate", "0", "--json")
    assert (again.exit_code, degraded(again), again.rows) == (0, [], {"created": 1, "read": 1})


def test_a_file_of_rows_to_fix_is_compared_with_no_other_of_its_name() -> None:
    """Of two nights they differ by the date of their folder alone, and hold other rows."""
    header = [*HEADER, "import_status", "import_reason", "import_row"]
    for day, row in (("23", SHORT), ("24", ("13", "Another", ""))):
        folder = Path("reports", f"202611{day}-020000-contacts")
        folder.mkdir(parents=True)
        table(folder / "failed.csv", [header, [*row, "invalid", "x", "3"]])
        said = give("run", folder / "failed.csv", "--yes", "--rate", "0", "--json")
        assert (said.exit_code, said.summary["changes"]["compared_with"]) == (1, None)
    checked = give("check", folder / "failed.csv", "--json")
    assert checked.summary["changes"]["compared_with"] == said.summary["run"]


def test_what_was_fixed_in_our_file_is_to_be_fixed_in_the_list_too() -> None:
    """Said once it is in Callbell, in the reports too; a list of one's own is the list."""
    in_list = "What you fixed in failed.csv, fix in your list too, or its next run shows it again."
    said = night(ANA, SHORT)
    fixed = [
        {**row, "Phone": "+34600000009"} for (fix,) in [said.summary["reports"]["failed"]] for row in read(Path(fix))
    ]
    table(Path("failed.csv"), [list(fixed[0]), *(list(row.values()) for row in fixed)])
    assert in_list not in said.stderr
    assert in_list not in give("run", "failed.csv", "--dry-run", "--yes").stderr
    again = give("run", "failed.csv", "--yes", "--rate", "0", "--json")
    assert in_list in again.stderr
    page = Path(again.summary["reports"]["page"]).read_text(encoding="utf-8")
    assert in_list in page
    assert "Nothing: every row" not in page


def test_a_rehearsal_is_compared_with_none() -> None:
    """Each has an account of its own; what it told is no news of a night."""
    for _ in range(2):
        said = night(ANA, SHORT, options=("--sandbox", "--min-rows", "3"))
        assert (said.exit_code, changes(said), degraded(said)) == (1, (1, 0, 0), ["too_few_rows"])
    assert changes(night(ANA, SHORT)) == (1, 0, 0)


def test_reports_that_cannot_be_written_tell_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was new then is new the night after, as nobody heard of it."""
    night(ANA, SHORT)
    with monkeypatch.context() as broken:
        broken.setattr("importer.reports.report_files.summary_text", _full_disk)
        assert night(ANA, SHORT, NONE, options=NEW).exit_code == 4
    said = night(ANA, SHORT, NONE, options=NEW)
    assert (said.exit_code, changes(said)) == (1, (1, 1, 0))


def _full_disk(*_: object) -> str:
    raise StorageError("The reports cannot be written: the disk is full.")


def test_what_is_kept_of_problems_names_nobody() -> None:
    """Of the last run alone, and in hashes."""
    for _ in range(3):
        said = night(ANA, ("99887766", "Rosalinda Quux", ""))
    journal = next(Path("state").rglob("journal.sqlite3"))
    with closing(sqlite3.connect(journal)) as file:
        kept = file.execute("SELECT name, typeof(problem), length(problem) FROM known_problems JOIN runs ON id = run")
        assert kept.fetchall() == [(said.summary["run"], "blob", 16)]
        series = file.execute("SELECT DISTINCT series FROM runs").fetchall()
    assert len(series) == 1
    assert TOKEN.encode() not in every_byte(Path("state"))


def test_a_report_that_is_written_again_says_the_same() -> None:
    """From the journal, whatever came later."""
    night(ANA, SHORT)
    said = night(ANA, SHORT, NONE, options=("--min-rows", "4"))
    night(ANA)
    again = json.loads(give("report", said.summary["run"], "--no-open", "--json").stdout)
    assert {key: again[key] for key in ("changes", "degraded", "problems", "exit_code")} == {
        key: said.summary[key] for key in ("changes", "degraded", "problems", "exit_code")
    }


def test_a_first_meeting_is_asked_again_when_the_sheet_is_to_win(service: Sandbox) -> None:
    """Only what was left then is the sheet's now: what a colleague changed since stays."""
    Path("config.toml").write_text(CONFIG, encoding="utf-8")
    made = {"identifier": "34600000001", "source": "whatsapp", "name": "Ana", "note": "theirs"}
    service.calls.create_contact(Asked(body=made))
    assert night(ANA).rows == {"exists": 1, "read": 1}
    assert [line["code"] for line in results()] == ["differs"]
    assert night(ANA).rows == {"unchanged": 1, "read": 1}
    service.calls.change_contact(Asked(parameter=service.contacts[0].uuid, body={"name": "Ana María"}))
    said = night(ANA, options=("--on-conflict", "sheet"))
    assert (said.exit_code, said.rows) == (0, {"updated": 1, "read": 1})
    (ana,) = service.contacts
    assert (ana.name, ana.note) == ("Ana María", "x")
    patches = service.traffic.requests["PATCH /contacts/:uuid"]
    assert night(ANA, options=("--on-conflict", "sheet")).rows == {"unchanged": 1, "read": 1}
    assert service.traffic.requests["PATCH /contacts/:uuid"] == patches == 1


def test_a_night_that_was_stopped_forgets_nothing_and_tells_nothing_twice() -> None:
    """The service refused too much: what was told stays known, and is no news the night after."""
    header = ("Phone", "Name", "Tags")
    Path("config.toml").write_text('[columns]\nidentifier = "Phone"\nname = "Name"\ntags = "Tags"\n', encoding="utf-8")
    rows = [("12", "Too Short", ""), ("+34600000001", "Ana", "")]
    first = night(*rows, header=header, options=NEW)
    assert changes(first) == (1, 0, 0)
    wrong = [("13", "Another", ""), ("+34600000002", "Eva", "No such tag")]
    stopped = night(*rows[1:], *wrong, header=header, options=(*NEW, "--max-failures", "0", "--min-rows", "100%"))
    assert (stopped.exit_code, changes(stopped), degraded(stopped)) == (5, (2, 0, 0), [])
    last = night(*rows, wrong[0], header=header, options=NEW)
    assert (last.exit_code, changes(last)) == (0, (0, 2, 1))


def test_the_dates_in_a_name_do_not_make_another_import() -> None:
    """The export of each day is compared with that of the day before."""
    for day, new in ((26, 1), (27, 0)):
        file = table(Path(f"list-2026-11-{day}.csv"), [HEADER, ANA, SHORT])
        assert changes(give("run", file, "--yes", "--rate", "0", "--json"))[0] == new


def test_what_a_log_says_of_a_header_has_no_whole_number() -> None:
    """Whatever people write there."""
    night(("+34600000001", "Ana", "x"), header=("Phone", "Name", "Who asked +34600111999"))
    said = night(("+34600000001", "Ana"), header=HEADER[:2])
    assert degraded(said) == ["header_changed"]
    assert "34600111999" not in said.stderr


def test_who_was_forgotten_alarms_once() -> None:
    """The row stays in the export every night; one more of them is new, and a retry settles none."""
    night(ANA, EVA, options=NEW)
    assert give("purge", "--contact", ANA[0], "--yes").exit_code == 0
    first, second = night(ANA, EVA, options=NEW), night(EVA, ANA, options=NEW)
    assert [(one.exit_code, changes(one)) for one in (first, second)] == [(1, (1, 0, 0)), (0, (0, 1, 0))]
    assert changes(give("retry", "--yes", "--json", *NEW)) == (0, 0, 0)
    assert (night(ANA, EVA, options=NEW).exit_code, changes(night(ANA, EVA))) == (0, (0, 1, 0))
    assert give("purge", "--contact", EVA[0], "--yes").exit_code == 0
    third = night(ANA, EVA, options=NEW)
    assert (third.exit_code, changes(third)) == (1, (1, 1, 0))


def test_a_retry_of_some_rows_settles_no_others() -> None:
    """What --limit leaves out is neither gone, nor new the next night."""
    refused = ("--tag", "No such tag")
    assert changes(night(SHORT, NONE, ANA, options=refused)) == (3, 0, 0)
    assert changes(give("retry", "--yes", "--limit", "1", "--json")) == (0, 1, 0)
    assert changes(night(SHORT, NONE, ANA, options=(*refused, *NEW))) == (0, 3, 0)


def test_a_retry_after_a_night_without_a_run_tells_of_it_and_leaves_it_the_last(service: Sandbox) -> None:
    """Its list was not read, so its rows are in no run: a retry of what was before is none of that night's."""
    assert night(ANA, options=["--fail-on", "new"]).exit_code == 0
    last = next(Path().rglob("last-run.json"))
    Path("contacts.csv").unlink()
    night_of_3 = give("run", "contacts.csv", "--yes", "--metrics", "night.prom")
    assert (night_of_3.exit_code, json.loads(last.read_text("utf-8"))["exit_code"]) == (3, 3)
    metrics = Path("night.prom").read_bytes()
    said = give("retry", "--yes", "--metrics", "night.prom")
    assert "is left to be sent again" in said.stderr
    assert "There is no file contacts.csv. Its list was not read, so no retry sends its rows." in said.stderr
    again = "Then import it; the run before it was:\n  callbell-importer run contacts.csv --fail-on new --yes"
    assert again in said.stderr
    assert json.loads(last.read_text("utf-8"))["error"]["code"] == "file_missing"
    assert Path("night.prom").read_bytes() == metrics
    assert "ended with exit code 3: There is no file contacts.csv" in give("runs").stderr + give("runs").stdout
    assert give("retry", "no-such-run").exit_code == 2
    assert json.loads(last.read_text("utf-8"))["error"]["code"] == "file_missing"
    assert night(ANA).exit_code == 0
    assert "Its list was not read" not in give("retry", "--yes").stderr
    assert json.loads(last.read_text("utf-8"))["command"] == "retry"
    assert len(service.contacts) == 1
