"""Commands that only look, before the first run: they leave neither a journal behind nor what is beside one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from importer.sandbox import Sandbox
from tests.support.commands import NO_LIMIT, TOKEN, customers, give, serving

FILE = Path("contacts.csv")


@pytest.fixture(autouse=True)
def _own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test stands in a folder of its own, with a list and a folder for state that is not there yet."""
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.delenv("CALLBELL_IMPORTER_JOURNAL", raising=False)
    customers(FILE)


@pytest.fixture(params=[False, True], ids=["without a token", "with one"])
def _service(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox | None]:
    """An account that can be asked, or none."""
    monkeypatch.delenv("CALLBELL_API_TOKEN", raising=False)
    if not request.param:
        yield None
        return
    with serving(NO_LIMIT) as sandbox:
        monkeypatch.setenv("CALLBELL_API_TOKEN", TOKEN)
        monkeypatch.setenv("CALLBELL_BASE_URL", sandbox.base_url)
        yield sandbox


@pytest.mark.usefixtures("_service")
@pytest.mark.parametrize(
    ("command", "codes"),
    [
        ("check contacts.csv", {0}),
        ("check contacts.csv --sandbox", {0}),
        ("run contacts.csv --dry-run --yes", {0}),
        ("run contacts.csv --dry-run --yes --json --journal there/j.sqlite3", {0}),
        ("run contacts.csv --dry-run --yes --sandbox", {0}),
        ("init contacts.csv --yes -c ../new.toml", {0}),
        ("doctor", {0, 2}),
        ("runs", {0}),
        ("runs 20261123-020000-contacts", {2}),
        ("report", {2}),
        ("undo 20261123-020000-contacts --dry-run", {2}),
        ("explain phone_no_country", {0}),
        ("schedule contacts.csv --kind cron", {0, 2}),
        ("journal check", {2}),
        ("journal backup copy.sqlite3", {2}),
        ("purge --older-than 90d --dry-run", {2}),
        ("purge --contact +34600000001 --dry-run", {2}),
    ],
)
def test_a_command_that_only_looks_leaves_nothing(command: str, codes: set[int], tmp_path: Path) -> None:
    """No journal is begun, so none can be taken for one in which something was sent."""
    said = give(*command.split())
    assert said.exit_code in codes, said.stderr
    assert {one.name for one in tmp_path.rglob("*")} - {"new.toml"} == {"work", FILE.name}
