"""Several accounts on one server: one config, a journal and reports each, and nights that do not meet."""

import io
import json
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from importer.commands.account import account_registry
from importer.commands.context import CommandContext, load_settings
from importer.commands.purge.command import purge_contact
from importer.sandbox import Sandbox, SandboxOptions
from tests.support.commands import NO_LIMIT, TOKEN, Said, customers, elsewhere, give, phones, serving

OTHER_TOKEN = "other-9f8e7d6c5b4a"  # noqa: S105 - opens nothing but the sandbox


class Terminal(io.StringIO):
    """A stream that is one."""

    def isatty(self) -> bool:
        return True


_KEEP_NOTICE = "import sys; open('notice.json', 'wb').write(sys.stdin.buffer.read())"
SHOPS = ("shop-a", "shop-b")
OTHER = SandboxOptions(account=elsewhere(token=OTHER_TOKEN), rate_limit=0, created_status=201)


@pytest.fixture
def shops(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Sandbox, Sandbox]]:
    """Two accounts, and a config that has both."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("COLUMNS", "200")
    with ExitStack() as opened:
        one, other = (opened.enter_context(serving(options)) for options in (NO_LIMIT, OTHER))
        for name, token in (("a", TOKEN), ("b", OTHER_TOKEN)):
            Path(f"{name}.token").touch(mode=0o600)
            Path(f"{name}.token").write_text(token, "utf-8")
        tables = "".join(
            f'[accounts.shop-{name}]\nbase_url = "{shop.base_url}"\ntoken_file = "{name}.token"\n'
            for name, shop in (("a", one), ("b", other))
        )
        Path("config.toml").write_text(tables, "utf-8")
        yield one, other


def test_each_account_has_its_own_journal_reports_and_runs(shops: tuple[Sandbox, Sandbox]) -> None:
    """The same list goes to both, and neither knows of the other's."""
    one, other = shops
    customers(Path("contacts.csv"))
    for name in ("shop-a", "shop-b", "shop-a"):
        assert give("run", "contacts.csv", "--yes", "--account", name).exit_code == 0
    assert phones(one) == phones(other)
    assert len(one.contacts) == 3
    state = Path("state/callbell-importer")
    assert {path.name for path in state.glob("*.sqlite3")} == {"journal-shop-a.sqlite3", "journal-shop-b.sqlite3"}
    assert [len(os.listdir(f"reports/shop-{name}")) for name in "ab"] == [2, 1]  # noqa: PTH208 - how many
    listed = give("runs", "--account", "shop-b").stdout
    assert "shop-b" in listed
    assert "contacts.csv" in listed
    assert len(listed.splitlines()) == 2


@pytest.mark.skipif(os.name == "nt", reason="terminals are POSIX's")
def test_an_undo_tells_of_another_token_once(shops: tuple[Sandbox, Sandbox], monkeypatch: pytest.MonkeyPatch) -> None:
    """Though it asks the account twice: to show what it would do, and to do it."""
    from tests.support.answered_terminal import on_a_terminal  # noqa: PLC0415 - terminals are POSIX's

    monkeypatch.setenv("CALLBELL_API_TOKEN", TOKEN)
    Path("a.token").write_text("another", "utf-8")
    run = give("run", customers(Path("contacts.csv")), "--yes", "--account", "shop-a", "--json").summary["run"]
    ended = on_a_terminal("undo", run, "--account", "shop-a", answers=[("[y/N]", "y\n")])
    assert (ended.exit_code, shops[0].contacts) == (0, ())
    assert " ".join(ended.shown.split()).count("If the variable is of another account, take it away first") == 1


