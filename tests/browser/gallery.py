"""A school in which every page has something to show, as pictures of the pages want it."""

from __future__ import annotations

from eschool_core.commands.concerns import SendConcern
from eschool_core.commands.inspections import (
    AddInspectionItem,
    DraftInspection,
    RegisterInspectionOrder,
    RegisterNote,
    ReleaseInspection,
)
from eschool_core.commands.lessons import (
    RecordAttendance,
    RecordHomework,
    RecordMark,
    RecordTopic,
    TakeRoll,
)
from eschool_core.commands.messages import OpenThread, SendMessage
from eschool_core.commands.paper import FilePaperApplication
from eschool_core.commands.people import Appoint
from eschool_core.domain.care_enums import ConcernKind
from eschool_core.domain.enums import Role, WorkKind
from eschool_core.domain.informing import Thread
from eschool_core.domain.inspection import Inspection
from eschool_core.domain.journal import Lesson
from eschool_core.domain.school import Journal
from eschool_core.results import terms
from eschool_sync.sandbox import Sandbox
from tests.clients.web import staging

TOPICS = (
    ("Степень с натуральным показателем", "§ 12, № 240–246"),
    ("Свойства степени", "§ 13, № 251, 253"),
    ("Одночлены. Стандартный вид", "§ 14, № 263–268"),
    ("Умножение одночленов", "§ 15, № 274; повторить § 12"),
    ("Контрольная работа № 3", ""),
    ("Анализ контрольной работы", "Работа над ошибками"),
)
MARKS = (5, 4, 4, 3, 5, 2, 4, 3, 5, 4)
LESSONS = 18


def full_school(school: Sandbox) -> None:
    """Fill it: weeks of lessons, a failing pupil, held entries, a released check, a message."""
    server, cast, stage = school.stage.school, school.cast, school.stage
    fill(school, cast.first.journal_id, cast.first_pupils)
    if cast.second.journal_id != cast.first.journal_id:
        fill(school, cast.second.journal_id, cast.second_pupils)
    failing = RecordMark(lesson_id=cast.first.id, pupil_id=cast.first_pupils[1], value=2)
    assert server.act(failing, cast.teacher_id).key == ""
    for command, actor in (
        (
            FilePaperApplication(
                pupil_id=cast.child, guardian_id=cast.guardian_id, document="№ 4 от 02.09.2026",
                first_day=stage.day - 20,
            ),
            cast.class_teacher_id,
        ),
        (
            OpenThread(
                title="Поездка в музей", pupil_id=cast.child, to_guardians=1,
                text="В пятницу едем в музей. Сбор у школы в 14:00, форма одежды свободная.",
            ),
            cast.teacher_id,
        ),
    ):  # fmt: skip
        server.act(command, actor)
    concerned = SendConcern(
        journal_id=cast.first.journal_id, pupil_id=cast.child, concern_kind=ConcernKind.FAILING
    )
    server.act(concerned, cast.teacher_id)
    staging.held_mark(school)
    staging.undetermined_homework(school, school.replica("teacher"))
    checked(school)
    given_file(school)
    answered(school)


def given_file(school: Sandbox) -> None:
    """Let the teacher give a file with the lesson's homework; its name is as long as they get."""
    teacher = school.replica("teacher")
    teacher.do(RecordHomework(lesson_id=school.cast.first.id, text="§ 16; решить по образцу № 280"))
    teacher.attach_file(
        school.cast.first.id, "Образцы решений к параграфу 12 и контрольные вопросы.pdf",
        b"%PDF-1.7\n" + bytes(range(256)) * 600, for_homework=True,
    )  # fmt: skip
    teacher.sync()
    assert teacher.send_files().sent == 1


def answered(school: Sandbox) -> None:
    """Let the family answer what the teacher wrote."""
    server, cast = school.stage.school, school.cast
    [thread, *_] = sorted(server.store.select(Thread), key=lambda row: row.id)
    text = "Спасибо, будем. Нужно ли взять с собой деньги на билет и сменную обувь?"
    server.act(SendMessage(thread_id=thread.id, text=text), cast.guardian_id)


