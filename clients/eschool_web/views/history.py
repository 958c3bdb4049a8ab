"""How a cell came about (2.2): every value with its author and time."""

from __future__ import annotations

from typing import Any

from eschool_core.domain.journal import Lesson
from eschool_core.errors import InputError
from eschool_core.queries import cell_history as histories
from eschool_core.queries.shown_homework import shows_lesson, sight_of
from eschool_core.store.store import Store
from eschool_web import wording
from eschool_web.asking import Asked, Data


def cell_history(asked: Asked) -> Data:
    """Return the values of a pupil's cell; of pupil 0, those of topic and homework."""
    lesson_id, pupil_id = asked.path["lesson"], asked.path["pupil"]

    def question(store: Store) -> tuple[histories.History, ...]:
        lesson = store.get(Lesson, lesson_id)
        if lesson is None:
            raise InputError("lookup.journal_not_here")
        if not pupil_id:
            sight = sight_of(store, asked.source.person_id, asked.source.now())
            topics = histories.topic_history(store, lesson_id, asked.language)
            if not shows_lesson(store, sight, lesson_id):
                return topics
            return (*topics, *histories.homework_history(store, lesson_id, asked.language))
        line = histories.line_of(store, lesson.journal_id, pupil_id)
        if line is None:
            raise InputError("lookup.journal_not_here")
        return (
            *histories.mark_history(store, lesson_id, line, asked.language),
            *histories.attendance_history(store, lesson_id, line, asked.language),
        )

    found = asked.read(question)
    return Data({"values": [_value(history, value) for history in found
                            for value in history.values]})  # fmt: skip


def _value(history: histories.History, value: histories.CellValue) -> dict[str, Any]:
    return {
        "cell": history.cell,
        "second": history.position == 1,
        "text": value.text,
        "author": value.author or wording.DASH,
        "at": wording.moment(value.made_at),
        "reason": value.reason,
        "conflict": value.conflict,
        "present": value.present,
    }
