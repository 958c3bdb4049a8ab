"""What one cell says: text, whole number, date, sex.

Text is taken as it stands but for white space: the ends are stripped, and line breaks and tabs
inside become one space. Control characters (C0, DEL, C1) and lone surrogates are refused: they
cannot be shown, and a terminal obeys them.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

from eschool_core.domain.enums import Sex
from eschool_core.errors import InputError
from eschool_core.imports.limits import CELL_LENGTH

CellValue = str | int | float | bool | date | datetime | time | timedelta | None

_BREAKS = re.compile(r"[ ]*[\t\r\n]+[ \t\r\n]*")
_REFUSED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_SHOWN_LENGTH = 40
_ISO_DATE = re.compile(r"(?<!\d)(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)")
_DATE = re.compile(r"(?<!\d)(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d{2})(?!\d)")
_EXCEL_EPOCH = date(1899, 12, 30)
_EXCEL_DAYS = range(18_000, 73_500)  # 1949 to 2101
_TWO_DIGIT_PIVOT = 50
_YEARS = range(1950, 2101)
_FEMALE = frozenset({"ж", "жен", "женский", "женщина", "девочка", "д", "f", "female", "girl"})
_MALE = frozenset({"м", "муж", "мужской", "мужчина", "мальчик", "m", "male", "boy"})


def clean(text: str, place: str = "") -> str:
    r"""Return the text fit to be stored and shown.

    >>> clean("  Дроби.\n Повторение ")
    'Дроби. Повторение'

    Raises:
        InputError: It holds a control character, or is longer than ``CELL_LENGTH``.
    """
    if _REFUSED.search(text):
        raise InputError("import.text_control", place=place)
    stripped = text.strip()
    if len(stripped) > CELL_LENGTH:
        raise InputError("import.text_too_long", place=place, limit=CELL_LENGTH)
    return _BREAKS.sub(" ", stripped)


def shown(text: str) -> str:
    r"""Return a name of the file as a message may repeat it: short, without control characters.

    >>> shown("Mon\x1b[31m")
    'Mon?[31m'
    """
    return _REFUSED.sub("?", _BREAKS.sub(" ", text[:_SHOWN_LENGTH]))


def as_text(value: CellValue, place: str = "") -> str:
    """Return the cell as its author sees it: a whole number without ``.0``.

    Raises:
        InputError: As ``clean``.
    """
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat()
    return clean(str(value), place)


def as_date(value: CellValue, place: str = "") -> date | None:
    """Return the first date of the cell, or None for an empty one.

    Understood are Excel dates and day numbers, ``2014-09-01``, ``01.09.2014``, ``1/9/2014``
    and two-digit years, which lie between 1950 and 2049.

    Raises:
        InputError: The cell says something else.
    """
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, int | float) and value in _EXCEL_DAYS:
        value = _EXCEL_EPOCH + timedelta(days=int(value))
    found = value if isinstance(value, date) else _date_in(as_text(value, place), place)
    if found is not None and found.year not in _YEARS:
        raise InputError("import.date_not_understood", place=place)
    return found


def _date_in(text: str, place: str) -> date | None:
    if not text:
        return None
    iso = _ISO_DATE.search(text)
    local = _DATE.search(text)
    if iso is None and local is None:
        raise InputError("import.date_not_understood", place=place)
    year, month, day = map(int, iso.groups() if iso else reversed(local.groups() if local else ()))
    if year < 100:
        year += 1900 if year >= _TWO_DIGIT_PIVOT else 2000
    try:
        return date(year, month, day)
    except ValueError as error:
        raise InputError("import.date_not_understood", place=place) from error


def as_sex(value: CellValue, place: str = "") -> Sex | None:
    """Return the sex, or None for an empty cell.

    Raises:
        InputError: The cell says something else.
    """
    word = as_text(value, place).casefold().rstrip(".")
    if word in _FEMALE:
        return Sex.FEMALE
    if word in _MALE:
        return Sex.MALE
    if word:
        raise InputError("import.sex_not_understood", place=place)
    return None
