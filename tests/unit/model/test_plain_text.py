"""Text that is safe to show and to write: for terminals, spreadsheet programs and people."""

import shlex
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.model.plain_text import (
    duration,
    encodable,
    escape,
    plain,
    plain_lines,
    shortened,
    unescape,
    utc,
    wrapped_text,
)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.2, "0 s"),
        (12.0, "12 s"),
        (59.7, "1 min 0 s"),
        (61.0, "1 min 1 s"),
        (3599.0, "59 min 59 s"),
        (3600.0, "1 h 0 min"),
        (7500.0, "2 h 5 min"),
    ],
)
def test_durations_are_words(seconds: float, words: str) -> None:
    """As people say them."""
    assert duration(seconds) == words


def test_lines_keep_their_breaks_and_indentation_and_nothing_else() -> None:
    """Colours, a title for the window, a lone carriage return and C1 controls are gone."""
    text = "two:\n  - \x1b[31mred\x1b[0m\x1b]0;title\x07.csv\n  - a\rb\x9b2Jc\n"
    assert plain_lines(text) == "two:\n  - red.csv\n  - a bc\n"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("  Ana ", "Ana"),
        ("a\tb\r\nc", "a b c"),
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07x", "x"),
        ("\x1b]8;;https://elsewhere\x1b\\link", "link"),
        ("\x1bPsecret\x1b\\x", "x"),
        ("\x1bcreset", "reset"),
        ("a\x9b31mb", "ab"),  # the C1 control that begins a sequence by itself
        ("a\x80\x85\x90\x9d\x9fb", "a b"),  # the other C1 controls
        ("a\x7fb", "a b"),
        ("a\u2028b\u2029c", "a b c"),
        ("abc\u202e\u2066fed", "abc fed"),
        ("half \ud83d", "half ?"),
        ("Ana\u00a0García", "Ana\u00a0García"),
    ],
)
def test_what_is_shown_is_one_line_without_controls(text: str, shown: str) -> None:
    """No terminal is driven by it and no line added: C0 and C1 controls, escapes, directions, half characters."""
    assert plain(text) == shown


@given(st.text(st.characters(codec=None)))
def test_nothing_that_is_shown_drives_a_terminal(text: str) -> None:
    """Whatever stands in a cell or comes from the service."""
    shown = plain(text)
    assert not any(ord(sign) < 0x20 or 0x7F <= ord(sign) <= 0x9F or 0xD800 <= ord(sign) <= 0xDFFF for sign in shown)


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r"])
def test_what_could_be_a_formula_gets_an_apostrophe(sign: str) -> None:
    """OWASP's list of first characters, all of it; also behind apostrophes that were there before."""
    for text in (f"{sign}1+1", f"'{sign}x", sign, f"{sign}{sign}"):
        assert escape(text) == f"'{text}"
        assert unescape(f"'{text}") == text


@pytest.mark.parametrize("text", ["", "Ana", "'Ana", "''", "1=1", " =1", "\n=1", "+34600111222", "+1"])
def test_other_text_is_written_as_it_is(text: str) -> None:
    """A phone number with its plus too: it is no formula, and its reader must find it."""
    assert escape(text) == text
    assert unescape(text) == text


@pytest.mark.parametrize("text", ["+34 600", "+34600111222+1", "+", "x+34600111222"])
def test_only_a_plus_with_digits_alone_is_a_phone_number(text: str) -> None:
    """Anything else behind the plus makes it a formula."""
    assert escape(text) == (f"'{text}" if text.startswith("+") else text)


@given(st.text("'=+-@\t\r1a", max_size=6))
def test_what_was_escaped_comes_back(text: str) -> None:
    """So that failed.csv, repaired, is read as the input was."""
    assert unescape(escape(text)) == text


def test_half_a_character_becomes_a_question_mark() -> None:
    """No file can hold it; what is whole stays."""
    assert encodable("a\ud83db🌍") == "a?b🌍"


