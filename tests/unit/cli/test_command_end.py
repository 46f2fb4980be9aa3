"""What is read of a command line that cannot be read as a whole."""

import pytest

from importer.cli.command_end import _read_options


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("run a.csv --bogus", {}),
        ("run a.csv --json --bogus", {"json": True}),
        ("run a.csv -c x.toml --journal=j --bogus", {"config": "x.toml", "journal": "j"}),
        ("run a.csv -cx.toml --log-format json", {"config": "x.toml", "log_format": "json"}),
        (
            "run a.csv --config x.toml --metrics m.prom --sandbox --dry-run -v",
            {
                "config": "x.toml",
                "metrics": "m.prom",
                "sandbox": True,
                "dry_run": True,
            },
        ),
        ("run a.csv --journal", {"journal": ""}),
        ("run -- --json --journal x", {}),
        ("run a.csv --jsonx", {}),
    ],
)
def test_the_options_that_say_how_the_end_is_told_are_read(words: str, found: dict[str, object]) -> None:
    """Wherever they stand, and in whichever way they are written."""
    assert _read_options(words.split()) == found
