"""Report 4.4.3/5: hours given and quality of the teacher's work; and a teacher's own report."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import reduce

from eschool_core.domain.enums import WorkKind
from eschool_core.domain.partition import object_of
from eschool_core.domain.planning import PlanApproval
from eschool_core.labels import Language, text
from eschool_core.queries.alphabet import sort_key
from eschool_core.queries.names import joined, staff_names
from eschool_core.regulation.formulas import ratio
from eschool_core.reports.class_results import SchoolResults, results_of
from eschool_core.reports.conduct import SchoolConduct, conduct_of
from eschool_core.reports.frame import Asked, Sheet, column, framed, policy_number
from eschool_core.reports.journals import JournalInfo
from eschool_core.reports.progress import rate_columns, rates
from eschool_core.reports.results import mark_counts, moment_of
from eschool_core.reports.table import About, Column, Note, Row, RowKind, Table, Unit, Value
from eschool_core.results.book import Outcome
from eschool_core.store.store import Store

NAME = "hours"
TEACHER_NAME = "teacher_term"
CLAUSE = "4.4.3/5"
TEACHER_CLAUSE = "2.7"

PLANNED_TESTS = (
    "SELECT p.part, COUNT(*) FROM plan_item p WHERE p.work_kind = ? "
    "AND p.planned_day BETWEEN ? AND ? GROUP BY p.part"
)
PLAN_HOURS = "SELECT p.part, SUM(p.hours) FROM plan_item p GROUP BY p.part"


@dataclass(frozen=True, slots=True)
class Hours:
    """Lessons of a journal by one teacher; ``lag`` is always ``planned − given``.

    Attributes:
        planned: By the timetable, of the teacher who has the load.
        given: Held and shown by the journal, substituted ones included.
        substituted: Of those given, in another teacher's place.
        not_given: Planned ones that this teacher or a substitute did not give.
    """

    planned: int = 0
    given: int = 0
    substituted: int = 0
    not_given: int = 0
    tests: int = 0

    @property
    def lag(self) -> int:
        """How many lessons fewer were given than planned."""
        return self.planned - self.given

    def plus(self, other: Hours) -> Hours:
        """Return both together."""
        return Hours(
            *(getattr(self, entry.name) + getattr(other, entry.name) for entry in fields(Hours))
        )


def hours_by_row(conduct: SchoolConduct) -> dict[tuple[int, int], Hours]:
    """Return the hours by (teacher, journal); planned ones stay with who has the load."""
    found: dict[tuple[int, int], Hours] = defaultdict(Hours)
    for entry in conduct.lessons:
        journal = conduct.journals[entry.lesson.journal_id]
        if not journal.is_taught:
            continue
        if entry.lesson.planned:
            owner = (journal.teacher_on(entry.lesson.day), journal.id)
            found[owner] = found[owner].plus(Hours(planned=1, not_given=int(not entry.given)))
        if entry.given:
            tests = sum(kind == WorkKind.TEST for kind, _ in entry.works)
            giver = (entry.teacher_id, journal.id)
            given = Hours(given=1, substituted=int(entry.substituted), tests=tests)
            found[giver] = found[giver].plus(given)
    return found


def hours_report(store: Store, asked: Asked) -> Table:
    """Return hours and results of every teacher by journal, with a subtotal of each.

    Substituted hours are credited to the substitute; the lag is planned less given.
    """
    return framed(store, asked, NAME, CLAUSE, _sheet(store, asked))


def teacher_term_report(store: Store, asked: Asked) -> Table:
    """Return one teacher's own hours and results by journal (2.7)."""
    name = staff_names(store).get(asked.staff_id, "")
    sheet = _sheet(store, asked)
    return framed(store, asked, TEACHER_NAME, TEACHER_CLAUSE, sheet, name)


