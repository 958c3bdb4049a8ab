"""Who may see which row, written down once more and by hand: nothing here is taken from the server.

The rules are the table of partitions and scopes of the design, asked of each single row: what is
it about, and what is this person to it today?
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from eschool_core.domain import (
    access,
    acts,
    archive,
    backups,
    care,
    channels,
    feeds,
    files,
    imports,
    informing,
    inspection,
    issuing,
    journal,
    office,
    people,
    personal_file,
    planning,
    privacy,
    results,
    review,
    school,
)
from eschool_core.domain.access_enums import GrantKind
from eschool_core.domain.enums import PersonKind, Role, SubstitutionKind
from eschool_core.domain.row import Row, columns
from eschool_core.domain.tables import TABLES
from eschool_core.store.database import Database

LEADERS = {Role.HEAD, Role.DEPUTY_STUDIES, Role.DEPUTY_UPBRINGING, Role.DEPUTY_SAFETY}
YEAR_BACK = 400
AHEAD = 14
"""Days before a load begins in which its journal is there already."""

ENTRY_LIMIT = 7
"""Days after its lesson in which a single substitution may still write."""

Entry = dict[str, Any]


@dataclass
class Knowledge:
    """Every row of the school, by table."""

    day: int
    rows: dict[type[Row], list[Entry]] = field(default_factory=dict)

    @classmethod
    def of(cls, database: Database) -> Knowledge:
        """Read a whole school."""
        read: dict[type[Row], list[Entry]] = {}
        for spec in TABLES:
            names = columns(spec.table)
            sql = f"SELECT {', '.join(names)} FROM {spec.table.__tablename__} ORDER BY id"
            found = database.fetch(sql)
            read[spec.table] = [dict(zip(names, row, strict=True)) for row in found]
        return cls(read[school.School][0]["current_day"], read)

    def now(self, table: type[Row], **equals: object) -> list[Entry]:
        """Return the rows of a table that are in force today."""
        return [
            row
            for row in self.rows[table]
            if row["first_day"] <= self.day <= row["last_day"]
            and all(row[name] == value for name, value in equals.items())
        ]

    def visible(self, person: int) -> set[tuple[str, int]]:
        """Return (table, id) of every row that a person may see."""
        eyes = Eyes(self, person)
        return {
            (str(table.__tablename__), row["id"])
            for table, rows in self.rows.items()
            for row in rows
            if eyes.see(table, row)
        }


class Eyes:
    """What one person is to pupils, journals and classes."""

    def __init__(self, known: Knowledge, person: int) -> None:
        self.known = known
        self.person = person
        appointments = known.now(school.Appointment, person_id=person)
        self.roles = {Role(row["role"]) for row in appointments}
        self.led = {r["class_id"] for r in appointments if r["role"] == Role.CLASS_TEACHER}
        self.own_pupils = {
            row["pupil_id"] for row in known.now(people.Guardianship, guardian_id=person)
        } | {person}
        self.led_pupils = {
            row["pupil_id"] for row in known.now(people.Enrolment) if row["class_id"] in self.led
        }
        self.left_pupils = {
            row["pupil_id"]
            for row in known.rows[people.Enrolment]
            if row["class_id"] in self.led and row["last_day"] < known.day
        } - self.led_pupils
        self.in_school = {row["pupil_id"] for row in known.now(people.Enrolment)}
        led_groups = {
            row["group_id"] for row in known.rows[school.GroupClass] if row["class_id"] in self.led
        }
        self.led_journals = {
            row["id"] for row in known.rows[school.Journal] if row["group_id"] in led_groups
        }
        grants = known.now(access.AccessGrant, person_id=person)
        self.granted = {row["object_id"] for row in grants if row["kind"] == GrantKind.SCHOOL_CLASS}
        self.granted_pupils = {
            row["pupil_id"]
            for row in known.now(people.Enrolment)
            if row["class_id"] in self.granted
        }
        self.taught = self._taught() | {
            row["object_id"] for row in grants if row["kind"] == GrantKind.JOURNAL
        }
        self.lines = {row["id"]: row for row in known.rows[journal.JournalLine]}
        self.lessons = {row["id"]: row for row in known.rows[journal.Lesson]}
        self.taught_pupils = {
            row["pupil_id"] for row in self.lines.values() if row["journal_id"] in self.taught
        }

    @property
    def leads_school(self) -> bool:
        return bool(self.roles & LEADERS)

    def see(self, table: type[Row], row: Entry) -> bool:
        """Return whether this person may see a row."""
        return RULES[table](self, row)

    def pupil(self, pupil_id: int) -> bool:
        """Whether the pupil's name may be seen."""
        return (
            self.leads_school
            or Role.SYSTEM_OFFICER in self.roles
            or pupil_id in self.own_pupils | self.led_pupils | self.left_pupils | self.taught_pupils
            or pupil_id in self.granted_pupils
        )

    def private(self, pupil_id: int) -> bool:
        """Whether the pupil's personal data may be seen."""
        return self.leads_school or Role.SYSTEM_OFFICER in self.roles or pupil_id in self.led_pupils

    def health(self, pupil_id: int) -> bool:
        """Whether the pupil's health group may be seen: by the head and the class teacher alone."""
        return Role.HEAD in self.roles or pupil_id in self.led_pupils

    def absences(self, pupil_id: int) -> bool:
        """Whether the reasons of the pupil's absence may be seen."""
        gone = self.left_pupils - self.in_school
        return self.leads_school or pupil_id in self.led_pupils | self.own_pupils | gone

    def line(self, line_id: int) -> bool:
        """Whether marks and attendance of a line may be seen."""
        return self.lines[line_id]["pupil_id"] in self.own_pupils or self.result(line_id)

    def result(self, line_id: int) -> bool:
        """Whether term and year marks of a line may be seen before their release: by no family."""
        line = self.lines[line_id]
        return (
            self.leads_school
            or line["journal_id"] in self.taught
            or line["pupil_id"] in self.led_pupils | self.granted_pupils
            or self.came_from(line)
            or self.ended_in_led_class(line)
        )

    def ended_in_led_class(self, line: Entry) -> bool:
        """Whether the line ended in a journal of a led class that its pupil has left."""
        return (
            line["pupil_id"] in self.left_pupils
            and line["journal_id"] in self.led_journals
            and line["last_day"] < self.known.day
        )

    def came_from(self, line: Entry) -> bool:
        """Whether the pupil of a line that has ended goes on in a taught journal of the subject."""
        journals = {row["id"]: row for row in self.known.rows[school.Journal]}
        old = journals[line["journal_id"]]
        return any(
            later["pupil_id"] == line["pupil_id"]
            and later["journal_id"] in self.taught
            and later["first_day"] > line["last_day"]
            and journals[later["journal_id"]]["subject_id"] == old["subject_id"]
            for later in self.lines.values()
        )

    def journal(self, journal_id: int) -> bool:
        """Whether lessons, topics and homework of a journal may be seen."""
        pupils = {row["pupil_id"] for row in self.lines.values() if row["journal_id"] == journal_id}
        return (
            self.leads_school
            or journal_id in self.taught | self.led_journals
            or bool(pupils & (self.own_pupils | self.led_pupils | self.granted_pupils))
        )

    def class_(self, class_id: int) -> bool:
        """Whether the timetable of a class may be seen."""
        taught_groups = {
            row["group_id"] for row in self.known.rows[school.Journal] if row["id"] in self.taught
        }
        taught = {
            row["class_id"]
            for row in self.known.rows[school.GroupClass]
            if row["group_id"] in taught_groups
        }
        own = {
            row["class_id"]
            for row in self.known.rows[people.Enrolment]
            if row["pupil_id"] in self.own_pupils and row["last_day"] >= self.known.day
        }
        everywhere = self.leads_school or Role.SYSTEM_OFFICER in self.roles
        return everywhere or class_id in self.led | taught | own | self.granted

    def class_care(self, class_id: int) -> bool:
        """Whether what the class teacher keeps on the class may be seen."""
        everywhere = self.leads_school or Role.SYSTEM_OFFICER in self.roles
        return everywhere or class_id in self.led

    def takes_part(self, thread_id: int) -> bool:
        """Whether messages of a conversation may be seen: by members alone, while they may."""
        own = [
            row
            for row in self.known.rows[informing.ThreadMember]
            if row["thread_id"] == thread_id and row["person_id"] == self.person
        ]
        return any(
            bool(self.roles)
            if row["kind"] == PersonKind.STAFF
            else row["pupil_id"] in self.own_pupils
            for row in own
        )

    def staff(self, staff_id: int) -> bool:
        """Whether findings on a member of staff may be seen."""
        return self.leads_school or Role.HR_SPECIALIST in self.roles or staff_id == self.person

    def cell(self, row: Entry) -> bool:
        """Whether an earlier value may be seen: as the cell itself, by the object it lies in."""
        kind, owner = row["part"] & 63, row["part"] >> 6
        return {
            1: lambda owner: True,
            2: self.class_,
            3: self.pupil,
            4: self.journal,
            5: self.line,
            6: self.private,
            7: self.absences,
            8: self.staff,
            14: self.class_care,
            17: self.result,
        }[kind](owner)

    def _taught(self) -> set[int]:
        day = self.known.day
        found = {
            row["journal_id"]
            for row in self.known.rows[school.TeachingLoad]
            if row["staff_id"] == self.person and self._reads_load(row)
        }
        for row in self.known.rows[school.Substitution]:
            if row["substitute_id"] != self.person or not row["confirmed"]:
                continue
            acting = row["kind"] == SubstitutionKind.ACTING
            after = 0 if acting else ENTRY_LIMIT
            if row["first_day"] - ENTRY_LIMIT <= day <= row["last_day"] + after:
                found.add(row["journal_id"])
        return found

    def _reads_load(self, load: Entry) -> bool:
        """Whether a load shows its journal: it lasts, is about to begin, or ended with its year.

        Who handed a journal over within its year reads it no more.
        """
        day = self.known.day
        if load["first_day"] > day + AHEAD:
            return False
        journals = {row["id"]: row for row in self.known.rows[school.Journal]}
        years = {row["id"]: row for row in self.known.rows[school.AcademicYear]}
        ends = years[journals[load["journal_id"]]["year_id"]]["last_day"]
        return bool(
            load["last_day"] >= day or (load["last_day"] >= ends and ends >= day - YEAR_BACK)
        )


