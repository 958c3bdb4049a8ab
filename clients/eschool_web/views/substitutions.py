"""Who stands in for whom (4.5.1): what is registered, what waits, and the form of a new one."""

from __future__ import annotations

from typing import Any, Final

from eschool_core import calendar
from eschool_core.domain.enums import SubstitutionKind
from eschool_core.domain.journal import Lesson
from eschool_core.domain.school import Substitution, TeachingLoad
from eschool_core.queries.lookup import JournalPlace, journals
from eschool_core.queries.names import staff_names
from eschool_core.store.store import Store
from eschool_web import wording
from eschool_web.asking import Asked, Page
from eschool_web.views.inspections import staff
from eschool_web.views.watching import control, watcher

SHOWN: Final = "last_day >= ? ORDER BY confirmed, first_day DESC, id DESC LIMIT 200"
DAYS_BACK: Final = 14
LESSONS: Final = "journal_id = ? AND day BETWEEN ? AND ? ORDER BY day, period, id"
LESSON_DAYS: Final = 14


def substitutions_page(asked: Asked) -> Page:
    """Return the substitutions that hold or wait, and the form for a chosen journal.

    Raises:
        InputError: ``web.not_found``: it is not for this person.
    """
    watcher(asked)
    today, journal_id = asked.today(), asked.number("journal")
    places = asked.read(lambda store: journals(store, today))
    chosen = next((place for place in places if place.journal_id == journal_id), None)
    return control(
        asked,
        "substitutions.html",
        "/control/substitutions",
        {
            "entries": asked.read(lambda store: _entries(store, places, today)),
            "places": places,
            "chosen": chosen,
            "teachers": [] if chosen is None
            else asked.read(lambda store: _teachers(store, chosen, today)),
            "lessons": [] if chosen is None
            else asked.read(lambda store: _lessons(store, chosen, today)),
            "staff": asked.read(lambda store: staff(store, asked)),
            "acting": SubstitutionKind.ACTING,
            "single": SubstitutionKind.SINGLE,
            "today": calendar.date_of(today),
        },
    )  # fmt: skip


def _entries(store: Store, places: list[JournalPlace], today: int) -> list[dict[str, Any]]:
    names = staff_names(store)
    known = {place.journal_id: place for place in places}
    lessons = {
        entry.lesson_id: store.get(Lesson, entry.lesson_id)
        for entry in store.where(Substitution, SHOWN, today - DAYS_BACK)
        if entry.lesson_id
    }
    return [
        {
            "id": entry.id,
            "place": "" if place is None else f"{place.group}, {place.subject}",
            "journal": entry.journal_id,
            "lesson": entry.lesson_id,
            "period": 0 if lesson is None else lesson.period,
            "absent": names.get(entry.absent_id, wording.DASH),
            "absent_id": entry.absent_id,
            "substitute": names.get(entry.substitute_id, wording.DASH),
            "substitute_id": entry.substitute_id,
            "kind": SubstitutionKind(entry.kind),
            "first": calendar.date_of(entry.first_day),
            "first_day": entry.first_day,
            "last": calendar.date_of(entry.last_day),
            "act": entry.act,
            "confirmed": bool(entry.confirmed),
        }
        for entry in store.where(Substitution, SHOWN, today - DAYS_BACK)
        for place in (known.get(entry.journal_id),)
        for lesson in (lessons.get(entry.lesson_id),)
    ]


def _teachers(store: Store, place: JournalPlace, today: int) -> list[tuple[int, str]]:
    """Return who teaches a journal now."""
    names = staff_names(store)
    loads = store.select(TeachingLoad, journal_id=place.journal_id)
    return [
        (load.staff_id, names.get(load.staff_id, ""))
        for load in loads
        if load.first_day <= today <= load.last_day
    ]


def _lessons(store: Store, place: JournalPlace, today: int) -> list[tuple[int, str, int]]:
    """Return the lessons of a journal around today: id, in words, day number."""
    found = store.where(Lesson, LESSONS, place.journal_id, today - 1, today + LESSON_DAYS)
    return [
        (lesson.id, f"{calendar.date_of(lesson.day):%d.%m}, {lesson.period}", lesson.day)
        for lesson in found
    ]