def _sheet(store: Store, asked: Asked) -> Sheet:
    language = asked.language
    conduct = conduct_of(store, asked)
    hours = hours_by_row(conduct)
    facts = _Facts.of(store, asked, conduct)
    names = staff_names(store)
    by_teacher: dict[int, list[JournalInfo]] = defaultdict(list)
    for staff_id, journal in _wanted(conduct, hours, asked):
        by_teacher[staff_id].append(journal)
    rows: list[Row] = []
    for staff_id in sorted(by_teacher, key=lambda one: (sort_key(names.get(one, "")), one)):
        own = by_teacher[staff_id]
        name = names.get(staff_id, "")
        rows += [
            Row(
                (name, journal.group, journal.subject, *facts.values(staff_id, journal, hours)),
                about=About("journal", journal.id),
            )
            for journal in own
        ]
        if len(own) > 1:
            said = text("report.total.teacher", language)
            values = facts.together(staff_id, own, hours)
            rows.append(Row((name, said, "", *values), RowKind.SUBTOTAL, About("staff", staff_id)))
    signers = ("teacher", "deputy") if asked.staff_id else ("deputy", "head")
    return Sheet(_columns(language), rows, (), facts.notes(), signers=signers)


def _wanted(
    conduct: SchoolConduct, hours: dict[tuple[int, int], Hours], asked: Asked
) -> list[tuple[int, JournalInfo]]:
    """Return the rows: each load within the period, and what was given in others' places."""
    first, last = asked.period.first_day, asked.period.last_day
    keys = {
        (staff_id, journal.id)
        for journal in conduct.journals.values()
        if journal.is_taught
        for staff_id in journal.teachers(first, last)
    }
    ordered = sorted(
        {key for key in (*keys, *hours) if key[0] and asked.staff_id in (0, key[0])},
        key=lambda key: conduct.journals[key[1]].order,
    )
    return [(staff_id, conduct.journals[journal_id]) for staff_id, journal_id in ordered]


@dataclass(frozen=True, slots=True)
class _Facts:
    """What the rows need besides hours.

    Attributes:
        outcomes: Term marks by journal, of those who stand in it on the last day; None for dates
            that are no term.
        deviation: Hours of the calendar plan less those of the curriculum, by journal.
        plan_reasons: Why they differ, as the plan was approved, by journal (2.3).
        tests: Control works planned for the period, by journal.
        reasons: Why lessons were cancelled, by journal.
    """

    asked: Asked
    cycle_weeks: int
    results: SchoolResults | None
    outcomes: dict[int, list[Outcome]]
    deviation: dict[int, int]
    plan_reasons: dict[int, str]
    tests: dict[int, int]
    reasons: dict[int, str]

    @classmethod
    def of(cls, store: Store, asked: Asked, conduct: SchoolConduct) -> _Facts:
        """Read them in bulk."""
        period = asked.period
        is_term = bool(period.terms) or period.whole_year
        results = results_of(store, asked) if is_term else None
        tests = store.rows(PLANNED_TESTS, WorkKind.TEST, period.first_day, period.last_day)
        return cls(
            asked,
            conduct.days.cycle_weeks,
            results,
            {} if results is None else _outcomes(results, asked),
            _deviation(store, asked, conduct),
            {row.journal_id: row.reason for row in store.select(PlanApproval)},
            {object_of(part): count for part, count in tests},
            _reasons(conduct),
        )

    def values(
        self, staff_id: int, journal: JournalInfo, hours: dict[tuple[int, int], Hours]
    ) -> tuple[Value, ...]:
        """Return the cells of a journal."""
        own = hours.get((staff_id, journal.id), Hours())
        day = self.asked.period.last_day
        loads = [load for load in journal.loads if load.staff_id == staff_id]
        weekly = sum(load.weekly_periods for load in loads[-1:])
        leads = journal.teacher_on(day) == staff_id
        return (
            ratio(weekly, self.cycle_weeks, 1) if loads else None,
            self.deviation.get(journal.id) if leads else None,
            self.plan_reasons.get(journal.id, "") if leads else "",
            *_hours_values(own),
            self.reasons.get(journal.id, "") if leads else "",
            self.tests.get(journal.id) if leads else None,
            own.tests,
            *self._results(journal.id if leads else 0),
        )

    def together(
        self, staff_id: int, journals: Sequence[JournalInfo], hours: dict[tuple[int, int], Hours]
    ) -> tuple[Value, ...]:
        """Return the cells of all journals of a teacher."""
        whole = reduce(
            Hours.plus, (hours.get((staff_id, journal.id), Hours()) for journal in journals)
        )
        led = [
            journal.id
            for journal in journals
            if journal.teacher_on(self.asked.period.last_day) == staff_id
        ]
        tests = [self.tests[one] for one in led if one in self.tests]
        return (
            None,
            None,
            "",
            *_hours_values(whole),
            "",
            sum(tests) if tests else None,
            whole.tests,
            *self._results(*led),
        )

    def _results(self, *journals: int) -> tuple[Value, ...]:
        listed = [outcome for one in journals for outcome in self.outcomes.get(one, ())]
        if self.results is None or not listed:
            return (None,) * 12
        counts = mark_counts(listed)
        return (len(listed), *rates(counts, self.results.denominator))

    def notes(self) -> tuple[Note, ...]:
        """Return who does not report."""
        return () if self.results is None else (self.results.not_reporting(self.asked),)


