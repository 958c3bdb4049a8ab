"""Every error says what happened and what to do, in both languages, with what it is given."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from string import Formatter

import pytest

from eschool_core.labels import catalogue
from eschool_core.regulation import checks
from tests.repo.files import package_sources, place, syntax_of

ERRORS = frozenset(
    "InputError AccessError DamageError TransportError BusyError UnknownFactError RegulationError "
    "RightsError HoldForReview absent".split()
)


@dataclass(frozen=True, slots=True)
class Raised:
    """A call that makes an error.

    Attributes:
        where: File and line.
        key: Of the text.
        given: Names of the parameters; None where the call hands on a mapping.
    """

    where: str
    key: str
    given: frozenset[str] | None


def raised_in(tree: ast.Module, file: str) -> Iterator[Raised]:
    """Yield the errors whose key stands in the source: a text, a constant's name, or a check."""
    constants = {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node.func) in ERRORS and node.args:
            names = [keyword.arg for keyword in node.keywords]
            given = None if None in names else frozenset(name for name in names if name)
            for key in _keys(node.args[0], constants):
                yield Raised(f"{file}:{node.lineno}", key, given)


def _keys(node: ast.expr, constants: Mapping[str, object]) -> list[str]:
    if isinstance(node, ast.IfExp):
        return [*_keys(node.body, constants), *_keys(node.orelse, constants)]
    if isinstance(node, ast.Constant):
        return [str(node.value)]
    if isinstance(node, ast.Name) and node.id in constants:
        return [str(constants[node.id])]
    if isinstance(node, ast.Attribute) and _name(node.value) == "checks":
        return [getattr(checks, node.attr).id]
    return []


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def problems(raised: Raised) -> list[str]:
    """Return what the texts of an error lack or ask too much."""
    found = []
    for key in (raised.key, f"{raised.key}.remedy"):
        entry = catalogue().get(key)
        if entry is None:
            found.append(f"{raised.where}: there is no text {key}")
            continue
        asked = {name for text in entry.values() for _, name, _, _ in Formatter().parse(text)}
        extra = asked - {None} - (raised.given or frozenset())
        if raised.given is not None and extra:
            found.append(f"{raised.where}: {key} asks for {sorted(map(str, extra))}")
    return found


def all_raised() -> list[Raised]:
    return [
        raised
        for path in package_sources()
        for raised in raised_in(syntax_of(path), place(path, 0).removesuffix(":0"))
    ]


def test_every_error_has_a_text_and_a_remedy_that_its_parameters_fill() -> None:
    assert [line for raised in all_raised() for line in problems(raised)] == []


def test_the_scan_sees_the_errors_of_every_package() -> None:
    assert {raised.where.partition("/")[0] for raised in all_raised()} >= {
        "eschool_core",
        "eschool_sync",
        "clients",
    }


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ('raise InputError("data.never")', "no text data.never"),
        ('raise InputError("data.field")', "asks for ['field']"),
        ('KEY = "data.never"\nraise errors.AccessError(KEY)', "no text data.never"),
        ('raise BusyError("data.never" if slow else "data.field", **params)', "data.never.remedy"),
        ("raise RegulationError(checks.MARK_SCALE, lowest=2)", "asks for ['highest']"),
        ('raise store.absent("data.missing", table=name)', "asks for ['id']"),
    ],
)
def test_the_scan_finds_what_is_missing(source: str, problem: str) -> None:
    found = [line for raised in raised_in(ast.parse(source), "x.py") for line in problems(raised)]
    assert any(problem in line for line in found), found


def test_the_scan_lets_complete_errors_pass() -> None:
    source = 'raise InputError("data.field", field=name)\nraise RightsError(checks.ROLE_DENIED)'
    found = list(raised_in(ast.parse(source), "x.py"))
    assert [raised.key for raised in found] == ["data.field", "4.1/role"]
    assert [line for raised in found for line in problems(raised)] == []
