"""One lawful sample of every command, all about 5А and its maths on Monday."""

from __future__ import annotations

from eschool_core.commands.acts import RegisterAct, RevokeAct, SetSupportContact
from eschool_core.commands.backups import RecordBackup
from eschool_core.commands.base import Command
from eschool_core.commands.care import ExcuseAbsence, ExemptPupil
from eschool_core.commands.class_care import (
    CheckAttendance,
    CheckCards,
    CorrectGuardian,
    CorrectPupil,
)
from eschool_core.commands.control import WaiveFinding
from eschool_core.commands.group_drafts import ApproveGroups, ConfirmGroup, DraftGroup
from eschool_core.commands.groups import ChangeGroup, CreateGroup
from eschool_core.commands.guardians import (
    AddGuardian,
    AskGuardianClosure,
    DecideGuardianAccess,
    EndGuardianship,
    GuardianEntry,
)
from eschool_core.commands.held import ApplyHeld, DeclineHeld
from eschool_core.commands.import_undo import UndoImport
from eschool_core.commands.imported import BeginImport
from eschool_core.commands.journals import (
    ClaimSubstitution,
    EndSubstitution,
    OpenJournal,
    PlanRow,
    RecordSubstitution,
    SetLoad,
    SetPlan,
)
from eschool_core.commands.outages import DeclareOutage, SettleTimeliness
from eschool_core.commands.people import (
    AdmitPupil,
    Appoint,
    EndAppointment,
    HireStaff,
    MovePupil,
    WithdrawPupil,
)
from eschool_core.commands.personal_files import (
    KeepGuardianWork,
    KeepHealthGroup,
    KeepPupilFile,
    NoteSchoolChange,
)
from eschool_core.commands.pupil_requests import (
    ConfirmRequest,
    ReadmitPupil,
    RejectRequest,
    RequestPupil,
    RequestRemoval,
)
from eschool_core.commands.school import (
    CreateClass,
    CreateSubject,
    FoundSchool,
    OpenYear,
    SetBells,
    SetCalendar,
    SetPolicy,
    SetTerm,
    TurnDay,
)
from eschool_core.commands.sections import ConfirmSection
from eschool_core.commands.timetable import RecordLesson, ScheduleLessons, SetSlots
from eschool_core.domain.access_enums import Authority
from eschool_core.domain.care_enums import Section
from eschool_core.domain.enums import (
    CalendarLevel,
    DayKind,
    ExcuseKind,
    ExemptionKind,
    GroupChangeGround,
    JournalKind,
    Role,
    SubstitutionKind,
    TermKind,
    WorkKind,
)
from eschool_core.domain.imports import ImportSource
from eschool_core.domain.people import Enrolment, Guardianship
from eschool_core.domain.personal_file import ChangeDirection, ChangePlace
from eschool_core.domain.school import Appointment
from tests.core.commands.access_samples import access_samples
from tests.core.commands.acts import absent, homework, mark, roll, topic, work
from tests.core.commands.informing_samples import informing_samples
from tests.core.commands.inspection_samples import inspection_samples
from tests.core.commands.results_samples import results_samples
from tests.school import FIRST_DAY, LAST_DAY, MONDAY, SmallSchool


def samples(school: SmallSchool) -> dict[str, Command]:
    """Return the samples by kind."""
    listed = (
        *access_samples(school),
        *_of_the_year(school),
        *_of_people(school),
        *_of_journals(school),
        *_of_a_page(school),
        *_of_care(school),
        *results_samples(school),
        *inspection_samples(school),
        *informing_samples(school),
    )
    return {command.kind: command for command in listed}


