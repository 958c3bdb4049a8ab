"""Weekly lists for guardians who want paper: one slip for each application (4.6.5)."""

from __future__ import annotations

from collections import defaultdict
from typing import Final

from eschool_core.domain.care_enums import ConcernKind
from eschool_core.domain.enums import HomeworkState, Presence
from eschool_core.forms.document import Slip
from eschool_core.labels import Language, text
from eschool_core.queries.alphabet import sort_key
from eschool_core.queries.cell_text import word
from eschool_core.queries.diary import DiaryLesson
from eschool_core.queries.paper import PaperConcern, PaperEntry, PaperWeek
from eschool_core.reports.table import Column, Row, Table, Unit

CLAUSE: Final = "4.6.5"
NAME: Final = "weekly_slip"

Dated = tuple[str, DiaryLesson]


def weekly_slips(week: PaperWeek, language: Language = "ru") -> tuple[Slip, ...]:
    """Return the slips of a class's week, in the order of the applications."""
    return tuple(_slip(week, entry, language) for entry in week.entries)


def _slip(week: PaperWeek, entry: PaperEntry, language: Language) -> Slip:
    days = text(
        "form.week", language, first=f"{week.first_day:%d.%m}", last=f"{week.last_day:%d.%m.%Y}"
    )
    told = [_concern(concern, language) for concern in entry.concerns]
    return Slip(
        title=text("form.weekly_slip", language),
        about=(
            f"{entry.pupil}, {week.school_class}",
            days,
            text("form.for_guardian", language, guardian=entry.guardian),
        ),
        table=_table(week, entry, language),
        fields=((text("form.told", language), "; ".join(told)),) if told else (),
        foot=(text("form.remark", language), text("form.guardian_signs", language)),
    )


def _table(week: PaperWeek, entry: PaperEntry, language: Language) -> Table:
    subjects: dict[str, list[Dated]] = defaultdict(list)
    for day in entry.week.days:
        for lesson in day.lessons:
            subjects[lesson.subject].append((f"{day.day:%d.%m}", lesson))
    columns = (
        Column("subject", text("form.subject", language), Unit.TEXT, 14),
        Column("marks", text("form.marks", language), Unit.TEXT, 14),
        Column("missed", text("form.misses", language), Unit.TEXT, 8),
        Column("homework", text("form.homework", language), Unit.TEXT, 24),
    )
    rows = tuple(
        Row((subject, _marks(found, language), _misses(found, language), _homework(found)))
        for subject, found in sorted(subjects.items(), key=lambda pair: sort_key(pair[0]))
    )
    return Table(
        name=NAME,
        title=text("form.weekly_slip", language),
        clause=CLAUSE,
        school="",
        subject_of=entry.pupil,
        period="",
        first_day=week.first_day,
        last_day=week.last_day,
        columns=columns,
        rows=rows,
        zero="empty",
        language=language,
    )


def _marks(lessons: list[Dated], language: Language) -> str:
    return "\n".join(
        f"{mark.value} ({word(mark.work_kind, language)}, {day})"
        for day, lesson in lessons
        for mark in lesson.marks
    )


def _misses(lessons: list[Dated], language: Language) -> str:
    return "\n".join(
        f"{day}: {word(lesson.absence.reason, language)}"
        for day, lesson in lessons
        if lesson.absence is not None and lesson.absence.presence is Presence.ABSENT
    )


def _homework(lessons: list[Dated]) -> str:
    return "\n".join(
        f"{day}: {homework.text}"
        for day, lesson in lessons
        for homework in lesson.homework
        if homework.state is HomeworkState.SET and homework.text
    )


def _concern(concern: PaperConcern, language: Language) -> str:
    kind = text(f"ConcernKind.{ConcernKind(concern.kind).name.lower()}", language)
    return f"{concern.subject}: {kind}"
