"""Child processes with all that they start: ended together where the system can."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Mapping, Sequence
from typing import Any

from importer.system import runtime
from importer.system.standalone import environment_for_programs

_NEW_PROCESS_GROUP = 0x200
"""Windows' CREATE_NEW_PROCESS_GROUP: Ctrl-C of the console is not the child's."""

_DEATH_SECONDS = 1.0
"""That a killed process is waited for."""


async def run_child(command: Sequence[str], given: bytes, environment: Mapping[str, str]) -> int:
    """Return the exit code of a command, which is killed with all that it started if nobody waits for it any longer.

    What it writes is not shown.

    Args:
        command: The program and its arguments; no shell reads them.
        given: For its standard input.
        environment: Its variables, but for those that only the standalone build needs.

    Raises:
        OSError: It cannot be started.

    """
    apart: dict[str, Any] = {"creationflags": _NEW_PROCESS_GROUP} if runtime.WINDOWS else {"start_new_session": True}
    nothing = asyncio.subprocess.DEVNULL
    variables = environment_for_programs(environment)
    child = await asyncio.create_subprocess_exec(
        *command, stdin=asyncio.subprocess.PIPE, stdout=nothing, stderr=nothing, env=variables, **apart
    )
    try:
        await child.communicate(given)
    except BaseException:
        _kill(child)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(child.wait(), _DEATH_SECONDS)
        raise
    return child.returncode or 0


def _kill(child: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(OSError):
        if runtime.WINDOWS:
            child.kill()
        else:
            os.killpg(child.pid, signal.SIGKILL)
