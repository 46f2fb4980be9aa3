"""Child processes with all that they start; how they end is tried where notices run them."""

import asyncio
import os
import sys
from typing import Any

import pytest

from importer.system import runtime
from importer.system.child_process import run_child


def test_the_exit_code_is_returned() -> None:
    """Of the command, which gets its input."""
    program = "import sys; sys.exit(len(sys.stdin.read()))"
    assert asyncio.run(run_child([sys.executable, "-c", program], b"seven..", dict(os.environ))) == 7


def test_one_that_cannot_be_started() -> None:
    """It is told by the system's error."""
    with pytest.raises(FileNotFoundError):
        asyncio.run(run_child(["/nonexistent/command"], b"", {}))


class FakeChild:
    """A child of Windows, which has no groups that could be killed."""

    returncode = None
    pid = 4711
    killed = False

    async def communicate(self, _given: bytes) -> None:
        await asyncio.Event().wait()

    def kill(self) -> None:
        self.killed = True

    async def wait(self) -> int:
        return 1


async def test_on_windows_the_child_is_in_a_group_and_killed_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is no session to begin, and no killpg."""
    child, asked = FakeChild(), {}

    async def start(*_command: str, **options: Any) -> FakeChild:
        asked.update(options)
        return child

    monkeypatch.setattr(runtime, "WINDOWS", True)
    monkeypatch.setattr(asyncio, "create_subprocess_exec", start)
    monkeypatch.delattr(os, "killpg", raising=False)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(run_child(["x"], b"", {}), 0.01)
    assert child.killed
    assert asked["creationflags"] == 0x200
    assert "start_new_session" not in asked
