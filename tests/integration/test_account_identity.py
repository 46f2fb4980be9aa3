"""One account is one account whatever it is called, and one number is one contact whatever it is written."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from importer.commands.context import CommandContext
from importer.sandbox import AccountSetup, Fault, FaultKind, Faults, Sandbox, SandboxOptions, Scripted
from tests.support.commands import (
    ACCOUNT,
    NO_LIMIT,
    TOKEN,
    Said,
    customers,
    elsewhere,
    give,
    phones,
    results,
    serving,
    table,
)

MAIN, SECOND = (channel.uuid for channel in ACCOUNT.channels[:2])
_MADE = CommandContext.__init__
COLLEAGUE = replace(ACCOUNT, user_email="ana@example.com")
NAMELESS = replace(ACCOUNT, teams=(), channels=())
AS_IS = '[contact]\nidentifier_format = "as_is"\ncountry = "ES"\n'


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with its own journal."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CALLBELL_API_TOKEN", TOKEN)
    return tmp_path


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """A sandbox beside the test."""
    with serving() as sandbox:
        monkeypatch.setenv("CALLBELL_BASE_URL", sandbox.base_url)
        yield sandbox


def imported(*options: str, command: str = "run", file: Path | None = None) -> Said:
    """Import three customers, or a file."""
    return give(command, file or customers(Path("contacts.csv")), "--journal", "j.sqlite3", "--yes", "--json", *options)


def as_another(service: Sandbox, account: AccountSetup) -> None:
    """Let the token be for another user or account."""
    service.calls._account = account


def posts(service: Sandbox) -> int:
    """Return how many POSTs came."""
    return service.traffic.requests["POST /contacts"]


def accounts() -> list[str]:
    """Return the accounts that the journal has."""
    with closing(sqlite3.connect("j.sqlite3")) as file:
        return [name for (name,) in file.execute("SELECT name FROM accounts ORDER BY id")]


def answered(monkeypatch: pytest.MonkeyPatch, answer: str) -> list[str]:
    """Let a person be there who answers so, and return what is asked."""
    asked: list[str] = []

    def ask(question: str) -> str:
        asked.append(question)
        return answer

    def with_person(self: CommandContext, **given: object) -> None:
        _MADE(self, **given | {"ask_line": ask})  # type: ignore[arg-type]  # as it was given

    monkeypatch.setattr(CommandContext, "__init__", with_person)
    return asked


def identifiers() -> list[str]:
    """Return the identifiers in the last report; those that begin with a plus and hold more than digits are quoted."""
    return [row["identifier"].removeprefix("'") for row in results()]


# One account by other names


def test_a_colleagues_token_is_for_the_same_account(service: Sandbox) -> None:
    """What one person imported, the next one does not import again."""
    imported()
    as_another(service, COLLEAGUE)
    said = imported()
    assert (said.exit_code, said.rows) == (0, {"read": 3, "unchanged": 3})
    assert (posts(service), len(accounts())) == (3, 1)


def test_a_label_is_only_a_name(service: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """An account that gets a label, another one, or none again stays what it is."""
    for label in ("", "main", "shop", ""):
        monkeypatch.setenv("CALLBELL_IMPORTER_ACCOUNT", label)
        said = imported()
    assert said.rows == {"read": 3, "unchanged": 3}
    assert (posts(service), len(accounts())) == (3, 1)


def test_an_address_is_only_a_name(service: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """`localhost` is the loopback address."""
    imported()
    monkeypatch.setenv("CALLBELL_BASE_URL", service.base_url.replace("127.0.0.1", "localhost"))
    assert imported().rows == {"read": 3, "unchanged": 3}
    assert posts(service) == 3


def test_a_team_in_common_is_enough(service: Sandbox) -> None:
    """Channels come and go, and so do teams."""
    imported()
    as_another(service, replace(COLLEAGUE, channels=(), teams=ACCOUNT.teams[1:]))
    assert imported().rows == {"read": 3, "unchanged": 3}
    as_another(service, replace(elsewhere(), teams=ACCOUNT.teams[1:], user_email="marco@example.com"))
    assert imported().rows == {"read": 3, "unchanged": 3}


def test_a_uuid_on_the_last_page_is_found(service: Sandbox) -> None:
    """The lists are read to their ends."""
    imported()
    first = tuple(replace(ACCOUNT.teams[0], uuid=f"{number:032x}") for number in range(25))
    as_another(service, replace(elsewhere(user_email="ana@example.com"), teams=(*first, ACCOUNT.teams[0])))
    assert imported().rows == {"read": 3, "unchanged": 3}
    assert service.traffic.requests["GET /teams"] == 3


def test_the_lists_are_asked_once_a_run(service: Sandbox) -> None:
    """The mapping's names of teams and channels come of the same answer."""
    imported(file=table(Path("c.csv"), [("Phone", "Name", "Team"), ("+34600000001", "Ana", "Sales")]))
    Path("config.toml").write_text(
        '[columns]\nidentifier = "Phone"\nname = "Name"\nteam = "Team"\n[contact]\nchannel = "WhatsApp Italia"\n',
        "utf-8",
    )
    imported(file=Path("c.csv"))
    assert [service.traffic.requests[f"GET /{name}"] for name in ("teams", "channels", "auth/me")] == [2, 2, 2]
    assert service.contacts[-1].team_uuid == ACCOUNT.teams[0].uuid


