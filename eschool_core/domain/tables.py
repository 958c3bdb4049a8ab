"""One table that maps each table to its partitions and retention."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlmodel.main import default_registry

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
from eschool_core.domain.partition import PartitionKind as Kind
from eschool_core.domain.row import Row

Retention = Literal["school_life", "journal_5_years", "register_25_years", "access_1_year"]


@dataclass(frozen=True, slots=True)
class TableSpec:
    """Where rows of a table live.

    Attributes:
        kinds: Kinds of partition its rows may live in.
        scope: True where a change of a row may change what somebody may see.
        personal: True where a row says something about a person.
    """

    table: type[Row]
    kinds: tuple[Kind, ...]
    retention: Retention = "journal_5_years"
    scope: bool = False
    personal: bool = False


TABLES: tuple[TableSpec, ...] = (
    TableSpec(school.School, (Kind.SCHOOL,), "school_life", scope=True),
    TableSpec(school.AcademicYear, (Kind.SCHOOL,), "school_life"),
    TableSpec(school.Term, (Kind.SCHOOL,), "school_life"),
    TableSpec(school.BellSchedule, (Kind.SCHOOL,), "school_life"),
    TableSpec(school.BellPeriod, (Kind.SCHOOL,), "school_life"),
    TableSpec(school.CalendarDay, (Kind.SCHOOL,), "school_life"),
    TableSpec(school.PolicyValue, (Kind.SCHOOL,), "school_life"),
    TableSpec(acts.LocalAct, (Kind.SCHOOL,), "school_life"),
    TableSpec(backups.BackupRecord, (Kind.SCHOOL,), personal=True),
    TableSpec(acts.SupportContact, (Kind.SCHOOL,), "school_life"),
    TableSpec(school.Subject, (Kind.SCHOOL,), "school_life"),
    TableSpec(school.SchoolClass, (Kind.SCHOOL,), "school_life", scope=True),
    TableSpec(school.StudyGroup, (Kind.SCHOOL,)),
    TableSpec(school.GroupClass, (Kind.SCHOOL,), scope=True),
    TableSpec(school.Journal, (Kind.SCHOOL,), scope=True),
    TableSpec(school.Staff, (Kind.SCHOOL,), "school_life", scope=True, personal=True),
    TableSpec(school.Appointment, (Kind.SCHOOL,), "school_life", scope=True, personal=True),
    TableSpec(school.TeachingLoad, (Kind.SCHOOL,), scope=True, personal=True),
    TableSpec(school.Substitution, (Kind.SCHOOL,), scope=True, personal=True),
    TableSpec(journal.TimetableSlot, (Kind.CLASS,)),
    TableSpec(journal.Lesson, (Kind.JOURNAL,)),
    TableSpec(journal.PlanItem, (Kind.JOURNAL,)),
    TableSpec(journal.Topic, (Kind.JOURNAL,)),
    TableSpec(journal.LessonWork, (Kind.JOURNAL,)),
    TableSpec(journal.Homework, (Kind.JOURNAL,)),
    TableSpec(journal.RollTaken, (Kind.JOURNAL,)),
    TableSpec(journal.JournalLine, (Kind.LINE,), scope=True, personal=True),
    TableSpec(journal.Mark, (Kind.LINE,), personal=True),
    TableSpec(journal.Attendance, (Kind.LINE,), personal=True),
    TableSpec(
        journal.CellHistory,
        (Kind.LINE, Kind.JOURNAL, Kind.PUPIL_DAY, Kind.RESULT),
        personal=True,
    ),
    TableSpec(people.Pupil, (Kind.NAME,), scope=True, personal=True),
    TableSpec(people.Enrolment, (Kind.NAME,), scope=True, personal=True),
    TableSpec(people.GroupMember, (Kind.NAME,), personal=True),
    TableSpec(people.Exemption, (Kind.NAME,), personal=True),
    TableSpec(people.PupilCard, (Kind.PUPIL,), scope=True, personal=True),
    TableSpec(people.Guardianship, (Kind.PUPIL,), scope=True, personal=True),
    TableSpec(people.GroupTransfer, (Kind.PUPIL,), personal=True),
    TableSpec(personal_file.PupilFile, (Kind.PUPIL,), personal=True),
    TableSpec(personal_file.PupilHealth, (Kind.HEALTH,), personal=True),
    TableSpec(personal_file.SchoolChange, (Kind.PUPIL,), personal=True),
    TableSpec(personal_file.GuardianWork, (Kind.PUPIL,), personal=True),
    TableSpec(people.AbsenceExcuse, (Kind.PUPIL_DAY,), personal=True),
    TableSpec(office.FindingRecord, (Kind.STAFF,), personal=True),
    TableSpec(office.Notice, (Kind.PERSON,), personal=True),
    TableSpec(office.Device, (Kind.ACCOUNT,), "school_life", scope=True, personal=True),
    TableSpec(office.Slip, (Kind.ACCESS, Kind.PUPIL), "access_1_year", personal=True),
    TableSpec(office.Person, (Kind.ACCESS,), "school_life", scope=True, personal=True),
    TableSpec(access.AccessGrant, (Kind.ACCESS,), "access_1_year", scope=True, personal=True),
    TableSpec(access.AccessBlock, (Kind.ACCESS, Kind.PUPIL), "access_1_year", personal=True),
    TableSpec(access.Acknowledgement, (Kind.ACCOUNT,), "school_life", scope=True, personal=True),
    TableSpec(feeds.CalendarFeed, (Kind.ACCOUNT,), "access_1_year", personal=True),
    TableSpec(channels.NoticeChannel, (Kind.ACCOUNT,), "access_1_year", personal=True),
    TableSpec(access.BreachReport, (Kind.ACCESS,), "access_1_year", personal=True),
    TableSpec(access.GuardianDecision, (Kind.PUPIL,), personal=True),
    TableSpec(access.PupilConsent, (Kind.PUPIL,), scope=True, personal=True),
    TableSpec(access.HandOver, (Kind.SCHOOL,), personal=True),
    TableSpec(results.TermScheme, (Kind.SCHOOL,)),
    TableSpec(results.AssessmentRule, (Kind.JOURNAL, Kind.LINE), personal=True),
    TableSpec(results.TermClosing, (Kind.SCHOOL,)),
    TableSpec(results.OrderDate, (Kind.SCHOOL, Kind.NAME, Kind.LINE), personal=True),
    TableSpec(results.TermMark, (Kind.RESULT,), personal=True),
    TableSpec(results.ReleasedMark, (Kind.RELEASED,), personal=True),
    TableSpec(results.ExternalMark, (Kind.LINE,), personal=True),
    TableSpec(results.OwedWork, (Kind.LINE,), personal=True),
    TableSpec(results.AcademicDebt, (Kind.RESULT,), personal=True),
    TableSpec(results.ReleasedDebt, (Kind.RELEASED,), personal=True),
    TableSpec(results.Correction, (Kind.RESULT,), personal=True),
    TableSpec(results.CouncilDecision, (Kind.PUPIL_DAY,), "register_25_years", personal=True),
    TableSpec(archive.MarksRelease, (Kind.SCHOOL,)),
    TableSpec(archive.MarksSeen, (Kind.PUPIL,), personal=True),
    TableSpec(archive.SectionWaiver, (Kind.ARCHIVE,)),
    TableSpec(archive.RegisterRow, (Kind.ARCHIVE,), "register_25_years", personal=True),
    TableSpec(archive.ArchiveEntry, (Kind.ARCHIVE,), "register_25_years"),
    TableSpec(archive.ArchivePackage, (Kind.ARCHIVE,), "register_25_years"),
    TableSpec(
        issuing.IssuedDocument,
        (Kind.PUPIL, Kind.CLASS_CARE, Kind.ARCHIVE),
        "register_25_years",
        personal=True,
    ),
    TableSpec(care.ClassCheck, (Kind.CLASS_CARE,)),
    TableSpec(care.SectionConfirmation, (Kind.SCHOOL,)),
    TableSpec(care.CardChange, (Kind.PUPIL,), personal=True),
    TableSpec(review.HeldCommand, (Kind.ARCHIVE,), personal=True),
    TableSpec(review.Outage, (Kind.SCHOOL,)),
    TableSpec(inspection.Inspection, (Kind.OFFICE,), personal=True),
    TableSpec(inspection.InspectionItem, (Kind.OFFICE,), personal=True),
    TableSpec(inspection.InspectionResult, (Kind.STAFF,), personal=True),
    TableSpec(care.GroupDraft, (Kind.CLASS_CARE,), personal=True),
    TableSpec(care.GroupApproval, (Kind.JOURNAL,)),
    TableSpec(care.PupilRequest, (Kind.CLASS_CARE,), personal=True),
    TableSpec(informing.Concern, (Kind.LINE,), personal=True),
    TableSpec(informing.ConcernDelivery, (Kind.PUPIL,), personal=True),
    TableSpec(informing.PaperApplication, (Kind.PUPIL,), personal=True),
    TableSpec(informing.PaperSlip, (Kind.PUPIL,), personal=True),
    TableSpec(informing.Thread, (Kind.THREAD,), personal=True),
    TableSpec(informing.ThreadMember, (Kind.THREAD,), scope=True, personal=True),
    TableSpec(informing.Message, (Kind.THREAD,), personal=True),
    TableSpec(informing.MessageRead, (Kind.THREAD,), personal=True),
    TableSpec(informing.ResourceLink, (Kind.JOURNAL,)),
    TableSpec(files.LessonFile, (Kind.JOURNAL,)),
    TableSpec(planning.TimetableDraft, (Kind.OFFICE,)),
    TableSpec(planning.DraftSlot, (Kind.OFFICE,)),
    TableSpec(planning.PlanApproval, (Kind.JOURNAL,)),
    TableSpec(care.ControlCheck, (Kind.OFFICE,)),
    TableSpec(care.SchoolDetails, (Kind.SCHOOL,), "school_life"),
    TableSpec(privacy.PersonalRead, (Kind.ACCOUNT,), "access_1_year", personal=True),
    TableSpec(privacy.ProcessingConsent, (Kind.PUPIL,), personal=True),
    TableSpec(imports.ImportRecord, (Kind.ACCOUNT,), personal=True),
    TableSpec(
        imports.ImportImage,
        (
            Kind.SCHOOL,
            Kind.CLASS,
            Kind.NAME,
            Kind.JOURNAL,
            Kind.LINE,
            Kind.PUPIL,
            Kind.STAFF,
            Kind.CLASS_CARE,
        ),
        personal=True,
    ),
)

BY_NUMBER: dict[int, TableSpec] = {spec.table.number: spec for spec in TABLES}
SPEC_OF: dict[type[Row], TableSpec] = {spec.table: spec for spec in TABLES}

# Rows are values, not objects of an ORM: behind its descriptors a look at a column takes seven
# times as long, and a command has eighty of them.
default_registry.dispose()
