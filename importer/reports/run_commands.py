"""The commands that go on from a run, as a person gives them. Pure but for the terminal, its folder and variables."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from importer.model.rows import Status
from importer.model.runs import LIST, RunRecord
from importer.system import shell

_GIVEN_AGAIN = (
    "config",
    "account",
    "source",
    "country",
    "tag",
    "existing",
    "on_conflict",
    "gone",
    "journal",
    "sandbox",
    "report_dir",
)
_OF_ROWS_OF_A_RETRY = ("on_conflict", "gone")
"""What was decided for some rows: for the whole list it would overwrite what colleagues change later."""
_WHERE_RUNS_ARE = ("account", "journal", "sandbox")
"""The options that `retry` and `report` need to find the run, which has the others."""
_WHAT_IS_SENT = ("source", "country", "tag", "existing", "on_conflict", "gone")
"""The options that `retry` repeats where its run was given them; a variable may have set them instead."""
_VARIABLES = {
    name: f"CALLBELL_IMPORTER_{'TAGS' if name == 'tag' else name.upper()}"
    for name in ("sheet", "header_row", "encoding", "delimiter", "account", "journal", "report_dir", *_WHAT_IS_SENT)
}
"""By option, the variables that the shell in which a command is given need not have."""
_REMEMBER = "callbell-importer purge --contact NUMBER --remember"
"""In what a row's problem says, which knows of no journal."""
_NOTHING: Mapping[str, object] = MappingProxyType({})
_OF_THE_END = ("min_rows", "fail_on", "done_dir", "metrics", "yes")
"""The options that decide how a run of a whole list ends, and what is done then; and that nobody is asked."""
_NEW_OPTION = "under [columns.custom_fields] of the config, and in Callbell"
"""In what a row's problem says, which knows no file."""
HOW_TO_READ = ("sheet", "header_row", "no_header", "encoding", "delimiter")
"""The options that say how a file is read."""
_OF_EVERY_CONTACT = ("source", "country", "tag")
"""Which `init` takes besides, and writes into the config."""


def command_line(
    command: str,
    paths: Sequence[Path | str],
    options: Mapping[str, object],
    *,
    same_files: bool = False,
    from_anywhere: bool = False,
) -> str:
    """Return the command that reads files as this run did.

    Args:
        command: Such as `run`.
        paths: The files.
        options: The options that were given.
        same_files: Whether they are the run's own files, which have to be read as they were; the rows to fix are in
            files of our own making.
        from_anywhere: Whether it is read elsewhere, such as in a mail: then the paths are as they were given here.

    """
    names, given = map(str if from_anywhere else shell.short_path, paths), _of_command(options, same_files=same_files)
    return shell.importer_command(command, *names, options=given, from_anywhere=from_anywhere)


def lasting_options(record: RunRecord) -> Mapping[str, object]:
    """Return the options of a run with which its list may be sent again: of a `retry` not what overwrites."""
    if record.command != "retry":
        return record.options
    return {name: value for name, value in record.options.items() if name not in _OF_ROWS_OF_A_RETRY}


def in_earnest(dry_run: RunRecord) -> str:
    """Return the command that sends the rows of a dry run: it asks nothing either, if that asked nothing."""
    options = [*_of_command(dry_run.options, same_files=True), ("yes", dry_run.options.get("yes"))]
    return shell.importer_command("run", *map(shell.short_path, dry_run.files), options=options)


def whole_command(files: Sequence[str], options: Mapping[str, object]) -> str:
    """Return the command that a run was given, with what it asked for, so that it ends as that run would have."""
    given = [*_of_command(options, same_files=True), *((name, options.get(name)) for name in _OF_THE_END)]
    return shell.importer_command("run", *map(shell.short_path, files), options=given)


def _of_command(options: Mapping[str, object], *, same_files: bool) -> list[tuple[str, object]]:
    how = [(name, _given(options, name)) for name in HOW_TO_READ] if same_files else []
    return [*how, *given_again(options)]


def given_again(options: Mapping[str, object]) -> list[tuple[str, object]]:
    """Return those of a run's options that decide how corrected rows are read and where they are sent."""
    return [(name, _given(options, name)) for name in _GIVEN_AGAIN]


def where_runs_are(options: Mapping[str, object]) -> list[tuple[str, object]]:
    """Return those of a command's options by which another command finds the same journal."""
    return [(name, _given(options, name)) for name in ("config", *_WHERE_RUNS_ARE)]


