"""What is changed in a syntax tree: mutmut's operators, and some for whole statements, conditions and SQL.

mutmut as a command mutates only the bodies of undecorated functions. The journal's SQL and all time-outs are constants
of modules, and its transactions are context managers; so its operators are applied here to whole modules.
"""

import re
from collections.abc import Callable, Iterable, Iterator

import libcst as cst
from mutmut.mutation.mutators import mutation_operators, operator_arg_removal, operator_string

_NOT_MUTATED_CALLS = frozenset({"len", "isinstance", "assert_never", "cast", "TypeVar", "ParamSpec"})
"""What mutmut leaves out, and what only the type checker looks at."""
_NOT_MUTATED_NAMES = frozenset({"__all__", "__slots__"})
_SQL = re.compile(
    r"\b(?:SELECT|INSERT|UPDATE|DELETE FROM|WHERE|FROM|ON CONFLICT|ORDER BY|GROUP BY|PRAGMA)\b|\w+ = :\w+"
)
_CONDITION = r"[\w.]+ (?:(?:=|<>|<=|>=|<|>) (?:'[^']*'|:?[\w.]+)|IS (?:NOT )?NULL|(?:NOT )?IN \([^()]*\))"
_SQL_CHANGES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(rf"\s*\bAND {_CONDITION}"), ""),
    (re.compile(rf"\b{_CONDITION}\s+AND\b"), ""),
    (re.compile(r"\bAND\b"), "OR"),
    (re.compile(r"\bOR\b"), "AND"),
    (re.compile(r"\bNOT (?=IN\b|EXISTS\b)"), ""),
    (re.compile(r"\b(?<!NOT )(?=(?:IN|EXISTS) \()"), "NOT "),
    (re.compile(r"\bIS NOT NULL\b"), "IS NULL"),
    (re.compile(r"\bIS NULL\b"), "IS NOT NULL"),
    (re.compile(r" <> "), " = "),
    (re.compile(r"(?<=[\w.)] )>(?= )"), ">="),
    (re.compile(r"(?<=[\w.)] )<=(?= )"), "<"),
    (re.compile(r"(?<=[\w.)] )<(?= )"), "<="),
    (re.compile(r"\bLEFT JOIN\b"), "JOIN"),
    (re.compile(r" DESC\b"), ""),
    (re.compile(r" ORDER BY [\w.]+(?! DESC)$"), ""),
    (re.compile(r"'[a-z_]+'"), "'other'"),
    (re.compile(r"\biif\((?!\w+ IN)([^,()]+),"), r"iif(NOT (\1),"),
)
"""Pattern and replacement; each place where one fits is a mutant."""


def replacements(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """Yield what may take the place of a node, each a mutant."""
    if isinstance(node, cst.SimpleString | cst.FormattedStringText) and _SQL.search(node.value):
        yield from (node.with_changes(value=value) for value in _sql_mutants(node.value))
        return
    for kind, operator in (*_OPERATORS, *mutation_operators):
        if isinstance(node, kind) and operator not in _REPLACED:
            yield from operator(node)


def is_left_out(node: cst.CSTNode) -> bool:
    """Tell whether neither a node nor what is below it is mutated: it has no behaviour, or none but an import's."""
    match node:
        case cst.Annotation() | cst.Decorator() | cst.Import() | cst.ImportFrom():
            return True
        case cst.Call(func=cst.Name(value=name)):
            return name in _NOT_MUTATED_CALLS
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))]):
            return name in _NOT_MUTATED_NAMES
        case cst.Expr(value=cst.SimpleString() | cst.ConcatenatedString() | cst.Ellipsis()):
            return True  # a docstring
        case cst.Subscript(value=cst.Name(value=name)):
            return name[:1].isupper() or name in {"type", "list", "dict", "set", "tuple"}  # a type
        case _:
            return False


def _text(node: cst.SimpleString) -> Iterable[cst.BaseExpression]:
    """Change a text in one way: mutmut's changes of case say nothing where names have none, as in HTTP and SQL."""
    return list(operator_string(node))[:1]


def _arguments(node: cst.Call) -> Iterable[cst.Call]:
    """Replace an argument by None, or leave a named one out.

    Without a positional one nearly every call raises, and any test sees that.
    """
    for changed in operator_arg_removal(node):
        is_shorter = len(changed.args) < len(node.args)
        if not is_shorter or [arg for arg in node.args if not arg.keyword] == [
            arg for arg in changed.args if not arg.keyword
        ]:
            yield changed


def _condition(node: cst.If) -> Iterable[cst.If]:
    """Negate the condition of a statement."""
    plain = node.test.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
    test = cst.UnaryOperation(operator=cst.Not(whitespace_after=cst.SimpleWhitespace(" ")), expression=plain)
    return [node.with_changes(test=test, whitespace_before_test=cst.SimpleWhitespace(" "))]


def _statement(node: cst.Expr) -> Iterable[cst.Pass]:
    """Leave out a call that is a statement of its own."""
    called = node.value.expression if isinstance(node.value, cst.Await) else node.value
    return [cst.Pass()] if isinstance(called, cst.Call) and not is_left_out(called) else []


def _sql_mutants(text: str) -> Iterator[str]:
    for pattern, replacement in _SQL_CHANGES:
        for found in pattern.finditer(text):
            yield text[: found.start()] + found.expand(replacement) + text[found.end() :]


_REPLACED = (operator_string, operator_arg_removal)
_OPERATORS: tuple[tuple[type[cst.CSTNode], Callable[..., Iterable[cst.CSTNode]]], ...] = (
    (cst.SimpleString, _text),
    (cst.Call, _arguments),
    (cst.If, _condition),
    (cst.Expr, _statement),
)
