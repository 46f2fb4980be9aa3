"""The mutants of the rooms, and a sample of them that a commit's hash decides."""

import ast
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import libcst as cst
from libcst.metadata import CodeRange, MetadataWrapper, ParentNodeProvider, PositionProvider

from tests.mutation.operators import is_left_out, replacements

ROOMS = ("worker_pool", "client", "journal", "mapper/phones")
"""The packages of the importer that decide whether a contact is made twice, lost, or sent to the wrong number."""
_MOST_SHOWN = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One change of one module."""

    module: str
    """In the package, such as `worker_pool/pool.py`."""
    function: str
    """Such as `WorkerPool._advance`; empty: the module's own code."""
    lines: range
    """Of the smallest statement that holds the change."""
    old: str
    """The code that is changed, on one line."""
    new: str
    number: int
    """Of the changes of this code in this function to this other code, from 1."""
    tree: cst.Module = field(repr=False, compare=False)
    node: cst.CSTNode = field(repr=False, compare=False)
    replacement: cst.CSTNode = field(repr=False, compare=False)

    @property
    def name(self) -> str:
        """What tells it from all others, whatever line it stands on."""
        again = f" ({self.number})" if self.number > 1 else ""
        return f"{self.module} {self.function}: {self.old} -> {self.new}{again}"

    def source(self) -> str:
        """Return the module with the change."""
        changed = self.tree.deep_replace(self.node, self.replacement)
        assert isinstance(changed, cst.Module)
        return changed.code


def all_mutants(package: Path) -> list[Mutant]:
    """Return every mutant of the rooms, in the order of the code."""
    paths = sorted(path for room in ROOMS for path in (package / room).glob("*.py"))
    return [mutant for path in paths for mutant in mutants_of(path.relative_to(package).as_posix(), path.read_text())]


def sample_of(mutants: Sequence[Mutant], count: int, seed: str) -> list[Mutant]:
    """Return as many mutants as are asked for, chosen by the seed alone, in their order."""
    chosen = random.Random(seed).sample(range(len(mutants)), min(count, len(mutants)))
    return [mutants[place] for place in sorted(chosen)]


def mutants_of(module: str, source: str) -> Iterator[Mutant]:
    """Yield the mutants of a module."""
    wrapper = MetadataWrapper(cst.parse_module(source))
    visitor = _Places()
    wrapper.visit(visitor)
    numbers: dict[tuple[str, str, str], int] = {}
    for node, function, lines in visitor.places:
        for replacement in replacements(node):
            old, new = _difference(_shown(wrapper.module, node), _shown(wrapper.module, replacement))
            number = numbers[function, old, new] = numbers.get((function, old, new), 0) + 1
            yield Mutant(
                module=module,
                function=function,
                lines=lines,
                old=old,
                new=new,
                number=number,
                tree=wrapper.module,
                node=node,
                replacement=replacement,
            )


def is_program(mutant: Mutant) -> bool:
    """Tell whether the mutant is Python, and not the same program in other words."""
    try:
        return ast.dump(ast.parse(mutant.source())) != ast.dump(ast.parse(mutant.tree.code))
    except SyntaxError:
        return False


def _shown(module: cst.Module, node: cst.CSTNode) -> str:
    if isinstance(node, cst.If):
        return f"if {module.code_for_node(node.test)}"
    return " ".join(module.code_for_node(node).split())


def _difference(old: str, new: str) -> tuple[str, str]:
    """Return both codes; of long ones only the part about the first difference."""
    if max(len(old), len(new)) <= _MOST_SHOWN:
        return old, new
    start = next((place for place, pair in enumerate(zip(old, new, strict=False)) if len(set(pair)) > 1), 0)
    part = slice(max(0, start - _MOST_SHOWN // 4), start + _MOST_SHOWN // 2)
    return f"… {old[part]} …", f"… {new[part]} …"


class _Places(cst.CSTVisitor):
    """Finds the nodes that may be mutated, with their function and the lines of their statement."""

    METADATA_DEPENDENCIES = (PositionProvider, ParentNodeProvider)

    def __init__(self) -> None:
        super().__init__()
        self.places: list[tuple[cst.CSTNode, str, range]] = []
        self._names: list[str] = []

    def on_visit(self, node: cst.CSTNode) -> bool:
        """Note a node, and go on below it."""
        if is_left_out(node):
            return False
        self.places.append((node, ".".join(self._names), self._lines(node)))
        if isinstance(node, cst.FunctionDef | cst.ClassDef):
            self._names.append(node.name.value)
        return True

    def on_leave(self, original_node: cst.CSTNode) -> None:
        """Leave a function's or class's name behind."""
        if isinstance(original_node, cst.FunctionDef | cst.ClassDef):
            self._names.pop()

    def _lines(self, node: cst.CSTNode) -> range:
        """Return the lines of the smallest statement; of one with a block, those before the block."""
        while not isinstance(node, cst.BaseCompoundStatement | cst.SimpleStatementLine | cst.Module):
            node = self.get_metadata(ParentNodeProvider, node)
        where = self.get_metadata(PositionProvider, node)
        assert isinstance(where, CodeRange)
        last = where.end.line
        if isinstance(node, cst.BaseCompoundStatement) and isinstance(body := getattr(node, "body", None), cst.CSTNode):
            block = self.get_metadata(PositionProvider, body)
            assert isinstance(block, CodeRange)
            last = max(where.start.line, block.start.line - 1)
        return range(where.start.line, last + 1)
