"""The sandbox that is served by itself."""

import os
import shlex
import socket
import sys
from pathlib import Path

import pytest

from importer.commands.sandbox import commands_for, serve_sandbox
from importer.model.errors import UsageError
from importer.model.plain_text import wrapped_text
from importer.sandbox import Sandbox, SandboxOptions
from importer.system import runtime
from importer.system.shell import quote


@pytest.mark.parametrize(("port", "said"), [(0, "is taken: another program listens there"), (70_000, "cannot listen")])
def test_a_port_that_cannot_be_had_is_told_with_the_command(port: int, said: str) -> None:
    """What happened, which port, and the command that takes a free one with the options that were given."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = port or int(other.getsockname()[1])
        with pytest.raises(UsageError) as caught:
            serve_sandbox(SandboxOptions(), taken, print, [("seed", 7), ("contacts", "my list.csv")])
    assert f"port {taken} of this computer" in caught.value.message
    assert said in caught.value.message
    quoted = quote("my list.csv")
    assert caught.value.hint.endswith(f"\n  callbell-importer sandbox --port 0 --seed 7 --contacts {quoted}")


def test_its_commands_can_be_pasted_into_another_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """None is broken over lines or depends on the folder, and what follows goes to the sandbox as well."""
    monkeypatch.setattr(runtime, "WINDOWS", False)
    monkeypatch.setattr(Sandbox, "base_url", "http://127.0.0.1:8080/v1")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["bin/callbell-importer"])
    program = tmp_path / "bin/callbell-importer"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n", "utf-8")
    program.chmod(0o755)
    commands = commands_for(Sandbox(SandboxOptions()))
    assert [shlex.split(one) for one in commands] == [
        ["cd", str(tmp_path)],
        ["export", "CALLBELL_BASE_URL=http://127.0.0.1:8080/v1"],
        ["export", "CALLBELL_API_TOKEN=sandbox-token"],
        [str(program), "run", "FILE", "--journal", "sandbox.sqlite3"],
    ]
    (tmp_path / "sample_inputs").mkdir()
    (tmp_path / "sample_inputs/contacts.csv").touch()
    there = commands_for(Sandbox(SandboxOptions()))[-1]
    assert shlex.split(there)[1:3] == ["run", "sample_inputs/contacts.csv"]  # the sample where it is
    wrapped = wrapped_text("\n".join(commands), 20)
    assert [shlex.split(line) for line in wrapped.split("\n")] == [*map(shlex.split, commands)]


def test_the_program_is_called_by_its_name_where_other_terminals_find_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not where only an environment that is activated in this terminal has it."""
    program = tmp_path / "bin" / f"callbell-importer{'.exe' if os.name == 'nt' else ''}"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n", "utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent))
    monkeypatch.setattr(sys, "argv", [str(program)])
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    assert commands_for(Sandbox(SandboxOptions()))[-1].startswith("callbell-importer run ")
    monkeypatch.setenv("VIRTUAL_ENV", str(tmp_path))
    assert commands_for(Sandbox(SandboxOptions()))[-1].startswith(str(program))
    monkeypatch.setenv("VIRTUAL_ENV", str(tmp_path / "other"))
    assert commands_for(Sandbox(SandboxOptions()))[-1].startswith("callbell-importer run ")
