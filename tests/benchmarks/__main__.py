"""`python -m tests.benchmarks NAME [ARGUMENT...]` makes one table of figures; without a name it lists them."""

import importlib
import pkgutil
import sys
from types import ModuleType

from tests import benchmarks
from tests.benchmarks.measuring import tell


def every_benchmark() -> dict[str, ModuleType]:
    """Return the modules that have figures to make, by their names."""
    names = sorted(module.name for module in pkgutil.iter_modules(benchmarks.__path__) if module.name != "__main__")
    modules = {name: importlib.import_module(f"tests.benchmarks.{name}") for name in names}
    return {name: module for name, module in modules.items() if hasattr(module, "main")}


def main() -> None:
    """Make the figures that were asked for; arguments are numbers."""
    known = every_benchmark()
    if len(sys.argv) < 2 or sys.argv[1] not in known:
        for name, module in known.items():
            tell(f"{name:10} {(module.__doc__ or '').splitlines()[0]}")
        sys.exit(2)
    known[sys.argv[1]].main(*map(int, sys.argv[2:]))


if __name__ == "__main__":
    main()
