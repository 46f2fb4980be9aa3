"""`--sandbox`: a rehearsal says that it is one, and with a token refuses what the account would refuse."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from importer.model.account import FieldType
from importer.sandbox import AccountSetup, CustomField, Sandbox, SandboxOptions
from tests.support.commands import ACCOUNT, NO_LIMIT, TOKEN, customers, give, read, results, serving, table

REHEARSALS = Path("reports") / "rehearsals"
FIRST = "This is a rehearsal: all goes to a sandbox within this run, and nothing is sent to Callbell."
LAST = "This was a rehearsal: nothing was sent to Callbell."
MAPPING = '[columns]\nidentifier = "Phone"\nname = "Name"\n'
HEADER = ("Phone", "Name")


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reports, journal and config are the test's own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CALLBELL_IMPORTER_JOURNAL", str(tmp_path / "journal.sqlite3"))


def body(number: int, **fields: object) -> dict[str, object]:
    """Return a contact of the account, as POST /contacts takes it."""
    return {"identifier": str(34_611_000_000 + number), "source": "whatsapp", "name": f"There {number}", **fields}


def account(*contacts: dict[str, object], setup: AccountSetup = ACCOUNT) -> SandboxOptions:
    """Return the options of a service with these contacts."""
    return replace(NO_LIMIT, account=setup, contacts=contacts)


def as_service(monkeypatch: pytest.MonkeyPatch, service: Sandbox) -> None:
    """Let it be the service that the environment names."""
    monkeypatch.setenv("CALLBELL_BASE_URL", service.base_url)
    monkeypatch.setenv("CALLBELL_API_TOKEN", TOKEN)


def lines(text: str) -> list[str]:
    """Return a text's lines that are not empty."""
    return [line for line in text.splitlines() if line]


def reasons() -> dict[str, str]:
    """Return the reason of each row that the last rehearsal did not send or had refused, by its name."""
    return {row["name"]: row["reason"] for row in results(REHEARSALS) if row["status"] != "created"}


def test_it_says_first_and_last_that_it_is_one() -> None:
    """And nowhere that anything is in Callbell now."""
    said = give("run", customers(Path("contacts.csv")), "--sandbox", "--yes")
    told = lines(said.stderr)
    assert (said.exit_code, told[0], told[-1]) == (0, FIRST, LAST)
    assert "3 would be created" in said.stderr
    assert "3 of 3 rows | 100 % | 3 would be created" in said.stderr
    assert "now in Callbell" not in said.stderr
    assert "To send the rows:\n  callbell-importer run contacts.csv\n" in said.stderr


def test_a_column_that_is_not_sent_has_its_reason() -> None:
    """With what to do, below its name."""
    Path("a.csv").write_text("Phone,Name,Correo\n+34600111222,Ana,a@example.com\n", encoding="utf-8")
    told = lines(give("run", "a.csv", "--sandbox", "--yes").stderr)
    place = next(number for number, line in enumerate(told) if line.endswith(" Correo"))
    assert told[place + 1] == "    (make a custom field in Callbell, then: callbell-importer init a.csv)"


def test_its_summary_says_so_and_its_reports_have_a_folder_of_their_own() -> None:
    """The statuses of results.csv are those of a run."""
    said = give("run", customers(Path("contacts.csv")), "--sandbox", "--yes", "--json")
    assert said.summary["sandbox"] is True
    (folder,) = REHEARSALS.iterdir()
    assert [path.name for path in Path("reports").iterdir()] == ["rehearsals"]
    assert json.loads((folder / "summary.json").read_text("utf-8"))["sandbox"] is True
    assert [row["status"] for row in results(REHEARSALS)] == ["created"] * 3