def _of_the_year(school: SmallSchool) -> list[Command]:
    klass = school.classes["5Б"]
    return [
        FoundSchool(name="Школа", zone="Asia/Omsk"),
        TurnDay(day=MONDAY),
        OpenYear(name="2027", first_day=LAST_DAY + 90, last_day=LAST_DAY + 360, weekdays=5),
        SetTerm(
            year_id=school.year,
            term_kind=TermKind.QUARTER,
            ordinal=1,
            first_day=FIRST_DAY,
            last_day=FIRST_DAY + 55,
        ),
        SetBells(name="III", periods=((1, 480, 520), (2, 530, 570))),
        SetCalendar(
            level=CalendarLevel.SCHOOL,
            days=(MONDAY + 60,),
            day_kind=DayKind.SCHOOL_BREAK,
            act="Приказ 2",
        ),
        SetPolicy(name="plan_weeks", value="33", first_day=FIRST_DAY, act="Приказ 1"),
        RegisterAct(
            title="Положение о системе оценивания",
            act_number="45-о",
            act_day=FIRST_DAY,
            first_day=FIRST_DAY,
        ),
        RevokeAct(act_id=1, last_day=LAST_DAY),
        RecordBackup(backup_seq=9, root="0" * 64, made_at=1),
        SetSupportContact(name="Служба поддержки", email="help@example.org"),
        CreateSubject(name="Химия"),
        CreateClass(year_id=school.year, name="9А", grade=9, schedule_id=school.bells["I"]),
        CreateGroup(
            year_id=school.year, name="5Б/1", class_ids=(klass,), whole=0, first_day=FIRST_DAY
        ),
        WaiveFinding(finding_id=1, reason="Акт 1"),
        SettleTimeliness(finding_id=1, in_time=1, reason="Акт 1"),
        DeclareOutage(act="1", first_day=FIRST_DAY, last_day=FIRST_DAY + 4),
        ApplyHeld(held_id=1, reason="Акт 1"),
        DeclineHeld(held_id=1, reason="Акт 1"),
    ]


def _of_people(school: SmallSchool) -> list[Command]:
    moved, stays, *_ = school.pupils["5А"]
    guardian = GuardianEntry(family="Власова", given="Вера", relation="мать", phone="+7 384 1")
    teacher = school.one(Appointment, person_id=school.staff["primary"], role=Role.TEACHER)
    guardianship = school.all(Guardianship, pupil_id=moved)[0]
    return [
        BeginImport(source=ImportSource.ROSTER, commands=1, last=1 << 26),
        UndoImport(import_id=1),
        HireStaff(family="Новая", given="Анна", patronymic="Павловна"),
        Appoint(
            person_id=school.staff["nobody"], role=Role.TEACHER, first_day=FIRST_DAY, act="1-к"
        ),
        EndAppointment(appointment_id=teacher.id, last_day=LAST_DAY, act="2-к"),
        AdmitPupil(
            family="Ёлкин",
            given="Ян",
            patronymic="Ильич",
            class_id=school.classes["5Б"],
            first_day=FIRST_DAY,
            order="2-з",
            guardians=(guardian,),
        ),
        AddGuardian(pupil_id=moved, guardian=guardian, first_day=FIRST_DAY, ground="Опека"),
        EndGuardianship(
            guardianship_id=guardianship.id,
            last_day=MONDAY,
            document="Решение 7",
            document_day=MONDAY,
            authority=Authority.COURT,
        ),
        AskGuardianClosure(guardianship_id=guardianship.id, reason="Просьба матери"),
        DecideGuardianAccess(guardian_id=school.guardian(stays), granted=1),
        MovePupil(pupil_id=moved, class_id=school.classes["5Б"], first_day=MONDAY + 1, order="3-п"),
        WithdrawPupil(pupil_id=moved, last_day=MONDAY + 20, order="4-о"),
        ChangeGroup(
            pupil_id=stays,
            from_group_id=school.groups["5А/1"],
            to_group_id=school.groups["5А/2"],
            first_day=MONDAY,
            ground=GroupChangeGround.APPLICATION,
            document="Заявление 3",
            document_day=MONDAY,
            applicant_id=school.guardian(stays),
        ),
        ExcuseAbsence(
            pupil_id=stays,
            excuse=ExcuseKind.SICK,
            first_day=MONDAY,
            last_day=MONDAY,
            document="Справка 4",
        ),
        ExemptPupil(
            pupil_id=stays,
            subject_id=school.subjects["Физика"],
            exemption_kind=ExemptionKind.SUBJECT,
            first_day=MONDAY,
            last_day=MONDAY,
            document="Справка 5",
        ),
    ]


