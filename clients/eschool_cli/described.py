"""A command in words: names in place of the ids that the replica knows."""

from __future__ import annotations

from eschool_core import calendar
from eschool_core.commands.base import Command
from eschool_core.domain.journal import Lesson
from eschool_core.domain.people import Pupil
from eschool_core.labels import Language, text
from eschool_core.queries.names import full_name
from eschool_core.store.store import Store

PLACE = (
    "SELECT g.name, s.name FROM journal j LEFT JOIN study_group g ON g.id = j.group_id "
    "LEFT JOIN subject s ON s.id = j.subject_id WHERE j.id = ?"
)

SHOWN_ZEROS = ("value", "presence")


def described(store: Store, command: Command | None, language: Language) -> list[tuple[str, str]]:
    """Return names and values of a command's fields; empty ones are left out."""
    if command is None:
        return []
    shown = []
    for name, value in command.model_dump(mode="json").items():
        if value in ("", None) or (value == 0 and name not in SHOWN_ZEROS):
            continue
        said = _of_id(store, name, value, language) if isinstance(value, int) else ""
        shown.append((name, said or str(value)))
    return shown


def _of_id(store: Store, name: str, value: int, language: Language) -> str:
    if name == "lesson_id":
        return _lesson(store, value, language)
    if name == "pupil_id":
        pupil = store.get(Pupil, value)
        return "" if pupil is None else full_name(pupil.family, pupil.given, pupil.patronymic)
    if name.endswith("_day"):
        return calendar.date_of(value).isoformat()
    return ""


def _lesson(store: Store, lesson_id: int, language: Language) -> str:
    lesson = store.get(Lesson, lesson_id)
    rows = [] if lesson is None else store.rows(PLACE, lesson.journal_id)
    if lesson is None or not rows:
        return ""
    return text(
        "cli.place",
        language,
        group=rows[0][0] or "",
        subject=rows[0][1] or "",
        date=f"{calendar.date_of(lesson.day):%d.%m.%Y}",
        period=lesson.period,
    )
