"""report.html: one file, everything escaped, never too long."""

from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from importer.model.rows import Sheet, Status
from importer.model.runs import ProblemGroup, Result, RunRecord
from importer.reports.html_report import html_report
from importer.reports.run_summary import RunSummary
from tests.unit.reports.test_results import CREATED, INVALID, START, FakeSource

EVIL = '<script>alert("1")</script><img src=x onerror=alert(1)>'


class Page(HTMLParser):
    """The page's tags with their attributes, and its texts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def page_of(results: Sequence[Result], problems: Sequence[ProblemGroup] = (), **ended: Any) -> str:
    """Return the page of a run with such rows."""
    source = FakeSource(results=results, sheets=(Sheet(file=EVIL, header=("Phone", EVIL)),), **ended)
    about = RunSummary(record=source.record(), tally=source.tally(), problems=problems, to_fix=[Path("failed.csv")])
    return html_report(source, about)


def test_everything_is_escaped() -> None:
    """Whoever writes into a cell, or answers as the service, puts nothing into the page but text."""
    evil = INVALID._replace(name=EVIL, identifier=EVIL, reason=EVIL, column=EVIL, code=EVIL)
    group = ProblemGroup(code=EVIL, column=EVIL, message=EVIL, count=1, rows=(4,))
    page = Page(page_of([CREATED, evil], [group], pace=(1, 2, 3)))
    assert [tag for tag, _ in page.tags if tag in {"img", "script", "link", "iframe", "a"}] == ["script"]
    assert not [attributes for _, attributes in page.tags if any(name.startswith("on") for name in attributes)]
    assert sum(EVIL in text for text in page.texts) >= 5


def test_the_pace_is_drawn_where_it_makes_a_line() -> None:
    """A run of less than two intervals has one point, or none."""
    assert "Requests per second over the run" in page_of([CREATED], pace=(1, 2, 3))
    assert "Requests per second over the run" not in page_of([CREATED], pace=(1,))


def test_only_its_own_script_runs_and_nothing_is_loaded() -> None:
    """The policy names the script's hash; no tag has an address."""
    page = page_of([CREATED, INVALID])
    script = page.partition("<script>")[2].partition("</script>")[0]
    policy = next(a["content"] for tag, a in Page(page).tags if a.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    assert f"script-src 'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'" in policy
    assert policy.startswith("default-src 'none';")
    assert not [a for _, a in Page(page).tags if {"src", "href", "action"} & a.keys()]


def test_the_page_stays_small() -> None:
    """However many rows need a person, and however long their texts are; it says that there are more."""
    long = [INVALID._replace(row=row, reason='"' * 5_000, name="<" * 500) for row in range(2, 20_002)]
    groups = [ProblemGroup(code=f"c{n}", column="x" * 999, message="&" * 5_000, count=1, rows=()) for n in range(5_000)]
    page = page_of(long, groups)
    assert len(page.encode()) < 700_000
    assert "These are the first" in page
    assert "more: see summary.json" in page


def test_it_is_light_and_dark_and_printable() -> None:
    """By the style sheet alone."""
    page = page_of([CREATED], exit_code=0)
    assert "prefers-color-scheme: dark" in page
    assert "@media print" in page
    assert "Rows that need you" not in page
    assert "Nothing: every row is where it should be." in page


def test_a_rehearsal_says_so() -> None:
    """In its title, in its first sentence, and beside each status."""

    class Rehearsed(FakeSource):
        def record(self) -> RunRecord:
            return RunRecord(
                name="r", command="run", account="sandbox r", files=("/a/b.csv",), options={}, report_dir="x",
                started_at=START,
            )  # fmt: skip

    source = Rehearsed(results=[CREATED])
    page = html_report(source, RunSummary(record=source.record(), tally=source.tally(), problems=()))
    assert "Rehearsal of the import of b.csv" in page
    assert "nothing was sent" in page
    assert "if Callbell answers as the sandbox did" in page
    assert '<p class="notice">This is a rehearsal in a sandbox: nothing was sent to Callbell.</p>' in page
    assert page.count(">would be created<") == 2
    assert ">created<" not in page
    assert '<p class="notice">' not in page_of([CREATED])


def test_a_row_is_named_as_the_spreadsheet_program_does() -> None:
    """Without a comma in its number: whoever looks for C1502 finds 1502."""
    page = Page(page_of([INVALID._replace(row=1502)]))
    assert "1502" in page.texts
    assert "1,502" not in page.texts


def test_a_command_is_whole_however_long_a_path_in_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever copies it from beside a row gets what is meant."""
    journal = f"/{'a-long-folder/' * 40}journal.sqlite3"
    monkeypatch.setattr(FakeSource, "options", {"journal": journal})
    texts = Page(page_of([INVALID._replace(status=Status.FAILED, code="gave_up")])).texts
    assert [text.partition(" --journal ")[2] for text in texts if text.startswith("Send it again:")] == [journal]
