"""Commands of the school's year that need something to act on."""

from __future__ import annotations

from eschool_core.commands.base import Command
from eschool_core.commands.concerns import SeeConcern, SendConcern
from eschool_core.commands.files import AttachFile, RemoveFile
from eschool_core.commands.group_drafts import ApproveGroups, ConfirmGroup
from eschool_core.commands.issuing import REGISTER, WEEKLY_SLIP, IssueDocument
from eschool_core.commands.journals import PlanRow, SetPlan
from eschool_core.commands.links import AttachLink, DetachLink
from eschool_core.commands.messages import OpenThread, ReadThread, SendMessage
from eschool_core.commands.paper import (
    FilePaperApplication,
    RecordPaperSlip,
    RevokePaperApplication,
)
from eschool_core.commands.people import WithdrawPupil
from eschool_core.commands.pupil_requests import (
    ConfirmRequest,
    ReadmitPupil,
    RejectRequest,
    RequestPupil,
)
from eschool_core.commands.timetable_drafts import (
    DraftTimetable,
    PublishTimetable,
    SetDraftSlots,
)
from eschool_core.domain.care import GroupApproval, PupilRequest
from eschool_core.domain.care_enums import ConcernKind, SlipState
from eschool_core.domain.informing import Concern, Message
from eschool_core.ids import make_id
from tests.core.commands.acts import mark
from tests.school import FIRST_DAY, MONDAY, SmallSchool

EARLIER = 900_000
"""A number of the server's device that no command of the stage takes."""


def of_life(school: SmallSchool) -> dict[str, Command]:
    """Return a command for each line of the table whose sample names what is not there."""
    fifth = school.classes["5А"]
    gone = school.pupils["5Б"][3]
    school.must(WithdrawPupil(pupil_id=gone, last_day=MONDAY - 3, order="7-о"), "officer")
    english = ApproveGroups(
        class_id=fifth, subject_id=school.subjects["Английский язык"], first_day=MONDAY
    )
    school.must(english, "russian")
    maths = school.journals["5А", "Математика"]
    approval = school.all(GroupApproval)[0]
    school.store.put(
        approval.replace(id=make_id(1, EARLIER), part=maths << 6 | 4, journal_id=maths)
    )
    asked = RequestPupil(
        class_id=school.classes["5Б"], family="Новый", given="Ян", first_day=MONDAY
    )
    school.must(asked, "maths")
    [request] = school.all(PupilRequest)
    return {
        "confirm_request": ConfirmRequest(request_id=request.id, day=MONDAY, order="5-з"),
        "reject_request": RejectRequest(request_id=request.id, reason="не наш район"),
        "readmit_pupil": ReadmitPupil(
            pupil_id=gone, class_id=school.classes["5Б"], first_day=MONDAY + 1, order="6-з"
        ),
        "confirm_group": ConfirmGroup(journal_id=maths, class_id=fifth),
        "approve_groups": english.model_copy(update={"first_day": MONDAY - 1}),
        **_of_planning(school),
        **_of_informing(school),
    }


def _of_planning(school: SmallSchool) -> dict[str, Command]:
    maths = school.journals["5А", "Математика"]
    plan = SetPlan(journal_id=maths, items=(PlanRow(ordinal=1, section="Числа", topic="Дроби"),))
    school.must(plan, "deputy")
    begun = DraftTimetable(year_id=school.year, name="II", first_day=MONDAY + 7)
    draft = school.must(begun, "deputy")
    slots = SetDraftSlots(draft_id=draft, journal_id=maths, slots=((0, 4, 5, ""),))
    school.must(slots, "deputy")
    return {"set_draft_slots": slots, "publish_timetable": PublishTimetable(draft_id=draft)}


def _of_informing(school: SmallSchool) -> dict[str, Command]:
    pupil, other = school.pupils["5А"][1], school.pupils["5А"][3]
    lesson = school.lesson("5А", "Математика")
    # On a day of last week: nobody may have written in Monday's column.
    school.must(mark(school.lesson("5А", "Математика", FIRST_DAY + 1), pupil, 2), "maths")
    school.must(mark(school.lesson("5А/1", "Английский язык"), pupil, 2), "english")
    told = SendConcern(
        journal_id=school.journals["5А/1", "Английский язык"],
        pupil_id=pupil,
        concern_kind=ConcernKind.FAILING,
    )
    school.must(told, "english")
    on_file = FilePaperApplication(
        pupil_id=other, guardian_id=school.guardian(other), document="№ 5", first_day=MONDAY
    )
    application = school.must(on_file, "russian")
    paper = IssueDocument(
        form=REGISTER,
        sheet_hash="5" * 64,
        class_id=school.classes["5А"],
        first_day=FIRST_DAY,
        last_day=MONDAY,
        day=MONDAY,
        as_of=1,
    )
    link = school.must(AttachLink(lesson_id=lesson, url="https://a.ru", title="А"), "maths")
    given = AttachFile(lesson_id=lesson, name="а.txt", size=9, content_hash="b" * 64)
    file = school.must(given, "maths")
    opened = OpenThread(title="Дневник", text="Добрый день!", pupil_id=pupil, to_guardians=1)
    thread = school.must(opened, "russian")
    message = school.one(Message, thread_id=thread).id
    return {
        "see_concern": SeeConcern(concern_id=school.one(Concern).id),
        "revoke_paper_application": RevokePaperApplication(
            application_id=application, last_day=MONDAY
        ),
        "record_paper_slip": RecordPaperSlip(
            application_id=application, week_day=MONDAY, slip_state=SlipState.SENT, day=MONDAY
        ),
        "issue_document/register": paper.model_copy(update={"form": REGISTER}),
        "issue_document/weekly": paper.model_copy(
            update={"form": WEEKLY_SLIP, "object_id": application}
        ),
        "detach_link": DetachLink(link_id=link),
        "remove_file": RemoveFile(file_id=file),
        "open_thread/staff": OpenThread(
            title="Вопрос", text="Когда собрание?", staff_ids=(school.staff["russian"],),
            pupil_id=pupil,
        ),
        "send_message": SendMessage(thread_id=thread, text="Спасибо."),
        "read_thread": ReadThread(thread_id=thread, message_id=message),
    }  # fmt: skip
