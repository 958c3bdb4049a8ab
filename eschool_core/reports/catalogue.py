"""Every report by name, and the one door to them: rights, completeness, the table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from eschool_core.errors import InputError, RightsError
from eschool_core.labels import Language, text
from eschool_core.regulation import checks
from eschool_core.reports import (
    attendance,
    attendance_days,
    class_sizes,
    class_summary,
    movement,
    particulars,
    progress,
    register,
)
from eschool_core.reports.audience import Audience, Reader, audience_of
from eschool_core.reports.frame import Asked
from eschool_core.reports.period import Period, period_at, running_period
from eschool_core.reports.table import Table
from eschool_core.store.store import Store

Scope = Literal["school", "class", "teacher"]
Section = Literal["report", "control"]

OFFICE_READS: frozenset[Reader] = frozenset({"administration"})
CLASS_READS: frozenset[Reader] = frozenset({"administration", "class_teacher"})


@dataclass(frozen=True, slots=True)
class ReportSpec:
    """A report: its name, the clause that asks for it, what it is about, who reads it.

    Attributes:
        scope: ``class`` needs a class, ``teacher`` a member of staff, ``school`` neither.
        section: ``report`` for the forms of 4.4.3, ``control`` for what deputies watch.
    """

    name: str
    clause: str
    scope: Scope
    readers: frozenset[Reader]
    make: Callable[[Store, Asked], Table]
    section: Section = "report"


REPORTS: tuple[ReportSpec, ...] = (
    ReportSpec(
        particulars.NAME, particulars.CLAUSE, "class", CLASS_READS, particulars.particulars_report
    ),
    ReportSpec(movement.NAME, movement.CLAUSE, "school", OFFICE_READS, movement.movement_report),
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
    ReportSpec(
        attendance.NAME, attendance.CLAUSE, "class", CLASS_READS, attendance.attendance_report
    ),
    ReportSpec(
        attendance_days.NAME,
        attendance.CLAUSE,
        "class",
        CLASS_READS,
        attendance_days.attendance_days_report,
    ),
)


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


def default_period(store: Store, spec: ReportSpec, day: int, language: Language) -> Period:
    """Return the period that is meant where none is named.

    A report is of the term that ended last; control is of the term that runs, up to the day.

    Raises:
        InputError: The school has no year.
    """
    if spec.section == "report":
        return period_at(store, day, language)
    return running_period(store, day)


def make_report(store: Store, spec: ReportSpec, asked: Asked, viewer_id: int) -> Table:
    """Return a report as somebody may see it.

    On a replica that holds only a part it is made of that part and says so: «неполные данные».

    Args:
        store: The server's or a replica's.
        spec: Which report.
        asked: Of what.
        viewer_id: Who asks; 0 for the server's own acts.

    Raises:
        InputError: A class or a person is needed and not named.
        RightsError: The report, or that class or person, is not for the viewer (4.1).
    """
    if spec.scope == "class" and not asked.class_id:
        raise InputError("report.class_needed")
    if spec.scope == "teacher" and not asked.staff_id:
        raise InputError("report.teacher_needed")
    if viewer_id == 0:
        return spec.make(store, asked)
    audience = audience_of(store, viewer_id, asked.day)
    _let_pass(spec, asked, audience, viewer_id)
    missing = () if store.complete else _missing(spec, asked, audience)
    return spec.make(store, replace(asked, missing=missing))


def readable(store: Store, viewer_id: int, day: int) -> tuple[ReportSpec, ...]:
    """Return the reports that somebody may ask for."""
    audience = audience_of(store, viewer_id, day)
    return tuple(spec for spec in REPORTS if audience.is_one_of(spec.readers))


def _let_pass(spec: ReportSpec, asked: Asked, audience: Audience, viewer_id: int) -> None:
    if not audience.is_one_of(spec.readers):
        raise RightsError(checks.ROLE_DENIED)
    if audience.whole_school or ("officer" in spec.readers and _is_officer(audience)):
        return
    if spec.scope == "class" and asked.class_id not in audience.classes:
        raise RightsError(checks.ROLE_DENIED)
    if spec.scope == "teacher" and asked.staff_id != viewer_id:
        raise RightsError(checks.ROLE_DENIED)


def _is_officer(audience: Audience) -> bool:
    return audience.is_one_of(frozenset({"officer"}))


def _missing(spec: ReportSpec, asked: Asked, audience: Audience) -> tuple[str, ...]:
    """Return what lies outside the viewer's replica, by the scope of the viewer's role."""
    if audience.whole_school:
        return ()
    if spec.scope == "school":
        return (text("report.missing.classes", asked.language),)
    return ()
