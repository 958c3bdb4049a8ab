"""A planted bug in a program that runs already: new code in the functions that everybody holds.

Importing the program anew takes ten times as long as finding most bugs. Functions keep their
identity and get the code of the changed text; constants are put into their module.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from types import FunctionType, ModuleType
from typing import Any


class RejectedError(Exception):
    """The change does not lie in a function or a constant: the program has to be started anew."""


def transplant(module: ModuleType, source: str) -> None:
    """Let a module behave as the changed text says.

    Raises:
        RejectedError: Nothing that can be exchanged has changed.
    """
    changed = ModuleType(module.__name__)
    changed.__file__ = module.__file__
    exec(compile(source, str(module.__file__), "exec"), changed.__dict__)
    count = 0
    for old, new in _pairs(vars(module), vars(changed), module.__name__):
        if _differs(old, new):
            old.__code__ = new.__code__
            old.__defaults__, old.__kwdefaults__ = new.__defaults__, new.__kwdefaults__
            count += 1
    for name, value in vars(changed).items():
        if isinstance(value, int | str | bytes | tuple) and vars(module).get(name) != value:
            setattr(module, name, value)
            count += 1
    for value in vars(module).values():
        if hasattr(value, "cache_clear"):
            value.cache_clear()
    if not count:
        raise RejectedError


def _pairs(old: Any, new: Any, module: str) -> Iterator[tuple[FunctionType, FunctionType]]:
    """Yield the functions of two name spaces that have the same name."""
    for name, value in list(old.items()):
        other = new.get(name)
        if isinstance(value, type) and value.__module__ == module:
            yield from _pairs(vars(value), vars(other), module)
        here, there = _function(value), _function(other)
        if here is not None and there is not None and here.__module__ == module:
            yield here, there


def _function(value: Any) -> FunctionType | None:
    if isinstance(value, property):
        value = value.fget
    if isinstance(value, classmethod | staticmethod):
        value = value.__func__
    value = inspect.unwrap(value) if callable(value) and not isinstance(value, type) else value
    return value if isinstance(value, FunctionType) else None


def _differs(old: FunctionType, new: FunctionType) -> bool:
    here, there = old.__code__, new.__code__
    if len(here.co_freevars) != len(there.co_freevars):
        return False
    return _shape(here) != _shape(there)


def _shape(code: Any) -> tuple[Any, ...]:
    inner = tuple(_shape(each) if inspect.iscode(each) else repr(each) for each in code.co_consts)
    return code.co_code, code.co_names, code.co_varnames, inner
