"""Which test holds which clause, scenario, requirement and threat, read from the marks."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from tests.repo.files import PROJECT, syntax_of

KINDS = ("clause", "scenario", "asvs", "threat")

Mark = tuple[str, str]
"""Kind and argument: ``("clause", "4.5.3")``."""


@dataclass(frozen=True, slots=True)
class MarkedTest:
    """A test with its marks, those of its class and module included.

    Attributes:
        path: Of the file in the project, with slashes.
        name: As pytest names it after the file: ``test_x`` or ``TestClass::test_x``.
        line: Where it begins.
        marks: Each kind and argument.
    """

    path: str
    name: str
    line: int
    marks: frozenset[Mark]

    def of(self, kind: str) -> frozenset[str]:
        """Return the arguments of the marks of one kind."""
        return frozenset(argument for found, argument in self.marks if found == kind)


@cache
def all_tests() -> tuple[MarkedTest, ...]:
    """Return every test of the project that carries a mark, by file and place in it."""
    return tuple(
        test
        for path in sorted((PROJECT / "tests").rglob("test_*.py"))
        for test in marked_in(syntax_of(path), path.relative_to(PROJECT).as_posix())
        if test.marks
    )


def marked_in(module: ast.Module, path: str) -> list[MarkedTest]:
    """Return every test of one file, marked or not.

    Raises:
        ValueError: A mark has another argument than literal strings, so no page can show it.
    """
    return list(_tests_in(module.body, path, "", frozenset()))


def _tests_in(
    body: list[ast.stmt], path: str, prefix: str, inherited: frozenset[Mark]
) -> Iterator[MarkedTest]:
    marks = inherited | _marks(_pytestmarks(body), path)
    for node in body:
        if isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
            own = marks | _marks(node.decorator_list, path)
            yield from _tests_in(node.body, path, f"{prefix}{node.name}::", own)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            if node.name.startswith("test"):
                own = marks | _marks(node.decorator_list, path)
                yield MarkedTest(path, prefix + node.name, node.lineno, own)
        elif isinstance(node, ast.Assign):
            # TestSync = SyncMachine.TestCase, hypothesis's way to name a stateful test.
            names = [at.id for at in node.targets if isinstance(at, ast.Name)]
            for name in names:
                if name.startswith("Test"):
                    yield MarkedTest(path, prefix + name, node.lineno, marks)


def _pytestmarks(body: list[ast.stmt]) -> list[ast.expr]:
    return [
        node.value
        for node in body
        if isinstance(node, ast.Assign)
        and any(isinstance(at, ast.Name) and at.id == "pytestmark" for at in node.targets)
    ]


def _marks(expressions: Iterable[ast.expr], path: str) -> frozenset[Mark]:
    found: set[Mark] = set()
    for expression in expressions:
        for node in ast.walk(expression):
            kind = _kind(node)
            if kind is not None and isinstance(node, ast.Call):
                found.update((kind, argument) for argument in _arguments(node, path))
    return frozenset(found)


def _kind(node: ast.AST) -> str | None:
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return None
    holder = node.func.value
    is_mark = isinstance(holder, ast.Attribute) and holder.attr == "mark"
    return node.func.attr if is_mark and node.func.attr in KINDS else None


def _arguments(call: ast.Call, path: str) -> list[str]:
    values = [node.value for node in call.args if isinstance(node, ast.Constant)]
    words = [value for value in values if isinstance(value, str)]
    if not words or len(words) < len(call.args) or call.keywords:
        raise ValueError(f"{path}:{call.lineno}: a mark takes literal strings and nothing else")
    return words
