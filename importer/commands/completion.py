"""What a shell offers to complete a command with. Quick, as a person waits for it; nothing is written."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from importer.commands.journal_path import importer_state_folder
from importer.journal.run_names import latest_run_names

_MOST_JOURNALS = 20


def words_of_option(option: str) -> Iterable[str]:
    """Return the words that an option takes, in the order in which help names them."""
    match option:
        case "country":
            from importer.mapper.phones.countries import region_codes  # noqa: PLC0415 - phonenumbers, for it alone

            return region_codes()
        case "source":
            from importer.model.payload import SOURCES  # noqa: PLC0415 - each only where it is needed

            return SOURCES
        case "kind":
            from importer.system.nightly_job import ScheduleKind  # noqa: PLC0415 - the same

            return ScheduleKind
        case "log_format":
            return ("text", "json")
        case _:
            from importer.model import policy  # noqa: PLC0415 - the same

            words: Mapping[str, Iterable[str]] = {
                "existing": policy.Existing,
                "on_conflict": policy.OnConflict,
                "gone": policy.Gone,
                "ambiguous": policy.Ambiguous,
                "fail_on": policy.FailOn,
            }
            return words[option]


def explained_codes() -> list[str]:
    """Return the codes that `explain` explains."""
    from importer.reports.code_explanations import explanations  # noqa: PLC0415 - only where it is needed

    return [one.code for group in explanations().values() for one in group]


def run_names(parameters: Mapping[str, Any], environment: Mapping[str, str]) -> list[str]:
    """Return the names of the runs in the journals that a command may mean, the newest of each first.

    Args:
        parameters: Of the command, as far as the command line has them.
        environment: The environment variables.

    Raises:
        UsageError: The config cannot be trusted.
        ValueError: The config is no TOML.

    """
    found = [name for path in _journals(parameters, environment) for name in latest_run_names(path)]
    return sorted((name for name in dict.fromkeys(found) if name.isascii() and name.isprintable()), reverse=True)


def account_names(parameters: Mapping[str, Any], environment: Mapping[str, str]) -> list[str]:
    """Return the names of the config's accounts; raises what `run_names` does."""
    return list(_table(_config(parameters, environment)[0], "accounts"))


def sheets_of(files: Sequence[str]) -> list[str]:
    """Return the names of the sheets of those of the files that are workbooks and there.

    Raises:
        InputError: One cannot be read.
        MarkupError: One is broken.

    """
    from importer.readers.excel.sheet_names import sheet_names  # noqa: PLC0415 - only where it is needed

    return [name for file in files if Path(file).is_file() for name in sheet_names(file)]


def _journals(parameters: Mapping[str, Any], environment: Mapping[str, str]) -> Iterator[Path]:
    """Yield the journal that is named, or else all of the config and the state folder: each account has its own."""
    if named := parameters.get("journal") or environment.get("CALLBELL_IMPORTER_JOURNAL"):
        yield Path(named)
        return
    is_sandbox = bool(parameters.get("sandbox"))
    config, folder = _config(parameters, environment)
    for table in (_table(config, "run"), *_table(config, "accounts").values()):
        if not is_sandbox and isinstance(table, Mapping) and isinstance(file := table.get("journal"), str) and file:
            path = folder / file
            yield from sorted(path.parent.glob(f"{path.stem}*{path.suffix}"))[:_MOST_JOURNALS]
    name = "sandbox" if is_sandbox else "journal"
    yield from sorted(importer_state_folder().glob(f"{name}*.sqlite3"))[:_MOST_JOURNALS]


def _config(parameters: Mapping[str, Any], environment: Mapping[str, str]) -> tuple[Mapping[str, Any], Path]:
    """Return the config's tables, unchecked, and its folder."""
    path = Path(parameters.get("config") or environment.get("CALLBELL_IMPORTER_CONFIG") or "config.toml")
    if not path.is_file():
        return {}, Path()
    from importer.settings.config_access import read_config  # noqa: PLC0415 - only where it is needed
    from importer.settings.config_file import parsed_config  # noqa: PLC0415 - the same

    return parsed_config(read_config(path), str(path))[0], path.parent


def _table(config: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = config.get(name)
    return found if isinstance(found, Mapping) else {}
