"""Many files and places: patterns, files that are moved when they are done, and addresses in place of files."""

import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from openpyxl import load_workbook

from importer.journal import Journal
from importer.sandbox import Sandbox
from importer.system import moves
from tests.support.commands import NO_LIMIT, TOKEN, Said, customers, every_byte, give, phones, results, serving, table
from tests.support.paths import ROOT

SECRET = "5ecret"  # noqa: S105 - opens nothing
JOURNAL = Path("state/journal.sqlite3")
INBOX, DONE = Path("inbox"), Path("done")


@pytest.fixture(autouse=True)
def _own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test stands in a folder of its own, with an inbox, a journal and a place for temporary files."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("CALLBELL_IMPORTER_JOURNAL", str(JOURNAL))
    monkeypatch.setenv("COLUMNS", "200")
    Path("temporary").mkdir()
    INBOX.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """A sandbox, whose address and token are in the environment."""
    with serving(NO_LIMIT) as sandbox:
        monkeypatch.setenv("CALLBELL_BASE_URL", sandbox.base_url)
        monkeypatch.setenv("CALLBELL_API_TOKEN", TOKEN)
        yield sandbox


class Web:
    """A server of files; `answer` decides what it says."""

    def __init__(self, port: int) -> None:
        self.body = b"Phone,Name\n+34600111222,Ana\n+34600111223,Eva\n"
        self.headers: dict[str, str] = {"Content-Type": "text/csv"}
        self.asked: list[str] = []
        self.is_slow = False
        self.reached, self.released = threading.Event(), threading.Event()
        self.address = f"http://ana:{SECRET}@127.0.0.1:{port}/lists/Customers.csv?sig={SECRET}"
        self.shown = f"http://127.0.0.1:{port}/lists/Customers.csv?..."
        self.public = f"http://127.0.0.1:{port}/lists/Customers.csv"


@pytest.fixture
def web() -> Iterator[Web]:
    """A web server on the loopback address, on a thread of its own."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.asked.append(self.path)
            self.send_response(200)
            for name, value in {"Content-Length": str(len(site.body)), **site.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(site.body)
            if site.is_slow:
                self.wfile.flush()
                site.reached.set()
                site.released.wait(30)

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site = Web(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, args=[0.01])
    thread.start()
    yield site
    site.released.set()
    server.shutdown()
    thread.join(10)
    server.server_close()


def run(*arguments: str | Path) -> Said:
    """Give the command as a night does."""
    return give("run", *arguments, "--yes", "--country", "ES")


def shown(run_name: str) -> Sequence[tuple[object, ...]]:
    """Return the rows of a run's results.xlsx."""
    book = load_workbook(Path("reports") / run_name / "results.xlsx", read_only=True)
    rows = [row for sheet in book.worksheets for row in sheet.iter_rows(values_only=True)]
    book.close()
    return rows[[row[0] for row in rows].index("Phone") :]


def names(folder: Path) -> list[str]:
    """Return what is in a folder, sorted."""
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


# Files that are done


def test_files_are_moved_whose_rows_are_where_they_should_be(service: Sandbox) -> None:
    """One with a row that needs a person stays, and it is said why; the folder is made, for its owner alone."""
    customers(INBOX / "a.csv")
    table(INBOX / "b.csv", [("Phone", "Name"), ("+34600222333", "Ana"), ("12", "Eva")])
    customers(INBOX / "c.csv", first=10)
    said = run("inbox/*.csv", "--done-dir", DONE)
    assert said.exit_code == 1
    assert (names(INBOX), names(DONE)) == (["b.csv"], ["a.csv", "c.csv"])
    assert "Moved to done: inbox/a.csv, inbox/c.csv." in said.stderr
    assert "Not moved: inbox/b.csv (1 row is not where it should be)." in said.stderr
    assert len(service.contacts) == 7
    if os.name == "posix":
        assert DONE.stat().st_mode & 0o777 == 0o700


