"""Teachers by the five things that deputies watch (4.4.4): each cell leads to what it counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from eschool_core.reports.catalogue import report
from eschool_core.reports.control import coverage, density, matrix
from eschool_core.reports.shown import shown
from eschool_core.reports.table import Row, Table, Value
from eschool_web.asking import Asked, Page
from eschool_web.views.reports import report_table
from eschool_web.views.watching import control, watcher

GOOD_FROM: Final = 90
POOR_BELOW: Final = 60
FULL: Final = 100
INDICES: Final = (
    ("activity_share", "activity_change", "/report?name=gaps&section=control&teacher={id}"),
    ("density_share", "density_change", "/report?name=density&section=control&teacher={id}"),
    (
        "coverage_share",
        "coverage_change",
        "/report?name=coverage_lessons&section=control&teacher={id}",
    ),
    (
        "homework_share",
        "homework_change",
        "/report?name=homework_lessons&section=control&teacher={id}",
    ),
    ("families_share", "families_change", "/report?name=families&section=control&class={led}"),
)


@dataclass(frozen=True, slots=True)
class Measure:
    """One cell.

    Attributes:
        share: Percent for the bar, 0 to 100; None where there is nothing to show.
        change: «+12,0», «−3,5», «0» for none, nothing where there is no time to compare with.
        level: ``good``, ``fair``, ``poor`` or nothing; shown by a sign too.
        to: Where the lessons behind it stand.
    """

    words: str
    share: int | None
    change: str
    level: str
    to: str


def matrix_page(asked: Asked) -> Page:
    """Return the matrix, and beside it plan against fact and density of marks by class.

    Raises:
        InputError: ``web.not_found``: it is not for this person.
    """
    watcher(asked)
    today = asked.today()

    def made(name: str) -> Table:
        spec = report(name, "control")
        return asked.read(lambda store: report_table(store, asked, spec, today))

    table, behind = made(matrix.NAME), made(coverage.NAME)
    leading = asked.read(lambda store: matrix.led_by(store, today))
    return control(
        asked,
        "matrix.html",
        "/control/matrix",
        {
            "table": table,
            "titles": {column.key: column.title for column in table.columns},
            "teachers": [
                {
                    "name": row.cells[0],
                    "lessons": row.cells[1],
                    "measures": measures(table, row, leading),
                }
                for row in table.rows
            ],
            "behind": lagging(behind),
            "few": few_marks(made(density.NAME)),
        },
    )


def measures(table: Table, row: Row, leading: Mapping[int, int]) -> list[Measure]:
    """Return the five cells of a teacher."""
    columns = {column.key: column for column in table.columns}
    staff_id = 0 if row.about is None else row.about.id
    return [
        Measure(
            words=shown(value := table.value(row, share), columns[share], table),
            share=min(FULL, int(value)) if isinstance(value, Decimal) else None,
            change=signed(table.value(row, change)),
            level=level(value),
            to=to.format(id=staff_id, led=leading.get(staff_id, 0)),
        )
        for share, change, to in INDICES
    ]


def level(value: Value) -> str:
    """Return how good a share is."""
    if not isinstance(value, Decimal):
        return ""
    if value >= GOOD_FROM:
        return "good"
    return "fair" if value >= POOR_BELOW else "poor"


def signed(value: Value) -> str:
    """Return a change with its sign: one of zero is known, and not the same as none known.

    >>> signed(Decimal("-3.5")), signed(Decimal("0.0")), signed(None)
    ('−3,5', '0', '')
    """
    if not isinstance(value, Decimal):
        return ""
    tenths = round(value, 1)
    if not tenths:
        return "0"
    return f"{'+' if tenths > 0 else '−'}{abs(tenths)}".replace(".", ",")


def lagging(table: Table) -> list[dict[str, Any]]:
    """Return the journals that are behind their timetable, the farthest first."""
    behind = []
    for row in table.rows:
        lag = table.value(row, "lag")
        if isinstance(lag, int) and lag < 0:
            values = zip(table.columns, row.cells, strict=True)
            found: dict[str, Any] = {column.key: value for column, value in values}
            behind.append(found | {"journal": 0 if row.about is None else row.about.id})
    return sorted(behind, key=lambda row: (row["lag"], row["group"], row["subject"]))


def few_marks(table: Table) -> list[tuple[str, int]]:
    """Return how many pupils lack marks, by subject and class, the most first."""
    counts: dict[str, int] = {}
    for row in table.rows:
        name = f"{table.value(row, 'class')} · {table.value(row, 'subject')}"
        counts[name] = counts.get(name, 0) + 1
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
