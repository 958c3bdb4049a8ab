"""A command in words: names in place of the ids that the replica knows."""

from __future__ import annotations

from enum import IntEnum
from typing import Final

from eschool_core import calendar
from eschool_core.commands.base import Command
from eschool_core.domain.enums import ExcuseKind, Presence, WorkKind
from eschool_core.domain.journal import Lesson
from eschool_core.domain.people import Pupil
from eschool_core.labels import Language, catalogue, text
from eschool_core.queries.names import full_name
from eschool_core.store.store import Store

PLACE = (
    "SELECT g.name, s.name FROM journal j LEFT JOIN study_group g ON g.id = j.group_id "
    "LEFT JOIN subject s ON s.id = j.subject_id WHERE j.id = ?"
)

SHOWN_ZEROS = ("value", "presence")
WORDS: Final[dict[str, type[IntEnum]]] = {
    "work_kind": WorkKind,
    "presence": Presence,
    "stated_reason": ExcuseKind,
    "excuse": ExcuseKind,
}
"""Fields that are numbers of a closed list."""
FULL_WEIGHT: Final = 100


def kind_said(kind: str, language: Language) -> str:
    """Return a kind of command in words; the kind itself where it has none."""
    key = f"cli.command.{kind}"
    return text(key, language) if key in catalogue() else kind


def described(store: Store, command: Command | None, language: Language) -> list[tuple[str, str]]:
    """Return a command's fields with their values in words; empty ones are left out."""
    if command is None:
        return []
    shown = []
    for name, value in command.model_dump(mode="json").items():
        if value in ("", None) or (value == 0 and name not in SHOWN_ZEROS):
            continue
        said = _of_number(store, name, value, language) if isinstance(value, int) else ""
        shown.append((name, said or str(value)))
    return shown


def field_said(field: str, language: Language) -> str:
    """Return the name of a field in words; the field itself where it has none."""
    key = f"field.{field}"
    return text(key, language) if key in catalogue() else field


def _of_number(store: Store, name: str, value: int, language: Language) -> str:
    if name == "lesson_id":
        return _lesson(store, value, language)
    if name == "journal_id":
        return " ".join(str(part) for row in store.rows(PLACE, value) for part in row if part)
    if name == "pupil_id":
        pupil = store.get(Pupil, value)
        return "" if pupil is None else full_name(pupil.family, pupil.given, pupil.patronymic)
    if name in WORDS:
        words = WORDS[name]
        known = value in {int(entry) for entry in words}
        return text(f"{words.__name__}.{words(value).name.lower()}", language) if known else ""
    if name == "weight":
        return f"{value / FULL_WEIGHT:g}"
    if name.endswith("_day"):
        return f"{calendar.date_of(value):%d.%m.%Y}"
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