def _of_journals(school: SmallSchool) -> list[Command]:
    journal = school.journals["5А", "Математика"]
    lesson = school.lesson("5А", "Математика")
    return [
        OpenJournal(
            year_id=school.year,
            group_id=school.groups["5Б"],
            subject_id=school.subjects["Физика"],
            journal_kind=JournalKind.CLASS,
        ),
        SetLoad(
            journal_id=journal,
            staff_id=school.staff["nobody"],
            weekly_periods=1,
            first_day=FIRST_DAY,
            last_day=LAST_DAY,
        ),
        SetSlots(journal_id=journal, first_day=LAST_DAY, slots=((0, 0, 1, "каб. 12"),)),
        ScheduleLessons(journal_id=journal, first_day=MONDAY, last_day=MONDAY),
        SetPlan(
            journal_id=journal,
            items=(PlanRow(ordinal=1, section="Числа", topic="Дроби", homework="§ 1"),),
        ),
        RecordSubstitution(
            journal_id=journal,
            lesson_id=lesson,
            absent_id=school.staff["maths"],
            substitute_id=school.staff["substitute"],
            substitution_kind=SubstitutionKind.SINGLE,
            first_day=MONDAY,
            last_day=MONDAY,
            act="Приказ 6",
        ),
        ClaimSubstitution(lesson_id=lesson, absent_id=school.staff["maths"]),
        EndSubstitution(substitution_id=77, last_day=MONDAY),
    ]


def _of_a_page(school: SmallSchool) -> list[Command]:
    lesson, pupil = school.lesson("5А", "Математика"), school.pupils["5А"][1]
    return [
        topic(lesson),
        work(lesson, "Дроби", WorkKind.TEST),
        homework(lesson),
        mark(lesson, pupil).model_copy(update={"comment": "у доски", "reason": "описка"}),
        absent(lesson, pupil),
        roll(lesson),
        RecordLesson(
            journal_id=school.journals["5А", "Математика"],
            day=MONDAY,
            period=7,
            start_minute=815,
            end_minute=860,
        ),
    ]


def _of_care(school: SmallSchool) -> list[Command]:
    pupil, klass = school.pupils["5А"][1], school.classes["5А"]
    guardianship = school.all(Guardianship, pupil_id=pupil)[0]
    return [
        CheckAttendance(class_id=klass, day=MONDAY, note="по журналу"),
        CheckCards(class_id=klass, day=MONDAY, pupil_ids=tuple(school.pupils["5А"]), note="ок"),
        CorrectPupil(
            pupil_id=pupil, family="Белова", given="Саша", patronymic="Юрьевна", birth_day=16_000,
            sex=1,
        ),
        CorrectGuardian(
            guardianship_id=guardianship.id, family="Белова", given="Мария", patronymic="Павловна",
            relation="мать", phone="+7 384 1",
        ),
        KeepPupilFile(pupil_id=pupil, file_number="Б-17", address="ул. Весенняя, 5, кв. 12"),
        KeepHealthGroup(pupil_id=pupil, health_group=2, physical_group=1),
        KeepGuardianWork(guardianship_id=guardianship.id, workplace="больница № 2"),
        NoteSchoolChange(
            enrolment_id=school.all(Enrolment, pupil_id=pupil)[0].id,
            direction=ChangeDirection.ARRIVED, place=ChangePlace.CITY_SCHOOL, school="школа № 2",
        ),
        ConfirmSection(year_id=school.year, section=Section.SAFETY),
        RequestPupil(
            class_id=klass, family="Ёлкин", given="Ян", patronymic="Ильич", first_day=MONDAY,
            note="из школы № 2",
        ),
        RequestRemoval(class_id=klass, pupil_id=pupil, last_day=MONDAY, note="переезд"),
        ConfirmRequest(request_id=77, day=MONDAY, order="5-з"),
        RejectRequest(request_id=77, reason="не наш район"),
        ReadmitPupil(pupil_id=pupil, class_id=klass, first_day=MONDAY + 1, order="6-з"),
        DraftGroup(
            class_id=klass, subject_id=school.subjects["Английский язык"], pupil_id=pupil,
            group_id=0, reason="ИУП",
        ),
        ApproveGroups(
            class_id=klass, subject_id=school.subjects["Английский язык"], first_day=MONDAY
        ),
        ConfirmGroup(journal_id=school.journals["5А", "Математика"], class_id=klass),
    ]  # fmt: skip