def test_a_journal_from_before_there_were_accounts_is_not_left_behind_silently(shops: tuple[Sandbox, Sandbox]) -> None:
    """It is named with the config's line that keeps it, also by a quiet night; with that line nothing is said."""
    customers(Path("contacts.csv"))
    accounts = Path("config.toml").read_text("utf-8")
    Path("config.toml").write_text(f'[service]\nbase_url = "{shops[0].base_url}"\ntoken_file = "a.token"\n', "utf-8")
    assert give("run", "contacts.csv", "--yes").exit_code == 0
    Path("config.toml").write_text(accounts, "utf-8")
    old = Path("state/callbell-importer/journal.sqlite3").absolute()
    line = f'journal = "{old}"'
    said = give("run", "contacts.csv", "--yes", "--account", "shop-a")
    assert said.exit_code == 0
    assert f"The account shop-a has no journal yet. What was sent before the config had accounts is in {old}" in (
        " ".join(said.stderr.split())
    )
    assert line in said.stderr
    assert line not in give("run", "contacts.csv", "--yes", "--account", "shop-a").stderr
    for path in old.parent.glob("journal-shop-a*"):
        path.unlink()
    Path("config.toml").write_text(accounts.replace("[accounts.shop-a]", f"[accounts.shop-a]\n{line}"), "utf-8")
    said = give("run", "contacts.csv", "--yes", "--account", "shop-a", "--json")
    assert "no journal yet" not in said.stderr
    assert json.loads(said.stdout)["rows"]["unchanged"] == 3
    assert "no journal yet" not in give("run", "contacts.csv", "--yes", "--account", "shop-b").stderr


@pytest.mark.usefixtures("shops")
@pytest.mark.parametrize("command", [["run", "contacts.csv"], ["runs"], ["retry"], ["doctor"], ["journal", "check"]])
def test_which_account_is_meant_must_be_said(command: list[str]) -> None:
    """By every command: each account has another journal."""
    said = give(*command)
    assert said.exit_code == 2
    assert "name one with --account, of those that the config has: shop-a, shop-b" in said.stderr + said.stdout


@pytest.mark.usefixtures("shops")
def test_the_next_step_names_the_account() -> None:
    """Else `retry` would look in another journal."""
    customers(Path("contacts.csv"))
    Path("a.token").write_text("wrong", "utf-8")
    assert give("run", "contacts.csv", "--yes", "--account", "shop-a").exit_code == 5
    Path("a.token").write_text(TOKEN, "utf-8")
    Path("contacts.csv").write_text("Phone,Name\n12,Ana\n+34600111222,Eva\n", "utf-8")
    said = give("run", "contacts.csv", "--yes", "--account", "shop-a")
    assert said.exit_code == 1
    assert "--account shop-a" in said.stderr


def test_an_account_with_another_journal_is_told(
    shops: tuple[Sandbox, Sandbox], monkeypatch: pytest.MonkeyPatch
) -> None:
    """At night on standard error, once in a run, which goes on; nobody is made twice, as Callbell is asked first."""
    monkeypatch.setattr(account_registry, "is_loopback", lambda _host: False)
    customers(Path("contacts.csv"))
    assert "another journal" not in give("run", "contacts.csv", "--yes", "--account", "shop-a").stderr
    said = give("run", "contacts.csv", "--yes", "--account", "shop-a", "--journal", "mine.sqlite3")
    assert said.exit_code == 0
    assert said.stderr.count("This account has another journal") == 1
    assert "journal-shop-a.sqlite3. It knows 3 contacts." in said.stderr
    assert len(shops[0].contacts) == 3
    old = Path("state/callbell-importer/journal-shop-a.sqlite3").absolute()
    assert f'write into the config:\n  [accounts.shop-a]\n  journal = "{old}"' in said.stderr
    checked = give("doctor", "--account", "shop-a", "--journal", "mine.sqlite3", "--json").summary["checks"]
    (account,) = (one for one in checked if one["name"] == "account")
    assert account["level"] == "note"
    assert f"This account has another journal: {old}. It knows 3 contacts." in account["text"]
    assert f'journal = "{old}"' in account["next_step"]


@pytest.mark.usefixtures("shops")
def test_a_journal_from_before_the_accounts_is_told_with_whom_it_knows() -> None:
    """By `doctor` and `schedule` before the first run, and by that; of who was forgotten that they come back."""
    customers(Path("contacts.csv"))
    state = Path("state/callbell-importer").absolute()
    assert give("run", "contacts.csv", "--yes", "--account", "shop-a").exit_code == 0
    (state / "journal-shop-a.sqlite3").rename(state / "journal.sqlite3")
    given = ("purge", "--contact", "+34600000001", "--yes", "--account", "shop-a")
    assert give(*given, "--journal", str(state / "journal.sqlite3")).exit_code == 0
    (state / "named-journals.json").unlink()
    known = "2 contacts, and 1 more that a purge forgot"
    checks = give("doctor", "--account", "shop-a", "--json").summary["checks"]
    (journal,) = (one for one in checks if one["name"] == "journal")
    assert journal["level"] == "note"
    assert f"The old one knows {known}. Whoever was forgotten is imported again." in journal["next_step"]
    line = f'[accounts.shop-a] journal = "{state}/journal.sqlite3"'
    night = give("schedule", "contacts.csv", "--kind", "cron", "--account", "shop-a").stderr
    assert f"{state}/journal.sqlite3 has {known}, of whom they know nothing" in " ".join(night.split())
    assert line in " ".join(night.split())
    said = " ".join(give("run", "contacts.csv", "--yes", "--account", "shop-a").stderr.split())
    assert f"The old one knows {known}. Whoever was forgotten is imported again." in said
    assert line in said


