"""Whether a customer is there already, asked of a service that answers oddly, in numbers of two forms, in channels."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from importer.sandbox import Sandbox, SandboxOptions
from importer.sandbox.answers import Answer
from importer.sandbox.calls import CALLS
from importer.sandbox.faults import Fault, Faults, Scripted
from tests.support.commands import ACCOUNT, NO_LIMIT, TOKEN, Said, give, results, serving, table

FILE = Path("contacts.csv")
LOOK_UP, LIST = "GET /contacts/phone/:number", "GET /contacts"
MAIN, ITALY = (one.uuid for one in ACCOUNT.channels[:2])
COLUMNS = '[columns]\nidentifier = "Phone"\nname = "Name"\n'


@pytest.fixture(autouse=True)
def _own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test stands in a folder of its own, and has the journal there."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CALLBELL_IMPORTER_JOURNAL", str(tmp_path / "journal.sqlite3"))
    monkeypatch.setenv("CALLBELL_API_TOKEN", TOKEN)
    Path("config.toml").write_text(COLUMNS, "utf-8")


@pytest.fixture
def no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the waits between requests that are made again."""
    for module in ("worker_pool.ask_first", "worker_pool.retry_decision", "client.account"):
        monkeypatch.setattr(f"importer.{module}.backoff_seconds", lambda *_: 0.0)


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Sandbox]]:
    """Return what starts a sandbox with these contacts."""
    opened = []

    def start(*there: dict[str, Any], options: SandboxOptions = NO_LIMIT) -> Sandbox:
        contacts = tuple({"source": "whatsapp", "name": "Wrote first", **one} for one in there)
        opened.append(serving(replace(options, contacts=contacts)))
        service = opened[-1].__enter__()
        monkeypatch.setenv("CALLBELL_BASE_URL", service.base_url)
        return service

    yield start
    for one in opened:
        one.__exit__(None, None, None)


def run(*rows: tuple[str, ...], options: tuple[str, ...] = (), header: tuple[str, ...] = ("Phone", "Name")) -> Said:
    """Import the rows."""
    return give("run", table(FILE, [header, *rows]), "--yes", "--json", "--rate", "0", *options)


def outcomes() -> list[tuple[str, str]]:
    """Return status and code of each row of the last run."""
    return [(row["status"], row["code"]) for row in results()]


def faults(word: str, call: str = LOOK_UP, times: int = 0) -> SandboxOptions:
    """Return a sandbox in which a fault hits the first requests of a call, or all of them."""
    script = (Scripted(fault=Fault.parse(word), call=call, times=times),)
    return replace(NO_LIMIT, faults=Faults(script=script, hang_seconds=0.05))


@pytest.mark.parametrize(
    "word",
    ["reset", "error", "bad_gateway", "unavailable", "throttled", "hang", "no_uuid", "html", "garbage", "forbidden"],
)
def test_a_look_up_that_goes_wrong_once_is_made_again(serve: Callable[..., Sandbox], word: str) -> None:
    """The one who is there is found, the other one made."""
    service = serve({"identifier": "34600000001"}, options=faults(word, times=2))
    said = run(("+34600000001", "Ana"), ("+34600000002", "Eva"))
    if word == "forbidden":  # a refusal; the next run asks again
        assert said.rows == {"read": 2, "failed": 2}
        said = run(("+34600000001", "Ana"), ("+34600000002", "Eva"))
    assert said.rows == {"read": 2, "exists": 1, "created": 1}, said.stderr
    assert sorted(one.identifier for one in service.contacts) == ["34600000001", "34600000002"]


SHOWN = {"uuid": "a" * 32, "name": "X", "source": "whatsapp", "createdAt": "2026-01-01T00:00:00.000Z"}


@pytest.mark.usefixtures("no_waits")
@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (Answer(body={"contact": {**SHOWN, "phoneNumber": "+34 911 22 33 44"}}), "not_asked"),
        (Answer(body={"contact": None}), "not_asked"),
        (Answer(body={"contact": []}), "not_asked"),
        (Answer(body={"contact": {}}), "not_asked"),
        (Answer(body={}), "not_asked"),
        (Answer(body=cast("Any", ["what"])), "not_asked"),
        (Answer(status=500, body={"error": "Internal"}), "not_asked"),
        (Answer(status=422, body={"error": "Number cannot be read"}), "look_up_refused"),
        (Answer(status=400, body={"errors": ["channel_uuid is missing"]}), "look_up_refused"),
    ],
)
def test_without_a_clear_answer_nothing_is_sent(
    serve: Callable[..., Sandbox],
    monkeypatch: pytest.MonkeyPatch,
    answer: Answer,
    code: str,
) -> None:
    """The row is failed, and the next run asks again."""
    service = serve()
    with monkeypatch.context() as patched:
        patched.setitem(cast("Any", CALLS), LOOK_UP, lambda *_: answer)
        said = run(("+34600000001", "Ana"))
    assert (said.exit_code, outcomes()) == (1, [("failed", code)]), said.stderr
    assert not service.contacts
    assert service.traffic.requests["POST /contacts"] == 0
    assert run(("+34600000001", "Ana")).rows == {"read": 1, "created": 1}


