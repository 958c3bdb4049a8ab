"""Control 4.4.4/4: homework set, not set, left blank, late, changed late."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import groupby
from typing import Final

from eschool_core.domain.enums import HomeworkState, Timeliness
from eschool_core.labels import text
from eschool_core.queries.findings import late_by_device
from eschool_core.queries.names import staff_names
from eschool_core.regulation import checks
from eschool_core.regulation.formulas import percent
from eschool_core.reports.conduct import Conduct, conduct_of
from eschool_core.reports.frame import Asked, Sheet, column, framed, policy_list
from eschool_core.reports.table import About, Row, RowKind, Table, Unit, Value
from eschool_core.store.store import Store

NAME: Final = "homework"
CLAUSE: Final = "4.4.4/4"


def homework_report(store: Store, asked: Asked) -> Table:
    """Return how homework stands by teacher and journal, and each teacher's sum.

    «Не задано» counts as done; «не указано» is counted apart and is no breach of 4.5.3. Late by
    the device's own clock and late for sure stand apart, as does what the evidence leaves open.
    """
    language = asked.language
    conduct = conduct_of(store, asked)
    markless = policy_list(store, "markless_grades", asked.period.last_day)
    names = staff_names(store)
    by_row: dict[tuple[int, int], list[Conduct]] = defaultdict(list)
    for key, entries in conduct.by_row().items():
        journal = conduct.journals[key[1]]
        if journal.is_taught and journal.grade not in markless:
            by_row[key] = [entry for entry in entries if entry.lesson.held]
    keys = sorted(
        (key for key in by_row if asked.staff_id in (0, key[0])),
        key=lambda key: (names.get(key[0], ""), key[0], conduct.journals[key[1]].order),
    )
    by_clock = late_by_device(store, checks.HOMEWORK_LATE.id)
    rows = []
    for staff_id, of_teacher in groupby(keys, key=lambda key: key[0]):
        listed = list(of_teacher)
        name = names.get(staff_id, "")
        rows += [
            Row(
                (
                    name,
                    conduct.journals[key[1]].group,
                    conduct.journals[key[1]].subject,
                    *_values(by_row[key], by_clock),
                ),
                about=About("journal", key[1]),
            )
            for key in listed
        ]
        whole = _values([entry for key in listed for entry in by_row[key]], by_clock)
        said = text("report.total.teacher", language)
        rows.append(Row((name, said, "", *whole), RowKind.SUBTOTAL, About("staff", staff_id)))
    everything = _values([entry for key in keys for entry in by_row[key]], by_clock)
    total = Row((text("report.total.all", language), "", "", *everything), RowKind.TOTAL)
    columns = (
        column(language, "teacher", Unit.TEXT, 22),
        column(language, "group", Unit.TEXT, 10),
        column(language, "subject", Unit.TEXT, 20),
        column(language, "lessons", Unit.HOURS, 8),
        column(language, "homework_set", width=8),
        column(language, "homework_not_set", width=8),
        column(language, "homework_blank", width=8),
        column(language, "stated_share", Unit.PERCENT, 8),
        column(language, "in_time", width=8),
        column(language, "in_time_by_device", width=8),
        column(language, "late", width=8),
        column(language, "late_by_device", width=8),
        column(language, "undetermined", width=8),
        column(language, "changed_late", width=8),
    )
    return framed(store, asked, NAME, CLAUSE, Sheet(columns, rows, (total,) if rows else ()))


def _values(entries: Sequence[Conduct], by_clock: frozenset[int]) -> tuple[Value, ...]:
    states = [entry.homework for entry in entries]
    written = [entry for entry in entries if entry.homework is HomeworkState.SET]
    times = [entry.timeliness for entry in written]
    late = [entry.lesson.id for entry in written if entry.timeliness is Timeliness.LATE]
    late_by_clock = sum(lesson_id in by_clock for lesson_id in late)
    stated = len(states) - states.count(None)
    return (
        len(entries),
        states.count(HomeworkState.SET),
        states.count(HomeworkState.NOT_SET),
        states.count(None),
        percent(stated, len(states)),
        times.count(Timeliness.PROVEN),
        times.count(Timeliness.CREDIBLE),
        len(late) - late_by_clock,
        late_by_clock,
        times.count(Timeliness.UNDETERMINED),
        sum(entry.changed_late for entry in entries),
    )