def after_rehearsal(record: RunRecord, of_list: RunRecord | None = None) -> list[tuple[str, str]]:
    """Return how the rows of a rehearsal are sent: sentences, each with the command if it says it whole.

    Args:
        record: The rehearsal.
        of_list: The rehearsal of the whole list, of which these are the rows that were to be fixed; None: they are all.

    """
    send = _in_earnest(record)
    if not record.options.get("sandbox"):
        return [("To send the rows, write sandbox = false under [run] of the config, and then:", send)]
    if of_list is not None:
        return [("First the list itself, if it was not sent yet:", _in_earnest(of_list)), ("Then these rows:", send)]
    return [("To send the rows:" if record.command == "run" else "To send the list that these rows are of:", send)]


def needs_told(rehearsal: RunRecord) -> tuple[str, str]:
    """Return how it is told what the rows of a rehearsal need of the account: the journal does not keep it."""
    options = {**rehearsal.options, "sandbox": None}
    command = command_line("check", rehearsal.files, options, same_files=True)
    return "What the rows need in Callbell first, such as tags and custom fields, is told by:", command


def _in_earnest(rehearsal: RunRecord) -> str:
    options = {**rehearsal.options, "sandbox": None}
    return command_line("run", rehearsal.files, options, same_files=True)


def choose_columns(files: Sequence[str], options: Mapping[str, object]) -> str:
    """Return the command that shows how a run's file is read, and lets its columns be chosen: those of its list."""
    of_list, how = options.get(LIST), options
    if isinstance(of_list, Mapping):
        files, how = [str(of_list["file"])], of_list
    given = [(name, how.get(name)) for name in HOW_TO_READ]
    given += [(name, options.get(name)) for name in _OF_EVERY_CONTACT]
    return shell.importer_command("init", *map(shell.short_path, files[:1]), options=given)


def write_again(record: RunRecord) -> str:
    """Return how the reports are written that could not be."""
    again = "Make room there, and write the reports again; the run itself need not be repeated"
    return f"{again}:\n  {report_command(record)}"


def report_command(record: RunRecord) -> str:
    """Return the command that writes the reports of a run again."""
    return same_journal(record.options, "report", record.name)


def same_journal(options: Mapping[str, object], *words: str, more: Mapping[str, object] = _NOTHING) -> str:
    """Return a command that finds the journal that another one had, also from another folder if it is read there.

    Of an account the config says where its journal is.

    Args:
        options: Those of the other command.
        words: The command's name and its arguments.
        more: Options in front of the others.

    """
    needs_config = options.get("account") or shell.is_read_elsewhere()
    names = ("config", *_WHERE_RUNS_ARE) if needs_config else _WHERE_RUNS_ARE
    return shell.importer_command(*words, options=[*more.items(), *((name, _given(options, name)) for name in names)])


def with_journal(text: str, options: Mapping[str, object]) -> str:
    """Return a text whose command that has a forgotten person imported again finds the run's journal."""
    return text.replace(_REMEMBER, same_journal(options, *_REMEMBER.split()[1:])) if _REMEMBER in text else text


def with_config(text: str, options: Mapping[str, object]) -> str:
    """Return a text that names the run's config, if it had one, where a new option of a field is to be added to it."""
    config = str(options.get("config") or "")
    return text.replace(_NEW_OPTION, _NEW_OPTION.replace("the config", shell.short_path(config))) if config else text


def retry_command(record: RunRecord, **more: str) -> str:
    """Return the command that sends rows of a run again, with more options in front."""
    other = [name for name in _WHAT_IS_SENT if name not in more and not record.options.get(name)]
    set_there = {name: _given(record.options, name) for name in other}
    return same_journal(record.options, "retry", record.name, more={**more, **set_there})


def retry_as_given(run: str, options: Mapping[str, object]) -> str:
    """Return the command of a retry with those of its options that decide what becomes of its rows."""
    more = {name: options[name] for name in _OF_ROWS_OF_A_RETRY if options.get(name)}
    return same_journal(options, "retry", run, more=more)


def undo_command(record: RunRecord) -> str:
    """Return the command that takes back what a run did."""
    return same_journal(record.options, "undo", record.name)


def take_back(record: RunRecord, tally: Mapping[Status, int]) -> str:
    """Return the same for a run that changed something in Callbell; empty for any other."""
    changed = any(tally.get(status) for status in (Status.CREATED, Status.UPDATED))
    return undo_command(record) if changed and not record.is_rehearsal else ""


def _given(options: Mapping[str, object], name: str) -> object:
    """Return an option's value; where another shell is meant, also what a variable says in its place."""
    given = options.get(name)
    if name == "journal" and isinstance(given, str) and given:
        return shell.short_path(given)
    text = os.environ.get(_VARIABLES.get(name, ""), "")
    if given or not text or not shell.is_read_elsewhere() or (name == "journal" and options.get("sandbox")):
        return given
    if name == "tag":
        return [word.strip() for word in text.split(",") if word.strip()]
    is_path = name in ("journal", "report_dir")
    return os.path.abspath(os.path.expanduser(text)) if is_path else text  # noqa: PTH100, PTH111 - no links
