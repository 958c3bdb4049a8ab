"""«Отменить всё с ЧЧ:ММ»: what one wrote in a lesson since then, and how it stood before."""

from __future__ import annotations

from typing import Any

from eschool_core import calendar
from eschool_core.domain.journal import Lesson
from eschool_core.errors import InputError
from eschool_core.queries.in_force import zone_of
from eschool_core.queries.written_since import Rewritten, written_since
from eschool_core.store.store import Store
from eschool_web.asking import Asked, Data


def preview(asked: Asked) -> Data:
    """Return the cells one wrote since a minute of today, with the commands that undo it."""
    journal_id, lesson_id = asked.path["journal"], asked.path["lesson"]
    today = asked.today()

    def question(store: Store) -> tuple[Rewritten, ...]:
        lesson = store.get(Lesson, lesson_id)
        if lesson is None or lesson.journal_id != journal_id:
            raise InputError("lookup.journal_not_here")
        since = calendar.moment_of(today, asked.path["minute"], zone_of(store))
        return written_since(store, lesson_id, asked.source.person_id, since, asked.language)

    return Data({"cells": [_said(entry, lesson_id) for entry in asked.read(question)]})


def _said(entry: Rewritten, lesson_id: int) -> dict[str, Any]:
    fields = {"lesson_id": lesson_id, "pupil_id": entry.pupil_id, **entry.before}
    return {
        "pupil": entry.name,
        "now": entry.text,
        "then": entry.before_text,
        "command": {"kind": entry.kind, "fields": fields},
    }
