"""What a mutation is: expressions or statements of one function of the importer, what takes their place, who sees it.

A change names a function and the code in it, compared as syntax trees, so that neither a move within the module nor
another layout or comment of the code is a change of a test.
"""

import ast
from dataclasses import dataclass
from pathlib import Path

VIRTUAL = ("virtual", "--seeds", "1..1000")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Code of one function, or one constant of a module, and what takes its place."""

    module: str
    """In the package, such as `worker_pool.pool`."""
    function: str
    """Such as `WorkerPool._advance`; or the name of a module's constant."""
    old: str
    """An expression, a keyword argument, or statements; stands there exactly once. In a text constant: a part of it."""
    new: str
    """An expression, or statements (none: a `pass`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutation:
    """A deliberate fault, and the part that must see it."""

    name: str
    changes: tuple[Change, ...]
    part: tuple[str, ...] = VIRTUAL
    """Where few seeds see it, they begin shortly before the first that does: those before it only take time."""


class NoSuchCodeError(Exception):
    """What a change would replace does not stand there exactly once."""


def apply(change: Change, package: Path) -> None:
    """Make a change in a copy of the package.

    Raises:
        NoSuchCodeError: What it would replace does not stand there exactly once.

    """
    path = path_of(change, package)
    path.write_text(ast.unparse(mutated(change, path.read_text(encoding="utf-8"))), encoding="utf-8", newline="\n")


def path_of(change: Change, package: Path) -> Path:
    """Return the file of the change's module."""
    return package.joinpath(*change.module.split(".")).with_suffix(".py")


def mutated(change: Change, source: str) -> ast.Module:
    """Return the module's syntax tree after the change.

    Raises:
        NoSuchCodeError: What it would replace does not stand there exactly once.

    """
    module = ast.parse(source)
    scope = _scope(module, change.function.split("."))
    count = 0 if scope is None else _in_text(scope, change) or _in_code(scope, change)
    if count != 1:
        raise NoSuchCodeError(f"{change.module}.{change.function} has {count} times: {change.old}")
    return ast.fix_missing_locations(module)


def _scope(module: ast.Module, names: list[str]) -> ast.AST | None:
    """Return the function, or the assignment of the constant, under a qualified name."""
    found: ast.AST | None = module
    for name in names:
        found = next((node for node in getattr(found, "body", ()) if _is_named(node, name)), None)
    return found


def _is_named(node: ast.AST, name: str) -> bool:
    if isinstance(node, ast.Assign):
        return any(isinstance(target, ast.Name) and target.id == name for target in node.targets)
    return getattr(node, "name", None) == name


def _in_text(scope: ast.AST, change: Change) -> int:
    """Replace a part of a constant's text; return how often it was there."""
    if not isinstance(scope, ast.Assign):
        return 0
    count = 0
    for node in ast.walk(scope):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            count += node.value.count(change.old)
            node.value = node.value.replace(change.old, change.new)
    return count


def _in_code(scope: ast.AST, change: Change) -> int:
    """Replace an expression, a keyword argument or statements; return how often they were there."""
    old, new = ast.parse(change.old).body, ast.parse(change.new or "pass").body
    match old, new:
        case [ast.Expr(value=expression)], [ast.Expr(value=other)]:
            replacer = _Expressions(ast.dump(expression), other)
            replacer.visit(scope)
            return replacer.count
        case [ast.Assign(targets=[ast.Name(id=name)], value=value)], [ast.Assign(value=other)]:
            return _in_keywords(scope, name, ast.dump(value), other)
        case _:
            return sum(_replace(body, [ast.dump(one) for one in old], new) for body in _bodies(scope))


def _in_keywords(scope: ast.AST, name: str, old: str, new: ast.expr) -> int:
    keywords = [node for node in ast.walk(scope) if isinstance(node, ast.keyword) and node.arg == name]
    found = [keyword for keyword in keywords if ast.dump(keyword.value) == old]
    for keyword in found:
        keyword.value = new
    return len(found)


def _bodies(scope: ast.AST) -> list[list[ast.stmt]]:
    fields = [value for node in ast.walk(scope) for _, value in ast.iter_fields(node)]
    return [value for value in fields if isinstance(value, list) and value and isinstance(value[0], ast.stmt)]


def _replace(body: list[ast.stmt], old: list[str], new: list[ast.stmt]) -> int:
    dumped = [ast.dump(one) for one in body]
    places = [place for place in range(len(body)) if dumped[place : place + len(old)] == old]
    for place in reversed(places):
        body[place : place + len(old)] = new
    return len(places)


class _Expressions(ast.NodeTransformer):
    """Replaces an expression wherever it stands."""

    def __init__(self, old: str, new: ast.expr) -> None:
        self._old = old
        self._new = new
        self.count = 0

    def visit(self, node: ast.AST) -> ast.AST:
        """Return what takes the node's place."""
        if isinstance(node, ast.expr) and ast.dump(node) == self._old:
            self.count += 1
            return self._new  # not visited: it may hold the old one
        visited: ast.AST = self.generic_visit(node)
        return visited
