"""How an account is called where a person reads of it."""

import pytest

from importer.reports.account_words import account_words, kept_account_words

OWN, OTHER = "https://api.callbell.eu/v1", "http://localhost:8080/v1"


@pytest.mark.parametrize(
    ("name", "base_url", "words"),
    [
        (f"{OWN} ana@example.com", OWN, "Callbell, the account of ana@example.com"),
        (f"{OWN} ", OWN, "Callbell"),
        (f"{OTHER} main", OTHER, "http://localhost:8080, the account of main"),
        (f"{OTHER} ", OTHER, "http://localhost:8080"),
        (f"{OWN} main", OTHER, "http://localhost:8080, the account of main"),
        (f"{OTHER} main", "https://api.callbell.eu/v2", "Callbell, the account of main"),
        (
            "https://api.callbell.eu.example.com/v1 main",
            "https://api.callbell.eu.example.com/v1",
            "https://api.callbell.eu.example.com, the account of main",
        ),
    ],
)
def test_a_host_that_is_not_callbells_is_named(name: str, base_url: str, words: str) -> None:
    """It is the one that requests go to now; the journal may know the account by the address that it had before."""
    assert account_words(name, base_url) == words


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (f"{OWN} ana@example.com", "Callbell, the account of ana@example.com"),
        (f"{OTHER} main", "http://localhost:8080, the account of main"),
        ("sandbox 20261123-020000-contacts", "sandbox 20261123-020000-contacts"),
    ],
)
def test_the_journals_name_of_an_account_is_said_in_words(name: str, words: str) -> None:
    """By the address in it; a sandbox has none."""
    assert kept_account_words(name) == words
