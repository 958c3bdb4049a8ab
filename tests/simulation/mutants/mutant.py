"""A planted bug: one small change of the program's text, made as it is imported."""

from __future__ import annotations

import importlib.abc
import importlib.util
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import CodeType, ModuleType

ROOT = Path(__file__).parents[3]


@dataclass(frozen=True, slots=True)
class Mutant:
    """What is changed, and what it breaks.

    Attributes:
        path: Of the file, from the root of the repository.
        old: A text that stands in it once.
        new: What stands there instead.
        breaks: The invariant or promise, in words.
    """

    name: str
    path: str
    old: str
    new: str
    breaks: str

    def source(self) -> str:
        """Return the changed text.

        Raises:
            ValueError: The old text does not stand there exactly once.
        """
        text = (ROOT / self.path).read_text()
        if text.count(self.old) != 1:
            raise ValueError(f"{self.name}: its text stands {text.count(self.old)} times there")
        return text.replace(self.old, self.new)

    @property
    def module(self) -> str:
        """The module's name."""
        return self.path.removesuffix(".py").replace("/", ".")


class Planter(importlib.abc.MetaPathFinder):
    """Imports one module from a changed text, all others as they are."""

    def __init__(self, module: str, source: str) -> None:
        self._module = module
        self._source = source

    def plant(self) -> None:
        """Be asked for every module that is imported from now on.

        Raises:
            ValueError: It has been imported already.
        """
        if self._module in sys.modules:
            raise ValueError(f"{self._module} is imported already")
        sys.meta_path.insert(0, self)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return where the module comes from, or None for the others."""
        if fullname != self._module:
            return None
        found = PathFinder.find_spec(fullname, path)
        assert found is not None
        assert found.origin is not None
        loader = _Changed(found.origin, self._source)
        return importlib.util.spec_from_file_location(fullname, found.origin, loader=loader)


class _Changed(importlib.abc.InspectLoader):
    def __init__(self, origin: str, source: str) -> None:
        self._origin = origin
        self._source = source

    def get_source(self, fullname: str) -> str:
        return self._source

    def get_code(self, fullname: str) -> CodeType:
        return compile(self._source, self._origin, "exec")
