"""What to do after a no to the last question: what was said above it comes first, with the command that goes on."""

from importer.commands.account.account_check import NotSeen
from importer.model.runs import RunRecord
from importer.reports.run_commands import choose_columns, command_line, retry_as_given


def after_no(
    record: RunRecord, file: str, missing: NotSeen, *, country: str = "", cure: str = "", retried: str = ""
) -> str:
    """Return what to do next.

    Args:
        record: The run that was declined.
        file: The first file, as it was given.
        missing: What the rows need and the account was not seen to have.
        country: That the numbers are probably from, and was not given; empty: there is none.
        cure: What else was said that is to be done; empty: the columns may be other ones.
        retried: The run whose rows were to be sent again; empty: it is no retry.

    """
    options = {**record.options, **({"country": country} if country else {})}
    again = command_line("run", record.files, options, same_files=True)
    if retried:
        again = retry_as_given(retried, record.options)
    make = _make_first(missing, "with that country" if country else "give the same command again")
    if country:
        return f"{make or 'With that country:'}\n  {again}"
    made = [f"{make}\n  {again}"] if make else []
    if missing.nowhere:
        return made[0]
    return "\n".join([*made, cure or f"To choose the columns yourself:\n  {choose_columns([file], record.options)}"])


def _make_first(missing: NotSeen, again: str) -> str:
    """Return what is to be made in Callbell before something is done again; empty: all was seen."""
    if not missing.names:
        return ""
    if missing.nowhere:
        return f"Make these {missing.nowhere} in Callbell, then {again}:"
    return f"What is not in Callbell, make there; then {again}:"
