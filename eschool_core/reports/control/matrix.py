"""Control 4.4.4 at a glance: each teacher by the five things watched, with the trend."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Final

from eschool_core.domain.enums import Role
from eschool_core.domain.school import Appointment
from eschool_core.queries.alphabet import sort_key
from eschool_core.queries.names import staff_names
from eschool_core.regulation.formulas import percent
from eschool_core.reports.conduct import Conduct, SchoolConduct, conduct_of
from eschool_core.reports.control.density import TREND_DAYS, Density, Pace, density_of
from eschool_core.reports.control.families import families_of
from eschool_core.reports.control.family_weeks import share_of, weeks_within
from eschool_core.reports.frame import Asked, Sheet, column, framed, policy_list, policy_number
from eschool_core.reports.table import UNKNOWN, About, Row, Table, Unit, Unknown, Value
from eschool_core.store.store import Store

NAME: Final = "matrix"
CLAUSE: Final = "4.4.4"
DAY_SECONDS: Final = 86_400


@dataclass(frozen=True, slots=True)
class Lessons:
    """The lessons of one teacher over some days.

    Attributes:
        due: Of them, those in which homework is to be spoken of (3.6).
    """

    planned: int
    held: int
    given: int
    due: int
    stated: int

    @property
    def activity(self) -> Decimal | None:
        """Share of the lessons held that the journal shows."""
        return percent(self.given, self.held)

    @property
    def coverage(self) -> Decimal | None:
        """Share of the timetable's lessons that were given; over 100 where some were made up."""
        return percent(self.given, self.planned)

    @property
    def homework(self) -> Decimal | None:
        """Share of the lessons in which it is said whether homework is set."""
        return percent(self.stated, self.due)


def matrix_report(store: Store, asked: Asked) -> Table:
    """Return by teacher: activity, density, coverage, homework, families, in percent.

    - activity: lessons held that the journal shows;
    - density: pupils, subject by subject, who have as many marks as the norm asks;
    - coverage: lessons given of those in the timetable;
    - homework: lessons in which it is said whether any is set;
    - families: those of the led class who have looked into the diary lately; only the server knows.

    The change is that of the last two weeks against all before them: of density, the marks given
    to those that the norm asks for the lessons of either time; of families, those in touch in the
    weeks that are over, with no regard to a week of which nothing is known.
    """
    language = asked.language
    conduct = conduct_of(store, asked)
    markless = policy_list(store, "markless_grades", asked.period.last_day)
    since = asked.day - TREND_DAYS
    now = _by_teacher(conduct, conduct.lessons, markless)
    lately = _by_teacher(
        conduct, [one for one in conduct.lessons if one.lesson.day >= since], markless
    )
    before = _by_teacher(
        conduct, [one for one in conduct.lessons if one.lesson.day < since], markless
    )
    density, families = _density(store, asked), _families(store, asked)
    turns = _families_change(store, asked)
    names = staff_names(store)
    wanted = [one for one in now if one and asked.staff_id in (0, one)]
    nothing = Lessons(0, 0, 0, 0, 0)
    rows = []
    for staff_id in sorted(wanted, key=lambda one: (sort_key(names.get(one, "")), one)):
        whole = now[staff_id]
        late, early = lately.get(staff_id, nothing), before.get(staff_id, nothing)
        rows.append(
            Row(
                (
                    names.get(staff_id, ""),
                    whole.held,
                    whole.activity,
                    _change(late.activity, early.activity),
                    enough(density.get(staff_id, [])),
                    pace_change(density.get(staff_id, [])),
                    whole.coverage,
                    _change(late.coverage, early.coverage),
                    whole.homework,
                    _change(late.homework, early.homework),
                    families.get(staff_id),
                    turns.get(staff_id),
                ),
                about=About("staff", staff_id),
            )
        )
    columns = (
        column(language, "teacher", Unit.TEXT, 24),
        column(language, "lessons", Unit.HOURS, 8),
        column(language, "activity_share", Unit.PERCENT, 9),
        column(language, "activity_change", Unit.NUMBER, 9),
        column(language, "density_share", Unit.PERCENT, 9),
        column(language, "density_change", Unit.NUMBER, 9),
        column(language, "coverage_share", Unit.PERCENT, 9),
        column(language, "coverage_change", Unit.NUMBER, 9),
        column(language, "homework_share", Unit.PERCENT, 9),
        column(language, "homework_change", Unit.NUMBER, 9),
        column(language, "families_share", Unit.PERCENT, 9),
        column(language, "families_change", Unit.NUMBER, 9),
    )
    return framed(store, asked, NAME, CLAUSE, Sheet(columns, rows))


