"""Row identifiers: one 53-bit integer, exact in JSON and JavaScript.

16 bits device number, 27 bits the device's command number ``n``, 10 bits index of the row within
the command. Ids need no coordination, and replaying a command gives the same ids again.
"""

from __future__ import annotations

from collections.abc import Iterator

from eschool_core.errors import InputError

NUMBER_BITS = 27
INDEX_BITS = 10
MAX_DEVICE = (1 << 16) - 1
MAX_NUMBER = (1 << NUMBER_BITS) - 1
ROWS_PER_NUMBER = 1 << INDEX_BITS
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_READ_AS = str.maketrans("oilавекмнорстухз", "011abekmh0pctyx3", " -–—.")
_GROUP = 4
_MAX_LOGIN = 40
_MAX_PERSON = 2**53 - 1


def make_id(device: int, number: int, index: int = 0) -> int:
    """Return the id of row ``index`` of command ``number`` of ``device``.

    >>> make_id(1, 0, 0)
    137438953472

    Raises:
        InputError: A part is out of range.
    """
    if not (0 <= device <= MAX_DEVICE and 0 <= number <= MAX_NUMBER):
        raise InputError("data.id_range", device=device, number=number)
    if not 0 <= index < ROWS_PER_NUMBER:
        raise InputError("data.id_range", device=device, number=number)
    return (device << NUMBER_BITS | number) << INDEX_BITS | index


def device_of(row_id: int) -> int:
    """Return the number of the device that made the row."""
    return row_id >> (NUMBER_BITS + INDEX_BITS)


def number_of(row_id: int) -> int:
    """Return the command number that made the row."""
    return row_id >> INDEX_BITS & MAX_NUMBER


def row_ids(device: int, number: int, count: int = 1) -> Iterator[int]:
    """Yield the ids a command may use, in order.

    Args:
        device: The device of the command.
        number: Its first command number.
        count: How many consecutive numbers the command takes.
    """
    for offset in range(count):
        first = make_id(device, number + offset)
        yield from range(first, first + ROWS_PER_NUMBER)


def login_of(person_id: int) -> str:
    """Return the login of a person: the id in a form that can be read aloud and typed.

    It stands on the printed slip, which is made where no list of logins is.

    >>> login_of(137438962688)
    '4000-0400'
    """
    digits = ""
    rest = person_id
    while rest:
        digits, rest = ALPHABET[rest & 31] + digits, rest >> 5
    return "-".join(digits[at : at + _GROUP] for at in range(0, len(digits), _GROUP))


def person_of(login: str) -> int:
    """Return the person whose login was typed; 0 for what is no login.

    Case, dashes, spaces and letters that look alike in the other alphabet do not matter.
    """
    typed = login[:_MAX_LOGIN].lower().translate(_READ_AS)
    places = [ALPHABET.find(letter) for letter in typed]
    if not places or -1 in places:
        return 0
    number = 0
    for place in places:
        number = number << 5 | place
    return number if number <= _MAX_PERSON else 0
