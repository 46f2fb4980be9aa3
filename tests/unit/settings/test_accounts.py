"""Several accounts in one config: which is meant, and that no two have a journal or a name of reports in common."""

from pathlib import Path

import pytest

from importer.model.errors import UsageError
from importer.settings import Settings, settle

TWO = """
[service]
rate = 200
token_file = "token"
[accounts.shop-a]
token_file = "a.token"
[accounts.shop-b]
base_url = "https://b.example.com/v1"
rate = 50
account = "Shop B"
journal = "b.sqlite3"
report_dir = "b"
"""


def chosen(config: str, options: dict[str, object] | None = None, **environment: str) -> Settings:
    """Return the settings of a config in the folder /etc/x."""
    return settle(options or {}, environment, config, "config.toml", Path("/etc/x"))


def test_the_account_that_is_named_wins_over_the_rest_of_the_config() -> None:
    """What its table does not say is as in [service] and [run]."""
    service, run = (found := chosen(TWO, {"account": "shop-b"})).service, found.run
    assert (service.base_url, service.rate, service.account) == ("https://b.example.com/v1", 50.0, "Shop B")
    assert service.token_file == Path("/etc/x/token")
    assert (run.of_account, run.journal, run.report_dir) == ("shop-b", Path("/etc/x/b.sqlite3"), Path("/etc/x/b"))


def test_an_account_without_places_has_its_own_all_the_same() -> None:
    """Its label is its name, its journal in the state folder too, and its reports have a folder of that name."""
    service, run = (found := chosen(TWO, {"account": "shop-a"})).service, found.run
    assert (service.rate, service.account, service.token_file) == (200.0, "shop-a", Path("/etc/x/a.token"))
    assert (run.of_account, run.journal, run.report_dir) == ("shop-a", None, Path("reports/shop-a"))


def test_places_that_all_accounts_share_are_told_apart_by_name() -> None:
    """A journal, a folder and metrics under [run] are those of no account alone."""
    shared = '[run]\njournal = "all.sqlite3"\nreport_dir = "out"\nmetrics = "night.prom"\n'
    run = chosen(TWO + shared, {"account": "shop-a"}).run
    assert run.metrics == Path("/etc/x/night-shop-a.prom")
    assert (run.journal, run.report_dir) == (Path("/etc/x/all-shop-a.sqlite3"), Path("/etc/x/out/shop-a"))


def test_options_and_environment_win_over_the_account() -> None:
    """As they do over the rest of the config."""
    given = {"account": "shop-b", "journal": "mine", "rate": 7.0}
    run = chosen(TWO, given, CALLBELL_IMPORTER_REPORT_DIR="there").run
    assert (run.journal, run.report_dir) == (Path("mine"), Path("there"))
    assert chosen(TWO, given).service.rate == 7.0


def test_the_environment_chooses_and_an_option_over_it() -> None:
    """And [service] of the config, if nobody else does."""
    in_config = TWO.replace("[service]", '[service]\naccount = "shop-a"')
    assert chosen(TWO, CALLBELL_IMPORTER_ACCOUNT="shop-b").run.of_account == "shop-b"
    assert chosen(TWO, {"account": "shop-a"}, CALLBELL_IMPORTER_ACCOUNT="shop-b").run.of_account == "shop-a"
    assert chosen(in_config).run.of_account == "shop-a"
    assert chosen(in_config, CALLBELL_IMPORTER_ACCOUNT="shop-b").run.of_account == "shop-b"


def test_a_single_account_need_not_be_named() -> None:
    """There is no other."""
    assert chosen("[accounts.shop]\nrate = 5\n").run.of_account == "shop"


def test_without_accounts_it_is_a_label() -> None:
    """The journal is the one that it was."""
    found = chosen("[service]\nrate = 5\n", {"account": "Main"})
    assert (found.service.account, found.run.of_account, found.run.report_dir) == ("Main", "", Path("reports"))
    assert chosen("[accounts]\n").run.of_account == ""


@pytest.mark.parametrize(
    ("config", "options", "sentence"),
    [
        (
            TWO,
            {},
            "which account is meant is not said: name one with --account, of those that the config has: shop-a, sh",
        ),
        (TWO, {"account": "shop-c"}, 'there is no account "shop-c": name one with --account'),
        (
            TWO + '[accounts.shop-c]\njournal = "b.sqlite3"\n',
            {"account": "shop-a"},
            "the accounts shop-b and shop-c have the same journal",
        ),
        (
            TWO + '[accounts.shop-c]\nreport_dir = "b"\n',
            {"account": "shop-a"},
            "the accounts shop-b and shop-c have the same report_dir",
        ),
        (TWO + "[accounts.Shop-A]\n", {"account": "shop-a"}, "the accounts shop-a and Shop-A have the same journal"),
        ('[accounts."a b"]\n', {}, "must be a name of letters, digits, - and _, such as main-shop"),
        ("[accounts.a]\ntoken = 1\n", {}, "there is no such setting; did you mean token_file?"),
        ("[accounts.a]\nrate = -1\n", {}, "config.toml, line 2, accounts.a.rate: must be 0 or more"),
        ("[accounts]\na = 1\n", {}, "must be a table"),
    ],
)
def test_what_is_not_clear_is_told(config: str, options: dict[str, object], sentence: str) -> None:
    """With the accounts that there are."""
    with pytest.raises(UsageError) as error:
        chosen(config, options)
    assert sentence in error.value.message


@pytest.mark.parametrize(
    ("variable", "is_fine"), [("https://b.example.com/v1", True), ("https://a.example.com/v1", False)]
)
def test_no_variable_sends_an_accounts_customers_to_another_address(variable: str, *, is_fine: bool) -> None:
    """Where the account's table names one; a variable of the shell would win over it for every account."""
    if is_fine:
        assert chosen(TWO, {"account": "shop-b"}, CALLBELL_BASE_URL=variable).service.base_url == variable
        return
    with pytest.raises(UsageError) as wrong:
        chosen(TWO, {"account": "shop-b"}, CALLBELL_BASE_URL=variable)
    assert "unset CALLBELL_BASE_URL" in str(wrong.value.message)
    assert chosen(TWO, {"account": "shop-a"}, CALLBELL_BASE_URL=variable).service.base_url == variable