def test_a_sandbox_is_asked_for_nothing_that_it_is_not_known_by(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rehearsal makes no requests for an account that is gone with it."""
    monkeypatch.delenv("CALLBELL_API_TOKEN")
    said = imported("--sandbox", "--existing", "create")
    assert said.exit_code == 0
    assert said.summary["requests"]["sent"] == 3


# Another account


def test_another_account_gets_its_own(service: Sandbox) -> None:
    """Without a name or a UUID in common it has nothing of the first one."""
    imported()
    as_another(service, elsewhere(user_email="stranger@example.com"))
    assert imported().rows == {"read": 3, "created": 3}
    assert len(accounts()) == 2


@pytest.mark.parametrize("command", ["run", "check"])
def test_another_account_under_a_known_name_is_refused_where_nobody_can_be_asked(
    service: Sandbox, command: str
) -> None:
    """With the sentence, what to do, and the command; and nothing is sent or written down."""
    imported()
    as_another(service, elsewhere())
    options = ["--journal", "j.sqlite3", *(["--yes"] if command == "run" else [])]
    said = give(command, "contacts.csv", *options)
    assert said.exit_code == 2
    assert "may not be the account" in said.stderr
    assert 'account = "..."' in said.stderr
    assert f"callbell-importer {command} {Path('contacts.csv').absolute()} --journal" in said.stderr
    assert (posts(service), len(accounts())) == (3, 1)


def test_a_name_of_its_own_makes_it_another_account(service: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the refusal says; and by its UUIDs it is known without that name too."""
    imported()
    as_another(service, elsewhere())
    monkeypatch.setenv("CALLBELL_IMPORTER_ACCOUNT", "second")
    assert imported().rows == {"read": 3, "created": 3}
    monkeypatch.delenv("CALLBELL_IMPORTER_ACCOUNT")
    assert imported().rows == {"read": 3, "unchanged": 3}
    as_another(service, ACCOUNT)
    assert imported().rows == {"read": 3, "unchanged": 3}
    assert len(accounts()) == 2


@pytest.mark.parametrize(("answer", "code", "kept"), [("y", 0, 1), ("n", 2, 1), ("", 2, 1)])
def test_a_person_is_asked_about_another_account_under_a_known_name(
    service: Sandbox, monkeypatch: pytest.MonkeyPatch, answer: str, code: int, kept: int
) -> None:
    """A yes makes it the same account, for good."""
    imported()
    as_another(service, elsewhere())
    asked = answered(monkeypatch, answer)
    said = imported()
    assert said.exit_code == code
    assert (len(asked), len(accounts()), posts(service)) == (1, kept, 3)
    if answer == "y":
        assert said.rows == {"read": 3, "unchanged": 3}
        assert imported().exit_code == 0
        as_another(service, ACCOUNT)
        assert imported().exit_code == 0
        assert len(asked) == 1


@pytest.mark.parametrize(("answer", "code", "sent"), [("y", 0, 3), ("n", 0, 6), ("", 2, 3)])
def test_a_person_is_asked_about_an_account_that_only_the_email_is_of(
    service: Sandbox, monkeypatch: pytest.MonkeyPatch, answer: str, code: int, sent: int
) -> None:
    """An account of an old journal, whose teams and channels are not known yet, and a label that is new.

    It may be that account by a new name; a no makes it another one, and no answer neither.
    """
    as_another(service, NAMELESS)
    imported()
    as_another(service, elsewhere())
    monkeypatch.setenv("CALLBELL_IMPORTER_ACCOUNT", "second")
    answered(monkeypatch, answer)
    assert imported().exit_code == code
    assert posts(service) == sent
    if code == 0:
        answered(monkeypatch, "")
        assert imported().rows == {"read": 3, "unchanged": 3}


def test_undo_and_retry_know_the_account_by_its_uuids(service: Sandbox) -> None:
    """A colleague may go on with a run, and another account's token may not."""
    imported("--tag", "No such tag")
    as_another(service, COLLEAGUE)
    assert give("retry", "--journal", "j.sqlite3", "--tag", "VIP").exit_code == 0
    first, run = sorted(path.name for path in Path("reports").iterdir())
    for stranger in (elsewhere(user_email="stranger@example.com"), elsewhere()):
        as_another(service, stranger)
        for command in (["retry", first, "--tag", "VIP"], ["undo", run, "--yes"]):
            said = give(*command, "--journal", "j.sqlite3")
            assert said.exit_code == 2
            assert "account" in said.stderr
    assert len(service.contacts) == 3
    as_another(service, COLLEAGUE)
    assert give("undo", run, "--yes", "--journal", "j.sqlite3").exit_code == 0
    assert not service.contacts


# No teams and no channels


def test_without_teams_and_channels_the_email_tells(service: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the address and the label are."""
    as_another(service, NAMELESS)
    imported()
    monkeypatch.setenv("CALLBELL_BASE_URL", service.base_url.replace("127.0.0.1", "localhost"))
    assert imported().rows == {"read": 3, "unchanged": 3}
    monkeypatch.setenv("CALLBELL_IMPORTER_ACCOUNT", "main")
    assert imported().rows == {"read": 3, "unchanged": 3}
    as_another(service, replace(NAMELESS, user_email="ana@example.com"))
    assert imported().rows == {"read": 3, "unchanged": 3}
    monkeypatch.delenv("CALLBELL_IMPORTER_ACCOUNT")
    as_another(service, replace(NAMELESS, user_email="stranger@example.com"))
    assert imported("--existing", "create").rows == {"read": 3, "created": 3}


def refusing(*calls: str) -> SandboxOptions:
    """Return a sandbox that answers each of these calls with 403 twice."""
    script = tuple(Scripted(fault=Fault(FaultKind.FORBIDDEN), call=call) for call in calls * 2)
    return replace(NO_LIMIT, faults=Faults(script=script))


def test_a_token_that_may_not_read_the_lists_imports_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """It goes by the e-mail, and the log says so; later the lists tell more, and nothing is made again."""
    with serving(refusing("GET /teams", "GET /channels")) as service:
        monkeypatch.setenv("CALLBELL_BASE_URL", service.base_url)
        said = imported("--log-file", "log.txt")
        assert (said.exit_code, said.rows) == (0, {"read": 3, "created": 3})
        assert "teams cannot be read" in Path("log.txt").read_text("utf-8")
        assert imported().rows == {"read": 3, "unchanged": 3}
        assert imported().rows == {"read": 3, "unchanged": 3}
        as_another(service, COLLEAGUE)
        assert imported().rows == {"read": 3, "unchanged": 3}
        assert posts(service) == 3


# One number, one contact


def test_one_number_in_two_writings_is_one_contact(service: Sandbox) -> None:
    """What is sent is the first writing, and the others are duplicates of it."""
    Path("config.toml").write_text(AS_IS, "utf-8")
    written = ["+34 600 000 001", "0034 600-000-001", "600 000 001", "(34) 600.000.002"]
    rows = [("Phone", "Name"), *((phone, f"Person {place}") for place, phone in enumerate(written))]
    said = imported(file=table(Path("c.csv"), rows))
    assert said.rows == {"read": 4, "created": 2, "duplicate": 2}
    assert phones(service) == ["(34) 600.000.002", "+34 600 000 001"]
    assert identifiers() == written


def test_another_writing_in_a_later_run_is_the_same_contact(service: Sandbox) -> None:
    """The report shows what the file says, and nothing differs."""
    Path("config.toml").write_text(AS_IS, "utf-8")
    for phone in ("+34 600 000 001", "600000001"):
        said = imported(file=table(Path("c.csv"), [("Phone", "Name"), (phone, "Ana")]))
        assert identifiers() == [phone]
    assert said.rows == {"read": 1, "unchanged": 1}
    assert posts(service) == 1


def test_the_format_of_numbers_is_no_part_of_the_key(service: Sandbox) -> None:
    """Digits, with a plus, as written, and back: each contact is made once, and is unchanged."""
    for form in ("digits", "e164", "as_is", "digits"):
        Path("config.toml").write_text(f'[contact]\nidentifier_format = "{form}"\n', "utf-8")
        said = imported()
    assert said.rows == {"read": 3, "unchanged": 3}
    assert posts(service) == 3


@pytest.mark.parametrize("order", [("", MAIN), (MAIN, ""), ("Main WhatsApp", MAIN, "")])
def test_no_channel_and_the_main_channel_are_one(service: Sandbox, order: tuple[str, ...]) -> None:
    """In one file and in runs after one another; a channel besides is another contact."""
    rows = [("Phone", "Name", "Line"), *(("+34600000001", "Ana", line) for line in (*order, SECOND))]
    Path("config.toml").write_text('[columns]\nidentifier = "Phone"\nname = "Name"\nchannel = "Line"\n', "utf-8")
    file = table(Path("c.csv"), rows)
    assert imported(file=file).rows == {"read": len(order) + 1, "created": 2, "duplicate": len(order) - 1}
    for line in order:
        again = table(Path("d.csv"), [("Phone", "Name", "Line"), ("+34600000001", "Ana", line)])
        assert imported(file=again).rows == {"read": 1, "unchanged": 1}
    assert posts(service) == 2


def test_the_main_channel_of_before_is_still_one_with_none(service: Sandbox) -> None:
    """Another channel that becomes the main one makes nothing again."""
    Path("config.toml").write_text(f'[contact]\nchannel = "{MAIN}"\n', "utf-8")
    imported()
    first, second, *rest = ACCOUNT.channels
    as_another(service, replace(ACCOUNT, channels=(replace(first, main=False), replace(second, main=True), *rest)))
    for channel in (MAIN, SECOND, ""):
        Path("config.toml").write_text(f'[contact]\nchannel = "{channel}"\n' if channel else "", "utf-8")
        said = imported()
        assert posts(service) == 3, channel
        assert said.rows["read"] == said.rows.get("unchanged", 0) + said.rows.get("exists", 0)
