"""Report 4.4.3/6: how the journal is filled, and the gaps one by one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from statistics import median
from typing import Final

from eschool_core import calendar
from eschool_core.domain.enums import ExemptionKind, FindingState, HomeworkState, Timeliness
from eschool_core.domain.office import FindingRecord
from eschool_core.labels import Language, text
from eschool_core.queries.alphabet import sort_key
from eschool_core.queries.cell_text import decoded
from eschool_core.queries.in_force import local, zone_of
from eschool_core.queries.names import staff_names
from eschool_core.regulation.entries import KINDS_WITH_TOPIC
from eschool_core.regulation.formulas import percent, ratio
from eschool_core.reports.conduct import Conduct, SchoolConduct, conduct_of
from eschool_core.reports.control.activity import activity_of
from eschool_core.reports.frame import Asked, Sheet, column, framed, policy_list
from eschool_core.reports.journals import JournalInfo
from eschool_core.reports.norms import Norms
from eschool_core.reports.table import (
    UNKNOWN,
    About,
    Column,
    Note,
    Row,
    RowKind,
    Table,
    Unit,
    Value,
)
from eschool_core.store.store import Store

NAME = "filling"
GAPS_NAME = "gaps"
CLAUSE = "4.4.3/6"
PUPILS_IN_JOURNALS = (
    "SELECT n.journal_id, COUNT(*) FROM journal_line n WHERE n.first_day <= ? AND n.last_day >= ? "
    "AND NOT EXISTS (SELECT 1 FROM exemption e WHERE e.pupil_id = n.pupil_id AND e.kind = ? "
    "AND e.first_day <= ? AND e.last_day >= ?) GROUP BY n.journal_id"
)
IN_TIME: Final = (Timeliness.PROVEN, Timeliness.CREDIBLE)
MOST_GAPS: Final = 500
"""More gaps than these are counted, not listed."""


@dataclass(frozen=True, slots=True)
class Gap:
    """What a lesson lacks.

    Attributes:
        what: ``topic``, ``roll`` or ``work_topic``.
    """

    conduct: Conduct
    what: str


def gaps_of(conduct: SchoolConduct, staff_id: int = 0) -> list[Gap]:
    """Return what the lessons held lack: topic, called roll, topic of a work that needs one."""
    found = []
    for entry in conduct.lessons:
        if not entry.lesson.held or staff_id not in (0, entry.teacher_id):
            continue
        found += [Gap(entry, what) for what in lacking(entry)]
    return found


def lacking(entry: Conduct) -> list[str]:
    """Return what a lesson lacks by 4.5.2 and 4.5.6; homework that is blank is counted apart."""
    lacks = []
    if not entry.topic:
        lacks.append("topic")
    if not entry.roll:
        lacks.append("roll")
    if any(kind in KINDS_WITH_TOPIC and not topic for kind, topic in entry.works):
        lacks.append("work_topic")
    return lacks


@dataclass(frozen=True, slots=True)
class Filling:
    """How some lessons are filled.

    Attributes:
        lessons: Held, with their day over.
        homework_due: Of them those in which homework is to be spoken of: not in markless grades
            and not in внеурочная.
        bare: Without a mark and without anybody absent.
    """

    lessons: int
    topics: int
    homework_due: int
    homework_set: int
    homework_not_set: int
    in_time: int
    offline: int
    changed_late: int
    without_roll: int
    marks: int
    bare: int

    @property
    def homework_blank(self) -> int:
        """Lessons in which nothing is said of homework: «не указано»."""
        return max(0, self.homework_due - self.homework_set - self.homework_not_set)


def filling_of(entries: Iterable[Conduct], *, homework_due: bool) -> Filling:
    """Return how lessons of one journal are filled."""
    held = [entry for entry in entries if entry.lesson.held]
    states = [entry.homework for entry in held]
    times = [entry.timeliness for entry in held if entry.homework is HomeworkState.SET]
    return Filling(
        lessons=len(held),
        topics=sum(entry.topic for entry in held),
        homework_due=len(held) if homework_due else 0,
        homework_set=states.count(HomeworkState.SET),
        homework_not_set=states.count(HomeworkState.NOT_SET),
        in_time=sum(time in IN_TIME for time in times),
        offline=times.count(Timeliness.CREDIBLE),
        changed_late=sum(entry.changed_late for entry in held),
        without_roll=sum(not entry.roll for entry in held),
        marks=sum(entry.marks for entry in held),
        bare=sum(entry.marks == 0 and entry.absent == 0 for entry in held),
    )


def filling_report(store: Store, asked: Asked) -> Table:
    """Return the filling of every journal by teacher, and the gaps by name beneath."""
    language = asked.language
    conduct = conduct_of(store, asked)
    names = staff_names(store)
    facts = _Facts(store, asked, conduct)
    by_teacher: dict[int, list[tuple[JournalInfo, list[Conduct]]]] = defaultdict(list)
    for (staff_id, journal_id), entries in conduct.by_row().items():
        if asked.staff_id in (0, staff_id):
            by_teacher[staff_id].append((conduct.journals[journal_id], entries))
    rows: list[Row] = []
    for staff_id in sorted(by_teacher, key=lambda one: (sort_key(names.get(one, "")), one)):
        name = names.get(staff_id, "")
        listed = sorted(by_teacher[staff_id], key=lambda entry: entry[0].order)
        for journal, entries in listed:
            values = facts.values(journal, entries)
            about = About("journal", journal.id)
            rows.append(Row((name, journal.group, journal.subject, *values), about=about))
        said = text("report.total.teacher", language)
        values = facts.together(staff_id, listed)
        rows.append(Row((name, said, "", *values), RowKind.SUBTOTAL, About("staff", staff_id)))
    gaps = gaps_of(conduct, asked.staff_id)
    sheet = Sheet(
        _columns(language),
        rows,
        (),
        (_listed(gaps, conduct, names, language),),
        [text("report.missing.seen", language)] if asked.last_seen is None else [],
    )
    return framed(store, asked, NAME, CLAUSE, sheet)


def gaps_report(store: Store, asked: Asked) -> Table:
    """Return the gaps one by one, each leading to its lesson (3.4)."""
    language = asked.language
    conduct = conduct_of(store, asked)
    names = staff_names(store)
    rows = [
        Row(
            (
                calendar.date_of(gap.conduct.lesson.day),
                gap.conduct.lesson.period,
                conduct.journals[gap.conduct.lesson.journal_id].group,
                conduct.journals[gap.conduct.lesson.journal_id].subject,
                names.get(gap.conduct.teacher_id, ""),
                text(f"report.gap.{gap.what}", language),
                asked.day - gap.conduct.lesson.day,
            ),
            about=About("lesson", gap.conduct.lesson.id),
        )
        for gap in gaps_of(conduct, asked.staff_id)
    ]
    columns = (
        column(language, "date", Unit.DATE, 11),
        column(language, "period", width=6),
        column(language, "group", Unit.TEXT, 10),
        column(language, "subject", Unit.TEXT, 20),
        column(language, "teacher", Unit.TEXT, 22),
        column(language, "gap", Unit.TEXT, 24),
        column(language, "age_days", width=8),
    )
    about = names.get(asked.staff_id, "")
    return framed(store, asked, GAPS_NAME, CLAUSE, Sheet(columns, rows), about)


class _Facts:
    """What the rows need besides the lessons."""

    def __init__(self, store: Store, asked: Asked, conduct: SchoolConduct) -> None:
        self._zone = zone_of(store)
        self._last_seen = asked.last_seen
        self._norms = Norms.of(store, asked.period.last_day, conduct.days.cycle_weeks)
        self._of_term = bool(asked.period.terms)
        self._activity = activity_of(store, asked)
        self._markless = policy_list(store, "markless_grades", asked.period.last_day)
        self._pupils = _pupils(store, min(asked.period.last_day, asked.day))
        self._open: dict[int, int] = defaultdict(int)
        self._closed: dict[int, int] = defaultdict(int)
        self._late: dict[int, list[int]] = defaultdict(list)
        lessons = {entry.lesson.id for entry in conduct.lessons}
        for finding in store.select(FindingRecord):
            if finding.lesson_id not in lessons:
                continue
            is_open = finding.state == FindingState.OPEN
            (self._open if is_open else self._closed)[finding.staff_id] += 1
            late = decoded(finding.params).get("late_minutes")
            if isinstance(late, int):
                self._late[finding.staff_id].append(late)

    def due(self, journal: JournalInfo) -> bool:
        """Return whether homework is to be spoken of in a journal."""
        return journal.is_taught and journal.grade not in self._markless

    def values(self, journal: JournalInfo, entries: Sequence[Conduct]) -> tuple[Value, ...]:
        """Return the cells of a journal."""
        found = filling_of(entries, homework_due=self.due(journal))
        pupils = self._pupils.get(journal.id, 0)
        due = self.due(journal)
        each = ratio(found.marks, pupils, 1) if due else None
        norm = self._norms.of_journal(journal) if due and self._of_term else None
        return (*_shares(found), each, norm, found.bare, None, None, None, None, None)

    def together(
        self, staff_id: int, listed: Sequence[tuple[JournalInfo, list[Conduct]]]
    ) -> tuple[Value, ...]:
        """Return the cells of a teacher: of all journals, with the findings."""
        parts = [filling_of(entries, homework_due=self.due(one)) for one, entries in listed]
        whole = Filling(
            *(sum(getattr(part, entry.name) for part in parts) for entry in fields(Filling))
        )
        late = self._late.get(staff_id)
        active = self._activity.get(staff_id)
        return (
            *_shares(whole),
            None,
            None,
            whole.bare,
            0 if active is None else len(active.days),
            self._seen(staff_id),
            int(median(late)) if late else None,
            self._open.get(staff_id, 0),
            self._closed.get(staff_id, 0),
        )

    def _seen(self, staff_id: int) -> Value:
        """Return when a person's device or browser was last heard of; only the server knows."""
        if self._last_seen is None:
            return UNKNOWN
        return local(self._last_seen.get(staff_id, 0), self._zone)