def test_the_second_night_moves_what_was_mended(service: Sandbox) -> None:
    """Over nothing of the first: what is there already gets company."""
    customers(INBOX / "a.csv")
    assert run("inbox/*.csv", "--done-dir", DONE).exit_code == 0
    customers(INBOX / "a.csv", 4)
    said = run("inbox/*.csv", "--done-dir", DONE)
    assert said.exit_code == 0
    assert "inbox/a.csv (as a-2.csv)" in said.stderr
    assert (names(INBOX), names(DONE)) == ([], ["a-2.csv", "a.csv"])
    assert len(service.contacts) == 4


@pytest.mark.usefixtures("service")
def test_bad_rows_of_a_file_that_stays_are_known_the_next_night() -> None:
    """The pattern is the same import, whatever it matches: what was moved, and what came since."""
    for name, phone in (("a", "12"), ("b", "+34600111222")):
        table(INBOX / f"{name}.csv", [("Phone", "Name"), (phone, "Ana")])
    codes = []
    for _ in range(2):
        codes.append(run("inbox/*.csv", "--done-dir", DONE, "--fail-on", "new").exit_code)
        table(INBOX / "c.csv", [("Phone", "Name"), ("+34600111223", "Eva")])
    assert codes == [1, 0]


@pytest.mark.usefixtures("service")
def test_the_files_of_a_degraded_run_stay() -> None:
    """An export that was cut short is there to be looked at, and for the same command again."""
    customers(INBOX / "a.csv")
    said = run("inbox/*.csv", "--done-dir", DONE, "--min-rows", "5")
    assert said.exit_code == 1
    assert "Not moved: inbox/a.csv (the run is degraded)." in said.stderr
    assert names(INBOX) == ["a.csv"]
    assert run("inbox/*.csv", "--done-dir", DONE).exit_code == 0
    assert names(INBOX) == []


def test_rows_that_were_there_before_are_where_they_should_be(service: Sandbox) -> None:
    """Unchanged, and twice in the list."""
    customers(INBOX / "a.csv")
    run("inbox/a.csv")
    table(INBOX / "b.csv", [("Phone", "Name"), *[("+34600000001", "Customer 1")] * 2])
    run("inbox/a.csv", "inbox/b.csv", "--done-dir", DONE)
    assert names(DONE) == ["a.csv", "b.csv"]
    assert len(service.contacts) == 3


def test_a_duplicate_of_a_row_that_failed_keeps_its_file_back(service: Sandbox) -> None:
    """It is there only by the row that it repeats, and that one is not there."""
    table(INBOX / "a.csv", [("Phone", "Name", "Tags"), ("+34600111222", "Ana", "nowhere to be found"), *_others()])
    table(INBOX / "b.csv", [("Phone", "Name", "Tags"), ("+34600111222", "Ana", "")])
    said = run("inbox/*.csv", "--done-dir", DONE)
    rows = [(row["file"], row["status"]) for row in results()]
    assert ("inbox/a.csv", "failed") in rows
    assert ("inbox/b.csv", "duplicate") in rows
    assert said.exit_code == 1
    assert names(DONE) == []
    assert len(service.contacts) == 2


def _others() -> list[tuple[str, str, str]]:
    return [("+34600111333", "Eva", ""), ("+34600111444", "Max", "")]


@pytest.mark.usefixtures("service")
@pytest.mark.parametrize("more", [["--limit", "3"], ["--dry-run"], ["--sandbox"]])
def test_a_run_that_does_not_send_all_rows_moves_nothing(more: list[str]) -> None:
    """Not even one whose rows it did send, where the last of them is just the last of the file."""
    customers(INBOX / "a.csv")
    assert run("inbox/a.csv", "--done-dir", DONE, *more).exit_code == 0
    assert (names(INBOX), names(DONE)) == (["a.csv"], [])


@pytest.mark.usefixtures("service")
def test_a_file_stays_that_was_not_sent_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """The run ended before its turn; the file before it is done."""
    table(INBOX / "a.csv", [("Phone", "Name"), ("+34600111222", "Ana"), ("+34600111223", "")])
    customers(INBOX / "b.csv")
    monkeypatch.setenv("CALLBELL_API_TOKEN", "wrong")
    assert run("inbox/*.csv", "--done-dir", DONE).exit_code == 5
    assert names(INBOX) == ["a.csv", "b.csv"]


