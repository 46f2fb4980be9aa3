"""How much of the importer one run goes through: modules, functions, the deepest stack, and changes of module.

Every call of a function under `importer/` counts, in all threads, and so does a comprehension that has a frame of its
own (until Python 3.11). The code of modules and classes does not, nor does the sandbox: it answers from a thread that
is not measured. A stack goes down to the command line: a task of asyncio stands on what runs its event loop.
"""

import contextlib
import os
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import importer
from importer.cli import main as command
from tests.benchmarks.measuring import tell
from tests.support.commands import NO_LIMIT, TOKEN, serving
from tests.support.paths import ROOT, SAMPLES

MOST_MODULES = 60
MOST_DEEP = 13
_PACKAGE = str(Path(importer.__file__).parent)
_OPTIMIZED = 1
"""The flag of a function's code (`inspect.CO_OPTIMIZED`); the code of modules and classes has none."""


class Structure:
    """Sees every call, and keeps what is to be told."""

    def __init__(self) -> None:
        self.functions: set[CodeType] = set()
        self.deepest: dict[str, list[str]] = {}
        """The deepest stack that ends in each package."""
        self.switches = 0
        self._places: dict[CodeType, str] = {}
        self._last = ""

    def see(self, frame: FrameType, event: str, _argument: Any) -> None:
        """Take note of a call; for `sys.setprofile`."""
        if event != "call" or not (place := self._place(frame.f_code)):
            return
        self.functions.add(frame.f_code)
        module = place.partition(":")[0]
        self.switches += module != self._last
        self._last = module
        stack, package = self._stack(frame), module.split(".")[1]
        if len(stack) > len(self.deepest.get(package, ())):
            self.deepest[package] = stack

    @property
    def modules(self) -> list[str]:
        """The modules of which a function was called."""
        return sorted({self._place(code).partition(":")[0] for code in self.functions})

    def _stack(self, frame: FrameType | None) -> list[str]:
        """Return our own functions of a stack, the outermost first."""
        stack = []
        while frame is not None:
            if place := self._place(frame.f_code):
                stack.append(place)
            frame = frame.f_back
        return stack[::-1]

    def _place(self, code: CodeType) -> str:
        """Return `module:function` of our own code; of other code, and what is no function, an empty text."""
        place = self._places.get(code)
        if place is None:
            own = code.co_filename.startswith(_PACKAGE) and code.co_flags & _OPTIMIZED
            place = f"{_module(code.co_filename)}:{code.co_qualname}" if own else ""
            self._places[code] = place
        return place


def measured(*arguments: str) -> Structure:
    """Return what a command goes through, given against a sandbox in a folder of its own."""
    structure = Structure()
    with serving(NO_LIMIT) as sandbox, _elsewhere({"CALLBELL_BASE_URL": sandbox.base_url, "CALLBELL_API_TOKEN": TOKEN}):
        sys.argv = ["callbell-importer", *arguments, "--journal", "journal.sqlite3"]
        threading.setprofile(structure.see)
        sys.setprofile(structure.see)
        try:
            command()
        except SystemExit as ended:
            if ended.code:
                raise
        finally:
            sys.setprofile(None)
            threading.setprofile(None)
    return structure


def main() -> None:
    """Print the figures, the deepest stack of each package, and the modules."""
    structure = measured("run", str(SAMPLES / "contacts.csv"))
    modules, stacks = structure.modules, sorted(structure.deepest.values(), key=len, reverse=True)
    tell(f"modules        {len(modules)} (at most {MOST_MODULES})")
    tell(f"functions      {len(structure.functions)}")
    tell(f"own frames     {len(stacks[0])} deep (at most {MOST_DEEP})")
    tell(f"module changes {structure.switches}")
    for stack in stacks:
        tell("\n  ".join([f"\n{len(stack)} deep:", *stack]))
    tell("\n  ".join(["\nThe modules:", *modules]))


def _module(file: str) -> str:
    return ".".join(Path(file).relative_to(ROOT).with_suffix("").parts)


@contextlib.contextmanager
def _elsewhere(variables: dict[str, str]) -> Iterator[None]:
    """Stand in a new folder, with these environment variables."""
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        os.environ |= variables | {"XDG_STATE_HOME": str(Path(folder, "state"))}
        yield
