"""Commands that look into another journal than the nightly service's say so, and how they are given there."""

import io
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from importer.commands import copy_place
from importer.commands import service_journals as tested
from importer.commands.context import CommandContext
from importer.commands.journal import back_up_journal, check_journal, tell_of_other_journals
from importer.commands.journal_path import journal_of
from importer.commands.named_journal import known_journals, remember_journal
from importer.commands.purge.command import purge_contact
from importer.commands.purge.runs import purge_runs
from importer.commands.runs import find_run, find_run_to_report, find_run_to_retry, list_runs
from importer.journal import Journal
from importer.model.errors import StorageError, UsageError
from importer.settings import settle
from importer.system import crontabs, installed_units, shell
from importer.system.cron_table import with_job
from importer.system.service_user import ServiceUser
from importer.system.systemd_units import service_unit
from tests.support.journals import record
from tests.support.nightly_jobs import nightly_job

NUMBER = "+34600111222"
AS_USER = "CALLBELL_API_TOKEN=$(cat /etc/callbell-importer/token) su -s /bin/sh callbell -c "


@pytest.fixture(autouse=True)
def service_journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A nightly service with a journal of its own."""
    journal, units = tmp_path / ".local/state/callbell-importer/journal.sqlite3", tmp_path / "units"
    for folder in (journal.parent, units):
        folder.mkdir(parents=True)
    user = ServiceUser(name="callbell", home=str(tmp_path), is_there=True)
    monkeypatch.setattr(tested, "find_user", lambda _name, _home: user)
    monkeypatch.setattr(copy_place, "may", lambda _user, _mode, _path: True)
    journal.touch()
    job = nightly_job(journal=str(journal), token_file="/etc/callbell-importer/token")
    (units / "callbell-importer.service").write_text(service_unit(job), "utf-8")
    monkeypatch.setattr(installed_units, "UNITS", units)
    return journal


def context(**options: object) -> CommandContext:
    """As root has it."""
    return CommandContext(settings=settle(options, {}), options=options, environment={}, stream=io.StringIO())


LOOKS: list[tuple[Callable[[CommandContext], object], str]] = [
    (lambda it: find_run_to_retry(it, ""), "retry"),
    (lambda it: find_run_to_retry(it, "last"), "retry last"),
    (lambda it: find_run_to_report(it, ""), "report"),
    (lambda it: find_run(it, "undo", "last"), "undo last"),
    (lambda it: list_runs(it, "last"), "runs last"),
    (lambda it: purge_contact(it, NUMBER), f"purge --contact {NUMBER}"),
    (lambda it: purge_runs(it, 90, "90d"), "purge --older-than 90d"),
    (lambda it: back_up_journal(it, Path("/backups/copy")), "journal backup /backups/copy"),
    (check_journal, "journal check"),
]


@pytest.mark.parametrize(("give", "words"), LOOKS)
def test_who_looks_into_another_journal_is_told_of_the_services(
    give: Callable[[CommandContext], object], words: str, service_journal: Path
) -> None:
    """With both paths, and the exact command that works."""
    chosen = context(country="ES")
    with pytest.raises(UsageError) as caught:
        give(chosen)
    assert str(journal_of(chosen.settings)) in caught.value.message
    assert caught.value.hint == (
        f"The nightly callbell-importer.service has the journal {service_journal}. To look there, give this as root:\n"
        f"  {AS_USER}'callbell-importer {words} --country ES'"
    )


@pytest.mark.parametrize("give", [give for give, _ in LOOKS])
def test_a_journal_that_was_moved_to_the_service_is_not_to_be_put_back(
    give: Callable[[CommandContext], object], service_journal: Path
) -> None:
    """As `schedule` tells root to do: the service's journal has the run for which the own one was used last."""
    chosen = context()
    own = begin_own(chosen)
    used_at = record().started_at - timedelta(seconds=2)
    remember_journal(own, used_at, known_journals())
    own.replace(service_journal)
    with pytest.raises(UsageError) as caught:
        give(chosen)
    assert caught.value.hint.startswith("The nightly callbell-importer.service has the journal ")
    assert "The nightly callbell-importer.service has the journal" in list_runs(chosen)


@pytest.mark.parametrize("days", [-1, 1])
def test_a_journal_that_is_missing_is_to_be_put_back_where_the_service_has_another(
    days: int, service_journal: Path
) -> None:
    """The service's own runs, before or after, tell nothing of what the own one knew."""
    chosen = context()
    own = begin_own(chosen)
    remember_journal(own, record().started_at + timedelta(days=days), known_journals())
    own.replace(service_journal)
    with pytest.raises(StorageError, match="is missing") as caught:
        find_run_to_retry(chosen, "")
    assert caught.value.hint.startswith("Put it back")