@pytest.mark.usefixtures("service")
def test_a_file_that_was_replaced_during_the_run_stays(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Tomorrow's list came early; nobody has read it; a quiet night warns of it."""
    path = customers(INBOX / "a.csv")
    before = moves.mark_of

    def replaced(file: Path) -> moves.FileMark:
        customers(path, 5)
        return before(file)

    monkeypatch.setattr(moves, "mark_of", replaced)
    said = run("inbox/a.csv", "--done-dir", DONE)
    told = "Not moved: inbox/a.csv (it was changed or replaced meanwhile)."
    assert told in said.stderr
    assert [one.levelname for one in caplog.records if one.message == told] == ["WARNING"]
    assert (names(INBOX), names(DONE)) == (["a.csv"], [])
    assert said.exit_code == 0


@pytest.mark.usefixtures("service")
def test_the_reports_find_a_file_that_was_moved() -> None:
    """Those of that run, and of the run before, which read it too and left it."""
    customers(INBOX / "a.csv")
    table(INBOX / "b.csv", [("Phone", "Name"), ("12", "Eva")])
    run("inbox/a.csv", "inbox/b.csv")
    run("inbox/a.csv", "--done-dir", DONE)
    with closing(Journal.open(JOURNAL)) as journal:
        for record, _ in journal.runs():
            sheet = journal.report_source(record.name).sheets()[0]
            assert sheet.moved_to == str((DONE / "a.csv").absolute())
            assert give("report", record.name, "--no-open").exit_code == 0
            assert shown(record.name)[1][:2] == ("+34600000000", "Customer 0")


def test_done_dir_may_be_in_the_config(service: Sandbox) -> None:
    """Seen from the config's folder."""
    customers(INBOX / "a.csv")
    Path("night.toml").write_text('[run]\ndone_dir = "over"\n', "utf-8")
    assert run("inbox/a.csv", "-c", "night.toml").exit_code == 0
    assert names(Path("over")) == ["a.csv"]
    assert len(service.contacts) == 3


@pytest.mark.usefixtures("service")
def test_the_folder_of_the_file_itself_is_refused() -> None:
    """Each night would give it another number."""
    customers(INBOX / "a.csv")
    said = run("inbox/a.csv", "--done-dir", "./inbox")
    assert said.exit_code == 2
    assert "is in the folder of --done-dir already" in said.stderr


# Patterns


@pytest.mark.usefixtures("service")
def test_an_empty_inbox_is_as_it_should_be() -> None:
    """Nobody is woken; programs get their object."""
    said = run("inbox/*.xlsx", "--done-dir", DONE, "--json")
    assert said.exit_code == 0
    assert "Nothing to import: no file matches inbox/*.xlsx." in said.stderr
    assert (said.summary["exit_code"], said.summary["files"], said.rows) == (0, [], {})
    assert give("runs").stdout.startswith("There is no run yet.")


@pytest.mark.usefixtures("service")
def test_an_inbox_is_not_empty_where_rows_were_asked_for() -> None:
    """An export that did not come is not a quiet night; of a share nothing can be said without a run."""
    INBOX.mkdir(exist_ok=True)
    said = run("inbox/*.csv", "--done-dir", DONE, "--min-rows", "5", "--json")
    assert (said.exit_code, said.summary["exit_code"]) == (1, 1)
    assert [one["code"] for one in said.summary["degraded"]] == ["too_few_rows"]
    assert "DEGRADED: No row was read" in said.stderr
    assert run("inbox/*.csv", "--done-dir", DONE, "--min-rows", "50%").exit_code == 0


@pytest.mark.usefixtures("service")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "inbox/*.xlsx"], "No file matches inbox/*.xlsx."),
        (["check", "inbox/*.xlsx"], "No file matches inbox/*.xlsx."),
        (["init", "inbox/*.xlsx"], "No file matches inbox/*.xlsx."),
        (["run", "outbox/*.xlsx", "--done-dir", "done"], "There is no folder outbox."),
    ],
)
def test_a_pattern_that_matches_nothing_is_an_error_elsewhere(arguments: list[str], said: str) -> None:
    """As is an inbox that is not there: a disk that was not mounted is not an empty one."""
    ended = give(*arguments, *(["--yes"] if arguments[0] != "check" else []))
    assert ended.exit_code == 3
    assert said in ended.stderr


