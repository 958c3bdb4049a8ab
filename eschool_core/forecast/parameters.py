"""The parameters that come with the package; ``train`` makes their file."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from eschool_core.forecast.final_mark import FinalParameters
from eschool_core.forecast.history import MarkParameters

FILE = "parameters.json"
DIGITS = 5


@dataclass(frozen=True, slots=True)
class Parameters:
    """All that was learnt.

    Attributes:
        sources: Where it was learnt from, with authors and licence.
        mark: Of the next mark.
        final: Of the mark of a term from those of earlier terms.
        term_spread: Standard deviation of a term mark around what earlier terms let expect, as a
            part of the scale's width.
    """

    sources: tuple[str, ...]
    mark: MarkParameters
    final: FinalParameters
    term_spread: float


@cache
def shipped() -> Parameters:
    """Return the parameters of this version."""
    text = files("eschool_core.forecast.data").joinpath(FILE).read_text(encoding="utf-8")
    read: dict[str, Any] = json.loads(text)
    return Parameters(
        sources=tuple(read["sources"]),
        mark=MarkParameters(**_tuples(read["mark"])),
        final=FinalParameters(**_tuples(read["final"])),
        term_spread=read["term_spread"],
    )


def written(parameters: Parameters) -> str:
    """Return the text of the file: the same parameters always give the same bytes."""
    return json.dumps(_rounded(asdict(parameters)), ensure_ascii=False, indent=1) + "\n"


def _tuples(read: dict[str, Any]) -> dict[str, Any]:
    return {
        name: tuple(value) if isinstance(value, list) else value for name, value in read.items()
    }


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, DIGITS)
    if isinstance(value, dict):
        return {name: _rounded(entry) for name, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(entry) for entry in value]
    return value
