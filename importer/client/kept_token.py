"""Where a token is kept that a person gave on a terminal: the system's keyring, else a private file of their own."""

import importlib
from pathlib import Path
from urllib.parse import quote

from platformdirs import user_config_path

from importer.model.errors import StorageError
from importer.system.files import private_folder, write_whole

KEYRING_SERVICE = "callbell-importer"
_WORKING_PRIORITY = 1
"""Of a keyring that keeps anything; the package's own stand-in, which refuses all, has less."""


def kept_token_file(account: str) -> Path:
    """Return the file that a kept token is in, whether it is there or not: each account's label has its own."""
    name = f"token-{quote(account, safe='')}" if account else "token"
    return user_config_path("callbell-importer", appauthor=False) / name


def has_keyring() -> bool:
    """Tell whether this system has a keyring that keeps a token."""
    try:
        keyring = importlib.import_module("keyring")
        return bool(keyring.get_keyring().priority >= _WORKING_PRIORITY)
    except Exception:  # noqa: BLE001 - a back end of any kind: whatever it raises, it keeps nothing
        return False


def keep_token(text: str, account: str, *, in_keyring: bool) -> None:
    """Keep a token, so that later runs find it.

    Args:
        text: The token.
        account: The account's label in the config; may be empty.
        in_keyring: Whether it goes to the system's keyring, else to a file that only its owner can read.

    Raises:
        StorageError: It cannot be kept there.

    """
    if not in_keyring:
        path = kept_token_file(account)
        private_folder(path.parent)
        with write_whole(path) as unfinished:
            unfinished.write_text(f"{text}\n", encoding="utf-8")
        return
    keyring = importlib.import_module("keyring")
    errors = importlib.import_module("keyring.errors")
    try:
        keyring.set_password(KEYRING_SERVICE, account or "token", text)
    except errors.KeyringError as error:
        raise StorageError("The system's keyring did not take the token.") from error
