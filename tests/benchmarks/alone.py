"""Run a command from a process that holds next to nothing, and say what it cost: `alone.py LONGEST_SECONDS COMMAND...`.

Linux tells as a process' peak of memory at least what its parent held when it was started; so the parent is this one.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time

_KEPT_CHARACTERS = 2000
"""Of what a command complained."""


def cost(command: list[str], longest_seconds: float) -> dict[str, float | str]:
    """Run a command to its end, or until it took too long."""
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as complained:
        began_at = time.perf_counter()
        process = subprocess.Popen(command, stdout=said, stderr=complained)  # noqa: S603 - our own commands
        watch = threading.Timer(longest_seconds, os.kill, (process.pid, signal.SIGKILL))
        watch.start()
        _, status, usage = os.wait4(process.pid, 0)
        watch.cancel()
        seconds = time.perf_counter() - began_at
        texts = []
        for file in (said, complained):
            file.seek(0)
            texts.append(file.read().decode(errors="replace"))
    return {
        "seconds": seconds,
        "cpu_seconds": usage.ru_utime + usage.ru_stime,
        "peak_mb": usage.ru_maxrss / (1024 * 1024 if sys.platform == "darwin" else 1024),
        "said": texts[0],
        "complained": texts[1][-_KEPT_CHARACTERS:],
        "exit_code": os.waitstatus_to_exitcode(status),
        "began_at": began_at,
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(cost(sys.argv[2:], float(sys.argv[1]))))
