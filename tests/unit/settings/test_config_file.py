"""A config that would take long is refused before it is parsed; one as people write them never is."""

import tracemalloc

import pytest

from importer.model.errors import UsageError
from importer.settings import settle
from importer.settings.config_file import too_much

MOST_BYTES = 8 * 1024 * 1024


def refused(config: str) -> str:
    """Return why the config is refused, which must not take much memory to find out."""
    tracemalloc.start()
    try:
        with pytest.raises(UsageError) as caught:
            settle({}, {}, config, "config.toml")
        assert tracemalloc.get_traced_memory()[1] < MOST_BYTES + 20 * len(config)
    finally:
        tracemalloc.stop()
    return caught.value.message


@pytest.mark.parametrize(
    ("config", "why"),
    [
        pytest.param(f"[service]\nrate = {'9' * 4301}", "line 2 has a number too long", id="a number of 4,301 digits"),
        pytest.param(f"[service]\nrate = 0x{'f' * 4301}", "line 2 has a number too long", id="a hexadecimal one"),
        pytest.param(f"\n{'.'.join('a' * 2000)} = 1", "line 2 has a key of more than 8 parts", id="2,000 parts"),
        pytest.param("[" + " . ".join(['"a"'] * 2000) + "]", "more than 8 parts", id="2,000 quoted parts"),
        pytest.param("\n".join(f"a.k{n} = 1" for n in range(50_000)), "more than 5,000 keys", id="50,000 dotted keys"),
        pytest.param("\n".join(f"k{n} = 1" for n in range(50_000)), "more than 5,000 keys", id="50,000 keys"),
        pytest.param(f"a = {'[' * 100_000}", "more than 5,000 keys", id="100,000 brackets"),
        pytest.param(f"a = {'[' * 4_000}", "brackets are nested too deeply", id="4,000 brackets"),
        pytest.param(f"a = {'{a=' * 2_000}", "brackets are nested too deeply", id="2,000 inline tables"),
        pytest.param(f"a = {'[' * 300}{']' * 300}", "there is no such setting", id="300 brackets in pairs"),
    ],
)
def test_what_is_no_config_is_refused_at_once(config: str, why: str) -> None:
    """With one sentence about what there is too much of, and no traceback."""
    assert why in refused(config)


def test_a_list_of_many_lines_is_read_in_one_go() -> None:
    """Its lines are told apart without parsing the list again after each."""
    lines = "\n".join(["[contact]", "tags = [", *['    "One", # [more'] * 5_000, "]", "surprise = 1"])
    assert "line 5004, contact.surprise" in refused(lines)


def test_many_problems_are_told_in_part() -> None:
    """The first fifty of them, and how many more there are."""
    message = refused("[service]\n" + "\n".join(f"key{n} = 1" for n in range(4_000)))
    assert message.count("\n  - ") == 51
    assert "and 3,950 more" in message


@pytest.mark.parametrize(
    "config",
    [
        '[values."Status"]\n' + "\n".join(f'"activo.{n}" = "Active"' for n in range(3_000)),
        f'[contact]\nnote = "{"a.b.c.d.e.f.g.h.i.j.k " * 300}"',
        f"[contact]\nnote = '''{'9' * 5_000}\n[[[ = = ='''\n# {'x.' * 90} {'= ' * 9_000}",
        'columns.custom_fields."Joined" . type = "date"',
        "[service]\nrate = 300.5 # of 300",
    ],
)
def test_a_config_as_people_write_it_is_none_of_these(config: str) -> None:
    """Strings and comments may hold what they like."""
    assert too_much(config) == ""


@pytest.mark.parametrize("number", ["1e999", "nan", "-1e999", "-" + "9" * 99])
@pytest.mark.parametrize("key", ["service.rate", "service.concurrency", "run.max_failures", "input.header_row"])
def test_a_number_that_is_none_is_a_problem_of_its_key(key: str, number: str) -> None:
    """And no defect."""
    assert key in refused(f"{key} = {number}")