def test_a_run_is_no_rehearsal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its summary says that too, and its reports are where they always were."""
    with serving() as service:
        as_service(monkeypatch, service)
        said = give("run", customers(Path("contacts.csv")), "--yes", "--json")
    assert said.summary["sandbox"] is False
    assert "This was a rehearsal" not in said.stderr
    assert "would be" not in said.stderr
    assert not REHEARSALS.exists()


def test_a_config_may_ask_for_it() -> None:
    """Then the config is what has to be changed for the real run."""
    Path("config.toml").write_text("[run]\nsandbox = true\n", "utf-8")
    said = give("run", customers(Path("contacts.csv")), "--yes")
    assert lines(said.stderr)[-1] == LAST
    assert "sandbox = false under [run]" in said.stderr


def test_retry_and_undo_of_a_rehearsal_fit() -> None:
    """What was wrong is rehearsed again, and nothing is there to be undone."""
    file = table(Path("a.csv"), [HEADER, ("+34600000001", "Ana"), ("600000002", "Eva")])
    said = give("run", file, "--sandbox", "--yes")
    assert "and rehearse it:" in said.stderr
    run = next(REHEARSALS.iterdir()).name
    for options, folders in (((), 1), (("--country", "ES"), 2)):
        again = give("retry", run, "--sandbox", "--yes", *options)
        assert (lines(again.stderr)[0], lines(again.stderr)[-1]) == (FIRST, LAST)
        assert len(list(REHEARSALS.iterdir())) == folders
    assert "IN SANDBOX" in give("runs", "--sandbox").stdout
    undone = give("undo", run, "--sandbox", "--yes")
    assert undone.exit_code == 0
    assert "nothing was sent to Callbell" in undone.stderr


def test_after_a_rehearsed_retry_the_list_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """A real `retry` would not find the rehearsed run, which another journal has: the list's own command is told."""
    file = table(Path("a.csv"), [HEADER, ("+34600000001", "Ana"), ("600000002", "Eva")])
    give("run", file, "--sandbox", "--yes")
    again = give("retry", "--country", "ES", "--sandbox", "--yes")
    command = "callbell-importer run a.csv --country ES"
    assert f"To send the list that these rows are of:\n  {command}\n" in again.stderr
    with serving() as service:
        as_service(monkeypatch, service)
        assert give(*command.split()[1:], "--yes", "--json").rows == {"created": 2, "read": 2}


# Without a token


def test_without_a_token_it_lists_what_it_took_for_granted() -> None:
    """Tags, custom fields, users, teams and channels that the account must have; all of them are accepted."""
    Path("config.toml").write_text(
        MAPPING
        + 'tags = ["Tags"]\nassigned_user = "Owner"\nteam = "Team"\nchannel = "Line"\n'
        + '[columns.custom_fields]\n"Shoe size" = "Size"\n'
    )
    header = (*HEADER, "Tags", "Owner", "Team", "Line", "Size")
    rows = [
        ("+34600000001", "Ana", "Mine", "me@example.org", "Ventas", "Línea 2", "38"),
        ("+34600000002", "Eva", "Mine,Yours", "", "Ventas", "", ""),
    ]
    said = give("run", table(Path("a.csv"), [header, *rows]), "--sandbox", "--yes")
    assert said.exit_code == 0, said.stderr
    told = "\n".join(lines(said.stderr))
    assert (
        "First make these in Callbell, where they are missing:\n"
        '  tags: "Mine" and "Yours"\n'
        '  custom fields: "Shoe size"\n'
        '  users: "me@example.org"\n'
        '  teams: "Ventas"\n'
        '  channels: "Línea 2"\n'
        "To send the rows:\n"
    ) in told


def test_reports_that_are_written_again_say_how_what_the_rows_need_is_told() -> None:
    """The journal does not keep it: `check` reads the list again."""
    Path("config.toml").write_text(MAPPING + 'tags = ["Tags"]\n', encoding="utf-8")
    file = table(Path("a.csv"), [(*HEADER, "Tags"), ("+34600000001", "Ana", "Mine")])
    give("run", file, "--sandbox", "--yes", "--source", "whatsapp")
    (page,) = REHEARSALS.glob("*/report.html")
    assert "First make these in Callbell, where they are missing: tags: &quot;Mine&quot;." in page.read_text("utf-8")
    give("report", "--sandbox", "--no-open")
    again = page.read_text("utf-8")
    assert "What the rows need in Callbell first, such as tags and custom fields, is told by:" in again
    command = "callbell-importer check a.csv --source whatsapp"
    assert f"{command}<" in again
    assert 'tags: "Mine"' in give(*command.split()[1:]).stderr


def test_a_file_that_needs_nothing_takes_nothing_for_granted() -> None:
    """Then nothing is listed."""
    assert "First make" not in give("run", customers(Path("a.csv")), "--sandbox", "--yes").stderr


# With a token


