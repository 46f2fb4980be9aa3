"""What it costs to know who is in the account already: the cheaper of the two ways, and little beside it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from importer.sandbox import Sandbox, SandboxOptions
from tests.support.commands import NO_LIMIT, TOKEN, Said, customers, give, serving

FILE = Path("contacts.csv")
COLUMNS = '[columns]\nidentifier = "Phone"\nname = "Name"\n'


@pytest.fixture(autouse=True)
def _own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test stands in a folder of its own, and has the journal there."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CALLBELL_IMPORTER_JOURNAL", str(tmp_path / "journal.sqlite3"))
    monkeypatch.setenv("CALLBELL_API_TOKEN", TOKEN)
    Path("config.toml").write_text(f"[service]\nrate = 0\n{COLUMNS}", "utf-8")


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Sandbox]]:
    """Return what starts a sandbox with so many contacts, who are the file's first rows."""
    opened = []

    def start(there: int, options: SandboxOptions = NO_LIMIT) -> Sandbox:
        numbers = (f"346000{number:05}" for number in range(there))
        contacts = tuple({"identifier": one, "source": "whatsapp", "name": "Wrote first"} for one in numbers)
        opened.append(serving(replace(options, contacts=contacts)))
        service = opened[-1].__enter__()
        monkeypatch.setenv("CALLBELL_BASE_URL", service.base_url)
        return service

    yield start
    for one in opened:
        one.__exit__(None, None, None)


def run(*options: str) -> Said:
    """Import the file."""
    return give("run", FILE, "--yes", "--json", *options)


def asked(service: Sandbox) -> int:
    """Return how many requests asked something about contacts."""
    return sum(count for call, count in service.traffic.requests.items() if call.startswith("GET /contacts"))


@pytest.mark.parametrize(
    ("rows", "there", "cheaper"),
    [(1_000, 900, 45), (1_000, 200, 10), (200, 20, 1), (100, 2_500, 100), (40, 1_000, 40), (1, 500, 1), (10, 200, 10)],
)
def test_the_requests_are_those_of_the_cheaper_way(
    serve: Callable[..., Sandbox], rows: int, there: int, cheaper: int
) -> None:
    """A page for 20 contacts, or a look-up for each row; beside it one request at most."""
    service = serve(there)
    customers(FILE, rows)
    said = run()
    assert said.rows == {"read": rows, "exists": min(rows, there)} | ({"created": rows - there} if rows > there else {})
    assert cheaper <= asked(service) <= cheaper + 1


def test_the_walk_shows_the_tags_and_fields_too(serve: Callable[..., Sandbox]) -> None:
    """No page is asked for twice because the rows have tags."""
    service = serve(300)
    Path("config.toml").write_text(
        f'[service]\nrate = 0\n[contact]\ntags = ["VIP"]\n{COLUMNS}[columns.custom_fields]\nCity = "Name"\n', "utf-8"
    )
    customers(FILE, 400)
    said = run()
    assert said.rows == {"read": 400, "exists": 300, "created": 100}
    assert {"tag_not_seen", "custom_field_not_seen"} <= {one["code"] for one in said.summary["warnings"]}
    assert asked(service) == 16
