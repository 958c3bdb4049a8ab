"""The day itself: hours without network, then the way back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from eschool_cli.demo.players import Player
from eschool_core import calendar
from eschool_core.commands import facts
from eschool_core.commands.base import Command
from eschool_core.commands.care import ExcuseAbsence
from eschool_core.commands.journals import RecordSubstitution
from eschool_core.commands.lessons import (
    RecordAttendance,
    RecordHomework,
    RecordMark,
    RecordTopic,
    TakeRoll,
)
from eschool_core.commands.people import WithdrawPupil
from eschool_core.domain.enums import ExcuseKind, Presence, SubstitutionKind, WorkKind
from eschool_core.domain.journal import Lesson, PlanItem
from eschool_core.domain.partition import PartitionKind, partition
from eschool_core.domain.school import Journal
from eschool_core.errors import EschoolError, RegulationError
from eschool_sync.sandbox.cast import Cast
from eschool_sync.sandbox.stage import ZONE, Stage

TEACHERS_VALUE: Final = 3
SUBSTITUTES_VALUE: Final = 5
LATE_MINUTES: Final = 25
ORAL_VALUES: Final = (5, 4, 4, 3, 5)


@dataclass(slots=True)
class Day:
    """What happened, for the checks and for those who watch.

    Attributes:
        refused_here: The class teacher's act that the library refused at once.
        topics: Topics written that day.
        sent: Commands that were kept for the server, by role.
        leaver_number: Number of the teacher's command on the pupil who had left.
    """

    refused_here: EschoolError | None = None
    topics: list[str] = field(default_factory=list)
    sent: dict[str, int] = field(default_factory=dict)
    leaver_number: int = 0
    absent: int = 0
    late: int = 0


def before_lessons(stage: Stage, cast: Cast) -> None:
    """Register the substitution before the first bell; the deputy head's act (4.5.1)."""
    _require(
        stage,
        RecordSubstitution(
            journal_id=cast.first.journal_id,
            lesson_id=cast.first.id,
            absent_id=cast.teacher_id,
            substitute_id=cast.substitute_id,
            substitution_kind=SubstitutionKind.SINGLE,
            first_day=stage.day,
            last_day=stage.day,
        ),
        stage.deputy_id,
    )


def without_network(stage: Stage, cast: Cast, players: dict[str, Player]) -> Day:
    """Play the lessons while the server is down."""
    day = Day()
    _first_lesson(stage, cast, players, day)
    _second_lesson(stage, cast, players, day)
    _class_teacher(cast, players["class_teacher"], day)
    return day


def in_the_office(stage: Stage, cast: Cast) -> None:
    """Enter an order at the server itself: a pupil left yesterday; the teacher cannot know."""
    _require(
        stage,
        WithdrawPupil(pupil_id=cast.leaver, last_day=stage.day - 1, order="№ 118"),
        stage.officer_id,
    )


def _first_lesson(stage: Stage, cast: Cast, players: dict[str, Player], day: Day) -> None:
    lesson, substitute = cast.first, players["substitute"]
    _at(stage, lesson.start_minute + 5, lesson)
    day.absent, day.late = cast.first_pupils[-1], cast.first_pupils[-2]
    acts: list[Command] = [
        RecordAttendance(
            lesson_id=lesson.id,
            pupil_id=day.absent,
            presence=Presence.ABSENT,
            stated_reason=ExcuseKind.SICK,
        ),
        RecordAttendance(lesson_id=lesson.id, pupil_id=day.late, presence=Presence.LATE),
        _topic(substitute, lesson, day),
    ]
    for pupil_id, value in zip(cast.first_pupils[1:], ORAL_VALUES, strict=False):
        if pupil_id not in (day.absent, day.late):
            acts.append(_mark(lesson, pupil_id, value))
    _do(substitute, acts, day)
    _at(stage, lesson.start_minute + 20, lesson)
    _do(players["teacher"], [_mark(lesson, cast.child, TEACHERS_VALUE)], day)
    _at(stage, lesson.start_minute + 25, lesson)
    _do(substitute, [_mark(lesson, cast.child, SUBSTITUTES_VALUE)], day)
    _at(stage, lesson.end_minute - 2, lesson)
    _do(substitute, [RecordHomework(lesson_id=lesson.id, text=_homework(substitute, lesson))], day)


def _second_lesson(stage: Stage, cast: Cast, players: dict[str, Player], day: Day) -> None:
    lesson, teacher = cast.second, players["teacher"]
    _at(stage, lesson.start_minute + 10, lesson)
    acts: list[Command] = [TakeRoll(lesson_id=lesson.id), _topic(teacher, lesson, day)]
    graded = [pupil for pupil in cast.second_pupils if pupil != cast.leaver]
    acts += [
        _mark(lesson, pupil_id, value) for pupil_id, value in zip(graded, ORAL_VALUES, strict=False)
    ]
    _do(teacher, acts, day)
    day.leaver_number = _do(teacher, [_mark(lesson, cast.leaver, 4)], day)
    store = stage.school.store
    deadline = facts.homework_deadline(store, store.require(Journal, lesson.journal_id), lesson)
    _advance_to(stage, deadline + LATE_MINUTES * 60)
    _do(teacher, [RecordHomework(lesson_id=lesson.id, text=_homework(teacher, lesson))], day)


def _class_teacher(cast: Cast, player: Player, day: Day) -> None:
    try:
        player.replica.do(_mark(cast.first, cast.child, 5))
    except RegulationError as refusal:
        day.refused_here = refusal
    _do(
        player,
        [
            ExcuseAbsence(
                pupil_id=day.absent,
                excuse=ExcuseKind.SICK,
                first_day=cast.first.day,
                last_day=cast.first.day + 2,
                document="№ 77",
            )
        ],
        day,
    )


def _mark(lesson: Lesson, pupil_id: int, value: int) -> RecordMark:
    return RecordMark(lesson_id=lesson.id, pupil_id=pupil_id, value=value, work_kind=WorkKind.ORAL)


def _topic(player: Player, lesson: Lesson, day: Day) -> RecordTopic:
    item = _plan_item(player, lesson)
    day.topics.append(item.topic)
    return RecordTopic(lesson_id=lesson.id, text=item.topic, plan_item_id=item.id)


def _homework(player: Player, lesson: Lesson) -> str:
    return _plan_item(player, lesson).homework or "Повторить изученное"


def _plan_item(player: Player, lesson: Lesson) -> PlanItem:
    """Return the item of the plan that comes next, as the replica of the one who writes has it."""
    store = player.replica.store
    part = partition(PartitionKind.JOURNAL, lesson.journal_id)
    held = len(store.where(Lesson, "part = ? AND day < ?", part, lesson.day))
    items = sorted(store.select(PlanItem, part=part), key=lambda entry: entry.ordinal)
    return items[held % len(items)]


def _do(player: Player, acts: list[Command], day: Day) -> int:
    number = 0
    for act in acts:
        number = player.replica.do(act).number
        day.sent[player.role] = day.sent.get(player.role, 0) + 1
    return number


def _require(stage: Stage, command: Command, actor_id: int) -> None:
    outcome = stage.school.act(command, actor_id)
    if outcome.key:
        raise AssertionError(f"the demo's own act was refused: {outcome.key}")


def _at(stage: Stage, minute: int, lesson: Lesson) -> None:
    _advance_to(stage, calendar.moment_of(lesson.day, minute, ZONE))


def _advance_to(stage: Stage, moment: int) -> None:
    stage.clock.advance(max(0, moment - stage.clock.wall()))