def test_a_pattern_is_expanded_in_order_and_each_file_read_once(service: Sandbox) -> None:
    """Without the files that Excel lays beside those that are open."""
    for number, name in enumerate(("b.csv", "a.csv", "~$a.csv", ".hidden.csv")):
        customers(INBOX / name, 1, first=number)
    run("inbox/a.csv", "inbox/*.csv")
    assert [row["file"] for row in results()] == ["inbox/a.csv", "inbox/b.csv"]
    assert len(service.contacts) == 2


def test_a_file_that_is_called_like_a_pattern_is_a_file(service: Sandbox) -> None:
    """Such as list[1].csv, as browsers call the second download."""
    customers(INBOX / "list[1].csv")
    assert run("inbox/list[1].csv").exit_code == 0
    assert len(service.contacts) == 3


# Addresses


def test_an_address_is_imported_and_its_secrets_are_nowhere(service: Sandbox, web: Web) -> None:
    """Not on the screen, nor in journal, reports, log or names of runs; what was fetched is gone."""
    said = run(web.address, "--log-file", "importer.log", "-v")
    assert said.exit_code == 0
    assert web.asked == [f"/lists/Customers.csv?sig={SECRET}"]
    assert phones(service) == ["34600111222", "34600111223"]
    assert {row["file"] for row in results()} == {web.shown}
    assert names(Path("reports"))[0].endswith("-Customers")
    assert names(Path("temporary")) == []
    everything = every_byte(Path()) + said.stderr.encode() + give("runs").stdout.encode()
    assert SECRET.encode() not in everything
    assert b"temporary/" not in everything


@pytest.mark.usefixtures("service")
def test_the_reports_have_the_columns_of_what_was_fetched(web: Web) -> None:
    """As the run read it; fetched again for `report`, if it is the same still; else the workbook stays as it is."""
    run(web.public)
    run(web.public)  # of whose rows the journal keeps no cells: they are unchanged
    name = max(names(Path("reports")))
    assert shown(name)[1][:2] == ("+34600111222", "Ana")
    assert len(web.asked) == 2
    give("report", "--no-open")
    assert shown(name)[1][:2] == ("+34600111222", "Ana")
    assert len(web.asked) == 3
    web.body = web.body.replace(b"Ana", b"Oto")
    give("report", "--no-open")
    assert shown(name)[1][:2] == ("+34600111222", "Ana")
    assert len(web.asked) == 4
    assert names(Path("temporary")) == []


def test_the_commands_of_an_address_name_it(web: Web) -> None:
    """As it was given, so that they can be copied; where it had a secret, up to that, and then it is refused."""
    assert f"To send the rows:\n  callbell-importer run {web.public} " in run(web.public, "--sandbox").stderr
    assert f"  callbell-importer run '{web.shown}' " in run(web.address, "--sandbox").stderr
    cut = run(web.shown, "--sandbox")
    assert (cut.exit_code, len(web.asked)) == (3, 2)
    assert f"{web.shown} is cut off where its secret begins: give the whole one." in " ".join(cut.stderr.split())


@pytest.mark.usefixtures("service")
def test_what_had_a_secret_is_not_fetched_again(web: Web) -> None:
    """It is not kept; the reports do without those cells."""
    run(web.address)
    run(web.address)
    assert give("report", "--no-open").exit_code == 0
    assert len(web.asked) == 2


def test_check_and_init_take_addresses(service: Sandbox, web: Web) -> None:
    """As `run` does."""
    assert give("check", web.address, "--country", "ES").exit_code == 0
    said = give("init", web.address, "--yes", "-c", "made.toml")
    assert (said.exit_code, SECRET in said.stderr) == (0, False)
    assert SECRET.encode() not in every_byte(Path())
    assert len(service.contacts) == 0
    assert names(Path("temporary")) == []


