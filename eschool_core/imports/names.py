"""Names of people and of classes."""

from __future__ import annotations

import re
from collections.abc import Iterable

from eschool_core.errors import InputError
from eschool_core.imports.cells import clean
from eschool_core.imports.drafts import NameDraft

_HIGHEST_GRADE = 12
_GRADE = re.compile(
    r"(?:(?:класс|клас|class|form|grade|year|gr|klasse|ano|año|classe)\.?\s*)?"
    r"0?(\d{1,2})(?![\d/])",
    re.IGNORECASE,
)
_ROMAN = re.compile(r"([IVX]{1,4})(?![^\W\d_])")
_ROMAN_GRADES = {
    roman: number
    for number, roman in enumerate("I II III IV V VI VII VIII IX X XI XII".split(), start=1)
}
_CLASS_LIKE = re.compile(r"\d{1,2}\W{0,3}[^\W\d_]\W?", re.UNICODE)


def grade_of(class_name: str) -> int | None:
    """Return the grade (1 to 12) that a class's name begins with, or None.

    >>> grade_of("5 «А»"), grade_of("IX-Б"), grade_of("Класс 10А"), grade_of("ЛД101")
    (5, 9, 10, None)
    """
    name = class_name.strip()
    if (found := _GRADE.match(name)) is not None:
        number = int(found.group(1))
        return number if 1 <= number <= _HIGHEST_GRADE else None
    if (roman := _ROMAN.match(name)) is not None:
        return _ROMAN_GRADES.get(roman.group(1))
    return None


def is_class_like(name: str) -> bool:
    """Tell whether the name is a grade with one letter: the usual name of one class.

    >>> is_class_like("5А"), is_class_like("10 «б»"), is_class_like("5"), is_class_like("5А-1")
    (True, True, False, False)
    """
    return _CLASS_LIKE.fullmatch(name.strip()) is not None and grade_of(name) is not None


def split_full_name(text: str, place: str = "") -> NameDraft:
    """Return the parts of a name that begins with the family name.

    Two and more words after the given name are one patronymic («Мамед оглы»). A comma ends the
    family name in the English order: ``Jones, Mary Jane``.

    Raises:
        InputError: There are fewer than two words.
    """
    family, comma, rest = text.partition(",")
    words = [family.strip(), *rest.split()] if comma else text.split()
    if len(words) < 2 or not words[0]:
        raise InputError("import.name_incomplete", place=place)
    return NameDraft(words[0], words[1], " ".join(words[2:]))


def unique_names(raw_names: Iterable[str], place: str) -> dict[str, str]:
    """Return a name to show for each name of the file; two never show alike.

    Raises:
        InputError: A name holds a control character or is too long.
    """
    shown: dict[str, str] = {}
    used: set[str] = set()
    numbers: dict[str, int] = {}
    for raw in raw_names:
        if raw in shown:
            continue
        name = clean(raw, place)
        if name:
            shown[raw] = free_name(name, used, numbers)
            used.add(shown[raw])
    return shown


def free_name(name: str, used: set[str], numbers: dict[str, int]) -> str:
    """Return the name, numbered if need be; ``numbers`` remembers where the search stopped."""
    candidate = name
    while candidate in used:
        numbers[name] = numbers.get(name, 1) + 1
        candidate = f"{name} ({numbers[name]})"
    return candidate
