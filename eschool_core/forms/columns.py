"""How a table's columns stand on paper: how wide, which titles are turned, what goes beneath.

Nothing is cut off: a table wider than the sheet is split, and the columns that name a row stand in
every part.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import Final

from eschool_core.forms.letters import LONGEST_WORD, glued, pieces
from eschool_core.reports.shown import shown
from eschool_core.reports.table import Table, Unit

LETTER_MM: Final = 1.72
"""Of the body type, measured on class lists; capitals are wider, so cells get a margin."""
MARGIN_MM: Final = 2.4
TITLE_LETTER_MM: Final = 1.7
LINE_MM: Final = 3.6
TURNED_LETTERS: Final = 16
"""Letters on one line of a turned title."""
SHORTEST_TURNED: Final = 4
"""A title whose longest word is shorter stays upright."""
MOST_LETTERS: Final = 60
"""A column asks for no more, however long its texts are."""
HEAD_SHARE: Final = 0.4
"""Of the sheet's width: columns that name a row and are repeated take no more."""
DATED: Final = (Unit.DATE, Unit.MOMENT)
DATE_LETTERS: Final = 10
NUMBER_LETTERS: Final = 2
"""Columns of days and marks are alike, also where one has dashes alone."""
BOLD_SHARE: Final = 1.12
"""Of the room that the same letters take in the body type."""
HAIR_MM: Final = 0.01
STRETCH: Final = 1.5
"""A table is widened to fill its sheet, up to so many times."""


@dataclass(frozen=True, slots=True)
class Place:
    """A column on paper.

    Attributes:
        at: Its number in the table.
        width: In millimetres.
        turned: Length in millimetres of a title that is written upwards; 0 for an upright one.
    """

    at: int
    width: float
    turned: float


@dataclass(frozen=True, slots=True)
class _Measure:
    least: float
    natural: float
    turned: float


def parts(table: Table, width: float) -> list[tuple[Place, ...]]:
    """Return the parts into which a table is split, each with its columns.

    Args:
        table: With at least one column.
        width: Of the sheet between its margins, in millimetres.
    """
    measures = _measures(table, width)
    head, rest = _split(table, measures, width)
    head_width = sum(measures[at].least for at in head)
    count = _count(rest, measures, width - head_width)
    goal = sum(measures[at].least for at in rest) / count if rest else 0.0
    found: list[list[int]] = [[]]
    for at in rest:
        taken = sum(measures[one].least for one in found[-1])
        full = taken + measures[at].least > width - head_width
        even = len(found) < count and taken + measures[at].least / 2 > goal
        if found[-1] and (full or even):
            found.append([])
        found[-1].append(at)
    return [_spread([*head, *group], measures, width) for group in found]


def head_columns(table: Table) -> int:
    """Return how many columns a row is named by: those up to the first text."""
    return 1 + next((at for at, one in enumerate(table.columns) if one.unit is Unit.TEXT), 0)


def _split(table: Table, measures: list[_Measure], width: float) -> tuple[list[int], list[int]]:
    """Return the columns that stand in every part, and the others.

    More texts after the first name the row as well («II четверть»), while there is room.
    """
    end = head_columns(table)
    while end < len(table.columns) and table.columns[end].unit is Unit.TEXT:
        if sum(one.least for one in measures[: end + 1]) > width * HEAD_SHARE:
            break
        end += 1
    return list(range(end)), list(range(end, len(table.columns)))


def _count(rest: list[int], measures: list[_Measure], width: float) -> int:
    """Return into how many parts the columns go, filled one after another."""
    count, taken = 1, 0.0
    for at in rest:
        if taken and taken + measures[at].least > width:
            count, taken = count + 1, 0.0
        taken += measures[at].least
    return count


def _spread(group: list[int], measures: list[_Measure], width: float) -> tuple[Place, ...]:
    """Give columns with longer texts what is left over."""
    least = sum(measures[at].least for at in group)
    wished = sum(measures[at].natural - measures[at].least for at in group)
    share = min(1.0, max(0.0, width - least) / wished) if wished else 0.0
    given = [
        measures[at].least + share * (measures[at].natural - measures[at].least) for at in group
    ]
    # Columns wider than the sheet are narrowed: words in them may be broken.
    factor = min(STRETCH, width / sum(given))
    return tuple(
        Place(at, round(one * factor - HAIR_MM, 2), measures[at].turned)
        for at, one in zip(group, given, strict=True)
    )


def _measures(table: Table, width: float) -> list[_Measure]:
    """Return how wide the columns are: titles are turned where they do not fit upright."""
    upright = [_measure(table, at, turning=False) for at in range(len(table.columns))]
    if sum(one.least for one in upright) <= width:
        return upright
    return [_measure(table, at, turning=True) for at in range(len(table.columns))]


def _measure(table: Table, at: int, *, turning: bool) -> _Measure:
    column = table.columns[at]
    longest_word, longest_line = _longest(table, at)
    if column.unit.is_number:
        longest_word = max(longest_word, NUMBER_LETTERS)
    if column.unit in DATED:
        longest_word = max(longest_word, DATE_LETTERS)
    cells = longest_word * LETTER_MM + MARGIN_MM
    titles = [min(len(word), LONGEST_WORD) for word in column.title.split()] or [1]
    upright = max(titles) * TITLE_LETTER_MM + MARGIN_MM
    turned = 0.0
    title = upright
    long = column.unit is not Unit.TEXT and max(titles) >= SHORTEST_TURNED
    if turning and long and upright > cells:
        wrapped = textwrap.wrap(column.title, TURNED_LETTERS)
        turned = max(map(len, wrapped)) * TITLE_LETTER_MM + MARGIN_MM
        title = len(wrapped) * LINE_MM + MARGIN_MM / 2
    least = max(cells, title)
    wish = max(longest_line, min(column.width, MOST_LETTERS) if column.unit is Unit.TEXT else 0)
    return _Measure(least, max(least, wish * LETTER_MM + MARGIN_MM), turned)


def _longest(table: Table, at: int) -> tuple[float, float]:
    """Return the room for the longest word of a column, and for its longest line, in letters."""
    column = table.columns[at]
    word, line = 1.0, 1.0
    for row in (*table.rows, *table.totals):
        share = BOLD_SHARE if row.is_bold else 1.0
        for said in shown(row.cells[at], column, table).split("\n"):
            if share * len(said) <= 1.0:
                continue
            words = _words(said) if column.unit is Unit.TEXT else [said]
            word = max(word, share * min(max(map(len, words)), LONGEST_WORD))
            line = max(line, share * len(said))
    return word, min(line, MOST_LETTERS)


def _words(line: str) -> list[str]:
    return [piece for word in glued(line).split(" ") for piece in pieces(word)] or [""]