def test_retry_sends_the_rows_of_an_address_again(service: Sandbox, web: Web) -> None:
    """The journal has them: the address is not needed for it."""
    web.body = b"Phone,Name,Tags\n+34600111222,Ana,\n+34600111223,Eva,nowhere to be found\n"
    assert run(web.address).exit_code == 1
    retried = give("retry", "--yes")
    assert retried.exit_code == 1
    assert "failed" in retried.stderr
    assert len(service.contacts) == 1
    assert SECRET.encode() not in every_byte(Path())


def test_files_and_addresses_go_together(service: Sandbox, web: Web) -> None:
    """In the order in which they were given."""
    customers(INBOX / "a.csv")
    assert run("inbox/a.csv", web.public).exit_code == 0
    assert [row["file"] for row in results()] == ["inbox/a.csv"] * 3 + [web.public] * 2
    assert len(service.contacts) == 5


def _cut(web: Web) -> None:
    web.headers["Content-Length"] = "1000"


def _page(web: Web) -> None:
    web.headers["Content-Type"] = "text/html"


def _disguised(web: Web) -> None:
    web.body = b"<!DOCTYPE html><html><body>Sign in</body></html>"


def _empty(web: Web) -> None:
    web.body = b""


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (_cut, "broke off before its end"),
        (_page, "is a web page, and no spreadsheet"),
        (_disguised, "is a web page or XML"),
        (_empty, "is empty"),
    ],
)
def test_what_is_no_whole_spreadsheet_sends_nothing(
    service: Sandbox, web: Web, monkeypatch: pytest.MonkeyPatch, change: Callable[[Web], None], sentence: str
) -> None:
    """Exit code 3, with the address without its secrets, and nothing left behind."""
    monkeypatch.setattr("importer.client.download.WAITS_SECONDS", ())
    monkeypatch.setattr("importer.client.download.download_file.__defaults__", ((),))
    change(web)
    said = run(web.address)
    assert said.exit_code == 3
    assert f"{web.shown} {sentence}" in said.stderr
    assert len(service.contacts) == 0
    assert names(Path("temporary")) == []
    assert SECRET not in said.stderr


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signal")
@pytest.mark.usefixtures("service")
def test_a_run_that_is_ended_while_it_fetches_leaves_nothing_behind(web: Web, tmp_path: Path) -> None:
    """Whoever stops the service at night leaves no list of customers in a folder for temporary files."""
    web.is_slow = True
    web.headers["Content-Length"] = "1000"
    command = [sys.executable, "-m", "importer", "run", web.address, "--yes", "--country", "ES"]
    environment = {**os.environ, "TMPDIR": str(tmp_path / "temporary"), "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE) as running:  # noqa: S603 - our own command
        assert web.reached.wait(60)
        running.send_signal(signal.SIGTERM)
        said = running.communicate(timeout=30)[1].decode()
    assert running.returncode == 143
    assert names(Path("temporary")) == []
    assert SECRET not in said


@pytest.mark.usefixtures("service")
def test_an_address_cannot_be_moved() -> None:
    """It is said before anything is fetched, and without the secret."""
    said = run(f"https://ana:{SECRET}@example.com/a.csv", "--done-dir", DONE)
    assert said.exit_code == 2
    assert "https://example.com/a.csv is an address, where nothing can be moved" in said.stderr
    assert SECRET not in said.stderr


@pytest.mark.usefixtures("service")
@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("http://example.com/a.csv", "begins with http://"),
        ("ftp://ana:5ecret@example.com/a.csv", "ftp://example.com/a.csv cannot be fetched: addresses begin with"),
        ("https://ana:5ecret@[broken/a.csv", "https://... is no address"),
    ],
)
def test_other_addresses_are_refused(address: str, sentence: str) -> None:
    """With what would do."""
    said = run(address)
    assert said.exit_code == 3
    assert sentence in said.stderr
    assert SECRET not in said.stderr
