"""The order of Russian lists: Ё after Е, numbers by their size, small and capital letters alike."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

MOST_PIECES: Final = 1_024
_PIECES = re.compile(r"[0-9]{1,18}|[^0-9]|[0-9]")

SortKey = tuple[tuple[int, int], ...]


def sort_key(text: str) -> SortKey:
    """Return what sorts ``text`` as a school lists names and classes.

    >>> sorted(["Жуков", "Ёлкин", "Егоров", "10А", "2Б"], key=sort_key)
    ['2Б', '10А', 'Егоров', 'Ёлкин', 'Жуков']
    """
    folded = unicodedata.normalize("NFC", text).casefold()
    return tuple(_weight(piece) for piece in _PIECES.findall(folded))


@lru_cache(maxsize=MOST_PIECES)
def _weight(piece: str) -> tuple[int, int]:
    if piece.isascii() and piece.isdigit():
        return (1, int(piece))
    if piece == "ё":
        return (2, 2 * ord("е") + 1)
    # White space, hyphens and stops stand before everything else: «Ли Ан» before «Лиан».
    return (2, 2 * ord(piece)) if piece.isalpha() else (0, ord(piece))