def begin_own(chosen: CommandContext) -> Path:
    """Let root have a journal too, with a run."""
    path = journal_of(chosen.settings)
    with closing(Journal.open(path)) as journal:
        journal.begin(record())
    return path


def checked(chosen: CommandContext) -> str:
    """Return what a check says, on both streams."""
    said = check_journal(chosen)
    tell_of_other_journals(chosen)
    assert isinstance(chosen.stream, io.StringIO)
    return said + chosen.stream.getvalue()


@pytest.mark.parametrize(
    ("give", "words", "done"),
    [
        (lambda it, copy: back_up_journal(it, copy).text, "journal backup {}", "was copied to"),
        (lambda it, _: checked(it), "journal check", "is whole."),
        (lambda it, _: purge_runs(it, 90, "90d").text, "purge --older-than 90d", "No run is older than 90 days"),
    ],
)
def test_who_looks_into_their_own_journal_is_told_of_the_services_too(
    give: Callable[[CommandContext, Path], str], words: str, done: str, service_journal: Path, tmp_path: Path
) -> None:
    """Root's own may hold next to nothing: a copy of it before an upgrade is none of what the nights know."""
    chosen = context()
    begin_own(chosen)
    said = give(chosen, tmp_path / "copy.sqlite3")
    assert done in said
    assert said.rstrip("\n").endswith(
        f"The nightly callbell-importer.service has the journal {service_journal}. To look there, give this as root:\n"
        f"  {AS_USER}'callbell-importer {words.format(tmp_path / 'copy-2.sqlite3')}'"
    )


@pytest.mark.parametrize("option", ["journal", "sandbox"])
def test_who_names_a_journal_is_told_of_no_other(option: str, tmp_path: Path) -> None:
    """Nor who looks into the rehearsals."""
    chosen = context(**{option: str(tmp_path / "own.sqlite3") if option == "journal" else True})
    begin_own(chosen)
    for said in (back_up_journal(chosen, tmp_path / "copy").text, checked(chosen), purge_runs(chosen, 90, "90d").text):
        assert "nightly" not in said


