"""Whether a table certainly fits one sheet, reckoned from widths of letters: measuring is slow.

The typesetter has to set a sheet once more to measure it, and once more to know on which page it
ends. Everything here is rounded up, so that what is said to fit does; what is not is measured.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import ceil
from typing import Any, Final

from eschool_core.forms.letters import BREAK
from eschool_core.reports.table import Table

PORTRAIT_HIGH_MM: Final = 270.0
LANDSCAPE_HIGH_MM: Final = 183.0
LINE_MM: Final = 3.7
"""Of the body type, from one line to the next; a row of one line has as much."""
ROW_MM: Final = 0.3
"""More, for each row."""
BESIDE_MM: Final = 2.0
"""Within a cell, left and right of its words."""
HEADING_MM: Final = 19.0
"""Title, the line beneath it and what is left free around them and the table."""
TITLE_SIZE: Final = 13 / 9 * 1.25
"""Of the body type's letters; bold ones are wider."""
SIGNATURE_MM: Final = 12.0
BOLD: Final = 1.25
SPARE_MM: Final = 5.0
WIDEST_MM: Final = 3.6
WIDTHS_MM: Final = {
    letter: width
    for width, letters in (
        (1.1, " \u00a0.,;:-\u2011()/!"),
        (1.61, "0123456789абвгеёзкостхьэя"),
        (1.9, "дийлнпруцчъ«»–+="),
        (2.4, "жмфыюАБВГДЕЁЗИЙКЛНОПРСТУФХЦЧЪЬЭЯ"),
    )
    for letter in letters
}
"""At most, of the body type; every other letter is as wide as the widest."""
WORDS: Final = re.compile(f"[ {BREAK}]")

Json = dict[str, Any]


def plainly_fits(
    table: Table, parts: Sequence[Json], letterhead: Sequence[str], width: float
) -> bool:
    """Return whether a table stands on one sheet as it is, with its signatures.

    Args:
        table: Without a stamp.
        parts: As the template takes them.
        letterhead: Lines over the title.
        width: Of the sheet between its margins, in millimetres.
    """
    if len(parts) > 1 or table.notes or table.plots or not table.complete:
        return False
    [part] = parts
    pairs = table.landscape and len(table.signers) > 1
    signatures = ceil(len(table.signers) / 2) if pairs else len(table.signers)
    about = ", ".join(piece for piece in (table.subject_of, table.period) if piece)
    above = lines(table.title, width, TITLE_SIZE) * TITLE_SIZE + sum(
        lines(line, width, TITLE_SIZE) for line in (*letterhead, table.school, about) if line
    )
    posts = sum(lines(signer, width / 6) for signer in table.signers)
    widths = part["widths"]
    high = (
        HEADING_MM
        + LINE_MM * (above + posts)
        + SIGNATURE_MM * signatures
        + _head_mm(part["head"], widths)
        + sum(_row_mm(row, widths) for row in part["rows"])
        + SPARE_MM
    )
    return bool(high <= (LANDSCAPE_HIGH_MM if table.landscape else PORTRAIT_HIGH_MM))


def lines(written: str, width: float, size: float = 1.0) -> int:
    """Return how many lines a text takes at most, broken between its words.

    Args:
        written: Its own line breaks count.
        width: In millimetres.
        size: Of the letters, as a multiple of the body type.

    >>> lines("Иванова Анна", 40.0), lines("Иванова Анна", 20.0)
    (1, 2)
    """
    if len(written) * WIDEST_MM * size <= width and "\n" not in written:
        return 1
    found = 0
    for line in written.split("\n"):
        found, taken = found + 1, 0.0
        for word in WORDS.split(line):
            wide = size * sum(WIDTHS_MM.get(letter, WIDEST_MM) for letter in word)
            if taken and taken + wide > width:
                found, taken = found + 1, 0.0
            if wide > width:
                found += ceil(wide / width) - 1
            taken += wide + size * WIDTHS_MM[" "]
    return found


def _head_mm(head: Sequence[Sequence[Json]], widths: Sequence[float]) -> float:
    """Return the height of the lines of titles: a turned one is as high as it is long."""
    found, columns = 0.0, list(range(len(widths)))
    for titles in head:
        high, below, begin = 0.0, list[int](), 0
        for title in titles:
            own = columns[begin : begin + title["across"]]
            begin += title["across"]
            # What stands over two lines of titles is reckoned within the first.
            below += own if title["down"] == 1 else []
            room = sum(widths[at] for at in own) - BESIDE_MM
            upright = ROW_MM + LINE_MM * lines(title["text"], room)
            high = max(high, title["turned"] + BESIDE_MM if title["turned"] else upright)
        found, columns = found + high, below
    return found


def _row_mm(row: Json, widths: Sequence[float]) -> float:
    cells = row["cells"]
    size = BOLD if row["kind"] in ("total", "subtotal") else 1.0
    most = max(
        lines(cell, width - BESIDE_MM, size)
        for cell, width in zip(cells, widths[-len(cells) :], strict=True)
    )
    return ROW_MM + LINE_MM * most
