"""A column of a report as a picture: a small SVG without style, script or colour of its own.

It is drawn with the text's colour, so that it reads on paper and on any page, and carries its
values as numbers: nobody has to read them off an axis. What it shows a title says in words.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from html import escape
from typing import Final

from eschool_core.labels import Language, text
from eschool_core.reports.shown import shown
from eschool_core.reports.table import Plot, Table, Value

WIDTH: Final = 640
HEIGHT: Final = 220
LEFT, RIGHT, TOP, BOTTOM = 52, 16, 34, 30
MOST_STEPS: Final = 4
"""Of the axis; from 2 to 5 each is a mark."""

STEPS: Final = (Decimal(1), Decimal(2), Decimal(5))
"""People read an axis by these, and by tens, hundreds and tenths of them."""

MOST_NAMED: Final = 20
"""Points that stand far enough apart for their names and values to be read."""

MARGIN: Final = Decimal("0.1")
"""Share of the range that is left free where the axis has no end of its own."""


def plot_svg(table: Table, plot: Plot) -> str:
    """Return a picture of one column over the rows of a table.

    A row without a value leaves a gap in the line.
    """
    place = [column.key for column in table.columns].index(plot.key)
    column = table.columns[place]
    names = [shown(row.cells[0], table.columns[0], table) for row in table.rows]
    values = [_number(row.cells[place]) for row in table.rows]
    said = [shown(row.cells[place], column, table) for row in table.rows]
    known = [value for value in values if value is not None]
    if not known:
        return ""
    ends = _ends(known, plot)
    step = _step(*ends)
    low, high = _rounded(*ends, step)
    drawn = (
        _axis(low, high, step, table.language)
        + _line(values, low, high)
        + _points(names, values, said, low, high)
    )
    points = ", ".join(f"{name} – {value}" for name, value in zip(names, said, strict=True))
    title = text("report.plot.says", table.language, title=column.title, points=points)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}" role="img" fill="none" stroke="currentColor">'
        f"<title>{escape(title)}</title>"
        f'<text x="{LEFT}" y="16" font-size="13" fill="currentColor" stroke="none">'
        f"{escape(column.title)}</text>"
        f"{drawn}</svg>"
    )


def _number(value: Value) -> Decimal | None:
    return Decimal(value) if isinstance(value, int | Decimal) else None


def _ends(known: list[Decimal], plot: Plot) -> tuple[Decimal, Decimal]:
    spread = (max(known) - min(known)) or Decimal(1)
    low = min(known) - spread * MARGIN if plot.lowest is None else plot.lowest
    high = max(known) + spread * MARGIN if plot.highest is None else plot.highest
    return min(low, *known), max(high, *known)


def _step(low: Decimal, high: Decimal) -> Decimal:
    """Return the least step of which few enough cover a range."""
    tens = Decimal(10) ** ((high - low) / MOST_STEPS).adjusted()
    steps = [tens * step for step in (*STEPS, Decimal(10), Decimal(20))]
    return next(step for step in steps if _count(*_rounded(low, high, step), step) <= MOST_STEPS)


def _rounded(low: Decimal, high: Decimal, step: Decimal) -> tuple[Decimal, Decimal]:
    """Return the ends of a range, moved outwards to whole steps."""
    return (low / step).to_integral_value(ROUND_FLOOR) * step, (high / step).to_integral_value(
        ROUND_CEILING
    ) * step


def _count(low: Decimal, high: Decimal, step: Decimal) -> int:
    return int((high - low) / step)


def _x(place: int, count: int) -> str:
    span = WIDTH - LEFT - RIGHT
    return f"{LEFT + span * (place + 0.5) / count:.1f}"


def _y(value: Decimal, low: Decimal, high: Decimal) -> str:
    share = (value - low) / (high - low)
    return f"{HEIGHT - BOTTOM - float(share) * (HEIGHT - TOP - BOTTOM):.1f}"


def _axis(low: Decimal, high: Decimal, step: Decimal, language: Language) -> str:
    lines, point = [], "," if language == "ru" else "."
    places = max(0, -step.adjusted())
    for at in range(_count(low, high, step) + 1):
        value = low + step * at
        y, said = _y(value, low, high), f"{value:.{places}f}".replace(".", point)
        lines.append(
            f'<path d="M{LEFT} {y}H{WIDTH - RIGHT}" stroke-opacity="0.25"/>'
            f'<text x="{LEFT - 6}" y="{y}" dy="4" font-size="11" text-anchor="end" '
            f'fill="currentColor" stroke="none">{said}</text>'
        )
    return "".join(lines)


def _line(values: list[Decimal | None], low: Decimal, high: Decimal) -> str:
    path, pen = "", "M"
    for place, value in enumerate(values):
        if value is None:
            pen = "M"
            continue
        path += f"{pen}{_x(place, len(values))} {_y(value, low, high)}"
        pen = "L"
    return f'<path d="{path}" stroke-width="2"/>'


def _points(
    names: list[str], values: list[Decimal | None], said: list[str], low: Decimal, high: Decimal
) -> str:
    drawn, every = [], -(-len(values) // MOST_NAMED)
    words = 'font-size="11" text-anchor="middle" fill="currentColor" stroke="none"'
    for place, (name, value) in enumerate(zip(names, values, strict=True)):
        x, named = _x(place, len(values)), place % every == 0
        if named:
            drawn.append(f'<text x="{x}" y="{HEIGHT - 10}" {words}>{escape(name)}</text>')
        if value is not None:
            y = _y(value, low, high)
            drawn.append(f'<circle cx="{x}" cy="{y}" r="3" fill="currentColor" stroke="none"/>')
            if named:
                drawn.append(f'<text x="{x}" y="{y}" dy="-7" {words}>{escape(said[place])}</text>')
    return "".join(drawn)
