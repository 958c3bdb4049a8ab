"""Every report by name, and the one door to them: rights, completeness, the table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal

from eschool_core.domain.partition import PartitionKind, partition
from eschool_core.errors import InputError, RightsError
from eschool_core.labels import Language, text
from eschool_core.regulation import checks
from eschool_core.reports import (
    attendance,
    attendance_days,
    class_sizes,
    class_summary,
    course,
    filling,
    hours,
    movement,
    movement_names,
    particulars,
    progress,
    register,
    substitutions,
    timesheet,
)
from eschool_core.reports.audience import Audience, Reader, audience_of
from eschool_core.reports.control import (
    activity,
    compliance,
    coverage,
    density,
    families,
    family_weeks,
    homework,
    indices,
    lessons,
    matrix,
    unmarked,
)
from eschool_core.reports.frame import Asked, Only
from eschool_core.reports.period import Period, month_period, period_at, running_period
from eschool_core.reports.table import Table
from eschool_core.store.store import Store

Scope = Literal["school", "class", "teacher", "classes", "teachers", "own"]
Section = Literal["report", "control"]
Usual = Literal["term", "month"]

JOURNALS_OF_CLASS = (
    "SELECT j.id FROM journal j JOIN group_class gc ON gc.group_id = j.group_id "
    "WHERE gc.class_id = ?"
)
JOURNALS_OF_TEACHER = "SELECT journal_id FROM teaching_load WHERE staff_id = ?"
ALL_JOURNALS = "SELECT id FROM journal WHERE year_id = ?"

OFFICE_READS: frozenset[Reader] = frozenset({"administration"})
TEACHER_READS: frozenset[Reader] = frozenset({"administration", "teacher"})
STAFF_READS: frozenset[Reader] = frozenset({"administration", "officer", "teacher"})
MARKS_READ: frozenset[Reader] = frozenset({"administration", "class_teacher", "teacher"})
CLASS_READS: frozenset[Reader] = frozenset({"administration", "class_teacher"})


@dataclass(frozen=True, slots=True)
class ReportSpec:
    """A report: its name, the clause that asks for it, what it is about, who reads it.

    Attributes:
        scope: ``class`` needs a class, ``teacher`` a member of staff, ``school`` neither;
            ``classes`` and ``teachers`` take one or are of all; ``own`` shows what the viewer
            sees, of the classes led and the journals taught.
        section: ``report`` for the forms of 4.4.3, ``control`` for what deputies watch.
        usual: Of what it is where no period is named: one that has a column for each day is of
            the month, and refuses more.
        of_visits: It tells when people were last heard of; others need not be told.
    """

    name: str
    clause: str
    scope: Scope
    readers: frozenset[Reader]
    make: Callable[[Store, Asked], Table]
    section: Section = "report"
    usual: Usual = "term"
    of_visits: bool = False


CONTROL: tuple[ReportSpec, ...] = (
    ReportSpec(
        matrix.NAME,
        matrix.CLAUSE,
        "teachers",
        TEACHER_READS,
        matrix.matrix_report,
        "control",
        of_visits=True,
    ),
    ReportSpec(
        activity.NAME,
        activity.CLAUSE,
        "teachers",
        STAFF_READS,
        activity.activity_report,
        "control",
        of_visits=True,
    ),
    ReportSpec(density.NAME, density.CLAUSE, "own", MARKS_READ, density.density_report, "control"),
    ReportSpec(
        coverage.NAME,
        coverage.CLAUSE,
        "teachers",
        TEACHER_READS,
        coverage.coverage_report,
        "control",
    ),
    ReportSpec(
        homework.NAME,
        homework.CLAUSE,
        "teachers",
        TEACHER_READS,
        homework.homework_report,
        "control",
    ),
    ReportSpec(
        lessons.COVERAGE_NAME,
        lessons.COVERAGE_CLAUSE,
        "teachers",
        TEACHER_READS,
        lessons.coverage_lessons_report,
        "control",
    ),
    ReportSpec(
        lessons.HOMEWORK_NAME,
        lessons.HOMEWORK_CLAUSE,
        "teachers",
        TEACHER_READS,
        lessons.homework_lessons_report,
        "control",
    ),
    ReportSpec(
        families.NAME,
        families.CLAUSE,
        "classes",
        CLASS_READS,
        families.families_report,
        "control",
        of_visits=True,
    ),
    ReportSpec(
        family_weeks.NAME,
        family_weeks.CLAUSE,
        "classes",
        CLASS_READS,
        family_weeks.family_weeks_report,
        "control",
        of_visits=True,
    ),
    ReportSpec(
        unmarked.NAME, unmarked.CLAUSE, "own", MARKS_READ, unmarked.unmarked_report, "control"
    ),
    ReportSpec(
        indices.NAME, indices.CLAUSE, "teachers", TEACHER_READS, indices.indices_report, "control"
    ),
    ReportSpec(
        filling.GAPS_NAME,
        indices.CLAUSE,
        "teachers",
        TEACHER_READS,
        filling.gaps_report,
        "control",
    ),
    ReportSpec(
        compliance.NAME,
        compliance.CLAUSE,
        "teachers",
        TEACHER_READS,
        compliance.compliance_report,
        "control",
    ),
)

REPORTS: tuple[ReportSpec, ...] = (
    ReportSpec(
        particulars.NAME, particulars.CLAUSE, "class", CLASS_READS, particulars.particulars_report
    ),
    ReportSpec(movement.NAME, movement.CLAUSE, "school", OFFICE_READS, movement.movement_report),
    ReportSpec(
        movement_names.NAME,
        movement_names.CLAUSE,
        "school",
        OFFICE_READS,
        movement_names.movement_names_report,
    ),
    ReportSpec(
        class_sizes.NAME, class_sizes.CLAUSE, "school", OFFICE_READS, class_sizes.class_sizes_report
    ),
    ReportSpec(register.NAME, register.CLAUSE, "class", CLASS_READS, register.register_report),
    ReportSpec(
        class_summary.NAME,
        class_summary.CLAUSE,
        "class",
        CLASS_READS,
        class_summary.class_summary_report,
    ),
    ReportSpec(progress.NAME, progress.CLAUSE, "school", OFFICE_READS, progress.progress_report),
    ReportSpec(
        progress.SUBJECTS_NAME,
        progress.CLAUSE,
        "school",
        OFFICE_READS,
        progress.progress_subjects_report,
    ),
    ReportSpec(hours.NAME, hours.CLAUSE, "teachers", OFFICE_READS, hours.hours_report),
    ReportSpec(
        timesheet.NAME,
        timesheet.CLAUSE,
        "teachers",
        OFFICE_READS,
        timesheet.timesheet_report,
        usual="month",
    ),
    ReportSpec(
        substitutions.NAME,
        substitutions.CLAUSE,
        "teachers",
        OFFICE_READS,
        substitutions.substitutions_report,
    ),
    ReportSpec(
        filling.NAME,
        filling.CLAUSE,
        "teachers",
        OFFICE_READS,
        filling.filling_report,
        of_visits=True,
    ),
    ReportSpec(
        hours.TEACHER_NAME,
        hours.TEACHER_CLAUSE,
        "teacher",
        TEACHER_READS,
        hours.teacher_term_report,
    ),
    ReportSpec(
        attendance.NAME, attendance.CLAUSE, "class", CLASS_READS, attendance.attendance_report
    ),
    ReportSpec(
        attendance_days.NAME,
        attendance.CLAUSE,
        "class",
        CLASS_READS,
        attendance_days.attendance_days_report,
        usual="month",
    ),
    ReportSpec(course.NAME, course.CLAUSE, "class", CLASS_READS, course.course_report),
    *CONTROL,
)


BY_NAME: Mapping[str, ReportSpec] = MappingProxyType({spec.name: spec for spec in REPORTS})


def report(name: str, section: Section) -> ReportSpec:
    """Return the report of this name in a section; blanks, hyphens and underlines are alike.

    Raises:
        InputError: ``report.no_report``: there is none.
    """
    wanted = name.strip().lower().replace("-", "_").replace(" ", "_")
    for known in REPORTS:
        if known.name == wanted and known.section == section:
            return known
    raise InputError("report.no_report", name=name[:40])


def report_named(name: str) -> ReportSpec:
    """Return the report of exactly this name, whatever its section.

    Raises:
        KeyError: There is none.
    """
    return BY_NAME[name]


def default_period(store: Store, spec: ReportSpec, day: int, language: Language) -> Period:
    """Return the period that is meant where none is named.

    A report is of the term that ended last; control is of the term that runs, up to the day; what
    has a column for each day is of the month, up to the day.

    Raises:
        InputError: The school has no year.
    """
    if spec.usual == "month":
        return month_period(store, day)
    if spec.section == "report":
        return period_at(store, day, language)
    return running_period(store, day)


def make_report(store: Store, spec: ReportSpec, asked: Asked, viewer_id: int) -> Table:
    """Return a report as somebody may see it.

    Who sees only own classes or oneself gets the report narrowed to that, named or not. On a
    replica that holds only a part it is made of that part and says so: «неполные данные».

    Args:
        store: The server's or a replica's.
        spec: Which report.
        asked: Of what.
        viewer_id: Who asks; 0 for the server's own acts.

    Raises:
        InputError: A class or a person is needed and not named.
        RightsError: The report, or that class or person, is not for the viewer (4.1).
    """
    wanted = replace(asked, sees_health=False)
    if viewer_id:
        audience = audience_of(store, viewer_id, asked.day)
        wanted = _narrowed(spec, asked, audience)
        missing = _missing(store, wanted, audience)
        wanted = replace(
            wanted,
            missing=(*asked.missing, *missing),
            sees_health=audience.sees_health(wanted.class_id),
        )
    if spec.scope == "class" and not wanted.class_id:
        raise InputError("report.class_needed")
    if spec.scope == "teacher" and not wanted.staff_id:
        raise InputError("report.teacher_needed")
    return spec.make(store, wanted)


def readable(store: Store, viewer_id: int, day: int) -> tuple[ReportSpec, ...]:
    """Return the reports that somebody may ask for."""
    audience = audience_of(store, viewer_id, day)
    return tuple(spec for spec in REPORTS if audience.is_one_of(spec.readers))


def _narrowed(spec: ReportSpec, asked: Asked, audience: Audience) -> Asked:
    """Return what is asked, narrowed to what the viewer may see.

    Raises:
        RightsError: Nothing of it is for the viewer.
    """
    if not audience.is_one_of(spec.readers):
        raise RightsError(checks.ROLE_DENIED)
    if audience.sees_all(spec.readers):
        return asked
    if spec.scope == "own":
        return replace(asked, only=Only(audience.classes, audience.journals))
    if spec.scope in ("class", "classes"):
        only = min(audience.classes) if len(audience.classes) == 1 else 0
        class_id = asked.class_id or only
        if not class_id:
            raise InputError("report.class_needed")
        if class_id not in audience.classes:
            raise RightsError(checks.ROLE_DENIED)
        return replace(asked, class_id=class_id)
    if spec.scope in ("teacher", "teachers"):
        if asked.staff_id not in (0, audience.person_id):
            raise RightsError(checks.ROLE_DENIED)
        return replace(asked, staff_id=audience.person_id)
    raise RightsError(checks.ROLE_DENIED)


def _missing(store: Store, asked: Asked, audience: Audience) -> tuple[str, ...]:
    """Return what a replica lacks of the journals that the report reads."""
    if store.complete or audience.whole_school:
        return ()
    wanted = _journals(store, asked)
    if all(store.holds(partition(PartitionKind.JOURNAL, one)) for one in wanted):
        return ()
    return (text("report.missing.journals", asked.language),)


def _journals(store: Store, asked: Asked) -> set[int]:
    if asked.only is not None:
        led = [
            row[0]
            for class_id in asked.only.classes
            for row in store.rows(JOURNALS_OF_CLASS, class_id)
        ]
        return {*asked.only.journals, *led}
    if asked.class_id:
        return {row[0] for row in store.rows(JOURNALS_OF_CLASS, asked.class_id)}
    if asked.staff_id:
        return {row[0] for row in store.rows(JOURNALS_OF_TEACHER, asked.staff_id)}
    return {row[0] for row in store.rows(ALL_JOURNALS, asked.period.year_id)}
