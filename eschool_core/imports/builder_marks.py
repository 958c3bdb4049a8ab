"""Makes commands of a table of marks: one for each mark that is not there yet."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from eschool_core.calendar import day_number
from eschool_core.commands.lessons import RecordMark
from eschool_core.domain.enums import WorkKind
from eschool_core.domain.journal import JournalLine, Lesson, Mark
from eschool_core.errors import InputError
from eschool_core.imports.builder import CommandBatch, make
from eschool_core.imports.drafts import NameDraft, NotTaken
from eschool_core.imports.marks import MarkDraft, MarksDraft
from eschool_core.queries.matching import words_of
from eschool_core.store.store import Store

NAMES = (
    "SELECT p.id, p.family, p.given, p.patronymic FROM journal_line n "
    "JOIN pupil p ON p.id = n.pupil_id WHERE n.journal_id = ?"
)
FIRST, SECOND = 0, 1


@dataclass(frozen=True, slots=True)
class MarksResult:
    """What an import of marks will do.

    Attributes:
        imported: Marks that will be written.
        same: Marks that stand there already.
    """

    imported: int
    same: int
    not_taken: tuple[NotTaken, ...]


class _Journal:
    """The journal's pupils, lessons and marks, read once."""

    def __init__(self, store: Store, journal_id: int) -> None:
        self.pupils = [(int(row[0]), NameDraft(*row[1:4])) for row in store.rows(NAMES, journal_id)]
        self.lessons: dict[int, list[Lesson]] = defaultdict(list)
        for lesson in store.select(Lesson, journal_id=journal_id):
            self.lessons[lesson.day].append(lesson)
        self.marks: dict[tuple[int, int, int], Mark] = {}
        for line in store.select(JournalLine, journal_id=journal_id):
            for mark in store.select(Mark, part=line.part):
                if mark.value:
                    self.marks[line.pupil_id, mark.lesson_id, mark.position] = mark

    def pupil(self, name: NameDraft) -> int:
        """Return the pupil of a name; the patronymic may be left out on either side.

        Raises:
            InputError: ``import.marks_pupil``: nobody, or several.
        """
        wanted = _words(name)
        found = [
            pupil_id
            for pupil_id, known in self.pupils
            if (words := _words(known))[:2] == wanted[:2]
            and (not words[2] or not wanted[2] or words[2] == wanted[2])
        ]
        if len(set(found)) != 1:
            raise InputError("import.marks_pupil", count=len(set(found)))
        return found[0]

    def place(self, draft: MarkDraft) -> tuple[Lesson, int]:
        """Return the lesson of a column, and the place of its mark there.

        Raises:
            InputError: ``import.marks_lesson``: there is none, or which one is not told.
        """
        day, occurrence = draft.column.day, draft.column.occurrence
        lessons = sorted(self.lessons[day_number(day)], key=lambda one: one.period)
        if len(lessons) == 1 and occurrence <= SECOND:
            return lessons[0], occurrence
        if occurrence < len(lessons):
            return lessons[occurrence], FIRST
        raise InputError("import.marks_lesson", date=day.isoformat())


def build_marks(
    batch: CommandBatch,
    store: Store,
    journal_id: int,
    draft: MarksDraft,
    *,
    replace: bool = False,
    reason: str = "",
) -> MarksResult:
    """Add the commands that enter a table of marks into a journal.

    Args:
        batch: Where they go.
        store: Holds the journal.
        journal_id: Its pupils are named in the table.
        draft: The table.
        replace: Whether a mark of another value gives way; else it is left out with its reason.
        reason: Of changes after the lesson's day (2.2).
    """
    journal = _Journal(store, journal_id)
    left_out = list(draft.not_taken)
    imported = same = 0
    for entry in draft.marks:
        try:
            pupil_id = journal.pupil(entry.name)
            lesson, first = journal.place(entry)
            commands = []
            for position, value in enumerate(entry.values, start=first):
                if position > SECOND:
                    raise InputError("import.marks_two")
                there = journal.marks.get((pupil_id, lesson.id, position))
                if there is not None and there.value == value:
                    same += 1
                    continue
                if there is not None and not replace:
                    raise InputError("import.marks_there", value=there.value)
                commands.append(
                    make(
                        RecordMark,
                        entry.where,
                        lesson_id=lesson.id,
                        pupil_id=pupil_id,
                        value=value,
                        position=position,
                        work_kind=entry.column.kind or WorkKind.CLASSWORK,
                        reason=reason,
                    )
                )
        except InputError as problem:
            params = tuple(problem.params.items())
            left_out.append(NotTaken(entry.where, problem.key, params))
            continue
        for command in commands:
            batch.add(command)
        imported += len(commands)
    return MarksResult(imported, same, tuple(left_out))


def _words(name: NameDraft) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    return (words_of(name.family), words_of(name.given), words_of(name.patronymic))
