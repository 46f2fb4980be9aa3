"""Whether a night finds the secrets of its notices: in files that its user reads, or that systemd hands over."""

import os
from collections.abc import Iterator
from pathlib import Path
from types import MappingProxyType

from importer.commands.schedule.access_advice import secret_advice
from importer.commands.schedule.night import CONFIG_FOLDER, Night
from importer.model.diagnosis import Diagnosis, Level, problem_diagnosis
from importer.model.errors import UsageError
from importer.notify.address import notice_address
from importer.notify.options import VARIABLES, NotifyOptions
from importer.system.secret_file import read_secret
from importer.system.service_user import find_user, is_root, may

_USAGE = 2
_WORDS = MappingProxyType(
    {"webhook": "the webhook's address", "ping": "the ping's address", "smtp_password": "the password of smtp_user"}
)
"""What is in the file of each."""


def notices_at_night(night: Night) -> Iterator[Diagnosis]:
    """Tell how each file of `[notify]` with a secret stands, and which secret only this shell has."""
    options = night.context.settings.notify
    for name, file in options.secret_files.items():
        yield _of_file(night, name, str(file))
    for name in _lacking(options, night):
        folder = os.path.dirname(night.job.config) or CONFIG_FOLDER  # noqa: PTH120 - the same
        path = os.path.join(folder, name.replace("_", "-"))  # noqa: PTH118 - the same
        step = f"Name {path} in the config, as {name}_file under [notify].\n{_advice(night, name, path)}"
        variable = f" (the variable {VARIABLES[name]} of this shell is not)" if _is_here(night, name) else ""
        yield problem_diagnosis("notify", f"{_WORDS[name]} is not there at night{variable}", step, _USAGE)


def _lacking(options: NotifyOptions, night: Night) -> Iterator[str]:
    """Yield the secrets that are in no file: of a receiver that this shell alone knows, or that cannot be without."""
    for name in VARIABLES:
        is_given = bool(getattr(options, f"{name}_file") or getattr(options, name, ""))
        is_login = bool(options.mail_to and options.smtp_user)
        if not is_given and (is_login if name == "smtp_password" else _is_here(night, name)):
            yield name


def _is_here(night: Night, name: str) -> bool:
    return bool(night.now.environment.get(VARIABLES[name]))


def _of_file(night: Night, name: str, file: str) -> Diagnosis:
    key = f"{name}_file"
    if night.has_systemd and not is_root():
        text = f"{file} ({key}), handed over by systemd; only root can look into it"
        return Diagnosis(name="notify", level=Level.SKIPPED, text=text)
    step = _advice(night, name, file)
    if not os.path.lexists(file):
        return problem_diagnosis("notify", f"{file} ({key}) is not there", step, _USAGE)
    if not night.has_systemd and may(night.user, "r", file) is False:
        return problem_diagnosis("notify", f"{night.user.name} may not read {file} ({key})", step, _USAGE)
    try:
        secret = read_secret(Path(file), night.context.environment, f"The file {key}")
        if name != "smtp_password":
            notice_address(secret)
    except UsageError as error:
        return problem_diagnosis("notify", error.message, error.hint, _USAGE)
    except ValueError as error:
        return problem_diagnosis("notify", f"what {file} ({key}) holds {error}", "Correct it.", _USAGE)
    how = ", handed over by systemd" if night.has_systemd else ""
    return Diagnosis(name="notify", text=f"{file} ({key}){how}")


def _advice(night: Night, name: str, file: str) -> str:
    """Return how a file comes to be one that the night's user reads; of systemd's service it is root's."""
    reader = find_user("root", "/root") if night.has_systemd else night.user
    return secret_advice(reader, file, _WORDS[name], f"{name}_file under [notify]")
