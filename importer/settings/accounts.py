"""Which of the config's accounts is meant, and what its table says. Pure.

    [accounts.NAME]   wins over [service] and [run] of the config; options and environment win over it
    journal           its own; else that of [run] with its name added; else one of its name in the user's state folder
    metrics           those of [run] with its name added
    report_dir        its own; else a folder of its name in that of [run]
    done_dir          a folder of its name in that of [run]

So two accounts never have a journal, a report's name or a file that is done in common, unless somebody says so.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from importer.settings.config_tables import AccountTable, ServiceTable
from importer.settings.options import RunOptions

_Values = Mapping[str, Mapping[str, Any]]
_OF_SERVICE = frozenset(ServiceTable.model_fields) & frozenset(AccountTable.model_fields)


class UnclearAccountError(ValueError):
    """None of the accounts is chosen, or one that is not there, or two share a place; the text says it."""


def account_layer(config: _Values, name: str) -> _Values:
    """Return the settings of an account, as a layer above those of the config; nothing where there are no accounts.

    Args:
        config: The config's tables.
        name: The account that is chosen; empty: none is. Without tables of accounts it is only a label.

    Raises:
        UnclearAccountError: Which one is meant is not clear.

    """
    accounts = config.get("accounts") or {}
    if not accounts:
        return {}
    _check_apart(accounts)
    if not name and len(accounts) == 1:
        (name,) = accounts
    if name not in accounts:
        known = ", ".join(sorted(accounts))
        what = f'there is no account "{name}"' if name else "which account is meant is not said"
        raise UnclearAccountError(f"{what}: name one with --account, of those that the config has: {known}")
    table, run = accounts[name], config.get("run", {})
    service = {key: value for key, value in table.items() if key in _OF_SERVICE}
    places = {"of_account": name, "report_dir": table.get("report_dir") or _folder(run) / name}
    if run.get("metrics"):
        places["metrics"] = _with_name(Path(run["metrics"]), name)
    if run.get("done_dir"):
        places["done_dir"] = Path(run["done_dir"]) / name
    if journal := account_journals(config)[name]:
        places["journal"] = journal
    return {"service": {"account": name} | service, "run": places}


def account_journals(config: _Values) -> Mapping[str, Path | None]:
    """Return the journal that the config gives each of its accounts; None: one of its name in the state folder."""
    accounts, shared = config.get("accounts") or {}, config.get("run", {}).get("journal")
    return {
        name: table.get("journal") or (_with_name(Path(shared), name) if shared else None)
        for name, table in accounts.items()
    }


def _folder(run: Mapping[str, Any]) -> Path:
    return Path(run.get("report_dir") or RunOptions().report_dir)


def _with_name(shared: Path, name: str) -> Path:
    """Return a file of `[run]` with the account's name in its own."""
    return shared.with_name(f"{shared.stem}-{name}{shared.suffix}")


def _check_apart(accounts: Mapping[str, Mapping[str, Any]]) -> None:
    """Return if no two accounts share a journal or a folder, also where capitals do not count in names of files."""
    seen: dict[tuple[str, str], str] = {}
    for name, table in accounts.items():
        for key in ("journal", "report_dir"):
            place = key, str(table.get(key) or name).casefold()
            if place in seen:
                raise UnclearAccountError(
                    f"the accounts {seen[place]} and {name} have the same {key}; give each its own"
                )
            seen[place] = name
