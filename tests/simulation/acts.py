"""What people enter: mostly what they may, sometimes what they may not."""

from __future__ import annotations

from collections.abc import Callable

from eschool_core.commands.base import Command
from eschool_core.commands.care import ExcuseAbsence, ExemptPupil
from eschool_core.commands.concerns import SendConcern
from eschool_core.commands.corrections import MoveMark
from eschool_core.commands.groups import ChangeGroup
from eschool_core.commands.guardians import AddGuardian, EndGuardianship, GuardianEntry
from eschool_core.commands.import_undo import UndoImport
from eschool_core.commands.journals import (
    ClaimSubstitution,
    EndSubstitution,
    PlanRow,
    RecordSubstitution,
    SetLoad,
    SetPlan,
)
from eschool_core.commands.people import (
    AdmitPupil,
    Appoint,
    EndAppointment,
    MovePupil,
    WithdrawPupil,
)
from eschool_core.commands.timetable import ScheduleLessons
from eschool_core.domain.access_enums import Authority
from eschool_core.domain.care_enums import ConcernKind
from eschool_core.domain.enums import (
    ExcuseKind,
    ExemptionKind,
    GroupChangeGround,
    Role,
    SubstitutionKind,
)
from eschool_core.domain.imports import ImportSource
from eschool_core.domain.people import Guardianship
from eschool_core.domain.school import Appointment, School, Substitution
from eschool_core.imports.builder import CommandBatch
from eschool_core.store.database import Database
from eschool_core.store.store import Store
from tests.core.commands.acts import absent, homework, mark, roll, topic, work
from tests.school import FIRST_DAY, LAST_DAY, MONDAY
from tests.simulation.base import Base
from tests.simulation.dice import Dice
from tests.simulation.mix import Mix

OWN: dict[str, tuple[tuple[str, str], ...]] = {
    "maths": (("5А", "Математика"), ("5Б", "Математика")),
    "maths_2": (("5А", "Математика"), ("5Б", "Математика")),
    "english": (("5А/1", "Английский язык"),),
    "english_2": (("5А/2", "Английский язык"),),
    "russian": (("5А", "Русский язык"), ("5Б", "Русский язык")),
    "substitute": (("5А", "Математика"),),
}
EVERY = tuple(dict.fromkeys(journal for journals in OWN.values() for journal in journals))
POISON, BITTER = "☠", "☢"
"""In a topic: what the server's handler breaks on, and what a replica's replay breaks on."""

DAYS_AHEAD = 20
IMPORTS = "SELECT id FROM import_record ORDER BY id"
MARKED = (
    "SELECT n.journal_id, n.pupil_id, m.lesson_id, m.position, m.value FROM journal_line n "
    "JOIN mark m ON m.part = n.part WHERE m.value <> 0 ORDER BY m.id"
)
WEEKS = 2


