"""Five fill indices of each teacher (3.4), each with the gaps behind it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from eschool_core.domain.enums import Role
from eschool_core.domain.people import PupilCard
from eschool_core.domain.school import Appointment
from eschool_core.labels import text
from eschool_core.queries.alphabet import sort_key
from eschool_core.queries.names import staff_names
from eschool_core.regulation.entries import KINDS_WITH_TOPIC
from eschool_core.regulation.formulas import percent
from eschool_core.reports.conduct import Conduct, SchoolConduct, conduct_of
from eschool_core.reports.contingent import stays_of
from eschool_core.reports.filling import Gap, gaps_of
from eschool_core.reports.frame import Asked, Sheet, column, framed, policy_list, policy_number
from eschool_core.reports.table import About, Note, Row, Table, Unit, Value
from eschool_core.store.store import Store

NAME: Final = "indices"
CLAUSE: Final = "3.4"


@dataclass(frozen=True, slots=True)
class Share:
    """How many of so many are as they should be."""

    good: int
    of: int

    @property
    def percent(self) -> Decimal | None:
        """Percent; None of nothing."""
        return percent(self.good, self.of)


def indices_report(store: Store, asked: Asked) -> Table:
    """Return by teacher: personal data, programme, progress, attendance, homework, and lessons.

    - personal data: cards of the led class with birthday, sex and a guardian;
    - programme: lessons with a topic, of works too;
    - progress: control, practical and laboratory works with marks once the limit is over;
    - attendance: lessons with a called roll;
    - homework: lessons in which it is said whether any is set;
    - lessons that are complete in topic, roll and homework.
    """
    language = asked.language
    conduct = conduct_of(store, asked)
    facts = _Facts(store, asked, conduct)
    names = staff_names(store)
    gaps: dict[int, list[Gap]] = defaultdict(list)
    for gap in gaps_of(conduct, asked.staff_id):
        gaps[gap.conduct.teacher_id].append(gap)
    lessons: dict[int, list[Conduct]] = defaultdict(list)
    for entry in conduct.lessons:
        if entry.lesson.held and conduct.journals[entry.lesson.journal_id].is_taught:
            lessons[entry.teacher_id].append(entry)
    wanted = [one for one in lessons if one and asked.staff_id in (0, one)]
    rows = [
        Row(
            (
                names.get(staff_id, ""),
                len(lessons[staff_id]),
                *facts.values(staff_id, lessons[staff_id]),
                len(gaps[staff_id]),
            ),
            about=About("staff", staff_id),
        )
        for staff_id in sorted(wanted, key=lambda one: (sort_key(names.get(one, "")), one))
    ]
    columns = (
        column(language, "teacher", Unit.TEXT, 24),
        column(language, "lessons", Unit.HOURS, 8),
        column(language, "cards_share", Unit.PERCENT, 9),
        column(language, "topics_share", Unit.PERCENT, 9),
        column(language, "progress_share", Unit.PERCENT, 9),
        column(language, "roll_share", Unit.PERCENT, 9),
        column(language, "stated_share", Unit.PERCENT, 9),
        column(language, "complete_share", Unit.PERCENT, 9),
        column(language, "gaps", width=8),
    )
    note = Note(text("report.indices.gaps", language), (text("report.indices.gaps_at", language),))
    return framed(store, asked, NAME, CLAUSE, Sheet(columns, rows, notes=(note,) if rows else ()))


class _Facts:
    def __init__(self, store: Store, asked: Asked, conduct: SchoolConduct) -> None:
        day = asked.period.last_day
        self._conduct = conduct
        self._markless = policy_list(store, "markless_grades", day)
        self._entered_by = asked.day - policy_number(store, "written_mark_days", day)
        self._cards = _cards(store, asked)

    def values(self, staff_id: int, lessons: Sequence[Conduct]) -> tuple[Value, ...]:
        """Return the six shares of a teacher."""
        due = [entry for entry in lessons if self._homework_due(entry)]
        works = [
            entry
            for entry in lessons
            if entry.lesson.day < self._entered_by
            and any(kind in KINDS_WITH_TOPIC for kind, _ in entry.works)
        ]
        return (
            self._cards[staff_id].percent if staff_id in self._cards else None,
            Share(sum(_has_topics(entry) for entry in lessons), len(lessons)).percent,
            Share(sum(entry.marks > 0 for entry in works), len(works)).percent,
            Share(sum(entry.roll for entry in lessons), len(lessons)).percent,
            Share(sum(entry.homework is not None for entry in due), len(due)).percent,
            Share(sum(self._complete(entry) for entry in lessons), len(lessons)).percent,
        )

    def _homework_due(self, entry: Conduct) -> bool:
        return self._conduct.journals[entry.lesson.journal_id].grade not in self._markless

    def _complete(self, entry: Conduct) -> bool:
        stated = entry.homework is not None or not self._homework_due(entry)
        return _has_topics(entry) and entry.roll and stated


def _has_topics(entry: Conduct) -> bool:
    return entry.topic and all(topic or kind not in KINDS_WITH_TOPIC for kind, topic in entry.works)


def _cards(store: Store, asked: Asked) -> dict[int, Share]:
    """Return, by class teacher, how many pupils' cards are complete."""
    stays = stays_of(store, asked.period.year_id)
    with_guardian = {row[0] for row in store.rows("SELECT DISTINCT pupil_id FROM guardianship")}
    complete = {
        card.pupil_id
        for card in store.select(PupilCard)
        if card.birth_day and card.sex and card.pupil_id in with_guardian
    }
    found: dict[int, Share] = {}
    for entry in store.select(Appointment, role=Role.CLASS_TEACHER):
        if not entry.first_day <= asked.day <= entry.last_day:
            continue
        pupils = {stay.pupil_id for stay in stays.get(entry.class_id, ()) if stay.on(asked.day)}
        known = found.get(entry.person_id, Share(0, 0))
        found[entry.person_id] = Share(known.good + len(pupils & complete), known.of + len(pupils))
    return found
