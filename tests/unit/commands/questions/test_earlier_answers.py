"""What was answered before about the same files, and the same sheet of them."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from importer.commands.questions.earlier_answers import NO_ANSWERS, EarlierAnswers, RunsBefore
from importer.model.rows import Sheet
from importer.model.runs import CONSENT, DECLINED, RunRecord
from tests.support.journals import record

FILES = ("/tmp/libro.xlsx",)  # noqa: S108 - a name
FIRST = record("first")


def run(name: str, days: int, **options: object) -> RunRecord:
    """Return a run of the workbook, so many days after the first."""
    at = FIRST.started_at + timedelta(days=days)
    return replace(FIRST, name=name, files=FILES, options=options, started_at=at, finished_at=at)


def test_the_sheet_is_the_one_that_was_named_last() -> None:
    """Of the same files, by a run that was neither declined nor cut off."""
    runs = [
        replace(run("cut", 5, sheet="A"), finished_at=None),
        run("declined", 4, sheet="B", **{DECLINED: True}),
        run("unnamed", 3),
        run("named", 2, sheet="C"),
        run("older", 1, sheet="D"),
        replace(run("other", 6, sheet="E"), files=("/tmp/otro.xlsx",)),  # noqa: S108 - a name
    ]
    assert RunsBefore(runs=runs, files=FILES).sheet == "C"
    assert not RunsBefore(runs=runs[2:3], files=FILES).sheet


def test_another_sheet_is_the_one_that_the_last_run_was_told_to_read() -> None:
    """If it was told one."""
    runs = [run("unnamed", 3), run("named", 2, sheet="C")]
    assert RunsBefore(runs=runs[1:], files=FILES).other_sheet("D") == "C"
    assert not RunsBefore(runs=runs[1:], files=FILES).other_sheet("c ")
    assert not RunsBefore(runs=runs, files=FILES).other_sheet("D")


def test_of_another_sheet_only_the_country_is_known() -> None:
    """Its header, its columns and who agreed are its own."""
    guessed = [{"identifier": "Tel", "name": "Nombre"}]
    before = RunsBefore(runs=[run("a", 1, sheet="Clientes", header_row=3, country="ES", guessed=guessed)], files=FILES)
    same, other = before.answers({"sheet": "clientes "}), before.answers({"sheet": "Proveedores"})
    assert (same.header_row, same.column(0, "identifier"), list(same.countries)) == (3, "Tel", ["ES"])
    assert (other.header_row, other.column(0, "identifier"), list(other.countries)) == (None, "", ["ES"])


def test_who_agreed_is_known_of_a_run_that_was_cut_off_too() -> None:
    """Nobody else gets messages; of one that was declined nothing was sent, and nothing counts."""
    said = [{"OK": {"only": ["yes"], "seen": ["no", "yes"]}}]
    cut = replace(run("cut", 2, **{CONSENT: said}), finished_at=None)
    declined = run("declined", 3, **{CONSENT: [{"OK": {"only": [], "seen": ["no", "yes"]}}], DECLINED: True})
    assert RunsBefore(runs=[declined, cut], files=FILES).answers({}).consent[0]["OK"].only == ("yes",)
    assert not RunsBefore(runs=[declined], files=FILES).answers({}).consent
    by_config = run("by_config", 4, **{CONSENT: [{"OK": {"only": ["yes"], "seen": []}}]})
    assert RunsBefore(runs=[by_config, cut], files=FILES).answers({}).consent[0]["OK"].seen == ("no", "yes")


def test_the_country_of_the_nearest_files_counts_most() -> None:
    """The same sheet, the same file, the same folder, and then whatever was read last."""
    runs = [
        replace(run("other", 9, country="PT"), files=("/srv/lista.csv",)),
        replace(run("folder", 8, country="FR"), files=("/tmp/otro.xlsx",)),  # noqa: S108 - a name
        run("file", 7, country="ES", sheet="Clientes"),
        run("older", 6, country="IT", sheet="Clientes"),
        run("sheet", 5, country="CL", sheet="Proveedores"),
    ]
    found = RunsBefore(runs=runs, files=FILES).answers({"sheet": "Proveedores"}).countries
    assert [(country, one.where) for country, one in found.items()] == [
        ("CL", "the last run"),
        ("ES", "the last run of this file"),
        ("FR", "the last run of a file in this folder"),
        ("PT", "the last run"),
        ("IT", "an earlier run"),
    ]
    assert [one.weight for one in found.values()] == sorted((one.weight for one in found.values()), reverse=True)


def test_a_header_fits_that_has_the_columns_of_one_before() -> None:
    """Also those that are put together; where no columns are known, nothing speaks against it."""
    earlier = EarlierAnswers(columns=[{"identifier": "Tel", "name": "{First} {Last}"}, {"identifier": "Phone"}])
    assert earlier.fits(["Last", "First", "Tel"])
    assert earlier.fits(["Phone"])
    assert not earlier.fits(["First", "Tel"])
    assert NO_ANSWERS.fits(["A"])


OWN = [Sheet(file="failed.xlsx", header=("Tel", "import_status"))]


def test_a_file_of_our_own_making_has_the_country_of_the_run_that_wrote_it() -> None:
    """If that had none, of the last run of the list; another file in its folder has neither."""
    files = (f"{FIRST.report_dir}/failed.xlsx",)
    writer = run("writer", 1, country="Spain")
    later = replace(run("later", 2, country="FR"), report_dir="/elsewhere")
    assert not RunsBefore(runs=[later, writer], files=FILES).answers({}, OWN).written_with[0]
    before = RunsBefore(runs=[later, writer], files=files)
    assert before.answers({}, OWN).written_with == ("ES", "the run that wrote this file")
    assert before.with_country(OWN) is writer
    assert before.answers({}).written_with == ("", "")
    assert before.with_country([]) is None
    before = RunsBefore(runs=[later, replace(writer, options={})], files=files)
    assert before.answers({}, OWN).written_with == ("FR", "the last run of its list")


def test_a_rehearsal_that_wrote_a_file_tells_of_that_file_alone() -> None:
    """Of another one in its folder it does not count as an earlier run either."""
    files = (f"{FIRST.report_dir}/failed.xlsx",)
    before = RunsBefore(files=files, wrote=[run("rehearsal", 1, country="ES")])
    assert before.answers({}, OWN).written_with == ("ES", "the run that wrote this file")
    assert before.answers({}).countries == {}


def test_where_another_journal_has_the_run_that_wrote_a_file_no_country_is_known(tmp_path: Path) -> None:
    """But that of an earlier run of the very file: this journal's runs of the list may have had another."""
    (tmp_path / "summary.json").write_text(json.dumps({"files": FILES}), encoding="utf-8")
    files = (str(tmp_path / "failed.xlsx"),)
    of_list = replace(run("list", 1, country="PL"), report_dir="/elsewhere")
    answers = RunsBefore(runs=[of_list], files=files).answers({}, OWN)
    assert (answers.countries, answers.written_with) == ({}, ("", ""))
    assert RunsBefore(runs=[of_list], files=files).with_country(OWN) is None
    of_file = replace(of_list, files=files, options={"country": "ES"})
    answers = RunsBefore(runs=[of_list, of_file], files=files).answers({}, OWN)
    assert (list(answers.countries), answers.written_with) == (["ES"], ("ES", "the last run of this file"))
