r"""Which letters the fonts on paper have, and what stands for the others.

PDF/A refuses a letter without a shape. The fonts are those inside the typesetter, so that every
machine prints alike; what they lack is written by its number, as the terminal does.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

LONGEST_WORD: Final = 16
"""Letters after which a word may be broken in a cell: nothing runs out of it."""
LONGEST_IN_PROSE: Final = 30
"""In lines as wide as a slip or a sheet: longer than any word of the language."""
BREAK: Final = "\u200b"
PHONE: Final = re.compile(r"\+?\d[\d ()-]{5,18}\d")
CLOSE: Final = re.compile(r"(?<=\b[^\W\d_]\.) (?=[^\W\d_]\.)|(?<=\d) (?=%)")
"""The blank between initials, and before a percent sign."""
GLUE: Final = str.maketrans({" ": "\u00a0", "-": "\u2011"})
PRINTABLE: Final = (
    (0x20, 0x7E),
    (0xA0, 0xAC),
    (0xAE, 0x17F),
    (0x391, 0x3A1),
    (0x3A3, 0x3C9),
    (0x400, 0x45F),
    (0x2010, 0x2015),
    (0x2018, 0x201E),
    (0x2020, 0x2022),
    (0x2026, 0x2026),
    (0x2030, 0x2030),
    (0x2032, 0x2033),
    (0x2039, 0x203A),
    (0x20AC, 0x20AC),
    (0x20BD, 0x20BD),
    (0x2116, 0x2116),
    (0x2122, 0x2122),
    (0x2190, 0x2193),
    (0x2212, 0x2212),
    (0x221A, 0x221A),
    (0x2260, 0x2260),
    (0x2264, 0x2265),
)
"""First and last numbers of letters that every font of the template has a shape for."""
UNSHAPED: Final = re.compile(
    "[^\n" + "".join(f"\\u{first:04x}-\\u{last:04x}" for first, last in PRINTABLE) + "]"
)
SHORTEST_GLUED: Final = 3
"""Letters of the shortest text with something to be glued: «5 %»."""


def printable(written: str) -> str:
    r"""Return a text of which every letter has a shape; line breaks stay.

    >>> printable("Ива\u202eнов 😀")
    'Ива\\u202eнов \\U0001f600'
    """
    composed = unicodedata.normalize("NFC", written).replace("\r\n", "\n").replace("\t", " ")
    return UNSHAPED.sub(lambda found: _number(found[0]), composed)


def glued(written: str) -> str:
    r"""Return a text whose telephone numbers, initials and shares stay on one line.

    >>> glued("мать, +7 384 1-23").split(" ")
    ['мать,', '+7\xa0384\xa01‑23']
    >>> glued("Ким А. О., 92,0 %").split(" ")
    ['Ким', 'А.\xa0О.,', '92,0\xa0%']
    """
    close = CLOSE.sub("\u00a0", written)
    return PHONE.sub(lambda found: found[0].translate(GLUE), close)


def breakable(written: str, longest: int = LONGEST_WORD) -> str:
    """Return a text with places for a break in words that have more than ``longest`` letters."""
    if len(written) < SHORTEST_GLUED:
        return written
    return " ".join(BREAK.join(pieces(word, longest)) for word in glued(written).split(" "))


def pieces(word: str, longest: int = LONGEST_WORD) -> list[str]:
    """Return the parts into which a word may be broken: after hyphens, else wherever it is full.

    >>> pieces("духовно-нравственной")
    ['духовно-', 'нравственной']
    """
    if len(word) <= longest:
        return [word]
    found: list[str] = []
    for part in re.split(r"(?<=-)", word):
        starts = range(0, max(1, len(part)), longest)
        found += [part[start : start + longest] for start in starts]
    return [part for part in found if part]


def _number(letter: str) -> str:
    number = ord(letter)
    if number <= 0xFF:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number <= 0xFFFF else f"\\U{number:08x}"