@pytest.mark.usefixtures("shops")
def test_each_account_has_a_last_run_of_its_own() -> None:
    """One's good night does not hide the other's bad one, nor one that could not begin."""
    customers(Path("contacts.csv"))
    state = Path("state/callbell-importer")
    for name in ("shop-a", "shop-b"):
        assert give("run", "contacts.csv", "--yes", "--account", name).exit_code == 0
    assert {path.name for path in state.glob("last-run*")} == {"last-run-shop-a.json", "last-run-shop-b.json"}
    for wrong in (["--rate", "fast"], ["--nonsense"]):
        assert give("run", "contacts.csv", "--yes", "--account", "shop-a").exit_code == 0
        assert give("run", "contacts.csv", "--account", "shop-a", *wrong).exit_code == 2
        codes = [json.loads((state / f"last-run-{name}.json").read_text("utf-8"))["exit_code"] for name in SHOPS]
        assert codes == [2, 0]
    assert not (state / "last-run.json").exists()


@pytest.mark.usefixtures("shops")
def test_a_notice_names_the_account_however_it_was_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who reads it elsewhere does not know what the night's environment said."""
    with Path("config.toml").open("a", encoding="utf-8") as config:
        config.write(f"[notify]\non_new = {json.dumps([sys.executable, '-c', _KEEP_NOTICE])}\n")
    Path("contacts.csv").write_text("Phone,Name\n12,Ana\n", "utf-8")
    monkeypatch.setenv("CALLBELL_IMPORTER_ACCOUNT", "shop-b")
    assert give("run", "contacts.csv", "--yes").exit_code == 1
    told = json.loads(Path("notice.json").read_text("utf-8"))["notice"]["text"]
    assert "--account shop-b" in told


@pytest.mark.usefixtures("shops")
def test_a_person_is_forgotten_in_one_account() -> None:
    """Each account has another journal: `purge` is told which, as every command is."""
    customers(Path("contacts.csv"))
    for name in SHOPS:
        assert give("run", "contacts.csv", "--yes", "--account", name).exit_code == 0
    said = give("purge", "--contact", "+34600000001", "--yes", "--account", "shop-b")
    assert said.exit_code == 0, said.stderr
    assert "journal-shop-b.sqlite3: 1 row in 1 run, 1 contact" in said.stderr
    assert "600000001" not in (Path("state/callbell-importer") / "last-run-shop-b.json").read_text("utf-8")
    assert give("run", "contacts.csv", "--yes", "--account", "shop-a").exit_code == 0
    assert "forgotten" in give("run", "contacts.csv", "--yes", "--account", "shop-b").stderr


@pytest.mark.usefixtures("shops")
def test_files_that_are_done_lie_in_a_folder_of_the_accounts_name() -> None:
    """In the config's `done_dir`, so that they can be told apart, and a purge finds its own; an option says it all."""
    with Path("config.toml").open("a", encoding="utf-8") as config:
        config.write('[run]\ndone_dir = "done"\n')
    for name in SHOPS:
        customers(Path("contacts.csv"))
        assert give("run", "contacts.csv", "--yes", "--account", name).exit_code == 0
    assert sorted(map(str, Path("done").rglob("*.csv"))) == [f"done/{name}/contacts.csv" for name in SHOPS]
    Path("done/shop-a/by-hand.csv").write_text("Phone,Name\n+34600000001,Ana\n+34600000099,Eva\n", "utf-8")
    said = give("purge", "--contact", "+34600000001", "--yes", "--account", "shop-a")
    assert "2 files: without their rows (by-hand.csv, contacts.csv)" in said.stderr
    found = {path.parent.name for path in Path("done").rglob("*.csv") if "600000001" in path.read_text("utf-8")}
    assert found == {"shop-b"}
    customers(Path("contacts.csv"))
    assert give("run", "contacts.csv", "--yes", "--account", "shop-b", "--done-dir", "over").exit_code == 0
    assert Path("over/contacts.csv").is_file()


