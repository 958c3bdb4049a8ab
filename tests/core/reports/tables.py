"""What tests of reports share: a table made by hand, and asking for a report."""

from __future__ import annotations

from datetime import date

from eschool_core.reports.catalogue import Section, make_report, report
from eschool_core.reports.frame import Asked
from eschool_core.reports.period import Period, free_period
from eschool_core.reports.table import Column, Note, Row, RowKind, Table, Unit, Value
from eschool_core.store.store import Store
from tests.school import FIRST_DAY, MONDAY, SmallSchool


def table(*rows: tuple[Value, ...], missing: tuple[str, ...] = (), zero: str = "dash") -> Table:
    """Return a table of a name, a count and a rate."""
    return Table(
        name="sample",
        title="Образец",
        clause="4.4.3",
        school="Школа № 1",
        subject_of="5А",
        period="I четверть",
        first_day=date(2026, 9, 1),
        last_day=date(2026, 10, 24),
        columns=(
            Column("name", "Имя", Unit.TEXT, 20),
            Column("count", "Число", Unit.COUNT, 8, "Итоги"),
            Column("rate", "Доля", Unit.PERCENT, 8, "Итоги"),
        ),
        rows=tuple(Row(cells) for cells in rows),
        totals=(Row(("Всего", 7, None), RowKind.TOTAL),),
        notes=(Note("Примечание", ("строка <1>",)),),
        missing=missing,
        signers=("Директор",),
        zero="empty" if zero == "empty" else "dash",
    )


def asked(
    school: SmallSchool,
    first_day: int = FIRST_DAY,
    last_day: int = MONDAY + 6,
    *,
    period: Period | None = None,
    class_name: str = "",
    teacher: str = "",
    day: int = 0,
) -> Asked:
    """Return what is asked of the small school."""
    return Asked(
        period or free_period(school.store, first_day, last_day),
        day or last_day,
        school.now,
        school.classes[class_name] if class_name else 0,
        school.staff[teacher] if teacher else 0,
    )


def made(
    school: SmallSchool,
    name: str,
    wanted: Asked,
    viewer: str = "",
    *,
    section: Section = "report",
    store: Store | None = None,
) -> Table:
    """Return a report, as the server makes it for itself or as somebody of the staff sees it."""
    viewer_id = school.staff[viewer] if viewer else 0
    return make_report(store or school.store, report(name, section), wanted, viewer_id)


def rows_of(shown: Table, *keys: str) -> list[tuple[Value, ...]]:
    """Return some columns of the rows."""
    return [tuple(shown.value(row, key) for key in keys) for row in shown.rows]