@pytest.mark.usefixtures("no_waits")
@pytest.mark.parametrize("word", ["error", "html", "forbidden", "bad_gateway", "no_uuid", "cut_body+commit"])
def test_a_list_that_cannot_be_read_is_no_reason_to_send(serve: Callable[..., Sandbox], word: str) -> None:
    """Each row is looked up then."""
    there = [{"identifier": f"346000{number:05}"} for number in range(10)]
    service = serve(*there, options=faults(word, LIST))
    said = run(*((f"+346000{number:05}", f"Customer {number}") for number in range(30)))
    assert said.rows == {"read": 30, "exists": 10, "created": 20}, said.stderr
    assert max(Counter(one.key for one in service.contacts).values()) == 1


FORMS = [("5215512345678", "525512345678"), ("5491123456789", "541123456789"), ("5511987654321", "551187654321")]


@pytest.mark.parametrize("many", [0, 30])
@pytest.mark.parametrize("existing", ["skip", "update"])
@pytest.mark.parametrize(("there", "written"), [*FORMS, *((b, a) for a, b in FORMS)])
def test_both_forms_of_a_number_find_the_same_contact(
    serve: Callable[..., Sandbox], there: str, written: str, existing: str, many: int
) -> None:
    """In the list, and by look-ups; the next nights, too, nobody is made."""
    service = serve({"identifier": there})
    others = [(f"+346000{number:05}", f"Customer {number}") for number in range(many)]
    for wanted in ("created", "unchanged"):
        said = run((f"+{written}", "Wrote first"), *others, options=("--existing", existing))
        assert said.exit_code == 0, said.stderr
        assert said.rows.get(wanted, 0) >= many
        assert len(service.contacts) == many + 1


def test_both_forms_in_one_file_find_the_same_contact(
    serve: Callable[..., Sandbox],
) -> None:
    """Nobody who is there is made a second time by the other form, and the second row is a duplicate."""
    service = serve({"identifier": "5215512345678"})
    said = run(("+525512345678", "Ana"), ("+5215512345678", "Ana"))
    assert said.rows == {"read": 2, "exists": 1, "duplicate": 1}, said.stderr
    assert len(service.contacts) == 1


@pytest.mark.parametrize("many", [0, 60])
def test_a_number_in_two_channels_is_two_contacts(serve: Callable[..., Sandbox], many: int) -> None:
    """Each row means the one of its channel: who is only in the other one is made."""
    Path("config.toml").write_text(COLUMNS + 'channel = "Line"\n', "utf-8")
    service = serve(
        {"identifier": "34600000001", "channel_uuid": MAIN},
        {"identifier": "34600000001", "channel_uuid": ITALY},
        {"identifier": "34600000002", "channel_uuid": ITALY},
        {"identifier": "34600000003"},
    )
    rows = [
        ("+34600000001", "A", ""),
        ("+34600000001", "A", "WhatsApp Italia"),
        ("+34600000002", "B", ""),
        ("+34600000002", "B", "WhatsApp Italia"),
        ("+34600000003", "C", "Main WhatsApp"),
        *((f"+34601{number:06}", f"Customer {number}", "") for number in range(many)),
    ]
    said = run(*rows, header=("Phone", "Name", "Line"))
    assert said.exit_code == 0, said.stderr
    assert [status for status, _ in outcomes()][:5] == ["exists", "exists", "created", "exists", "exists"]
    assert len(service.contacts) == 5 + many
    assert max(Counter(one.key for one in service.contacts).values()) == 1


@pytest.mark.parametrize("command", ["check", "run"])
def test_contacts_of_other_sources_cannot_be_asked_for_and_that_is_said(
    serve: Callable[..., Sandbox], command: str
) -> None:
    """They are sent as they are."""
    channels = (*ACCOUNT.channels, replace(ACCOUNT.channels[2], uuid="7" * 32, title="Telegram", type="telegram"))
    service = serve(options=replace(NO_LIMIT, account=replace(ACCOUNT, channels=channels)))
    Path("config.toml").write_text('[contact]\nsource = "telegram"\n' + COLUMNS, "utf-8")
    path = table(FILE, [("Phone", "Name"), ("123456789", "Ana"), ("123456788", "Eva")])
    said = give(command, path, "--json", *(("--yes",) if command == "run" else ()))
    assert said.exit_code == 0, said.stderr
    assert "Callbell cannot be asked for Telegram contacts by their identifiers" in said.stderr
    assert [(one["code"], one["rows"]) for one in said.summary["warnings"]] == [("source_not_asked", [2, 3])]
    assert service.traffic.requests[LOOK_UP] == 0
    if command == "run":
        assert said.rows == {"read": 2, "created": 2}
