"""How what a person types is compared with names: small letters, Ё as Е, word by word."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

T = TypeVar("T")

# Letters that look alike: a class is as often typed 7A (Latin) as 7А (Cyrillic).
_ALIKE = str.maketrans("abcehkmoptxy", "авсенкмортху")
_BETWEEN = re.compile(r"[\W_]+")


def words_of(text: str) -> tuple[str, ...]:
    """Return the words of a text, folded.

    >>> words_of("Ёлкин-Дубов П.")
    ('елкин', 'дубов', 'п')
    """
    folded = unicodedata.normalize("NFC", text).casefold().replace("ё", "е")
    return tuple(word for word in _BETWEEN.split(folded) if word)


def class_key(text: str) -> str:
    """Return a class's name without blanks, quotes and alphabet: «7 "A"» is «7А».

    >>> class_key('7 "A"') == class_key("7а")
    True
    """
    joined = ""
    for word in words_of(text):
        # «1-1» is not «11».
        between = "-" if joined[-1:].isdigit() and word[0].isdigit() else ""
        joined += between + word
    return joined.translate(_ALIKE)


def best(candidates: Iterable[T], name_of: Callable[[T], str], typed: str) -> list[T]:
    """Return the candidates that fit best: those of the first level that has any.

    Levels: the whole name; its first words; the beginnings of its first words in order; the
    beginnings of some of its words. Nothing fits an empty text.
    """
    wanted = words_of(typed)
    if not wanted:
        return []
    listed = [(candidate, words_of(name_of(candidate))) for candidate in candidates]
    for fits in (_whole, _first_words, _beginnings, _anywhere):
        found = [candidate for candidate, words in listed if fits(words, wanted)]
        if found:
            return found
    return []


def _whole(words: Sequence[str], wanted: Sequence[str]) -> bool:
    return tuple(words) == tuple(wanted)


def _first_words(words: Sequence[str], wanted: Sequence[str]) -> bool:
    return tuple(words[: len(wanted)]) == tuple(wanted)


def _beginnings(words: Sequence[str], wanted: Sequence[str]) -> bool:
    pairs = zip(words, wanted, strict=False)
    return len(words) >= len(wanted) and all(word.startswith(part) for word, part in pairs)


def _anywhere(words: Sequence[str], wanted: Sequence[str]) -> bool:
    return all(any(word.startswith(part) for word in words) for part in wanted)
