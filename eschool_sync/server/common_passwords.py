"""Which passwords a guesser tries first: words with a few signs, patterns of keys, dates (6.2.4).

A rule catches more than a list of the same size: «Summer2026!» and «gfhjkm123» are on no list of
three thousand, and both are tried in the first minute. What is refused is what is known to
everybody, never a kind of characters.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Final

LATIN_KEYS: Final = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`"
CYRILLIC_KEYS: Final = "йцукенгшщзхъфывапролджэячсмитьбюё"
_TO_CYRILLIC: Final = str.maketrans(LATIN_KEYS, CYRILLIC_KEYS)
_TO_LATIN: Final = str.maketrans(CYRILLIC_KEYS, LATIN_KEYS)
_PLAIN: Final = str.maketrans("013457@$!", "oleastasi")
_SOUNDS: Final = str.maketrans(
    {
        **dict(zip("абвгдезийклмнопрстуфыэ", "abvgdeziyklmnoprstufye", strict=True)),
        "ё": "e",
        "ж": "zh",
        "х": "kh",
        "ц": "ts",
        "ч": "ch",
        "ш": "sh",
        "щ": "sch",
        "ъ": "",
        "ь": "",
        "ю": "yu",
        "я": "ya",
    }
)
_ROWS: Final = (
    "1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю",
    "abcdefghijklmnopqrstuvwxyz", "абвгдеёжзийклмнопрстуфхцчшщъыьэюя", "7894561230", "1472583690",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm", "1q2w3e4r5t6y7u8i9o0p", "q1w2e3r4t5y6u7i8o9p0",
    "qazwsxedcrfvtgbyhnujm", "a1b2c3d4e5f6g7h8", "1a2b3c4d5e6f7g8h", "zaqxswcdevfrbgt", "qweasdzxc",
    "1029384756", "31415926535897", "4815162342", "1123581321345589",
    "12qwaszx", "13579", "24680", "147258369", "159753", "1z2x3c4v5b", "z1x2c3v4b5",
)  # fmt: skip
_FIRST_YEAR, _LAST_YEAR = 1930, 2040
_SHORTEST_RUN: Final = 3
_LONGEST_UNIT: Final = 6
_SIGNS_BESIDE: Final = 6
_OLD_LENGTH: Final = 8
SCHOOL_WORDS: Final = (
    "школа", "лицей", "гимназия", "учитель", "учительница", "ученик", "ученица", "дневник",
    "журнал", "класс", "директор", "завуч", "педагог", "отметка", "родитель", "school", "eschool",
    "journal", "diary",
)  # fmt: skip


def is_common(password: str) -> bool:
    """Return whether a guesser would try a password early.

    >>> is_common("Пароль2026!"), is_common("1q2w3e4r"), is_common("тихий омут у моста")
    (True, True, False)
    """
    typed = _folded(password)
    variants = {typed, typed.translate(_TO_CYRILLIC), typed.translate(_TO_LATIN)}
    shapes = {typed, typed[1:], typed[:-1]}
    return any(map(_is_pattern, shapes)) or any(map(_is_words, variants))


def names_its_owner(password: str, about: Iterable[str]) -> bool:
    """Return whether a password is little more than a word of the school or its owner's name.

    Args:
        password: As typed.
        about: What others know of the owner: names, login, the school's name.
    """
    typed = "".join(letter for letter in _folded(password) if letter.isalnum())
    known = [part for text in (*SCHOOL_WORDS, *about) for part in _parts(text)]
    return any(
        word in typed and len(typed) - len(word) <= _SIGNS_BESIDE
        for part in known
        for word in (part, part.translate(_TO_LATIN), part.translate(_SOUNDS))
    )


def _parts(text: str) -> Iterator[str]:
    for part in _folded(text).replace("-", " ").split():
        word = "".join(letter for letter in part if letter.isalnum())
        if len(word) >= _SHORTEST_RUN:
            yield word


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()


@cache
def _words() -> frozenset[str]:
    text = files("eschool_sync.server").joinpath("common_words.txt").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return frozenset(word for line in lines for word in line.split())


@cache
def _shortened() -> frozenset[str]:
    """Return long words cut to the eight letters that old systems kept."""
    return frozenset(word[:_OLD_LENGTH] for word in _words() if len(word) > _OLD_LENGTH)


def _is_words(text: str) -> bool:
    """Tell one or two known words with up to six other signs around, plain or with digits in."""
    bare = text.strip("".join({letter for letter in text if not letter.isalpha()}))
    if len(text) - len(bare) > _SIGNS_BESIDE:
        return False
    words = _words()
    for core in (bare, text.translate(_PLAIN), bare.translate(_PLAIN)):
        halves = any(core[:at] in words and core[at:] in words for at in range(3, len(core) - 2))
        if core in words or core in _shortened() or halves:
            return True
    return False


def _is_pattern(text: str) -> bool:
    return (
        len(set(text)) <= 2
        or _is_repeated(text)
        or _is_date(text)
        or _is_progression(text)
        or _runs(text) * _SHORTEST_RUN <= len(text)
    )


def _is_repeated(text: str) -> bool:
    return any(
        text == (text[:size] * len(text))[: len(text)]
        for size in range(1, min(_LONGEST_UNIT, len(text) // 2) + 1)
    )


def _is_date(text: str) -> bool:
    digits = "".join(letter for letter in text if letter not in "./- ")
    if len(digits) != 8 or not (digits.isascii() and digits.isdigit()):
        return False
    for year, first, second in (
        (digits[4:], digits[:2], digits[2:4]),
        (digits[:4], digits[4:6], digits[6:]),
    ):
        one, two = sorted((int(first), int(second)))
        if _FIRST_YEAR <= int(year) <= _LAST_YEAR and 1 <= one <= 12 and two <= 31:
            return True
    return False


def _is_progression(text: str) -> bool:
    """Tell pairs of digits that go up by the same step: 10203040, 11223344."""
    if len(text) % 2 or not (text.isascii() and text.isdigit()):
        return False
    pairs = [int(text[at : at + 2]) for at in range(0, len(text), 2)]
    return len({later - earlier for earlier, later in pairwise(pairs)}) == 1


def _runs(text: str) -> int:
    """Return into how many runs along rows of keys, or of one letter, a text falls."""
    runs = at = 0
    while at < len(text):
        length = 1
        while at + length < len(text) and _is_run(text[at : at + length + 1]):
            length += 1
        at += length
        runs += 1
    return runs


def _is_run(piece: str) -> bool:
    back = piece[::-1]
    return len(set(piece)) == 1 or any(piece in row or back in row for row in _ROWS)
