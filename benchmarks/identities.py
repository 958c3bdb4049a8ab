"""The identities that the reports of any school fulfil (specification §5), tried on one school."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from benchmarks.made_school import MadeSchool
from eschool_core.reports.catalogue import make_report, report
from eschool_core.reports.frame import Asked
from eschool_core.reports.period import Period, term_period, year_period
from eschool_core.reports.table import Row, RowKind, Table, Value

MOVEMENT = ("at_start", "arrived", "moved_in", "left", "moved_out", "at_end")


def check_identities(school: MadeSchool, classes: int) -> list[str]:
    """Return the identities that do not hold, of every term and of the year.

    Args:
        school: Any.
        classes: So many of its classes are looked at one by one.
    """
    store = school.store
    periods = [term_period(store, term) for term in school.terms]
    periods.append(year_period(store, school.terms[0].first_day))
    return [broken for period in periods for broken in _of_period(school, period, classes)]


def _of_period(school: MadeSchool, period: Period, classes: int) -> Iterator[str]:
    made = {
        name: _made(school, name, period)
        for name in ("movement", "class_sizes", "progress", "progress_subjects")
    }
    yield from _movement(made["movement"], period.name)
    contingent = made["class_sizes"].totals[0].cells[3]
    sums = {
        "movement": made["movement"].totals[0].cells[-1],
        "progress": made["progress"].value(made["progress"].totals[0], "pupils"),
        "classes": sum(_number(value) for value in made["class_sizes"].column("pupils")),
    }
    yield from (
        f"{period.name}: {name} {value} is not the contingent {contingent}"
        for name, value in sums.items()
        if value != contingent
    )
    yield from _progress(made["progress"], period.name)
    progress = _by_class(made["progress"])
    for class_id in school.classes[:classes]:
        yield from _attendance(_made(school, "attendance", period, class_id), period.name)
        summary = _made(school, "class_summary", period, class_id)
        yield from _summary(summary, made["progress"], progress[class_id], period.name)


def _made(school: MadeSchool, name: str, period: Period, class_id: int = 0) -> Table:
    asked = Asked(period, period.last_day, class_id=class_id)
    return make_report(school.store, report(name, "report"), asked, 0)


def _number(value: Value) -> int:
    return value if isinstance(value, int) else 0


def _movement(table: Table, period: str) -> Iterator[str]:
    for row in (*table.rows, *table.totals):
        start, arrived, moved_in, left, moved_out, end = (
            _number(table.value(row, key)) for key in MOVEMENT
        )
        if start + arrived + moved_in - left - moved_out != end:
            yield f"{period}: movement of {row.cells[0]} does not balance"
    whole = table.totals[0]
    if table.value(whole, "moved_in") != table.value(whole, "moved_out"):
        yield f"{period}: internal arrivals are not internal departures"


def _progress(table: Table, period: str) -> Iterator[str]:
    keys = ("pupils", "attested", "all_fives", "fours_and_fives", "has_threes", "failing")
    beside = ("not_attested", "unset")
    sums = dict.fromkeys((*keys, *beside), 0)
    for row in table.rows:
        found = {key: _number(table.value(row, key)) for key in (*keys, *beside)}
        parts = sum(found[key] for key in keys[2:])
        if parts != found["attested"]:
            yield f"{period}: categories of {row.cells[0]} are not those attested"
        for rate in ("pass_rate", "quality_rate", "learning_degree"):
            value = table.value(row, rate)
            if value is not None and not 0 <= Decimal(str(value)) <= 100:
                yield f"{period}: {rate} of {row.cells[0]} is {value}"
        if row.kind is RowKind.ITEM:
            sums = {key: sums[key] + found[key] for key in sums}
    whole = table.totals[0]
    for key, value in sums.items():
        if value != _number(table.value(whole, key)):
            yield f"{period}: {key} of the classes is not that of the school"


def _by_class(table: Table) -> dict[int, Row]:
    return {row.about.id: row for row in table.rows if row.about is not None}


def _attendance(table: Table, period: str) -> Iterator[str]:
    keys = [column.key for column in table.columns]
    ends = [place for place, key in enumerate(keys) if key.endswith("missed_days")]
    for row in (*table.rows, *table.totals):
        for place in ends:
            days, sick_days, lessons, sick, valid, unexcused, unknown, _ = map(
                _number, row.cells[place : place + 8]
            )
            if sick + valid + unexcused + unknown != lessons or not sick_days <= days <= lessons:
                yield f"{period}: misses of {row.cells[1]} do not sum up"
    for place in range(ends[0], len(keys)):
        if sum(_number(row.cells[place]) for row in table.rows) != _number(
            table.totals[0].cells[place]
        ):
            yield f"{period}: {keys[place]} of the pupils is not that of the class"


def _summary(summary: Table, progress: Table, of_class: Row, period: str) -> Iterator[str]:
    found = {str(row.cells[1]): row.cells[2] for row in summary.rows}
    shared = {
        "Аттестовано": "attested",
        "Не аттестовано": "not_attested",
        "Выставлены не все отметки": "unset",
        "Отличники": "all_fives",
        "Хорошисты": "fours_and_fives",
        "Имеют «3»": "has_threes",
        "Неуспевающие": "failing",
        "Успеваемость, %": "pass_rate",
        "СОУ, %": "learning_degree",
        "Учащихся на конец": "pupils",
    }
    for title, key in shared.items():
        value = progress.value(of_class, key)
        if title in found and found[title] != value:
            yield f"{period}: {key} is {found[title]} in the summary and {value} in the school's"
