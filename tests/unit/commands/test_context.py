"""What a command is given: its settings, and when standard error stays free of progress and notes."""

import io
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

import pytest

from importer.commands import context as context_module
from importer.commands.context import CommandContext, SystemClock, load_settings, with_config_of
from importer.model.errors import UsageError
from importer.model.runs import RunRecord
from importer.settings import settle


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The config that is found is the test's own."""
    monkeypatch.chdir(tmp_path)


def config(name: str, country: str) -> Path:
    """Write a config that has a country."""
    path = Path(name)
    path.write_text(f'[contact]\ncountry = "{country}"\n', encoding="utf-8")
    return path


def context(**options: object) -> CommandContext:
    """Return what a command is given with these options."""
    settings, kept = load_settings(options, {})
    return CommandContext(settings=settings, options=kept, environment={}, stream=io.StringIO())


@pytest.mark.parametrize(
    ("options", "quiet"),
    [
        ({}, False),
        ({"quiet": True}, True),
        ({"log_format": "json"}, True),
        ({"log_format": "json", "log_file": "log"}, False),
        ({"verbose": True}, False),
    ],
)
def test_it_is_quiet_when_asked_to_be_or_when_a_json_log_goes_to_standard_error(
    options: dict[str, object],
    quiet: bool,  # noqa: FBT001 - a table
) -> None:
    """Then nothing is told either."""
    given = context(**options)
    given.tell("something")
    assert given.is_quiet is quiet
    assert isinstance(given.stream, io.StringIO)
    assert given.stream.getvalue() == ("" if quiet else "something\n")


@pytest.mark.parametrize("error", [BrokenPipeError(), ValueError("I/O operation on closed file")])
def test_a_stream_that_is_gone_stops_nothing(error: Exception) -> None:
    """Whoever closed it does not read what is told."""

    class Gone(io.StringIO):
        def write(self, _text: str, /) -> int:
            raise error

    CommandContext(settings=settle({}, {}), environment={}, stream=Gone()).tell("something")


def test_the_config_is_the_one_named_else_the_environments_else_the_one_here() -> None:
    """Its absolute path is kept with the options, whose paths are absolute too."""
    named, variable, here = config("named.toml", "ES"), config("variable.toml", "IT"), config("config.toml", "FR")
    environment = {"CALLBELL_IMPORTER_CONFIG": "variable.toml"}
    for path, country, given in (
        (named, "ES", load_settings({}, environment, named)),
        (variable, "IT", load_settings({}, environment)),
        (here, "FR", load_settings({"journal": Path("j")}, {})),
    ):
        settings, kept = given
        assert (settings.mapping.contact.country, kept["config"]) == (country, str(path.absolute()))
    assert kept["journal"] == str(Path("j").absolute())


def test_a_config_may_be_left_unread() -> None:
    """As `init` does, which may write over it."""
    Path("config.toml").write_text("not TOML", encoding="utf-8")
    settings, kept = load_settings({"country": "ES"}, {}, find_config=False)
    assert (settings.mapping.contact.country, kept) == ("ES", {"country": "ES"})


def test_a_config_that_cannot_be_read_says_how_to_name_another() -> None:
    """The folder is named."""
    with pytest.raises(UsageError, match=r"The config file \. cannot be read") as caught:
        load_settings({}, {}, Path())
    assert caught.value.hint == "Name the right one with -c."


def test_the_config_and_options_of_an_earlier_run_count_unless_others_are_given_now() -> None:
    """The options of now win over those of then, and so does the config."""
    then, now = config("then.toml", "ES"), config("now.toml", "IT")
    earlier = RunRecord(
        name="r", command="run", account="", files=(), options={"config": str(then), "rate": 5.0, "limit": 3},
        report_dir="", started_at=datetime(2026, 11, 27, tzinfo=UTC),
    )  # fmt: skip
    given = context(rate=7.0)
    again = with_config_of(given, earlier, None, options={"rate": 5.0, "source": "telegram"})
    assert (again.settings.mapping.contact.country, again.settings.service.rate) == ("ES", 7.0)
    assert (again.settings.mapping.contact.source, again.settings.run.limit) == ("telegram", 0)
    assert with_config_of(given, earlier, now).settings.mapping.contact.country == "IT"


@pytest.mark.parametrize("days", [-1, 1])
def test_setting_the_computers_clock_changes_nothing_of_a_run(days: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The time of day is read once, and moved on by a clock that nobody sets."""
    started = datetime(2026, 11, 23, 2, tzinfo=UTC)
    wall, seconds = [started], [1000.0]

    class Computers(datetime):
        """The computer's clock."""

        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]  # a plain one is enough here
            return wall[0].astimezone(tz)

    monkeypatch.setattr(context_module, "datetime", Computers)
    monkeypatch.setattr("time.monotonic", lambda: seconds[0])
    clock = SystemClock()
    assert clock.now() == started
    wall[0] += timedelta(days=days)
    seconds[0] += 30.0
    assert clock.now() == started + timedelta(seconds=30)


def test_in_a_folder_that_may_not_be_read_there_is_no_config(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever becomes another user with su may still be in root's."""

    def refuse(_: Path) -> bool:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "is_file", refuse)
    assert load_settings({}, {})[1] == {}