FORGET = "callbell-importer purge --contact NUMBER"


def _told_to_forget(said: Said) -> list[str]:
    """Return the commands that forget a person in the other journals, without the config and this folder."""
    folder = str(Path.cwd())
    lines = [line.strip() for line in said.stderr.splitlines() if line.strip().startswith("callbell-importer purge")]
    return [line.replace(f" --config {folder}/config.toml", "").replace(folder, ".") for line in lines]


@pytest.mark.usefixtures("shops")
def test_the_journals_of_other_accounts_are_named_when_a_person_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that was used on another day, or by rehearsals alone, too; by whatever leads to it, and none that is not."""
    customers(Path("contacts.csv"))
    with Path("config.toml").open("a", encoding="utf-8") as config:
        config.write('[accounts.shop-c]\n[accounts.shop-d]\n[accounts.shop-e]\njournal = "mine.sqlite3"\n')
    for options in (["shop-a"], ["shop-b"], ["shop-b", "--journal", "extra.sqlite3"], ["shop-c", "--sandbox"]):
        assert give("run", "contacts.csv", "--yes", "--account", *options).exit_code == 0
    Path("state/callbell-importer/named-journals.json").write_text(f'{{"{Path.cwd()}/extra.sqlite3": "2026"}}', "utf-8")
    forget = ("purge", "--contact", "+34600000001", "--yes", "--dry-run", "--account")
    rest = [f"{FORGET} --account shop-c", f"{FORGET} --account shop-a --journal ./extra.sqlite3"]
    assert _told_to_forget(give(*forget, "shop-a")) == [f"{FORGET} --account shop-b", *rest]
    elsewhere = give(*forget, "shop-b", "--journal", "extra.sqlite3")
    assert _told_to_forget(elsewhere) == [f"{FORGET} --account {name}" for name in ("shop-a", "shop-b", "shop-c")]
    Path("state/callbell-importer/journal-shop-b.sqlite3").rename("mine.sqlite3")
    assert _told_to_forget(give(*forget, "shop-a")) == [*rest[:1], f"{FORGET} --account shop-e", *rest[1:]]
    monkeypatch.setenv("CALLBELL_IMPORTER_JOURNAL", "extra.sqlite3")
    of_a = "./state/callbell-importer/journal-shop-a.sqlite3"
    assert f"{FORGET} --account shop-a --journal {of_a}" in _told_to_forget(give(*forget, "shop-a"))


@pytest.mark.usefixtures("shops")
def test_who_forgets_a_person_at_a_terminal_is_shown_commands_with_the_number() -> None:
    """They can be given as they are; a log has NUMBER in its place."""
    customers(Path("contacts.csv"))
    for name in SHOPS:
        assert give("run", "contacts.csv", "--yes", "--account", name).exit_code == 0
    settings, options = load_settings({"account": "shop-a", "dry_run": True}, os.environ)
    context = CommandContext(settings=settings, options=options, environment=os.environ, stream=Terminal())
    text = purge_contact(context, "+34600000001").text
    assert "purge --contact +34600000001 --account shop-b" in text.replace(f"--config {Path.cwd()}/config.toml ", "")


@pytest.mark.usefixtures("shops")
def test_a_wrong_key_of_an_account_is_told_of_that_account() -> None:
    """It is the one that was meant, all the same: its last run is this, and nothing else is said to be wrong."""
    text = Path("config.toml").read_text("utf-8").replace("[accounts.shop-b]", '[accounts.shop-b]\nrate = "fast"')
    Path("config.toml").write_text(text, "utf-8")
    said = give("run", "contacts.csv", "--yes", "--account", "shop-b", "--json")
    assert said.summary["error"]["message"] == "config.toml, line 5, accounts.shop-b.rate: must be a number"
    assert (Path("state/callbell-importer") / "last-run-shop-b.json").read_text("utf-8") == said.stdout


@pytest.mark.usefixtures("shops")
def test_each_account_has_a_schedule_of_its_own() -> None:
    """One does not take the other's place, and each names its account."""
    customers(Path("contacts.csv"))
    for name in SHOPS:
        said = give("schedule", "contacts.csv", "--kind", "systemd-user", "--account", name)
        assert f"callbell-importer-{name}.timer" in said.stdout, said.stderr
        assert f"--account {name}" in said.stdout
