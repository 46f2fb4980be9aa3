"""The scripts that typer installs for a shell's completion, such that they find a program that is not on the PATH."""

import os
import re

from typer import _completion_shared as typer_scripts

from importer.system.shell import IMPORTER

_PLAIN_PATH = re.compile(r"[\w@+:,./-]+")


def find_typed_program(name: str) -> None:
    """Let the scripts start the program that a person types.

    bash hands over the word as it was typed, with its tilde, as `~/callbell/bin/callbell-importer`, which no program
    finds; those of zsh and fish know the plain name alone. typer has no setting for it: where its templates are others
    than those that are known here, they stay as they are.

    Args:
        name: What a person types for the importer.

    """
    scripts: dict[str, str] = getattr(typer_scripts, "_completion_scripts", {})
    if "bash" in scripts:
        scripts["bash"] = scripts["bash"].replace("complete_bash $1 )", r'complete_bash "${1/#\~\//$HOME/}" )')
    path = os.path.abspath(name)  # noqa: PTH100 - no links
    if name == IMPORTER or not _PLAIN_PATH.fullmatch(path):
        return
    for shell in {"zsh", "fish"} & scripts.keys():
        scripts[shell] = re.sub(r"%\(prog_name\)s(?=\))", lambda _: path, scripts[shell])
        scripts[shell] = re.sub(r"%\(prog_name\)s\"$", lambda _: f'{path}"', scripts[shell].strip())