def test_with_a_token_it_refuses_what_the_account_would_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tags, options, users that it does not have; types are those of the account; only GETs reach it."""
    Path("config.toml").write_text(
        MAPPING
        + 'tags = ["Tags"]\nassigned_user = "Owner"\n'
        + '[columns.custom_fields]\nSize = "Size"\nStatus = "Status"\nAge = "Age"\n'
    )
    fields = (
        CustomField(name="Size"),
        CustomField(name="Status", type=FieldType.DROPDOWN, options=("Hot", "Cold")),
        CustomField(name="Age", type=FieldType.NUMBER),
    )
    setup = replace(ACCOUNT, custom_fields=fields, tags=frozenset({"Gold", "Silver"}))
    there = account(
        *(body(number, tags=["Gold"]) for number in range(250)),
        body(300, tags=["Silver"], custom_fields={"Size": "38", "Status": "Hot", "Age": "7"}),
        setup=setup,
    )
    rows = [
        ("+34600000001", "right", "Gold", "ana@example.com", "38", "Cold", "42"),
        ("+34600000002", "tag", "Bronze", "", "", "", ""),
        ("+34600000003", "user", "Gold", "nobody@example.com", "", "", ""),
        ("+34600000004", "option", "Gold", "", "", "Warm", ""),
        ("+34600000005", "type", "Gold", "", "", "", "old"),
    ]
    file = table(Path("a.csv"), [(*HEADER, "Tags", "Owner", "Size", "Status", "Age"), *rows])
    with serving(there) as service:
        as_service(monkeypatch, service)
        said = give("run", file, "--sandbox", "--yes")
        assert len(service.contacts) == 251
        assert {call.split()[0] for call in service.traffic.requests} == {"GET"}
    assert said.exit_code == 1
    assert set(reasons()) == {"tag", "user", "option", "type"}, reasons()
    assert 'Tag "Bronze" does not exist' in reasons()["tag"]
    assert '"Warm" is no option' in reasons()["option"]
    assert '"old" is no number' in reasons()["type"]
    told = "\n".join(lines(said.stderr))
    assert "That is no proof" in told
    assert '  tags: "Bronze"\n  users: "nobody@example.com"\n' in told
    assert lines(said.stderr)[-1] == LAST


@pytest.mark.parametrize(
    ("count", "again"),
    [
        (1, "Then give the same command again:\n  callbell-importer run a.csv --sandbox\n"),
        (9, "Then give the same command again:\n  callbell-importer run a.csv --sandbox\n"),
        (30, "After that, give the same command again: the sandbox starts empty.\n"),
    ],
)
def test_the_last_step_makes_a_rehearsal_see_a_field_that_no_contact_carries(
    monkeypatch: pytest.MonkeyPatch, count: int, again: str
) -> None:
    """It is in Callbell's settings, for which nobody can ask; once a contact has it, all is well."""
    Path("config.toml").write_text(MAPPING + '[columns.custom_fields]\nSize = "Size"\n')
    file = table(Path("a.csv"), [(*HEADER, "Size"), *((f"+346000000{n}", "Ana", "38") for n in range(10, 10 + count))])
    setup = replace(ACCOUNT, custom_fields=(CustomField(name="Size"), CustomField(name="Age")))
    with serving(account(body(1, custom_fields={"Age": "7"}), setup=setup)) as service:
        as_service(monkeypatch, service)
        said = give("run", file, "--sandbox", "--yes")
    told = "A rehearsal sees it only on contacts: put it on one of the latest ones too."
    assert said.exit_code == (5 if count == 30 else 1)
    assert f"{told} {again}" in "\n".join(lines(said.stderr)[-5:])
    for report in REHEARSALS.glob("*/report.html"):
        assert "put it on one of the latest ones too" in report.read_text(encoding="utf-8")
    with serving(account(body(1, custom_fields={"Age": "7", "Size": "40"}), setup=setup)) as service:
        as_service(monkeypatch, service)
        assert give("run", file, "--sandbox", "--yes").exit_code == 0


def test_what_few_rows_of_a_rehearsal_wait_for_is_put_on_a_contact_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """A user is put into a team: only there can a rehearsal see them."""
    Path("config.toml").write_text(MAPPING + 'tags = ["Tags"]\nassigned_user = "Owner"\n')
    wrong = [(f"+346000000{n}", "", "", "") for n in range(10, 19)]
    rows = [("+34600000001", "Ana", "Bronze", ""), ("+34600000002", "Eva", "", "eva@example.com"), *wrong]
    with serving(account(body(1, tags=["VIP"]))) as service:
        as_service(monkeypatch, service)
        said = give("run", table(Path("a.csv"), [(*HEADER, "Tags", "Owner"), *rows]), "--sandbox", "--yes")
    told = (
        '2 rows wait for the tag "Bronze"; the user "eva@example.com": make them in Callbell.'
        " A rehearsal sees it only on contacts: put it on one of the latest ones too."
        " A rehearsal sees users only in teams: put them into one. Then:"
    )
    assert told in said.stderr


