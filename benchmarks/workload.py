"""Workload W: the rows and edits of one school, made by rule, the same bytes on every machine.

240 journals of 94 lessons and 1,156 marks each: 22,560 lessons and 277,440 marks, 300,000 rows.
Only ``random()`` of Python's generator is used, one stream for each subject, so the rows do not
depend on the order in which they are asked for. ``require_checked`` compares them with known
SHA-256 values; every benchmark calls it before it measures.

Three things that the rule's short form leaves open and its check values settle: a journal's
command numbers begin at ``1000 * (j // 60) + 1``; edit k of replica t makes the id of a new mark
from device ``1000 + t`` and number ``k + 1``; changes of value are drawn among the original marks
only, and a cell that is taken draws lesson and pupil anew.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from random import Random
from typing import Final, Literal, NamedTuple, TypeVar

from eschool_core.ids import make_id

START: Final = int(datetime(2026, 8, 31, tzinfo=UTC).timestamp())
DAY_SECONDS: Final = 86_400
EDITS_DAY: Final = 200
EDIT_SECONDS: Final = 7
JOURNALS_A_CLASS: Final = 8
PUPILS_A_CLASS: Final = 25
CLASSES: Final = 30
TEACHERS: Final = 60
TOPIC_LETTERS: Final = 40
HOMEWORK_LETTERS: Final = 80

MarkKind = Literal["work", "home", "test", "quiz", "absent"]
KINDS: Final[tuple[tuple[MarkKind, float], ...]] = (
    ("work", 0.40),
    ("home", 0.20),
    ("test", 0.12),
    ("quiz", 0.16),
    ("absent", 0.12),
)
VALUES: Final = ((5, 0.30), (4, 0.38), (3, 0.25), (2, 0.07))

CHECKS: Final = {
    "lessons of scope 0": "07347cacb8d3c46c",
    "marks of scope 0": "2fd1711c8f1d129a",
    "all lessons": "a808c9d8c5e69ae9",
    "all marks": "98eefeac95a3e51d",
    "edits of replica 0": "e7f1c0f4c48b6ee5",
    "conflict ids": "dce33dab0298bb6a",
}

_WORDS: Final = 2_000
_CONSONANTS: Final = "бвгдзклмнпрст"
_VOWELS: Final = "аеиоуя"
_CONFLICT_CELLS: Final = 500
_FULL_SHEET_LESSONS: Final = 28

Draw = Callable[[], float]
T = TypeVar("T")


class Lesson(NamedTuple):
    """A lesson; ``date`` in seconds UTC."""

    id: int
    journal: int
    date: int
    topic: str
    homework: str


class Mark(NamedTuple):
    """A mark, or an absence: kind ``absent`` and no value."""

    id: int
    lesson_id: int
    pupil_id: int
    value: int | None
    kind: MarkKind
    comment: str
    updated_at: int


class NewValue(NamedTuple):
    """A mark gets another value."""

    act: Literal["upd"]
    mark_id: int
    value: int
    time: int


class NewMark(NamedTuple):
    """A pupil gets a mark in an empty cell."""

    act: Literal["ins"]
    mark: Mark


class NewHomework(NamedTuple):
    """A lesson gets another homework."""

    act: Literal["hw"]
    lesson_id: int
    text: str
    time: int


Edit = NewValue | NewMark | NewHomework


class Journal(NamedTuple):
    """One journal with its rows in order of their ids."""

    number: int
    lessons: list[Lesson]
    marks: list[Mark]


@dataclass(frozen=True)
class Workload:
    """The rows of a school.

    The defaults are workload W; a smaller school has the first of its journals and of each
    journal the first lessons, and serves the tests of the benchmarks themselves. ``scale`` times
    as many journals have as many times the teachers and classes, so that a scope stays as large.
    """

    journals: int = 240
    lessons: int = 94
    edits: int = 500
    scale: int = 1

    def scaled(self, scale: int) -> Workload:
        """Return a school ``scale`` times as large."""
        return Workload(self.journals * scale, self.lessons, self.edits, scale)

    @property
    def is_full(self) -> bool:
        """Whether this is workload W itself."""
        return self == Workload()

    @property
    def classes(self) -> int:
        """The number of classes."""
        return -(-self.journals // JOURNALS_A_CLASS)

    @property
    def teachers(self) -> int:
        """The number of teachers."""
        return min(self.posts, self.journals)

    @property
    def posts(self) -> int:
        """How many teachers the journals go round among, whether or not all have one."""
        return TEACHERS * self.scale

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The vocabulary; the first words are the common ones."""
        draw = stream("words")
        found: dict[str, None] = {}
        while len(found) < _WORDS:
            syllables = range(1 + below(draw, 4))
            word = "".join(
                _CONSONANTS[below(draw, len(_CONSONANTS))] + _VOWELS[below(draw, len(_VOWELS))]
                for _ in syllables
            )
            found.setdefault(word)
        return tuple(found)

    @cached_property
    def all(self) -> list[Journal]:
        """Every journal."""
        return [self.journal(number) for number in range(self.journals)]

    def each(self) -> Iterator[Journal]:
        """Give one journal after another, and keep none that was not asked for by itself."""
        for number in range(self.journals):
            yield self._kept.get(number) or self._journal(number)

    def journal(self, number: int) -> Journal:
        """Return one journal; it is made once."""
        if number not in self._kept:
            self._kept[number] = self._journal(number)
        return self._kept[number]

    @cached_property
    def _kept(self) -> dict[int, Journal]:
        """The journals that were asked for."""
        return {}

    def own(self, teacher: int) -> list[Journal]:
        """Return the journals that a teacher keeps."""
        return [self.journal(number) for number in range(teacher, self.journals, self.posts)]

    def led_class(self, teacher: int) -> int:
        """Return the class that a teacher leads."""
        return (teacher + 1) % (CLASSES * self.scale)

    def substituted(self, teacher: int) -> int:
        """Return the teacher for whom a teacher stands in."""
        return (teacher + 1) % self.posts

    def scope(self, teacher: int) -> list[Journal]:
        """Return the journals that a teacher may read: own, led, substituted."""
        first = self.led_class(teacher) * JOURNALS_A_CLASS
        last = min(first + JOURNALS_A_CLASS, self.journals)
        led = [self.journal(number) for number in range(first, last)]
        found = {
            journal.number: journal
            for journal in (*self.own(teacher), *led, *self.own(self.substituted(teacher)))
        }
        return [found[number] for number in sorted(found)]

    def edits_of(self, teacher: int) -> list[Edit]:
        """Return what a teacher does in one day without network."""
        draw = stream("edits", teacher)
        lessons = [lesson for journal in self.own(teacher) for lesson in journal.lessons]
        marks = [mark for journal in self.own(teacher) for mark in journal.marks]
        taken = {(mark.lesson_id, mark.pupil_id) for mark in marks}
        edits: list[Edit] = []
        for index in range(self.edits):
            time = START + EDITS_DAY * DAY_SECONDS + EDIT_SECONDS * index
            share = draw()
            if share < 0.7:
                mark_id = marks[below(draw, len(marks))].id
                edits.append(NewValue("upd", mark_id, choose(draw, VALUES), time))
            elif share < 0.9:
                lesson_id, pupil_id = _empty_cell(draw, lessons, taken)
                taken.add((lesson_id, pupil_id))
                row_id = make_id(1000 + teacher, index + 1)
                value = choose(draw, VALUES)
                mark = Mark(row_id, lesson_id, pupil_id, value, "work", "", time)
                edits.append(NewMark("ins", mark))
            else:
                lesson_id = lessons[below(draw, len(lessons))].id
                edits.append(NewHomework("hw", lesson_id, self._text(draw, HOMEWORK_LETTERS), time))
        return edits

    def conflict_ids(self) -> list[int]:
        """Return the marks of teacher 1 that teachers 0 and 1 both change."""
        draw = stream("conflict")
        marks = [mark for journal in self.own(1) for mark in journal.marks]
        found: dict[int, None] = {}
        while len(found) < min(_CONFLICT_CELLS, len(marks)):
            found.setdefault(marks[below(draw, len(marks))].id)
        return list(found)

    def require_checked(self) -> None:
        """Let only rows pass that have the known check values; a smaller school has none.

        Raises:
            ValueError: A value differs: what would be measured is not workload W.
        """
        if not self.is_full:
            return
        found = self.check_values()
        wrong = [name for name, value in found.items() if CHECKS[name] != value]
        if wrong:
            raise ValueError(f"not workload W: {', '.join(wrong)}")

    def check_values(self) -> dict[str, str]:
        """Return the digests that ``CHECKS`` knows."""
        scope = self.scope(0)
        return {
            "lessons of scope 0": digest(row for journal in scope for row in journal.lessons),
            "marks of scope 0": digest(row for journal in scope for row in journal.marks),
            "all lessons": digest(row for journal in self.all for row in journal.lessons),
            "all marks": digest(row for journal in self.all for row in journal.marks),
            "edits of replica 0": digest(self.edits_of(0)),
            "conflict ids": digest(self.conflict_ids()),
        }

    def _text(self, draw: Draw, letters: int) -> str:
        text = ""
        while len(text) < letters:
            text += self.words[int(_WORDS ** draw()) - 1] + " "
        return text[:letters]

    def _journal(self, number: int) -> Journal:
        draw = stream("journal", number)
        weekday, hour = below(draw, 5), 5 + below(draw, 6)
        device, first = number % self.posts + 1, 1000 * (number // self.posts) + 1
        journal = Journal(number, [], [])
        for index in range(self.lessons):
            day = 7 * (index // 3) + (weekday + 2 * (index % 3)) % 6
            lesson = Lesson(
                make_id(device, first + 2 * index),
                number,
                START + day * DAY_SECONDS + hour * 3600,
                self._text(draw, TOPIC_LETTERS),
                self._text(draw, HOMEWORK_LETTERS),
            )
            journal.lessons.append(lesson)
            sheet = make_id(device, first + 2 * index + 1)
            left = 13 if index < _FULL_SHEET_LESSONS else 12
            journal.marks.extend(self._sheet(draw, lesson, sheet, left))
        return journal

    def _sheet(self, draw: Draw, lesson: Lesson, first_id: int, left: int) -> list[Mark]:
        saved = lesson.date + below(draw, 5400)
        first_pupil = PUPILS_A_CLASS * (lesson.journal // JOURNALS_A_CLASS)
        sheet: list[Mark] = []
        for place in range(PUPILS_A_CLASS):
            if draw() * (PUPILS_A_CLASS - place) >= left:
                continue
            left -= 1
            kind = choose(draw, KINDS)
            value = None if kind == "absent" else choose(draw, VALUES)
            comment = self._text(draw, 10 + below(draw, 30)) if draw() < 0.1 else ""
            updated_at = saved + below(draw, 14 * DAY_SECONDS) if draw() < 0.1 else saved
            row_id, pupil = first_id + len(sheet), first_pupil + place
            sheet.append(Mark(row_id, lesson.id, pupil, value, kind, comment, updated_at))
        return sheet


def stream(*parts: object) -> Draw:
    """Return the source of one subject's random numbers."""
    # Rows by rule, nothing to guard.
    return Random("W1:" + ":".join(map(str, parts))).random


def below(draw: Draw, limit: int) -> int:
    """Return a number from 0 to ``limit - 1``."""
    return int(draw() * limit)


def choose(draw: Draw, weighted: Sequence[tuple[T, float]]) -> T:
    """Return one of several values by weight."""
    rest = draw()
    for value, weight in weighted:
        rest -= weight
        if rest < 0:
            return value
    return weighted[-1][0]


def digest(rows: Iterable[object]) -> str:
    """Return the first 16 hex digits of the SHA-256 over one JSON line for each row."""
    state = hashlib.sha256()
    for row in rows:
        line = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
        state.update(f"{line}\n".encode())
    return state.hexdigest()[:16]


def _empty_cell(
    draw: Draw, lessons: Sequence[Lesson], taken: set[tuple[int, int]]
) -> tuple[int, int]:
    while True:
        lesson = lessons[below(draw, len(lessons))]
        first_pupil = PUPILS_A_CLASS * (lesson.journal // JOURNALS_A_CLASS)
        cell = (lesson.id, first_pupil + below(draw, PUPILS_A_CLASS))
        if cell not in taken:
            return cell
