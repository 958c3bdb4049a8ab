"""Control 4.4.4/3: material taught against the calendar plan, in hours."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Final

from eschool_core.domain.enums import WorkKind
from eschool_core.domain.partition import object_of
from eschool_core.labels import Language, text
from eschool_core.queries.names import joined, staff_names
from eschool_core.reports.conduct import Conduct, SchoolConduct, conduct_of
from eschool_core.reports.frame import Asked, Sheet, column, framed, policy_number
from eschool_core.reports.journals import JournalInfo
from eschool_core.reports.table import About, Row, Table, Unit
from eschool_core.store.store import Store

NAME: Final = "coverage"
CLAUSE: Final = "4.4.4/3"
MOST_NAMED: Final = 3

ITEMS = (
    "SELECT p.part, p.id, p.ordinal, p.topic, p.hours, p.work_kind FROM plan_item p "
    "ORDER BY p.part, p.ordinal, p.id"
)
TAUGHT = "SELECT DISTINCT plan_item_id FROM topic WHERE plan_item_id <> 0"


@dataclass(frozen=True, slots=True)
class Item:
    """A row of a calendar plan."""

    id: int
    ordinal: int
    topic: str
    hours: int
    work_kind: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """A journal against its plan, over a period.

    Attributes:
        planned: Lessons of the timetable.
        given: Lessons held that the journal shows.
        rest: Rows of the plan that no lesson was about yet.
    """

    journal: JournalInfo
    planned: int
    given: int
    plan_hours: int
    taught_hours: int
    rest: tuple[Item, ...]

    @property
    def lag(self) -> int:
        """Given less planned: −3 where three lessons fell out."""
        return self.given - self.planned


def coverage_of(store: Store, conduct: SchoolConduct) -> list[Coverage]:
    """Return every journal of the curriculum that had lessons in the period."""
    lessons: dict[int, list[Conduct]] = defaultdict(list)
    for entry in conduct.lessons:
        lessons[entry.lesson.journal_id].append(entry)
    items: dict[int, list[Item]] = defaultdict(list)
    for part, *item in store.rows(ITEMS):
        items[object_of(part)].append(Item(*item))
    taught = {row[0] for row in store.rows(TAUGHT)}
    found = []
    for journal_id, entries in lessons.items():
        journal = conduct.journals[journal_id]
        if not journal.is_taught:
            continue
        plan = items[journal_id]
        found.append(
            Coverage(
                journal,
                planned=sum(entry.lesson.planned for entry in entries),
                given=sum(entry.given for entry in entries),
                plan_hours=sum(item.hours for item in plan),
                taught_hours=sum(item.hours for item in plan if item.id in taught),
                rest=tuple(item for item in plan if item.id not in taught),
            )
        )
    return sorted(found, key=lambda entry: entry.journal.order)


def coverage_report(store: Store, asked: Asked) -> Table:
    """Return the lag of each journal; from the threshold on with a proposal (2.3)."""
    language = asked.language
    limit = policy_number(store, "coverage_lag_hours", asked.day)
    names = staff_names(store)
    rows = []
    for entry in coverage_of(store, conduct_of(store, asked)):
        teachers = entry.journal.teachers(asked.period.first_day, asked.period.last_day)
        if asked.staff_id and asked.staff_id not in teachers:
            continue
        rows.append(
            Row(
                (
                    entry.journal.group,
                    entry.journal.subject,
                    joined(names.get(one, "") for one in teachers),
                    entry.planned,
                    entry.given,
                    entry.lag,
                    entry.plan_hours,
                    entry.taught_hours,
                    proposal(entry, language) if -entry.lag >= limit else "",
                ),
                about=About("journal", entry.journal.id),
            )
        )
    columns = (
        column(language, "group", Unit.TEXT, 10),
        column(language, "subject", Unit.TEXT, 20),
        column(language, "teacher", Unit.TEXT, 22),
        column(language, "planned", Unit.HOURS, 8),
        column(language, "given", Unit.HOURS, 8),
        column(language, "lag", Unit.HOURS, 8),
        column(language, "plan_hours", Unit.HOURS, 8),
        column(language, "taught_hours", Unit.HOURS, 8),
        column(language, "proposal", Unit.TEXT, 50),
    )
    return framed(store, asked, NAME, CLAUSE, Sheet(columns, rows))


def proposal(entry: Coverage, language: Language) -> str:
    """Return how the lag can be made up: topics to merge, which never are control works."""
    lag = -entry.lag
    free = [item for item in entry.rest if item.work_kind != WorkKind.TEST]
    pairs = list(zip(free[::2], free[1::2], strict=False))[: min(lag, MOST_NAMED)]
    if not pairs:
        return text("report.coverage.extra", language, hours=lag)
    named = "; ".join(f"№ {one.ordinal} + № {other.ordinal}" for one, other in pairs)
    return text("report.coverage.merge", language, hours=lag, topics=named)