def _by_teacher(
    conduct: SchoolConduct, lessons: Sequence[Conduct], markless: Sequence[int]
) -> dict[int, Lessons]:
    listed: dict[int, list[Conduct]] = defaultdict(list)
    for entry in lessons:
        if conduct.journals[entry.lesson.journal_id].is_taught:
            listed[entry.teacher_id].append(entry)
    return {staff_id: _counted(conduct, own, markless) for staff_id, own in listed.items()}


def _counted(conduct: SchoolConduct, own: Sequence[Conduct], markless: Sequence[int]) -> Lessons:
    held = [entry for entry in own if entry.lesson.held]
    due = [
        entry for entry in held if conduct.journals[entry.lesson.journal_id].grade not in markless
    ]
    return Lessons(
        planned=sum(entry.lesson.planned for entry in own),
        held=len(held),
        given=sum(entry.given for entry in held),
        due=len(due),
        stated=sum(entry.homework is not None for entry in due),
    )


def _change(late: Decimal | None, early: Decimal | None) -> Decimal | None:
    return None if late is None or early is None else late - early


def _density(store: Store, asked: Asked) -> dict[int, list[Density]]:
    """Return, by teacher, the pupils and subjects that a norm of marks is for."""
    found: dict[int, list[Density]] = defaultdict(list)
    for entry in density_of(store, replace(asked, staff_id=0)):
        if entry.norm:
            for staff_id in entry.journal.teachers(asked.day, asked.day):
                found[staff_id].append(entry)
    return found


def enough(found: Sequence[Density]) -> Decimal | None:
    """Return the share of pupils and subjects with as many marks as the norm asks."""
    return percent(sum(entry.marks >= entry.norm for entry in found), len(found))


def pace_change(found: Sequence[Density]) -> Decimal | None:
    """Return by how much the pace of marks has changed, in points; None without an earlier time."""
    lately = _pace([entry.lately for entry in found])
    return _change(lately, _pace([entry.before for entry in found]))


def _pace(found: Sequence[Pace]) -> Decimal | None:
    """Return the marks given in percent of those that the norm asks for the same lessons."""
    asked = sum((entry.asked for entry in found), Fraction())
    marks = sum(entry.marks for entry in found)
    return percent(marks * asked.denominator, asked.numerator)


def _families(store: Store, asked: Asked) -> dict[int, Value]:
    """Return, by class teacher, the share of families on line that have looked lately."""
    days = policy_number(store, "family_activity_days", asked.day)
    families = families_of(store, replace(asked, class_id=0))
    found: dict[int, Value] = {}
    for staff_id, class_id in led_by(store, asked.day).items():
        online = [one for one in families.get(class_id, []) if not one.paper]
        found[staff_id] = _seen_share([one.seen_at for one in online], asked.now, days)
    return found


def _families_change(store: Store, asked: Asked) -> dict[int, Value]:
    """Return, by class teacher, by how much the share of families in touch has changed."""
    since = asked.day - TREND_DAYS
    found: dict[int, Value] = {}
    for staff_id, class_id in led_by(store, asked.day).items():
        if asked.family_weeks is None:
            found[staff_id] = UNKNOWN
            continue
        weeks = weeks_within(asked, class_id)
        lately = [one for one in weeks if one.last_day >= since]
        before = [one for one in weeks if one.last_day < since]
        found[staff_id] = _change(share_of(lately), share_of(before))
    return found


def led_by(store: Store, day: int) -> dict[int, int]:
    """Return the class that each class teacher leads on a day; of several the first."""
    leading: dict[int, int] = {}
    for entry in store.select(Appointment, role=Role.CLASS_TEACHER):
        if entry.first_day <= day <= entry.last_day:
            leading.setdefault(entry.person_id, entry.class_id)
    return leading


def _seen_share(seen: Sequence[int | None], now: int, days: int) -> Decimal | Unknown | None:
    known = [at for at in seen if at is not None]
    if len(known) < len(seen):
        return UNKNOWN
    recent = sum(bool(at) and now - at <= days * DAY_SECONDS for at in known)
    return percent(recent, len(known))