def fill(school: Sandbox, journal_id: int, pupils: tuple[int, ...]) -> None:
    server, teacher = school.stage.school, school.cast.teacher_id
    lessons = [
        lesson
        for lesson in server.store.select(Lesson, journal_id=journal_id)
        if lesson.day < school.stage.day
    ][-LESSONS:]
    for number, lesson in enumerate(lessons):
        topic, homework = TOPICS[number % len(TOPICS)]
        server.act(TakeRoll(lesson_id=lesson.id), teacher)
        server.act(RecordTopic(lesson_id=lesson.id, text=topic), teacher)
        if homework:
            server.act(RecordHomework(lesson_id=lesson.id, text=homework), teacher)
        for place, pupil in enumerate(pupils):
            if (number + 3 * place) % 11 == 0:
                server.act(
                    RecordAttendance(lesson_id=lesson.id, pupil_id=pupil, presence=1), teacher
                )
            elif (number + place) % 3 == 0:
                mark = MARKS[(number * 7 + place * 3) % len(MARKS)]
                kind = WorkKind.TEST if "Контрольная" in topic else WorkKind.ORAL
                value = min(mark, 2) if pupil in (pupils[1], school.cast.child) else mark
                server.act(
                    RecordMark(lesson_id=lesson.id, pupil_id=pupil, value=value, work_kind=kind),
                    teacher,
                )


def checked(school: Sandbox) -> None:
    """Bring a check to its release, and begin another."""
    server, day, deputy = school.stage.school, school.stage.day, school.stage.deputy_id
    head = Appoint(person_id=deputy, role=Role.HEAD, first_day=day - 60, act="№ 1")
    server.act(head, school.stage.officer_id)
    for aim in ("Ведение журналов в I четверти", "Домашние задания в 7-х классах"):
        server.act(DraftInspection(aim=aim, first_day=day - 30, last_day=day), deputy)
    check, *_ = sorted(server.store.select(Inspection), key=lambda row: row.id)
    teacher = school.cast.teacher_id
    text = "Тема урока 19.11 записана не на русском языке"
    for command in (
        AddInspectionItem(inspection_id=check.id, staff_id=teacher, text=text, remediable=1),
        RegisterNote(
            inspection_id=check.id, note_number="17", note_day=day, due_day=day + 7,
            conclusions="Журналы ведутся в целом верно; темы трёх уроков записаны позже срока.",
        ),
        RegisterInspectionOrder(inspection_id=check.id, order_number="41-о", order_day=day),
        ReleaseInspection(inspection_id=check.id),
    ):  # fmt: skip
        server.act(command, deputy)


def ids_of(school: Sandbox) -> dict[str, int]:
    """Return what the addresses of the pages name."""
    cast, store = school.cast, school.stage.school.store
    [[school_class]] = store.rows("SELECT class_id FROM enrolment WHERE pupil_id = ?", cast.child)
    [[thread]] = store.rows(
        "SELECT thread_id FROM thread_member WHERE person_id = ? LIMIT 1", cast.guardian_id
    )
    [[marked]] = store.rows(
        "SELECT m.lesson_id FROM mark m JOIN journal_line n ON n.part = m.part "
        "WHERE n.pupil_id = ? ORDER BY m.id LIMIT 1",
        cast.child,
    )
    term = terms.term_on(store, store.require(Journal, cast.first.journal_id), cast.first.day)
    return {
        "term": 0 if term is None else term.id,
        "inspection": min(row.id for row in store.select(Inspection)),
        "teacher": cast.teacher_id,
        "journal": cast.first.journal_id,
        "lesson": cast.first.id,
        "pupil": cast.child,
        "school_class": int(school_class),
        "thread": int(thread),
        "marked": int(marked),
    }