def _shares(found: Filling) -> tuple[Value, ...]:
    return (
        found.lessons,
        percent(found.topics, found.lessons),
        found.homework_set,
        found.homework_not_set,
        found.homework_blank,
        percent(found.in_time, found.homework_set),
        found.offline,
        found.changed_late,
        found.without_roll,
        found.marks,
    )


def _pupils(store: Store, day: int) -> dict[int, int]:
    """Return how many pupils a journal has for marks of lessons: not those taught in the family."""
    return dict(store.rows(PUPILS_IN_JOURNALS, day, day, ExemptionKind.FAMILY, day, day))


def _listed(
    gaps: Sequence[Gap], conduct: SchoolConduct, names: dict[int, str], language: Language
) -> Note:
    """Return a line for each teacher, journal and what is lacking: the lessons stand in a row."""
    lacked: dict[int, list[Gap]] = defaultdict(list)
    for gap in gaps[:MOST_GAPS]:
        lacked[gap.conduct.lesson.id].append(gap)
    lessons: dict[tuple[int, int, tuple[str, ...]], list[str]] = defaultdict(list)
    for found in lacked.values():
        conducted = found[0].conduct
        key = (
            conducted.teacher_id,
            conducted.lesson.journal_id,
            tuple(gap.what for gap in found),
        )
        day = calendar.date_of(conducted.lesson.day)
        lessons[key].append(f"{day:%d.%m} ({conducted.lesson.period})")

    def place(key: tuple[int, int, tuple[str, ...]]) -> tuple[object, ...]:
        staff_id, journal_id, whats = key
        name = sort_key(names.get(staff_id, ""))
        return (name, staff_id, conduct.journals[journal_id].order, whats)

    lines = [
        text(
            "report.filling.gap_line",
            language,
            teacher=names.get(staff_id, ""),
            group=conduct.journals[journal_id].group,
            subject=conduct.journals[journal_id].subject,
            gap=", ".join(text(f"report.gap.{what}", language) for what in whats),
            lessons=", ".join(lessons[staff_id, journal_id, whats]),
        )
        for staff_id, journal_id, whats in sorted(lessons, key=place)
    ]
    if len(gaps) > MOST_GAPS:
        lines.append(text("report.filling.more", language, count=len(gaps) - MOST_GAPS))
    return Note(text("report.filling.gaps", language, count=len(gaps)), tuple(lines))


def _columns(language: Language) -> tuple[Column, ...]:
    return (
        column(language, "teacher", Unit.TEXT, 22),
        column(language, "group", Unit.TEXT, 10),
        column(language, "subject", Unit.TEXT, 20),
        column(language, "lessons", Unit.HOURS, 8),
        column(language, "topics_share", Unit.PERCENT, 8),
        column(language, "homework_set", width=8, group="homework"),
        column(language, "homework_not_set", width=8, group="homework"),
        column(language, "homework_blank", width=8, group="homework"),
        column(language, "in_time_share", Unit.PERCENT, 8, "homework"),
        column(language, "homework_offline", width=8, group="homework"),
        column(language, "changed_late", width=8, group="homework"),
        column(language, "without_roll", width=8),
        column(language, "marks", width=8),
        column(language, "marks_each", Unit.PERCENT, 8),
        column(language, "norm", width=6),
        column(language, "bare_lessons", width=8),
        column(language, "entry_days", width=8),
        column(language, "last_seen", Unit.MOMENT, 17),
        column(language, "late_median", width=8),
        column(language, "findings_open", width=8),
        column(language, "findings_closed", width=8),
    )
