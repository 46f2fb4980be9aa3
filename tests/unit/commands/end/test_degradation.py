"""Which runs are of one import, and what is not as it should be with one as a whole."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.commands.end.degradation import ReadSheet, degradations, series_of, undated
from importer.model.runs import EarlierRuns

NOTHING = EarlierRuns()


def sheet(*header: str, used: str = "", path: str = "/contacts.csv") -> ReadSheet:
    """Return a sheet; `used` names the columns that feed a field, with spaces between them."""
    return ReadSheet(file="contacts.csv", path=path, header=header, used=frozenset(used.split()))


def codes(read: int, fewest: str, *earlier: int) -> list[str]:
    """Return the codes of what is wrong with the number of rows."""
    return [one.code for one in degradations(read, [], EarlierRuns(rows_read=earlier), fewest)]


@pytest.mark.parametrize(("read", "found"), [(0, ["too_few_rows"]), (9, ["too_few_rows"]), (10, []), (11, [])])
def test_so_many_rows_are_enough(read: int, found: list[str]) -> None:
    """The number itself is enough, whatever was read before."""
    assert codes(read, "10") == codes(read, "10", 5, 5) == found


@pytest.mark.parametrize(("read", "found"), [(49, ["too_few_rows"]), (50, [])])
def test_a_share_is_one_of_the_median(read: int, found: list[str]) -> None:
    """One night that was huge, or empty, moves nothing."""
    assert codes(read, "50%", 100, 100_000, 100, 1, 100) == found


def test_a_share_of_nothing_says_nothing() -> None:
    """Without an earlier run nobody knows what is usual; without a limit any number will do."""
    assert codes(0, "50%") == codes(0, "", 100) == codes(0, "0", 100) == []


def test_the_sentence_has_the_figures_and_that_sending_was_safe() -> None:
    """Whoever reads it in the morning sees why, and that nobody was deleted."""
    (one,) = degradations(3, [], EarlierRuns(rows_read=(1_000, 1_001)), "50%")
    assert one.message == (
        "Only 3 rows were read, and --min-rows 50% asks for at least 501 (the median of the 2 runs before is 1,000)."
        " See whether the export is whole, and give the same command again; nothing is deleted for rows that are"
        " missing. If so few are right, give it once with --min-rows 0: later runs are compared with that one."
    )
    (one,) = degradations(1, [], EarlierRuns(rows_read=(8,)), "50%")
    assert one.message.startswith("Only 1 row was read, and --min-rows 50% asks for at least 4 (the run before had 8).")
    (one,) = degradations(0, [], NOTHING, "1")
    assert one.message.startswith("No row was read, and --min-rows 1 asks for at least 1. See")
    assert one.message.endswith("for rows that are missing.")


def changed(now: ReadSheet, *before: str, path: str = "/contacts.csv") -> str:
    """Return what is said to have changed in the header; empty: nothing that matters."""
    found = degradations(1, [now], EarlierRuns(headers=((path, before),)), "")
    assert {one.code for one in found} <= {"header_changed"}
    return "".join(one.message.partition("(")[2].partition(")")[0] for one in found)


@pytest.mark.parametrize(
    ("now", "said"),
    [
        (sheet("Phone", "Name", "City", used="Phone Name"), ""),
        (sheet("City", "Name", "Phone", used="Phone Name"), ""),  # another order
        (sheet("PHONE", " name ", "City", "", used="PHONE"), ""),  # as headers are compared
        (sheet("Phone", "Name", "City", "Visits", used="Phone Name"), ""),  # new, and nothing is done with it
        (sheet("Phone", "Name", "City", "import_status", used="Phone"), ""),  # of our own making
        (sheet("Phone", "Name", "City", "Tags", used="Phone Name Tags"), 'new: "Tags"'),
        (sheet("Phone", "Name", used="Phone Name"), 'gone: "City"'),
        (sheet("Phone", "Name", "Town", used="Phone Name"), 'gone: "City"; new: "Town"'),
        (
            sheet("Mobile", "Full name", used="Mobile"),
            'gone: "Phone", "Name" and "City"; new: "Mobile" and "Full name"',
        ),
    ],
)
def test_what_matters_in_a_header(now: ReadSheet, said: str) -> None:
    """A column that is gone or renamed does, and a new one that feeds a field."""
    assert changed(now, "Phone", "Name", "City") == said


def test_a_header_that_was_repaired_is_as_it_should_be() -> None:
    """It is that of the run before the change, or the one that the config was made for; a third one is not."""
    path, good, bad = "/contacts.csv", ("Phone", "Name", "City"), ("Phone", "Name")
    repaired, third = sheet(*good, used="Phone City"), sheet("Phone", "City", used="Phone City")
    known = EarlierRuns(headers=((path, bad),))
    after_change = EarlierRuns(headers=((path, bad),), headers_before=((path, good),))
    assert [one.code for one in degradations(1, [repaired], known, "")] == ["header_changed"]
    assert degradations(1, [repaired], known, "", good) == ()
    assert degradations(1, [repaired], after_change, "") == ()
    assert [one.code for one in degradations(1, [third], after_change, "", good)] == ["header_changed"]


def test_a_column_that_the_config_names_is_not_new() -> None:
    """Nor is gone what was in its place; another column that is gone is, and so is a new one that was guessed."""
    renamed = replace(sheet("Mobile", "Name", "City", used="Mobile"), named=frozenset({"Mobile"}))
    assert changed(renamed, "Phone", "Name", "City") == ""
    assert changed(renamed, "Phone", "Name", "City", "Notes") == 'gone: "Notes"'
    assert changed(replace(renamed, named=frozenset()), "Phone", "Name", "City") == 'gone: "Phone"; new: "Mobile"'


def test_a_file_of_another_date_has_the_same_header() -> None:
    """And a file that was not there before has none to compare with."""
    assert changed(sheet("Phone", path="/y/list-20261127.csv"), "Phone", "Name", path="/x/list-20261126.csv") == ""
    assert changed(sheet("Phone", path="/x/list-20261127.csv"), "Phone", "Name", path="/x/list-20261126.csv")


@pytest.mark.parametrize(
    "path",
    [
        "/srv/list-20261127.csv",
        "/srv/list-20261127-0200.csv",
        "/srv/list-20261127020013.csv",
        "/srv/list-2026-11-27.csv",
        "/srv/list-2026-11-27T02-00-13.csv",
        "/srv/list-27.11.2026.csv",
        "/srv/list-27112026.csv",
        "/srv/list-1795831213.csv",
        "/srv/list-1795831213123.csv",
    ],
)
def test_dates_in_a_name_do_not_count(path: str) -> None:
    """The export of each night is the same import."""
    assert undated(path) == "/srv/list-#.csv"
    assert series_of([path], "", "") == series_of(["/srv/list-20251231.csv"], "", "")


@pytest.mark.parametrize(
    "path", ["/srv/store1.csv", "/srv/client-100234/list.csv", "/srv/34600111222.csv", "/v1.2/a.csv"]
)
def test_other_numbers_do(path: str) -> None:
    """The list of another shop is another import."""
    assert undated(path) == path


def test_files_sheet_and_config_make_an_import() -> None:
    """In whatever order, and each file once."""
    one = series_of(["/a.csv", "/b.csv"], "", "/config.toml")
    assert one == series_of(["/b.csv", "/a.csv", "/a.csv"], "", "/config.toml")
    others = [
        series_of(["/a.csv"], "", "/config.toml"),
        series_of(["/a.csv", "/b.csv"], "Contacts", "/config.toml"),
        series_of(["/a.csv", "/b.csv"], "", ""),
    ]
    assert len({one, *others}) == 4


def test_files_of_our_own_making_are_told_apart_by_the_date_of_their_folder() -> None:
    """They are all called failed.csv, and each has the rows of another run."""
    monday, tuesday = (f"/reports/2026112{day}-020000-contacts/failed.csv" for day in (3, 4))
    assert series_of([monday], "", "") == series_of([tuesday], "", "")
    assert series_of([monday], "", "", is_ours=True) != series_of([tuesday], "", "", is_ours=True)


@given(st.text())
def test_any_name_will_do(name: str) -> None:
    """Whatever a file is called, a second look changes nothing."""
    assert undated(undated(name)) == undated(name)
    assert len(series_of([name], name, name)) == 32
