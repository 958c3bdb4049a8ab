"""Imports for the matrix, of nothing: by the system officer and by a teacher."""

from __future__ import annotations

from eschool_core.commands.base import Command
from eschool_core.commands.import_undo import UndoImport
from eschool_core.commands.imported import BeginImport
from eschool_core.domain.imports import ImportSource
from eschool_core.ids import MAX_NUMBER
from tests.school import SmallSchool


def of_imports(school: SmallSchool) -> dict[str, Command]:
    """Return the commands that begin imports and take them back."""
    journal = school.journals["5А", "Математика"]
    roster = BeginImport(source=ImportSource.ROSTER, commands=1, last=MAX_NUMBER)
    plan, marks = (
        BeginImport(source=source, journal_id=journal, commands=1, last=MAX_NUMBER)
        for source in (ImportSource.PLAN, ImportSource.MARKS)
    )
    return {
        "begin_import": roster,
        "begin_import/plan": plan,
        "begin_import/marks": marks,
        "undo_import": UndoImport(import_id=_given(school, roster, "officer")),
        "undo_import/marks": UndoImport(import_id=_given(school, marks, "maths")),
    }


def _given(school: SmallSchool, begin: BeginImport, actor: str) -> int:
    """Give an import of nothing that ends with its begin; return its id."""
    number = school.numbers.get(school.device_of(school.staff[actor]), 0)
    return school.must(begin.model_copy(update={"last": number}), actor)
