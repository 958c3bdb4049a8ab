"""Text that a spreadsheet shows and never runs (a cell that begins with ``=`` is a formula)."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

# Full-width forms too: some locales read them as the plain signs.
_SIGNS: Final = "=+\\-@\uff1d\uff0b\uff0d\uff20"
# Spreadsheets trim blanks and quotes before they look for a formula.
_BLANKS: Final = "\\s\"'\u2018\u2019\u201c\u201d\ufeff\u200b"
_STARTS_FORMULA: Final = re.compile(f"[{_BLANKS}]*[{_SIGNS}]")
_STARTS_CONTROL: Final = re.compile("[\t\r\x00]")
# A reader that splits at semicolons, as Russian Excel does, takes what follows one for a cell.
_AFTER_SEPARATOR: Final = re.compile(f"([;\n][{_BLANKS}]*)(?=[{_SIGNS}])")

GUARD: Final = "'"


def is_formula(text: str) -> bool:
    """Return whether a spreadsheet could take a text for a formula."""
    return bool(_STARTS_FORMULA.match(text) or _STARTS_CONTROL.match(text))


def clean(text: str) -> str:
    """Return a text without control characters: line breaks stay, tabs become blanks."""
    return "".join(
        letter if letter == "\n" or unicodedata.category(letter) != "Cc" else " " for letter in text
    )


def neutralised(text: str) -> str:
    """Return a text that no spreadsheet runs when it reads a CSV file.

    >>> neutralised(' =1+1')
    "' =1+1"
    """
    # Control characters first: one that becomes a blank must not lay a sign bare.
    cleaned = clean(text)
    guarded = _AFTER_SEPARATOR.sub(rf"\1{GUARD}", cleaned)
    return GUARD + guarded if is_formula(text) or is_formula(cleaned) else guarded