def _everybody(eyes: Eyes, row: Entry) -> bool:
    return True


def _officer(eyes: Eyes, row: Entry) -> bool:
    return Role.SYSTEM_OFFICER in eyes.roles


def _name(eyes: Eyes, row: Entry) -> bool:
    return eyes.pupil(row["pupil_id"] if "pupil_id" in row else row["id"])


def _access(eyes: Eyes, row: Entry) -> bool:
    """What stands with a pupil's papers goes with them, the rest is the officer's."""
    kind, owner = row["part"] & 63, row["part"] >> 6
    return eyes.private(owner) if kind == 6 else Role.SYSTEM_OFFICER in eyes.roles


def _issued(eyes: Eyes, row: Entry) -> bool:
    """A weekly list goes with its pupil, the paper of a class with the class."""
    owner = row["part"] >> 6
    if row["form"] == "weekly_slip":
        return eyes.private(owner)
    return eyes.class_care(owner) if row["class_id"] else eyes.leads_school


def _lesson(eyes: Eyes, row: Entry) -> bool:
    return eyes.journal(eyes.lessons[row["lesson_id"]]["journal_id"])


def _line(eyes: Eyes, row: Entry) -> bool:
    return eyes.line(row["part"] >> 6)


Rule = Callable[[Eyes, Entry], bool]
RULES: dict[type[Row], Rule] = {
    **dict.fromkeys(
        (
            acts.LocalAct, acts.SupportContact, backups.BackupRecord,
            school.School, school.AcademicYear, school.Term, school.BellSchedule,
            school.BellPeriod, school.CalendarDay, school.PolicyValue, school.Subject,
            school.SchoolClass, school.StudyGroup, school.GroupClass, school.Journal,
            school.Staff, school.Appointment, school.TeachingLoad, school.Substitution,
            results.TermScheme, results.TermClosing, archive.MarksRelease,
            care.SectionConfirmation, access.HandOver, review.Outage,
        ),
        _everybody,
    ),
    journal.TimetableSlot: lambda eyes, row: eyes.class_(row["class_id"]),
    journal.Lesson: lambda eyes, row: eyes.journal(row["journal_id"]),
    journal.PlanItem: lambda eyes, row: eyes.journal(row["part"] >> 6),
    **dict.fromkeys(
        (journal.Topic, journal.LessonWork, journal.Homework, journal.RollTaken), _lesson
    ),
    journal.JournalLine: lambda eyes, row: eyes.line(row["id"]),
    **dict.fromkeys((journal.Mark, journal.Attendance), _line),
    **dict.fromkeys(
        (
            journal.CellHistory, results.AssessmentRule, results.OrderDate, imports.ImportImage,
        ),
        lambda eyes, row: eyes.cell(row),
    ),
    **dict.fromkeys((results.ExternalMark, results.OwedWork), _line),
    **dict.fromkeys(
        (results.TermMark, results.AcademicDebt, results.Correction),
        lambda eyes, row: eyes.result(row["part"] >> 6),
    ),
    **dict.fromkeys(
        (results.ReleasedMark, results.ReleasedDebt),
        lambda eyes, row: eyes.lines[row["part"] >> 6]["pupil_id"] in eyes.own_pupils,
    ),
    results.CouncilDecision: lambda eyes, row: eyes.absences(row["pupil_id"]),
    archive.MarksSeen: lambda eyes, row: eyes.private(row["pupil_id"]),
    **dict.fromkeys(
        (
            archive.SectionWaiver, archive.RegisterRow, archive.ArchiveEntry,
            archive.ArchivePackage, review.HeldCommand,
        ),
        lambda eyes, row: eyes.leads_school,
    ),
    **dict.fromkeys(
        (people.Pupil, people.Enrolment, people.GroupMember, people.Exemption), _name
    ),
    **dict.fromkeys(
        (
            people.PupilCard, people.Guardianship, people.GroupTransfer, care.CardChange,
            personal_file.PupilFile, personal_file.SchoolChange, personal_file.GuardianWork,
        ),
        lambda eyes, row: eyes.private(row["pupil_id"]),
    ),
    personal_file.PupilHealth: lambda eyes, row: eyes.health(row["pupil_id"]),
    people.AbsenceExcuse: lambda eyes, row: eyes.absences(row["pupil_id"]),
    **dict.fromkeys(
        (inspection.Inspection, inspection.InspectionItem),
        lambda eyes, row: bool(eyes.roles & {Role.HEAD, Role.DEPUTY_STUDIES}),
    ),
    inspection.InspectionResult: lambda eyes, row: eyes.staff(row["staff_id"]),
    office.FindingRecord: lambda eyes, row: eyes.staff(row["staff_id"]),
    **dict.fromkeys(
        (
            office.Device, access.Acknowledgement, feeds.CalendarFeed, channels.NoticeChannel,
            privacy.PersonalRead, imports.ImportRecord,
        ),
        lambda eyes, row: row["person_id"] == eyes.person or Role.SYSTEM_OFFICER in eyes.roles,
    ),
    office.Notice: lambda eyes, row: row["person_id"] == eyes.person,
    **dict.fromkeys((office.Person, access.AccessGrant, access.BreachReport), _officer),
    **dict.fromkeys(
        (office.Slip, access.AccessBlock, access.GuardianDecision, access.PupilConsent), _access
    ),
}  # fmt: skip
RULES.update(
    {
        **dict.fromkeys(
            (care.ClassCheck, care.GroupDraft, care.PupilRequest),
            lambda eyes, row: eyes.class_care(row["part"] >> 6),
        ),
        issuing.IssuedDocument: _issued,
        care.GroupApproval: lambda eyes, row: eyes.journal(row["journal_id"]),
        informing.ResourceLink: _lesson,
        files.LessonFile: _lesson,
        planning.PlanApproval: lambda eyes, row: eyes.journal(row["journal_id"]),
        **dict.fromkeys(
            (planning.TimetableDraft, planning.DraftSlot, care.ControlCheck),
            lambda eyes, row: bool(eyes.roles & {Role.HEAD, Role.DEPUTY_STUDIES}),
        ),
        care.SchoolDetails: _everybody,
        informing.Concern: _line,
        **dict.fromkeys(
            (
                informing.ConcernDelivery,
                informing.PaperApplication,
                informing.PaperSlip,
                privacy.ProcessingConsent,
            ),
            lambda eyes, row: eyes.private(row["pupil_id"]),
        ),
        **dict.fromkeys(
            (informing.Thread, informing.ThreadMember, informing.Message, informing.MessageRead),
            lambda eyes, row: eyes.takes_part(row["part"] >> 6),
        ),
    }
)
