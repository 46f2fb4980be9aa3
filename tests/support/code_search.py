"""Find every code that the package can produce, by reading its source."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from importer.model.rows import Status

PACKAGE = Path(__file__).parents[2] / "importer"
_WORD = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
_IN_SQL = re.compile(r"\bcode = '([a-z_]+)'")
_TARGETS = {"code", "class_code"}
_PARAMETERS = {"code", "class_code"}
_TABLES = re.compile(r"_CODES_BY_WORD|_CODES_OF_\w+|_UNNAMED|_CODE_OF_\w+")
_NO_CODES = {"importer/sandbox", "importer/readers/excel/openpyxl_sheet.py"}
"""What has codes of another kind: the service's stand-in, and number formats."""
EXPANSIONS = {
    "{}_unmapped": ["identifier", "name"],
    "{}_ambiguous": ["team", "channel", "assigned_user", "number", "date"],
    "{}_invalid": ["number", "date"],
    "{}_unknown": ["team", "channel", "dropdown", "checkbox"],
}
"""What stands for the braces of codes that are put together."""


@dataclass
class CodeSearch:
    """The codes of the package, and what could not be told."""

    found: dict[str, set[str]] = field(default_factory=dict)
    """By code: the files that produce it."""
    unclear: set[str] = field(default_factory=set)
    _constants: dict[str, str] = field(default_factory=dict)
    _places: dict[str, int] = field(default_factory=dict)
    """By the name of a function or class: which of its positional arguments is the code."""

    def run(self) -> "CodeSearch":
        """Read the whole package."""
        files = sorted(PACKAGE.rglob("*.py"))
        trees = {str(path.relative_to(PACKAGE.parent)): ast.parse(path.read_text("utf-8")) for path in files}
        trees = {path: tree for path, tree in trees.items() if not path.startswith(tuple(_NO_CODES))}
        for tree in trees.values():
            self._learn(tree)
        for path, tree in trees.items():
            for node in ast.walk(tree):
                for value in self._values(node):
                    self._take(value, path)
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    for code in _IN_SQL.findall(node.value):
                        self.found.setdefault(code, set()).add(path)
        for path in sorted(PACKAGE.rglob("*.sql")):
            for code in _IN_SQL.findall(path.read_text("utf-8")):
                self.found.setdefault(code, set()).add(path.name)
        return self

    def _learn(self, tree: ast.Module) -> None:
        for node in ast.walk(tree):
            match node:
                case ast.FunctionDef(name=name, args=args):
                    names = [one.arg for one in args.args if one.arg not in {"self", "cls"}]
                    if "code" in names and name != "__init__":
                        self._places[name] = names.index("code")
                case ast.ClassDef(name=name, body=body):
                    fields = [
                        one.target.id
                        for one in body
                        if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name)
                    ]
                    if "code" in fields:
                        self._places[name] = fields.index("code")
                case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str(text))):
                    self._constants[name] = text
                case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)):
                    for one, value in zip(names, values, strict=True):
                        if (
                            isinstance(one, ast.Name)
                            and isinstance(value, ast.Constant)
                            and isinstance(value.value, str)
                        ):
                            self._constants[one.id] = value.value

    def _values(self, node: ast.AST) -> Iterator[ast.expr]:
        match node:
            case ast.Call(func=func, args=arguments, keywords=keywords):
                name = func.id if isinstance(func, ast.Name) else func.attr if isinstance(func, ast.Attribute) else ""
                place = self._places.get(name)
                if place is not None and place < len(arguments) and name != "cure_of":
                    yield arguments[place]
                yield from (one.value for one in keywords if one.arg == "code")
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if name in _TARGETS:
                yield value
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if _TABLES.fullmatch(name):
                for one in ast.walk(value):
                    if isinstance(one, ast.Tuple) and all(isinstance(part, ast.Constant) for part in one.elts):
                        yield one.elts[0 if name == "_UNNAMED" else 1]
                if isinstance(value, ast.Dict) and name != "_UNNAMED":
                    yield from value.values
            case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)):
                for one, value in zip(names, values, strict=True):
                    if isinstance(one, ast.Name) and one.id in _TARGETS:
                        yield value
            case ast.AnnAssign(target=ast.Name(id="code" | "class_code"), value=ast.expr() as value):
                yield value

    def _take(self, value: ast.expr, path: str) -> None:
        match value:
            case ast.Constant(value=""):
                pass
            case ast.Constant(value=str(text)) if _WORD.fullmatch(text):
                self.found.setdefault(text, set()).add(path)
            case ast.IfExp(body=body, orelse=orelse):
                self._take(body, path)
                self._take(orelse, path)
            case ast.Name(id=name) if name in self._constants:
                self.found.setdefault(self._constants[name], set()).add(path)
            case ast.JoinedStr(values=values):
                text = "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in values)
                if text not in EXPANSIONS:
                    self.unclear.add(f"{path}:{value.lineno}: {ast.unparse(value)}")
                for word in EXPANSIONS.get(text, []):
                    self.found.setdefault(text.format(word), set()).add(path)
            case _:
                self.unclear.add(f"{path}:{value.lineno}: {ast.unparse(value)}")


def statuses() -> set[str]:
    """Return the words for what became of a row."""
    return {str(one) for one in Status}