def test_times_are_utc_to_the_second() -> None:
    """Whatever zone the time comes in and the machine is in; none is an empty text."""
    noon = datetime(2026, 11, 23, 12, 0, 0, 999_999, tzinfo=UTC)
    for zone in (UTC, timezone(timedelta(hours=5, minutes=45)), timezone(timedelta(hours=-3))):
        assert utc(noon.astimezone(zone)) == "2026-11-23T12:00:00Z"
    assert utc(None) == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("To undo: callbell-importer undo x", "To undo:\ncallbell-importer undo x"),
        ("To undo it: callbell-importer undo x yz. Or not.", "To undo it:\ncallbell-importer undo x yz.\nOr not."),
        ("  a b (then: callbell-importer init F)", "  a b (then:\n  callbell-importer init F)"),
        ("  a b c: ./a/callbell-importer init a b", "  a b c:\n./a/callbell-importer init a b"),
        ("Try: '/home/a b/callbell-importer' init F", "Try:\n'/home/a b/callbell-importer'   init F"),
        ("`callbell-importer runs` lists those it has.", "`callbell-importer runs` lists\nthose it has."),
        ("Fits: callbell-importer undo", "Fits: callbell-importer undo"),
    ],
)
def test_a_command_within_a_text_is_never_broken(text: str, expected: str) -> None:
    """It stands on a line of its own where it does not fit, and can be copied whole."""
    assert wrapped_text(text, 30) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("short", "short"),
        ("one two three four", "one two\nthree four"),
        ("  one two three", "  one two\n  three"),
        ("see reports/20261127/failed.xlsx now", "see\nreports/20261127/failed.xlsx\nnow"),
        ('in "my folder/a b.csv" it is', 'in\n"my folder/a b.csv"\nit is'),
        ("it isn't what it's", "it isn't\nwhat it's"),
    ],
)
def test_lines_are_broken_between_words_alone(text: str, expected: str) -> None:
    """Paths and what is in quotes can be copied."""
    assert wrapped_text(text, 10) == expected


@pytest.mark.parametrize(
    "command",
    [
        "  callbell-importer run a.csv",
        "  KEY=value OTHER='a  b' callbell-importer run",
        "  install -d -o callbell /srv/callbell",
        "  export CALLBELL_API_TOKEN=any-token",
        '  $env:CALLBELL_API_TOKEN = "any-token"',
        "  /usr/bin/python3 -m importer run a.csv",
        "  cd '/home/ana/my lists'",
        "  systemctl --user --machine=ana@ disable --now callbell-importer.timer",
        "  touch '/srv/my lists/contacts.csv'",
    ],
)
def test_a_command_stays_on_one_line(command: str) -> None:
    """However narrow the terminal is, it can be copied whole: only spaces between its words are added."""
    wrapped = wrapped_text(command, 10)
    assert "\n" not in wrapped
    assert shlex.split(wrapped) == shlex.split(command)


def test_what_is_in_quotes_in_a_command_is_left_as_it_is() -> None:
    """A full stop or a comma there ends no command, and two spaces are two."""
    command = "callbell-importer purge --contact NUMBER --journal '/home/Lopez, S.A.  Madrid/journal.sqlite3'"
    wrapped = wrapped_text(f"A purge was cut off: give its command again: {command}", 80)
    assert shlex.split(wrapped.partition("again:")[2]) == shlex.split(command)
    assert wrapped.count("\n") == 1


def test_a_command_that_fits_without_its_indentation_goes_without() -> None:
    """Then the terminal does not break it."""
    assert wrapped_text("  callbell-importer run", 22) == "callbell-importer run"
    assert wrapped_text("any width that is 0 " * 9, 0) == "any width that is 0 " * 9


@pytest.mark.parametrize(
    ("command", "rows"),
    [
        (
            "  callbell-importer run a.csv --country ES --tag 'My own list'",
            ["  callbell-importer run a.csv", "    --country ES --tag", "    'My own list'"],
        ),
        (
            "To fix it: callbell-importer check a.csv --country ES",
            ["To fix it:", "callbell-importer check a.csv", "  --country ES"],
        ),
        (
            "  callbell-importer run reports/20261128-clientes/f.csv --yes",
            ["  callbell-importer run", " reports/20261128-clientes/f.csv", "    --yes"],
        ),
    ],
)
def test_a_command_of_several_lines_is_one_that_the_terminal_breaks_between_words(
    command: str, rows: Sequence[str]
) -> None:
    """So it can be copied whole: what stands between its words are spaces."""
    wrapped = wrapped_text(command, 32)
    shown = [line[at : at + 32].rstrip() for line in wrapped.split("\n") for at in range(0, len(line), 32)]
    assert shown == rows
    assert shlex.split(wrapped) == shlex.split(command)
    assert wrapped_text(wrapped, 32) == wrapped


@pytest.mark.parametrize(
    ("text", "most", "shown"),
    [
        ("Nombre, Ciudad", 14, "Nombre, Ciudad"),
        ("Nombre, Ciudad, País", 14, "Nombre ..."),
        ("Nombre y apellidos", 14, "Nombre y ..."),
        ("Observaciones", 10, "Observa..."),
    ],
)
def test_a_text_is_shortened_at_a_words_end(text: str, most: int, shown: str) -> None:
    """A word that is too long by itself is cut."""
    assert shortened(text, most) == shown
    assert len(shown) <= most
