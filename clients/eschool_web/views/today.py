"""The start: the lesson now running, the day's lessons, all own journals."""

from __future__ import annotations

from eschool_core import calendar
from eschool_core.domain.enums import Role
from eschool_core.domain.journal import Lesson
from eschool_core.queries.in_force import zone_of
from eschool_core.queries.me import me, written_journals
from eschool_core.queries.today import today as today_query
from eschool_core.store.store import Store
from eschool_web.asking import Asked, Elsewhere, Page, Reply
from eschool_web.views.watching import WATCHING

BEFORE_MINUTES = 5
AFTER_MINUTES = 10
"""A lesson is looked at from shortly before it begins until shortly after it has ended."""


def start(asked: Asked) -> Reply:
    """Lead to the lesson that is running now, else to what the person's roles begin with."""
    day = asked.today()
    lesson = asked.read(lambda store: running(store, asked, day))
    if lesson is not None:
        return Elsewhere(f"/journal/{lesson.journal_id}?lesson={lesson.id}")
    return Elsewhere(home_of(asked, day))


def home_of(asked: Asked, day: int) -> str:
    """Return the page that a person's work begins with."""
    person = asked.read(lambda store: me(store, asked.source.person_id, day))
    teaches = set(person.roles) & {Role.TEACHER, Role.CLASS_TEACHER}
    if person.wards and not teaches:
        return "/diary"
    if set(WATCHING) & set(person.roles):
        return "/control"
    if Role.SYSTEM_OFFICER in person.roles and not teaches:
        return "/officer"
    return "/today"


def running(store: Store, asked: Asked, day: int) -> Lesson | None:
    """Return the own lesson that is running, or about to."""
    now, zone = asked.source.now(), zone_of(store)
    for entry in today_query(store, asked.source.person_id, day).lessons:
        lesson = store.require(Lesson, entry.lesson_id)
        begin = calendar.moment_of(day, lesson.start_minute - BEFORE_MINUTES, zone)
        end = calendar.moment_of(day, lesson.end_minute + AFTER_MINUTES, zone)
        if begin <= now <= end and not (entry.substitution and entry.substitution.given):
            return lesson
    return None


def today_page(asked: Asked) -> Page:
    """Return the lessons of a date."""
    day = asked.number("day", asked.today())
    person_id = asked.source.person_id
    answer = asked.read(lambda store: today_query(store, person_id, day))
    current = asked.read(lambda store: running(store, asked, day))
    return Page(
        "today.html",
        {
            "answer": answer,
            "day": day,
            "is_today": day == asked.today(),
            "running": 0 if current is None else current.id,
        },
    )


def journals_page(asked: Asked) -> Page:
    """Return the journals that the person writes in, and those a class teacher reads."""
    day, person_id = asked.today(), asked.source.person_id
    places = asked.read(lambda store: written_journals(store, person_id, day))
    person = asked.read(lambda store: me(store, person_id, day))
    return Page("journals.html", {"places": places, "person": person})
