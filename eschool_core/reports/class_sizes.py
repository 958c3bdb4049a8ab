"""Report 4.4.3/3: sizes of classes (наполняемость), by grade and for the school."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby

from eschool_core import calendar
from eschool_core.domain.school import AcademicYear, SchoolClass
from eschool_core.labels import Language, text
from eschool_core.queries.names import joined
from eschool_core.regulation.formulas import ratio
from eschool_core.reports.contingent import Stay, classes_of, stays_of
from eschool_core.reports.frame import Asked, Sheet, column, framed, policy_number
from eschool_core.reports.table import Column, Row, RowKind, Table, Unit, Value
from eschool_core.store.store import Store

NAME = "class_sizes"
CLAUSE = "4.4.3/3"
SEPTEMBER = 9


@dataclass(frozen=True, slots=True)
class _Sizes:
    """Classes of a grade or of the school, counted."""

    listed: str
    classes: int
    pupils: int
    reference: int
    combined: int


def class_sizes_report(store: Store, asked: Asked) -> Table:
    """Return the sizes of the classes on the period's last day.

    Beside them the pupils on the reference day of September (policy ``contingent_day``) and how
    far the mean is from the norm (policy ``class_size_norm``).
    """
    period, language = asked.period, asked.language
    stays = stays_of(store, period.year_id)
    classes = classes_of(store, period.year_id)
    day = period.last_day
    reference = _reference_day(store, period.year_id, day)
    norm = policy_number(store, "class_size_norm", day)
    rows = []
    for grade, group in groupby(classes, key=lambda entry: entry.grade):
        sizes = _sizes(list(group), stays, day, reference)
        said = str(grade) if grade else text("report.stage.courses", language)
        rows.append(Row((said, *_values(sizes, norm))))
    whole = _sizes(classes, stays, day, reference)
    total = Row(
        (text("report.total.school", language), "", *_values(whole, norm)[1:]), RowKind.TOTAL
    )
    columns = (
        column(language, "grade", Unit.TEXT, 12),
        column(language, "classes_listed", Unit.TEXT, 32),
        column(language, "classes", width=8),
        column(language, "pupils", width=10),
        column(language, "mean_size", Unit.PERCENT, 12),
        Column(
            "reference_pupils",
            text("report.column.reference_pupils", language, day=calendar.date_of(reference).day),
            Unit.COUNT,
            12,
        ),
        column(language, "size_change", width=12),
        column(language, "size_norm", width=8),
        column(language, "norm_deviation", Unit.PERCENT, 12),
        column(language, "combined_classes", width=12),
    )
    sheet = Sheet(columns, rows, (total,), signers=("deputy", "head"))
    return framed(store, asked, NAME, CLAUSE, sheet, _on(day, language))


def _on(day: int, language: Language) -> str:
    return text("report.on_day", language, date=_date(day))


def _reference_day(store: Store, year_id: int, day: int) -> int:
    year = store.require(AcademicYear, year_id)
    begins = calendar.date_of(year.first_day).year
    number = policy_number(store, "contingent_day", day)
    return calendar.day_number(date(begins, SEPTEMBER, number))


def _sizes(
    classes: Sequence[SchoolClass], stays: dict[int, list[Stay]], day: int, reference: int
) -> _Sizes:
    present = {entry.id: [stay for stay in stays[entry.id] if stay.on(day)] for entry in classes}
    counted = {entry.id: sum(stay.on(reference) for stay in stays[entry.id]) for entry in classes}
    return _Sizes(
        listed=joined(f"{entry.name} – {len(present[entry.id])}" for entry in classes),
        classes=len(classes),
        pupils=sum(map(len, present.values())),
        reference=sum(counted.values()),
        combined=sum(len({stay.grade for stay in listed}) > 1 for listed in present.values()),
    )


def _values(sizes: _Sizes, norm: int) -> tuple[Value, ...]:
    mean = ratio(sizes.pupils, sizes.classes, 1)
    return (
        sizes.listed,
        sizes.classes,
        sizes.pupils,
        mean,
        sizes.reference,
        sizes.pupils - sizes.reference,
        norm,
        None if mean is None else mean - Decimal(norm),
        sizes.combined,
    )


def _date(day: int) -> str:
    return f"{calendar.date_of(day):%d.%m.%Y}"
