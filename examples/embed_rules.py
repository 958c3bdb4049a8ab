"""For developers: what the regulation says to a command, before anything is written.

Run: python examples/embed_rules.py
"""

from __future__ import annotations

from eschool_core import labels
from eschool_core.commands.lessons import RecordMark
from eschool_core.errors import RegulationError
from eschool_core.queries.journal_page import journal_page
from eschool_sync.sandbox import Sandbox


def main() -> None:
    """Show a page of a journal, then let the class teacher try to write in it (4.6.1)."""
    with Sandbox() as school:
        lesson = school.cast.first
        teacher = school.replica("teacher")
        teacher.do(RecordMark(lesson_id=lesson.id, pupil_id=school.cast.child, value=4))
        teacher.sync()
        replica = school.replica("class_teacher")
        page = journal_page(replica.store, lesson.journal_id, lesson.day, lesson.day)
        for row in page.rows[:3]:
            print(row.number, row.name, *(cell.text for cell in row.cells))
        try:
            replica.do(RecordMark(lesson_id=lesson.id, pupil_id=page.rows[0].pupil_id, value=5))
        except RegulationError as refusal:
            print(refusal.check.clause, labels.message(refusal))
            print(labels.remedy(refusal))


if __name__ == "__main__":
    main()
