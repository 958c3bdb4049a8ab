"""One lawful sample of every command that informs families, plans or drafts."""

from __future__ import annotations

from eschool_core.commands.base import Command
from eschool_core.commands.concerns import SeeConcern, SendConcern
from eschool_core.commands.files import AttachFile, RemoveFile
from eschool_core.commands.issuing import IssueDocument
from eschool_core.commands.links import AttachLink, DetachLink
from eschool_core.commands.messages import OpenThread, ReadThread, SendMessage
from eschool_core.commands.office_work import DescribeSchool, RecordControl
from eschool_core.commands.paper import (
    FilePaperApplication,
    RecordPaperSlip,
    RevokePaperApplication,
)
from eschool_core.commands.plans import ApprovePlan, CopyPlan
from eschool_core.commands.timetable_drafts import (
    DraftTimetable,
    PublishTimetable,
    SetDraftSlots,
)
from eschool_core.domain.care_enums import ConcernKind, SlipState
from tests.school import MONDAY, SmallSchool


def informing_samples(school: SmallSchool) -> list[Command]:
    pupil, lesson = school.pupils["5А"][1], school.lesson("5А", "Математика")
    return [
        SendConcern(
            journal_id=school.journals["5А", "Математика"],
            pupil_id=pupil,
            concern_kind=ConcernKind.FAILING,
        ),
        SeeConcern(concern_id=77),
        FilePaperApplication(
            pupil_id=pupil, guardian_id=school.guardian(pupil), document="№ 4", first_day=MONDAY
        ),
        RevokePaperApplication(application_id=77, last_day=MONDAY),
        RecordPaperSlip(
            application_id=77, week_day=MONDAY, slip_state=SlipState.HANDED, day=MONDAY, note="ок"
        ),
        IssueDocument(
            form="movement",
            sheet_hash="5" * 64,
            first_day=MONDAY,
            last_day=MONDAY,
            day=MONDAY,
            as_of=1,
            certified=1,
        ),
        AttachLink(lesson_id=lesson, url="https://example.ru/fractions", title="Дроби"),
        DetachLink(link_id=77),
        AttachFile(lesson_id=lesson, name="дроби.pdf", size=1_000, content_hash="a" * 64),
        RemoveFile(file_id=77),
        OpenThread(title="Собрание", text="Приходите в 18:00.", pupil_id=pupil, to_guardians=1),
        SendMessage(thread_id=77, text="Спасибо."),
        ReadThread(thread_id=77, message_id=78),
        ApprovePlan(journal_id=school.journals["5А", "Математика"], reason="уплотнение"),
        CopyPlan(
            source_id=school.journals["5А", "Математика"],
            journal_id=school.journals["5Б", "Математика"],
        ),
        DraftTimetable(year_id=school.year, name="Первое полугодие", first_day=MONDAY + 7),
        SetDraftSlots(
            draft_id=77,
            journal_id=school.journals["5А", "Математика"],
            slots=((0, 0, 1, "каб. 12"),),
        ),
        PublishTimetable(draft_id=77),
        DescribeSchool(full_name="МБОУ «Школа № 1»", address="Новокузнецк", phone="+7 384 1"),
        RecordControl(day=MONDAY, topic="Записи уроков", result="Замечаний нет", document="№ 1"),
    ]