def test_the_user_of_the_nights_is_told_of_no_other(service_journal: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Their journal is the service's."""
    service_journal.unlink()
    monkeypatch.setenv("XDG_STATE_HOME", str(service_journal.parents[1]))
    chosen = context()
    assert begin_own(chosen) == service_journal
    assert "nightly" not in checked(chosen)


def test_a_copy_is_put_where_the_services_user_may_write_to(
    service_journal: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Root's folder is not theirs, so the command that is told has another, and it is said where the copy is then."""
    closed = {"/", str(tmp_path / "etc")}
    monkeypatch.setattr(copy_place, "may", lambda _user, _mode, path: path not in closed)
    (tmp_path / "etc").mkdir()
    with pytest.raises(UsageError) as caught:
        back_up_journal(context(), tmp_path / "etc/new/copy.sqlite3")
    _, command, where = caught.value.hint.splitlines()
    assert command == f"  {AS_USER}'callbell-importer journal backup {tmp_path}/copy.sqlite3'"
    assert where == f"The copy is {tmp_path}/copy.sqlite3 then, as callbell may not write to {tmp_path}/etc."
    (tmp_path / "copy.sqlite3").touch()  # of the last upgrade
    closed.add(str(tmp_path))
    with pytest.raises(UsageError) as caught:
        back_up_journal(context(), tmp_path / "etc/copy.sqlite3")
    assert f"journal backup {service_journal.parent}/copy.sqlite3'" in caught.value.hint
    closed.remove(str(tmp_path))
    with pytest.raises(UsageError) as caught:
        back_up_journal(context(), tmp_path / "etc/copy.sqlite3")
    assert f"journal backup {tmp_path}/copy-2.sqlite3'" in caught.value.hint


def test_one_journal_of_two_jobs_is_told_of_once(
    service_journal: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its user has a cron job too: the same command twice would help nobody."""
    monkeypatch.setattr(crontabs, "SPOOLS", (tmp_path / "crontabs",))
    (tmp_path / "crontabs").mkdir()
    (tmp_path / "crontabs/callbell").write_text(with_job("", nightly_job(journal=str(service_journal))), "utf-8")
    assert tested.elsewhere(context(), "runs").count("callbell-importer runs") == 1


def test_the_list_of_runs_tells_the_same_where_it_is_empty(service_journal: Path) -> None:
    """It is no error there."""
    chosen = context()
    first, second, third = list_runs(chosen).splitlines()
    assert first == f"There is no run yet. The journal {journal_of(chosen.settings)} is not there."
    assert str(service_journal) in second
    assert third == f"  {AS_USER}'callbell-importer runs'"


def test_a_journal_that_the_services_user_does_not_find_by_itself_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, service_journal: Path
) -> None:
    """It was named for the service."""
    user = ServiceUser(name="callbell", home=str(tmp_path / "home"), is_there=True)
    monkeypatch.setattr(tested, "find_user", lambda _name, _home: user)
    assert list_runs(context()).endswith(f"'callbell-importer runs --journal {service_journal}'\n")


def test_a_run_that_is_not_among_others_may_be_in_the_services_journal() -> None:
    """Root made runs of their own; the names of these are one cure, the service's journal the other."""
    chosen = context()
    path = journal_of(chosen.settings)
    with closing(Journal.open(path)) as journal:
        journal.begin(record())
    with pytest.raises(UsageError, match="no run named other in the journal") as caught:
        find_run(chosen, "undo", "other")
    assert caught.value.hint.startswith("See their names with: callbell-importer runs\nThe nightly")
    assert caught.value.hint.endswith("'callbell-importer undo other'")


@pytest.mark.parametrize("options", [{"journal": "/nonexistent/journal.sqlite3"}, {"sandbox": True}])
def test_no_other_journal_is_told_of_where_one_was_named(options: dict[str, object]) -> None:
    """Nor in a rehearsal."""
    with pytest.raises(UsageError) as caught:
        find_run_to_retry(context(**options), "")
    assert caught.value.hint == "Make one with: callbell-importer run FILE"


def test_a_service_that_has_not_run_yet_has_nothing_to_look_into(service_journal: Path) -> None:
    """Its journal is not there."""
    service_journal.unlink()
    assert list_runs(context()).splitlines()[1:] == ["Make one with: callbell-importer run FILE"]


def test_a_person_is_to_be_forgotten_in_the_services_journal_too(service_journal: Path) -> None:
    """By a command of its own, as its user."""
    chosen = context(yes=True)
    with closing(Journal.open(journal_of(chosen.settings))) as journal:
        journal.begin(record())
    told = purge_contact(chosen, NUMBER).text
    assert f"  {AS_USER}'callbell-importer purge --contact NUMBER --journal {service_journal}'" in told


def test_whoever_may_not_look_into_the_services_folder_is_told_to_forget_them_there(
    service_journal: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That it is there cannot be seen, as only its user may go into the folder."""
    chosen = context(yes=True)
    with closing(Journal.open(journal_of(chosen.settings))) as journal:
        journal.begin(record())
    stat = Path.stat

    def refused(path: Path, *, follow_symlinks: bool = True) -> object:
        if path == service_journal:
            raise PermissionError
        return stat(path, follow_symlinks=follow_symlinks)

    monkeypatch.setattr(Path, "stat", refused)
    told = purge_contact(chosen, NUMBER).text
    assert "To forget them there, as root:\n" in told
    assert f"purge --contact NUMBER --journal {service_journal}'" in told


@pytest.fixture
def cron_journal(service_journal: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A cron job in place of the service, with the same journal."""
    monkeypatch.setattr(installed_units, "UNITS", Path("/nonexistent"))
    monkeypatch.setattr(crontabs, "SPOOLS", (tmp_path / "crontabs",))
    (tmp_path / "crontabs").mkdir()
    job = nightly_job(journal=str(service_journal))
    (tmp_path / "crontabs/callbell").write_text(with_job("", job), "utf-8")
    return service_journal


def test_a_cron_job_of_another_user_is_told_of_as_a_service_is(cron_journal: Path) -> None:
    """Root has no journal, or another; no first run is offered, which would begin a second one."""
    first, second, third = list_runs(context()).splitlines()
    assert first.startswith("There is no run yet. The journal ")
    assert second == (
        f"The nightly cron job callbell-importer of callbell has the journal {cron_journal}."
        " To look there, give this as root:"
    )
    assert third == "  su -s /bin/sh callbell -c 'callbell-importer runs'"


def test_the_own_cron_job_needs_no_other_user(cron_journal: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its journal is named, if it is not the usual one."""
    monkeypatch.setattr(tested, "own_name", lambda: "callbell")
    user = ServiceUser(name="callbell", home="/home/callbell", is_there=True)
    monkeypatch.setattr(tested, "find_user", lambda _name, _home: user)
    assert list_runs(context()).endswith(f" To look there:\n  callbell-importer runs --journal {cron_journal}\n")


def test_reports_of_another_user_tell_who_gives_the_nightly_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no job is found: on another system than cron's or systemd's, or with lines that somebody wrote."""
    monkeypatch.setattr(installed_units, "UNITS", Path("/nonexistent"))
    monkeypatch.setattr(Path, "owner", lambda path: "ana" if path.name.startswith("20261126") else "callbell")
    for name in ("20261126-020000-contacts", "20261127-020000-contacts", "zz"):
        (tmp_path / "reports" / name).mkdir(parents=True)
    chosen = context(report_dir=str(tmp_path / "reports"))
    with pytest.raises(UsageError) as caught:
        find_run(chosen, "undo", "20261127-020000-contacts")
    assert caught.value.hint == (
        f"The newest run in {tmp_path}/reports is callbell's, so the nights run as callbell, whose journal is another."
        " To look there, give this as root:\n  su -s /bin/sh callbell -c"
        f" 'callbell-importer undo 20261127-020000-contacts --report-dir {tmp_path}/reports'"
    )
    copied = tested.elsewhere(chosen, "journal", "backup", copy=Path("/copy.sqlite3"))
    assert copied.endswith(f"'callbell-importer journal backup /copy.sqlite3 --report-dir {tmp_path}/reports'")
    monkeypatch.setattr(tested, "own_name", lambda: "callbell")
    assert list_runs(chosen).endswith("Make one with: callbell-importer run FILE\n")


def test_a_file_of_another_users_run_is_told_of_with_the_command_for_that_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the service's token where that user has one; not a list, nor what one's own run wrote, nor a rehearsal."""
    monkeypatch.setattr(Path, "owner", lambda path: "ana" if path.name.startswith("20261126") else "callbell")
    monkeypatch.setattr(tested, "own_name", lambda: "root")
    file = str(tmp_path / "reports/20261127-020000-contacts/failed.csv")
    said, cure, command = tested.of_another_user(context(), [file]).split("\n")
    assert said.startswith("failed.csv is of a run of callbell, which root's journal ")
    assert cure == "To send with callbell's journal, as root:"
    assert command == f"  {AS_USER}'callbell-importer run {file}'"
    Path(file).parent.mkdir(parents=True)
    Path(file).with_name("check.json").touch()
    assert tested.of_another_user(context(), [file]).startswith("failed.csv is of a check of callbell, ")
    other = str(tmp_path / "reports/20261126-020000-contacts/failed.csv")
    assert f"  su -s /bin/sh ana -c 'callbell-importer run {other}'" in tested.of_another_user(context(), [other])
    assert tested.of_another_user(context(sandbox=True), [file]) == ""
    assert tested.of_another_user(context(), [file, other]) == ""
    assert tested.of_another_user(context(), [str(tmp_path / "contacts.csv")]) == ""
    assert tested.of_another_user(context(), ["https://example.com/20261127-020000-contacts/failed.csv"]) == ""
    monkeypatch.setattr(tested, "own_name", lambda: "callbell")
    assert tested.of_another_user(context(), [file]) == ""


@pytest.fixture
def _in_the_service(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is told stands in the service's log, where a command is given by root as the service's user."""
    monkeypatch.setattr(shell, "is_terminal", lambda _stream: False)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", "/run/credentials/callbell-importer.service")
    monkeypatch.setattr(tested, "own_name", lambda: "callbell")


@pytest.mark.usefixtures("_in_the_service")
def test_a_service_names_the_command_for_another_user_with_that_user_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Root becomes the other user at once, and not the service's user through them."""
    monkeypatch.setattr(Path, "owner", lambda _path: "ana")
    file = str(tmp_path / "reports/20261126-020000-contacts/failed.csv")
    told = tested.of_another_user(context(), [file])
    assert told.splitlines()[-1] == f"  su -s /bin/sh ana -c 'callbell-importer run {file}'"
    monkeypatch.setattr(tested, "other_services", lambda _known: [])
    (tmp_path / "reports/20261126-020000-contacts").mkdir(parents=True)
    told = tested.elsewhere(context(report_dir=str(tmp_path / "reports")), "runs")
    assert told.splitlines()[-1] == f"  su -s /bin/sh ana -c 'callbell-importer runs --report-dir {tmp_path}/reports'"


@pytest.mark.usefixtures("_in_the_service")
def test_a_service_names_the_command_for_another_job_with_that_jobs_user_alone(
    tmp_path: Path, service_journal: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own journal is another, and so is that of a person who is to be forgotten."""
    monkeypatch.setattr(crontabs, "SPOOLS", (tmp_path / "crontabs",))
    (tmp_path / "crontabs").mkdir()
    (tmp_path / "crontabs/ana").write_text(with_job("", nightly_job(journal=str(service_journal))), "utf-8")
    told = tested.elsewhere(context(), "runs")
    assert told.splitlines()[1::2] == [
        f"  {AS_USER}'callbell-importer runs'",
        "  su -s /bin/sh ana -c 'callbell-importer runs'",
    ]
    assert "as root" in told.splitlines()[0]
    chosen = context(yes=True)
    with closing(Journal.open(journal_of(chosen.settings))) as journal:
        journal.begin(record())
    told = purge_contact(chosen, NUMBER).text
    assert f"  {AS_USER}'callbell-importer purge --contact NUMBER --journal {service_journal}'" in told
    assert "su -s /bin/sh ana -c 'callbell-importer purge" in told