def _hours_values(own: Hours) -> tuple[Value, ...]:
    return (own.planned, own.given, own.substituted, own.not_given, own.lag)


def _outcomes(results: SchoolResults, asked: Asked) -> dict[int, list[Outcome]]:
    moments = moment_of(asked.period)
    found: dict[int, list[Outcome]] = defaultdict(list)
    for line in results.lines:
        journal = results.journals[line.journal_id]
        if journal.is_taught and moments(journal) and line.on(asked.period.last_day):
            found[journal.id].append(results.book.of_line(line, moments).outcome)
    return found


def _deviation(store: Store, asked: Asked, conduct: SchoolConduct) -> dict[int, int]:
    """Return by journal how many hours the plan has more than the curriculum (2.3)."""
    weeks = policy_number(store, "plan_weeks", asked.period.last_day)
    found = {}
    for part, hours in store.rows(PLAN_HOURS):
        journal_id = object_of(part)
        journal = conduct.journals.get(journal_id)
        if journal is not None and journal.loads:
            wanted = journal.loads[-1].weekly_periods * weeks // conduct.days.cycle_weeks
            found[journal_id] = int(hours) - wanted
    return found


def _reasons(conduct: SchoolConduct) -> dict[int, str]:
    """Return by journal the acts by which its lessons were cancelled."""
    found: dict[int, list[str]] = defaultdict(list)
    for entry in conduct.lessons:
        if not entry.lesson.held:
            found[entry.lesson.journal_id].append(conduct.cancelling_act(entry.lesson))
    return {journal_id: joined(dict.fromkeys(acts)) for journal_id, acts in found.items()}


def _columns(language: Language) -> tuple[Column, ...]:
    return (
        column(language, "teacher", Unit.TEXT, 22),
        column(language, "group", Unit.TEXT, 10),
        column(language, "subject", Unit.TEXT, 20),
        column(language, "weekly", Unit.PERCENT, 6),
        column(language, "plan_deviation", Unit.HOURS, 9),
        column(language, "plan_reason", Unit.TEXT, 14),
        column(language, "planned", Unit.HOURS, 8),
        column(language, "given", Unit.HOURS, 8),
        column(language, "substituted", Unit.HOURS, 10),
        column(language, "not_given", Unit.HOURS, 10),
        column(language, "lag", Unit.HOURS, 8),
        column(language, "reason", Unit.TEXT, 18),
        column(language, "tests_planned", width=8),
        column(language, "tests_given", width=8),
        column(language, "pupils", width=8),
        *rate_columns(language),
    )
