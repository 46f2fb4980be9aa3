"""What to do where the night's user may not read or write: its group is let in, or the files get a folder of their own.

Nobody else is let in, and nothing is changed on a folder of the system or on somebody's home.
"""

import os
from collections.abc import Iterator
from pathlib import PurePosixPath

from importer.system import runtime
from importer.system.nightly_job import SERVICE_HOME, SERVICE_USER
from importer.system.service_user import ServiceUser, group_name, may
from importer.system.shell import quote

OWN_FOLDER = f"/srv/{SERVICE_USER}"
"""What is named where a list or its reports need a folder of their own."""
_NAME_ANOTHER = "Name another (--report-dir, --journal, --log-file, --done-dir), which root makes:"
_SYSTEM = ("/bin", "/boot", "/dev", "/lib", "/lib64", "/proc", "/run", "/sbin", "/sys", "/usr", "/System", "/Library")
_FOLDERS_OF_MANY = ("/etc", "/home", "/Users", "/var")
"""What lies right in these is of the system too, or somebody's home."""


def made_user(user: ServiceUser) -> Iterator[str]:
    """Yield what makes a user who is not there yet, as nothing can be given to one; --install then takes that one."""
    if not user.is_there:
        yield f"useradd -r -U -d {quote(user.home)} {user.name}"


def new_user_command(name: str) -> str:
    """Return the command that makes a user for cron: the service's own has its home too."""
    home = f"--home-dir {SERVICE_HOME} " if name == SERVICE_USER else ""
    return f"useradd --system {home}--create-home {name}"


def reading_advice(user: ServiceUser, file: str) -> str:
    """Return how the user comes to read a file."""
    if may(user, "x", _above(file)) is not False:
        return _lines("As root, let its group read it, and nobody else:", *_of_group(user, "r", file))
    copied = f"install -o {user.name} -m 600 {quote(file)} {OWN_FOLDER}/"
    return _lines(
        "As root, put it into a folder of its own, and name it there:", *made_user(user), _own_folder(user), copied
    )


def token_advice(user: ServiceUser, file: str) -> str:
    """Return how a token's file comes to be the user's, who alone may read it."""
    return secret_advice(user, file, "the token", "token_file under [service]")


def secret_advice(user: ServiceUser, file: str, what: str, key: str) -> str:
    """Return how a secret's file comes to be the user's, who alone may read it: a group's would be refused.

    Args:
        user: Who is to read it.
        file: The file.
        what: The secret, such as `the token`.
        key: Of the config, which names the file.

    """
    if runtime.WINDOWS:
        return f"Put {what}, alone, into {file}"
    if not os.path.lexists(file):
        owner = "" if user.numbers[0] == os.geteuid() else f"-o {user.name} "
        above = "" if os.path.isdir(_above(file)) else "-D "  # noqa: PTH112 - a text
        step = f"{'As root, make' if owner else 'Make'} it, and put {what}, alone, into it with an editor:"
        return _lines(step, f"install {above}{owner}-m 600 /dev/null {quote(file)}")
    if may(user, "x", _above(file)) is not False:
        return _lines(
            f"As root, give it to {user.name}, who alone then reads it:",
            f"chown {user.name}:{_group(user)} {quote(file)} && chmod 600 {quote(file)}",
        )
    return _lines(
        f"As root, put it into a folder of its own, and name it there as {key} of the config:",
        _own_folder(user),
        f"install -o {user.name} -m 600 {quote(file)} {OWN_FOLDER}/",
    )


def looking_advice(user: ServiceUser, folder: str) -> str:
    """Return how the user comes to see what is in a folder."""
    if is_system_folder(folder) or may(user, "x", _above(folder)) is False:
        return _another(user, "Put the files into a folder of their own, which root makes:")
    return _lines("As root, let its group look into it, and nobody else:", *_of_group(user, "rx", folder))


def writing_advice(user: ServiceUser, folder: str, there: str) -> str:
    """Return how the user comes to write in a folder.

    Args:
        user: Who is to write.
        folder: In which.
        there: The deepest part of it that is there.

    """
    if runtime.WINDOWS:
        return "Name another, in which you may write."
    if folder != there:
        is_bad_place = there == "/" or _is_of_system(there) or may(user, "x", there) is False
        made = f"install -d -o {user.name} -m 700 {quote(folder)}"
        return _another(user, _NAME_ANOTHER) if is_bad_place else _lines("As root, make it:", *made_user(user), made)
    if is_system_folder(folder) or may(user, "x", _above(folder)) is False:
        return _another(user, _NAME_ANOTHER)
    return _lines(
        "Name another, or, if it is for nothing else, let its group write, as root:", *_of_group(user, "rwx", folder)
    )


def is_system_folder(folder: str) -> bool:
    """Tell whether a folder is of the system or somebody's home, so that nothing should be changed on it."""
    parts = PurePosixPath(folder).parts
    is_right_in = len(parts) == len(("/", "home", "ana")) and f"/{parts[1]}" in _FOLDERS_OF_MANY
    return len(parts) <= len(("/", "srv")) or is_right_in or _is_of_system(folder)


def _is_of_system(folder: str) -> bool:
    return any(PurePosixPath(folder).is_relative_to(above) for above in _SYSTEM)


def _another(user: ServiceUser, sentence: str) -> str:
    return _lines(sentence, *made_user(user), _own_folder(user))


def _of_group(user: ServiceUser, rights: str, path: str) -> Iterator[str]:
    yield from made_user(user)
    yield f"chgrp {_group(user)} {quote(path)}"
    yield f"chmod g+{rights} {quote(path)}"


def _own_folder(user: ServiceUser) -> str:
    return f"install -d -o {user.name} -m 700 {OWN_FOLDER}"


def _group(user: ServiceUser) -> str:
    return group_name(user.numbers[1]) if user.is_there else user.name


def _above(path: str) -> str:
    return str(PurePosixPath(path).parent)


def _lines(*lines: str) -> str:
    return "\n".join(lines)