def test_a_tag_on_an_old_contact_alone_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """The service finds contacts by their tag, however many others are newer."""
    Path("config.toml").write_text(MAPPING + 'tags = ["Tags"]\n')
    there = account(body(0, tags=["Rare"]), *(body(number, tags=["VIP"]) for number in range(1, 300)), setup=ACCOUNT)
    there = replace(there, account=ACCOUNT.with_what_is_used(there.contacts))
    with serving(there) as service:
        as_service(monkeypatch, service)
        file = table(Path("a.csv"), [(*HEADER, "Tags"), ("+34600000001", "Ana", "Rare")])
        said = give("run", file, "--sandbox", "--yes")
    assert said.exit_code == 0, said.stderr
    assert "no proof" not in said.stderr


def test_an_account_without_contacts_tells_nothing_of_tags_and_fields(monkeypatch: pytest.MonkeyPatch) -> None:
    """So they are not called missing, and the end says that they must be there."""
    Path("config.toml").write_text(MAPPING + 'tags = ["Tags"]\n[columns.custom_fields]\nSize = "Size"\n')
    with serving() as service:
        as_service(monkeypatch, service)
        file = table(Path("a.csv"), [(*HEADER, "Tags", "Size"), ("+34600000001", "Ana", "New", "38")])
        said = give("run", file, "--sandbox", "--yes")
    assert said.exit_code == 0, said.stderr
    needed = 'First make these in Callbell, where they are missing:\n  tags: "New"\n  custom fields: "Size"\n'
    assert f"{needed}To send the rows:\n" in "\n".join(lines(said.stderr))


def test_teams_and_channels_are_those_of_the_account(monkeypatch: pytest.MonkeyPatch) -> None:
    """A team that it does not have is no team of the rehearsal either, though a sandbox by itself has it."""
    Path("config.toml").write_text(MAPPING + 'team = "Team"\n')
    teams = (replace(ACCOUNT.teams[0], uuid="0" * 32, name="Ventas"),)
    with serving(account(setup=replace(ACCOUNT, teams=teams))) as service:
        as_service(monkeypatch, service)
        rows = [("+34600000001", "Ana", "ventas"), ("+34600000002", "Eva", "Sales")]
        give("run", table(Path("a.csv"), [(*HEADER, "Team"), *rows]), "--sandbox", "--yes")
    assert list(reasons()) == ["Eva"]
    (failed,) = REHEARSALS.glob("*/failed.csv")
    assert [row["Name"] for row in read(failed)] == ["Eva"]


def test_a_refused_token_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rehearsal that did not ask the account would not be the one that was asked for."""
    with serving() as service:
        as_service(monkeypatch, service)
        monkeypatch.setenv("CALLBELL_API_TOKEN", "another-token")
        said = give("run", customers(Path("a.csv")), "--sandbox", "--yes")
    assert said.exit_code == 5
    assert "refused the token" in said.stderr


def test_rows_that_were_fixed_are_sent_after_their_list() -> None:
    """Also where they had to be fixed twice: who sends only them leaves the rest of the list at home."""
    people = [(f"+346001112{number}", "Ana") for number in range(10, 20)]
    table(Path("list.csv"), [("Phone", "Name"), *people, ("7777", "Eva"), ("8888", "Joe")])
    give("run", "list.csv", "--sandbox", "--yes", "--country", "ES")
    (first,) = REHEARSALS.glob("*/failed.csv")
    first.write_text(first.read_text("utf-8").replace("7777,", "600111333,"), encoding="utf-8")
    given = give("run", first, "--sandbox", "--yes", "--country", "ES")
    (second,) = set(REHEARSALS.glob("*/failed.csv")) - {first}
    second.write_text(second.read_text("utf-8").replace("8888,", "600111444,"), encoding="utf-8")
    for file, said in ((first, given), (second, give("run", second, "--sandbox", "--yes", "--country", "ES"))):
        assert said.stderr.endswith(
            "First the list itself, if it was not sent yet:\n  callbell-importer run list.csv --country ES\n"
            f"Then these rows:\n  callbell-importer run {file} --country ES\n{LAST}\n"
        )
    for page in (path.read_text("utf-8") for path in REHEARSALS.glob("*/report.html") if path.parent != first.parent):
        assert "First the list itself" in page
