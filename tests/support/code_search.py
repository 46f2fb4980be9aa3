"""Find every code that the package can produce, by reading its source.

A code is what is given as `code`: by keyword, by position to what has such a parameter or field, by assignment, by a
table of codes, or in SQL. Names of the checks of `doctor` and `schedule`, and of receivers of notices, are codes too.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from importer.model.rows import Status
from importer.notify.event import Event

PACKAGE = Path(__file__).parents[2] / "importer"
_WORD = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
_IN_SQL = re.compile(r"\bcode = '([a-z_]+)'")
_NAMES = ("code", "class_code")
_CODES_BY_WORD, _CODES_BY_NUMBER, _UNNAMED = "_CODES_BY_WORD", "_CODES_OF_FAULTS", "_UNNAMED"
_CHECKS = {"problem_diagnosis", "skipped", "of_error"}
"""Functions whose first argument is the name of a check."""
_RECEIVERS = ("webhook", "ping", "mail", "command")
"""As `importer.notify.receivers` calls them."""
_NO_CODES = ("importer/sandbox", "importer/readers/excel/openpyxl_sheet.py")
"""What has codes of another kind: those of the service's stand-in, and number formats."""
PUT_TOGETHER = {
    "{}_unmapped": ["identifier", "name"],
    "{}_ambiguous": ["team", "channel", "assigned_user", "number", "date"],
    "{}_invalid": ["number", "date"],
    "{}_unknown": ["team", "channel", "dropdown", "checkbox"],
    "{}": [],  # of a country or a character: no code of ours
}
"""What stands for the braces of codes that are put together."""


class CodeSearch:
    """Reads the whole package; `codes` then has what it can produce, and `unclear` what could not be told."""

    def __init__(self) -> None:
        self.codes: set[str] = {*map(str, Status), *map(str, Event), *_RECEIVERS}
        self.unclear: set[str] = set()
        self._constants: dict[str, str] = {}
        self._places: dict[str, int] = {}
        """Of what has a parameter or field `code`: which of the arguments it is."""
        paths = {path.relative_to(PACKAGE.parent).as_posix(): path for path in sorted(PACKAGE.rglob("*.py"))}
        trees = {
            name: ast.parse(path.read_text("utf-8")) for name, path in paths.items() if not name.startswith(_NO_CODES)
        }
        for tree in trees.values():
            for node in ast.walk(tree):
                self._learn(node)
        for name, tree in trees.items():
            for node in ast.walk(tree):
                for value in self._values(node):
                    self._take(value, name)
        for path in PACKAGE.rglob("*.sql"):
            self.codes.update(_IN_SQL.findall(path.read_text("utf-8")))

    def _learn(self, node: ast.AST) -> None:
        match node:
            case ast.FunctionDef(name=name, args=ast.arguments(args=args)):
                names = [one.arg for one in args if one.arg not in {"self", "cls"}]
                is_text = any(one.arg == "code" and isinstance(one.annotation, ast.Name) for one in args)
                if is_text and not name.startswith(("__", "cure_of")):
                    self._places[name] = names.index("code")
            case ast.ClassDef(name=name, body=body):
                targets = [one.target for one in body if isinstance(one, ast.AnnAssign)]
                fields = [target.id for target in targets if isinstance(target, ast.Name)]
                if "code" in fields:
                    self._places[name] = fields.index("code")
            case ast.Assign(targets=[target], value=value):
                self._constants.update(
                    (name.id, given.value)
                    for name, given in _pairs(target, value)
                    if name.id.isupper() and isinstance(given, ast.Constant) and isinstance(given.value, str)
                )
            case _:
                pass

    def _values(self, node: ast.AST) -> Iterator[ast.expr]:
        """Yield the expressions of codes in a node."""
        match node:
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=arguments, keywords=keywords):
                place = 0 if name in _CHECKS else self._places.get(name, len(arguments))
                yield from arguments[place : place + 1]
                yield from (one.value for one in keywords if one.arg == ("name" if name == "Diagnosis" else "code"))
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Tuple(elts=pairs)) if name == _CODES_BY_WORD:
                yield from (pair.elts[1] for pair in pairs if isinstance(pair, ast.Tuple))
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Dict(values=values)) if name == _CODES_BY_NUMBER:
                yield from values
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Dict(values=values)) if name == _UNNAMED:
                yield from (pair.elts[0] for pair in values if isinstance(pair, ast.Tuple))
            case ast.Assign(targets=[target], value=value):
                yield from (given for name, given in _pairs(target, value) if name.id in _NAMES)
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value) if name in _NAMES:
                yield value
            case ast.Constant(value=str(text)):
                self.codes.update(_IN_SQL.findall(text))
            case _:
                pass

    def _take(self, value: ast.expr, name: str) -> None:
        match value:
            case ast.Constant(value=str(text)) if _WORD.fullmatch(text):
                self.codes.add(text)
            case ast.Tuple(elts=[code, *_]):  # and a sentence
                self._take(code, name)
            case ast.IfExp(body=body, orelse=otherwise):
                self._take(body, name)
                self._take(otherwise, name)
            case ast.Name(id=constant) if constant in self._constants:
                self.codes.add(self._constants[constant])
            case ast.Call(func=ast.Name(id="next") | ast.Attribute(attr="get"), args=[_, otherwise]):
                self._take(otherwise, name)
            case ast.JoinedStr(values=values):
                text = "".join(str(one.value) if isinstance(one, ast.Constant) else "{}" for one in values)
                if text not in PUT_TOGETHER:
                    self.unclear.add(f"{name}:{value.lineno}: {ast.unparse(value)}")
                self.codes.update(text.format(one) for one in PUT_TOGETHER.get(text, []))
            case _:  # a variable, whose value is told where it is assigned
                pass


def _pairs(target: ast.expr, value: ast.expr) -> Iterator[tuple[ast.Name, ast.expr]]:
    """Yield the names of an assignment with what each is given."""
    several = isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple)
    targets = target.elts if isinstance(target, ast.Tuple) else [target]
    values = value.elts if several and isinstance(value, ast.Tuple) else [value]
    for one, given in zip(targets, values, strict=False):
        if isinstance(one, ast.Name):
            yield one, given