class Author:
    """Makes up commands; every text in them is found nowhere else."""

    def __init__(self, base: Base, dice: Dice) -> None:
        self._base = base
        self._dice = dice
        self._told = 0
        self._planned: list[int] = []
        self._mix = Mix(base.samples, dice, self.text)

    def text(self) -> str:
        """Return a text that no other command has: a canary."""
        self._told += 1
        return f"Канарейка-{self._told}-{self._dice.below(10**9):09d}."

    def any_kind(self, name: str, database: Database) -> Command:
        """Return a command of any kind that a person may give, about rows of a database."""
        lesson, pupil = self._place(name)
        near = {
            "lesson_id": lesson,
            "pupil_id": pupil,
            "journal_id": self._base.journal_of[lesson],
            "to_lesson_id": self._dice.one_of((lesson, self._place(name)[0])),
            "to_pupil_id": self._place(name)[1],
        }
        return self._mix.drawn(name, database, near)

    def entry(self, name: str, database: Database) -> Command:
        """Return what a person of the cast might enter who sees the rows of a database."""
        if self._dice.chance(0.4):
            return self.any_kind(name, database)
        if name in ("deputy", "officer") and self._dice.chance(0.7):
            return self.change(name)
        if name == "russian" and self._dice.chance(0.2):
            return self._excuse()
        marked = database.fetch(MARKED) if self._dice.chance(0.1) else []
        if marked:
            return self._about_a_mark(*self._dice.one_of(marked))
        kinds: dict[str, float] = {
            "mark": 7, "absent": 3, "topic": 3, "homework": 3, "roll": 1, "work": 1, "claim": 0.3,
            "plan": 2,
        }  # fmt: skip
        made: Command = getattr(self, f"_{self._dice.weighted(kinds)}")(*self._place(name))
        return made

    def poisoned(self, name: str) -> Command:
        """Return a command that meets a defect of ours, on one side or the other."""
        lesson, _ = self._place(name)
        return topic(lesson, self._dice.one_of((POISON, BITTER)) + self.text())

    def change(self, name: str, store: Store | None = None) -> Command:
        """Return a change of somebody's role or place; ``store`` tells what there is to end."""
        dice = self._dice
        kinds: dict[str, float] = {
            "substitute": 3, "hand_over": 2, "regroup": 2, "move": 2, "guardian": 1, "lead": 1,
            "withdraw": 0.5, "admit": 0.5, "exempt": 0.5, "schedule": 0.6,
        }  # fmt: skip
        if store is not None:
            kinds |= {"end_substitution": 2, "end_lead": 1, "end_guardian": 2}
        kind = dice.weighted(kinds)
        if kind.startswith("end_"):
            make: Callable[[Store], Command | None] = getattr(self, f"_{kind}")
            assert store is not None
            return make(store) or self._substitute()
        changed: Command = getattr(self, f"_{kind}")()
        return changed

    def imported(self, name: str, database: Database, device: int, number: int) -> list[Command]:
        """Return a file's commands as one group, or what takes back an earlier file.

        Args:
            database: What the person sees.
            device: The person's.
            number: Its next.
        """
        given = [row[0] for row in database.fetch(IMPORTS)]
        if given and self._dice.chance(0.6):
            return [UndoImport(import_id=self._dice.one_of(given))]
        batch = CommandBatch(device, number)
        journal = self._journal(name)
        if name in ("deputy", "officer"):
            batch.begin_import(ImportSource.ROSTER)
            commands = [self._admit() for _ in range(self._dice.between(1, 3))]
        elif self._dice.chance(0.5):
            lesson = self._base.lessons[journal][0]
            batch.begin_import(ImportSource.PLAN, journal)
            commands = [self._plan(lesson, 0)]
        else:
            lesson = self._base.lessons[journal][0]
            batch.begin_import(ImportSource.MARKS, journal)
            commands = [self._mark(lesson, pupil) for pupil in self._base.lines[journal][:3]]
        for command in commands:
            batch.add(command)
        return batch.group

    def ending(self, name: str) -> Command:
        """Return the end of a teacher's load in one of the teacher's own journals."""
        return SetLoad(
            journal_id=self._base.school.journals[self._dice.one_of(OWN[name])],
            staff_id=self._base.person(name),
            weekly_periods=3,
            first_day=FIRST_DAY,
            last_day=MONDAY - self._dice.below(3),
        )

    def _journal(self, name: str) -> int:
        own = OWN.get(name, EVERY)
        place = self._dice.one_of(EVERY if self._dice.chance(0.1) else own)
        return self._base.school.journals[place]

    def _place(self, name: str) -> tuple[int, int]:
        journal = self._journal(name)
        lessons, dice = self._base.lessons[journal], self._dice
        lesson = lessons[0] if dice.chance(0.6) else dice.one_of(lessons)
        return lesson, dice.one_of(self._base.lines[journal])

    def _mark(self, lesson: int, pupil: int) -> Command:
        return mark(lesson, pupil, self._dice.one_of((0, 2, 3, 4, 5)), self.text())

    def _about_a_mark(
        self, journal: int, pupil: int, lesson: int, position: int, value: int
    ) -> Command:
        """Move a mark to another pupil, or tell that somebody fails."""
        if value == 2 and self._dice.chance(0.5):
            return SendConcern(journal_id=journal, pupil_id=pupil, concern_kind=ConcernKind.FAILING)
        return MoveMark(
            lesson_id=lesson,
            pupil_id=pupil,
            position=position,
            to_lesson_id=lesson,
            to_pupil_id=self._dice.one_of(self._base.lines.get(journal, [pupil])),
            reason=self.text(),
        )

    def _absent(self, lesson: int, pupil: int) -> Command:
        return absent(lesson, pupil, self._dice.below(3))

    def _topic(self, lesson: int, pupil: int) -> Command:
        return topic(lesson, self.text())

    def _homework(self, lesson: int, pupil: int) -> Command:
        return homework(lesson, self.text() if self._dice.chance(0.8) else "")

    def _roll(self, lesson: int, pupil: int) -> Command:
        return roll(lesson)

    def _work(self, lesson: int, pupil: int) -> Command:
        return work(lesson, self.text() if self._dice.chance(0.8) else "")

    def _claim(self, lesson: int, pupil: int) -> Command:
        return ClaimSubstitution(lesson_id=lesson, absent_id=self._base.school.staff["maths"])

    def _plan(self, lesson: int, pupil: int) -> Command:
        """A plan shorter than the one before deletes rows that others hold."""
        journal, rows = self._base.journal_of[lesson], self._dice.between(1, 3)
        if journal in self._planned and self._dice.chance(0.7):
            rows = 1
        elif self._planned and self._dice.chance(0.5):
            journal, rows = self._planned[-1], 1
        else:
            self._planned.append(journal)
        items = tuple(
            PlanRow(ordinal=place, section="", topic=self.text()) for place in range(1, rows + 1)
        )
        return SetPlan(journal_id=journal, items=items)

    def _pupil(self) -> int:
        return self._dice.one_of(self._base.school.pupils["5А"])

    def _day(self) -> int:
        return MONDAY + self._dice.between(-2, 4)

    def _staff(self) -> int:
        names = ("maths", "english", "english_2", "russian", "substitute")
        return self._base.school.staff[self._dice.one_of(names)]

    def _excuse(self) -> Command:
        day = self._day()
        return ExcuseAbsence(
            pupil_id=self._pupil(),
            excuse=ExcuseKind(1 + self._dice.below(4)),
            first_day=day,
            last_day=day + self._dice.below(3),
            document=self.text(),
        )

    def _substitute(self) -> Command:
        place = self._dice.one_of(EVERY)
        journal = self._base.school.journals[place]
        owner = next(name for name, journals in OWN.items() if place in journals)
        acting = self._dice.chance(0.7)
        day = self._day() if acting else MONDAY
        return RecordSubstitution(
            journal_id=journal,
            lesson_id=0 if acting else self._base.lessons[journal][0],
            absent_id=self._base.school.staff[owner],
            substitute_id=self._staff(),
            substitution_kind=SubstitutionKind.ACTING if acting else SubstitutionKind.SINGLE,
            first_day=day,
            last_day=day + self._dice.below(10),
            act=self.text(),
        )

    def _hand_over(self) -> Command:
        """End a load, or give one; both at once would be two commands."""
        place = self._dice.one_of(EVERY)
        owner = next(name for name, journals in OWN.items() if place in journals)
        ends = self._dice.chance(0.5)
        return SetLoad(
            journal_id=self._base.school.journals[place],
            staff_id=self._base.school.staff[owner] if ends else self._staff(),
            weekly_periods=3,
            first_day=FIRST_DAY if ends else self._day(),
            last_day=self._day() if ends else LAST_DAY,
        )

    def _regroup(self) -> Command:
        groups = self._dice.some_of(("5А/1", "5А/2"), 2)
        if self._dice.chance(0.5):
            groups.reverse()
        return ChangeGroup(
            pupil_id=self._pupil(),
            from_group_id=self._base.school.groups[groups[0]],
            to_group_id=self._base.school.groups[groups[1]],
            first_day=MONDAY + self._dice.below(4),
            ground=GroupChangeGround.ORDER,
            document=self.text(),
            document_day=MONDAY,
        )

    def _move(self) -> Command:
        return MovePupil(
            pupil_id=self._pupil(),
            class_id=self._base.school.classes[self._dice.one_of(("5А", "5Б"))],
            first_day=MONDAY + self._dice.below(4),
            order=self.text(),
        )

    def _guardian(self) -> Command:
        person = GuardianEntry(family=self.text(), given="Пётр", relation="отец")
        return AddGuardian(
            pupil_id=self._pupil(), guardian=person, first_day=MONDAY, ground=self.text()
        )

    def _lead(self) -> Command:
        return Appoint(
            person_id=self._staff(),
            role=Role.CLASS_TEACHER,
            class_id=self._base.school.classes[self._dice.one_of(("5А", "5Б"))],
            first_day=self._day(),
            last_day=MONDAY + self._dice.below(DAYS_AHEAD),
        )

    def _withdraw(self) -> Command:
        return WithdrawPupil(
            pupil_id=self._pupil(), last_day=MONDAY + self._dice.below(4), order=self.text()
        )

    def _admit(self) -> Command:
        return AdmitPupil(
            family=self.text(),
            given="Саша",
            class_id=self._base.school.classes["5А"],
            first_day=MONDAY,
            order=self.text(),
        )

    def _exempt(self) -> Command:
        kind = self._dice.one_of(tuple(ExemptionKind))
        in_family = kind is ExemptionKind.FAMILY
        return ExemptPupil(
            pupil_id=self._pupil(),
            subject_id=0 if in_family else self._base.school.subjects["Математика"],
            exemption_kind=kind,
            first_day=MONDAY,
            last_day=MONDAY + 3,
            document=self.text(),
        )

    def _schedule(self) -> Command:
        """More dates than one command number has ids for."""
        first = MONDAY + 7 * WEEKS
        last = first + (140 if self._dice.chance(0.5) else 6)
        journal = self._base.school.journals[self._dice.one_of(EVERY)]
        return ScheduleLessons(journal_id=journal, first_day=first, last_day=last)

    def _end_substitution(self, store: Store) -> Command | None:
        entries = store.select(Substitution)
        if not entries:
            return None
        day = store.select(School)[0].current_day
        entry = self._dice.one_of(entries)
        last = min(max(entry.first_day, day - 1), entry.last_day)
        return EndSubstitution(substitution_id=entry.id, last_day=last)

    def _end_lead(self, store: Store) -> Command | None:
        entries = store.select(Appointment, role=Role.CLASS_TEACHER)
        if not entries:
            return None
        entry = self._dice.one_of(entries)
        return EndAppointment(appointment_id=entry.id, last_day=max(entry.first_day, self._day()))

    def _end_guardian(self, store: Store) -> Command | None:
        entries = store.select(Guardianship, pupil_id=self._base.school.pupils["5А"][0])
        if not entries:
            return None
        entry = self._dice.one_of(entries)
        return EndGuardianship(
            guardianship_id=entry.id,
            last_day=max(entry.first_day, self._day()),
            document=self.text(),
            document_day=FIRST_DAY,
            authority=Authority.COURT,
        )
