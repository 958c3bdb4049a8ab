"""Commands of the school's year: offline on a replica, and forged by somebody without the right."""

from __future__ import annotations

from collections.abc import Callable

import msgpack
import pytest

from eschool_core.app import Outcome
from eschool_core.commands.base import Command
from eschool_core.commands.class_care import CheckAttendance, CheckCards, CorrectPupil
from eschool_core.commands.concerns import SeeConcern, SendConcern
from eschool_core.commands.group_drafts import DraftGroup
from eschool_core.commands.guardians import EndGuardianship
from eschool_core.commands.links import AttachLink
from eschool_core.commands.messages import OpenThread, ReadThread, SendMessage
from eschool_core.commands.office_work import DescribeSchool, RecordControl
from eschool_core.commands.paper import FilePaperApplication
from eschool_core.commands.privacy import RecordConsent
from eschool_core.commands.pupil_requests import RequestPupil
from eschool_core.commands.sections import ConfirmSection
from eschool_core.commands.timetable_drafts import DraftTimetable
from eschool_core.domain.access_enums import Authority
from eschool_core.domain.care import (
    ClassCheck,
    ControlCheck,
    GroupDraft,
    PupilRequest,
    SchoolDetails,
    SectionConfirmation,
)
from eschool_core.domain.care_enums import ConcernKind, Section
from eschool_core.domain.enums import Verdict
from eschool_core.domain.informing import (
    ConcernDelivery,
    Message,
    PaperApplication,
    ResourceLink,
    ThreadMember,
)
from eschool_core.domain.office import Notice
from eschool_core.domain.people import Guardianship, Pupil, PupilCard
from eschool_core.domain.planning import TimetableDraft
from eschool_core.domain.privacy import ProcessingConsent
from eschool_core.domain.row import Row
from eschool_core.errors import RegulationError, TransportError
from eschool_core.queries.duties.registry import duties
from eschool_sync.protocol.messages import unpack_outcome
from tests.core.commands.acts import mark
from tests.school import MONDAY
from tests.sync.forger import Forger
from tests.sync.harness import Member, World, answer_lost, lesson, pupils

Make = Callable[[World], Command]


def fifth(world: World) -> int:
    return world.school.classes["5А"]


# Who may, the command, a table that it writes, who may not, and how it is refused.
CASES: tuple[tuple[str, Make, type[Row], str, str], ...] = (
    (
        "russian",
        lambda world: CheckAttendance(class_id=fifth(world), day=MONDAY),
        ClassCheck,
        "maths",
        "4.6/class-teacher",
    ),
    (
        "russian",
        lambda world: CheckCards(class_id=fifth(world), day=MONDAY, pupil_ids=tuple(pupils(world))),
        ClassCheck,
        "maths",
        "4.6/class-teacher",
    ),
    (
        "russian",
        lambda world: CorrectPupil(
            pupil_id=pupils(world)[0], family="Абрамов", given="Саша", birth_day=15_000
        ),
        PupilCard,
        "maths",
        "4.6/class-teacher",
    ),
    (
        "officer",
        lambda world: ConfirmSection(year_id=world.school.year, section=Section.SAFETY),
        SectionConfirmation,
        "maths",
        "4.1/role",
    ),
    (
        "russian",
        lambda world: RequestPupil(
            class_id=fifth(world), family="Новикова", given="Ия", first_day=MONDAY
        ),
        PupilRequest,
        "maths",
        "4.6/class-teacher",
    ),
    (
        "russian",
        lambda world: DraftGroup(
            class_id=fifth(world),
            subject_id=world.school.subjects["Английский язык"],
            pupil_id=pupils(world)[0],
            reason="обучение на дому",
        ),
        GroupDraft,
        "maths",
        "4.6/class-teacher",
    ),
    (
        "russian",
        lambda world: FilePaperApplication(
            pupil_id=pupils(world)[0],
            guardian_id=world.person("guardian"),
            document="№ 4",
            first_day=MONDAY,
        ),
        PaperApplication,
        "maths",
        "4.6/class-teacher",
    ),
    (
        "russian",
        lambda world: RecordConsent(
            pupil_id=pupils(world)[0],
            given_by_id=world.person("guardian"),
            first_day=MONDAY,
            document="С-7",
        ),
        ProcessingConsent,
        "maths",
        "4.6/class-teacher",
    ),
    (
        "deputy",
        lambda world: DraftTimetable(year_id=world.school.year, name="II", first_day=MONDAY + 7),
        TimetableDraft,
        "maths",
        "4.1/role",
    ),
    (
        "deputy",
        lambda world: RecordControl(day=MONDAY, topic="Темы", result="Замечаний нет"),
        ControlCheck,
        "maths",
        "4.1/role",
    ),
    (
        "officer",
        lambda world: DescribeSchool(full_name="МБОУ «Школа № 1»", address="Новокузнецк"),
        SchoolDetails,
        "maths",
        "4.1/role",
    ),
    (
        "maths",
        lambda world: AttachLink(
            lesson_id=lesson(world), url="https://resh.edu.ru/1", title="Дроби"
        ),
        ResourceLink,
        "russian",
        "4.6.1/read-only",
    ),
)


@pytest.mark.clause("4.6.2")
@pytest.mark.clause("4.6.7")
@pytest.mark.clause("4.3")
@pytest.mark.clause("4.6.4/1")
@pytest.mark.clause("4.6.6")
def test_what_is_given_offline_is_accepted_by_sync_and_seen_by_the_deputy(world: World) -> None:
    made = []
    for who, make, table, _, _ in CASES:
        [member] = world.synced(who)
        receipt = member.do(make(world))
        assert receipt.outcome is not None, table
        assert receipt.outcome.verdict is Verdict.ACCEPTED, (table, receipt.outcome)
        made.append(table)
    world.settle()
    [deputy] = world.synced("deputy")
    for table in made:
        assert deputy.replica.store.select(table)
    world.check()


@pytest.mark.clause("4.6.2")
@pytest.mark.clause("4.6.7")
@pytest.mark.clause("4.3")
@pytest.mark.clause("4.6.4/1")
@pytest.mark.clause("4.6.6")
@pytest.mark.threat("T26")
def test_what_somebody_else_forges_is_refused_by_the_server(world: World) -> None:
    for other in sorted({case[3] for case in CASES}):
        cases = [case for case in CASES if case[3] == other]
        [member] = world.synced(other)
        commands = [make(world) for _, make, _, _, _ in cases]
        for command in commands:
            with pytest.raises(RegulationError):
                member.do(command)
        written = [stored(world, case[2]) for case in cases]
        outcomes = forged(world, member, commands)
        assert [(said.verdict, said.key) for said in outcomes] == [
            (Verdict.REJECTED, case[4]) for case in cases
        ]
        assert [stored(world, case[2]) for case in cases] == written


@pytest.mark.scenario("2.11:1")
@pytest.mark.clause("2.11")
def test_a_teacher_offline_writes_to_a_guardian_and_it_arrives_once_with_its_time(
    world: World,
) -> None:
    maths, guardian = world.synced("maths", "guardian")
    command = OpenThread(
        title="О дневнике", text="Добрый день!", pupil_id=pupils(world)[0], to_guardians=1
    )
    receipt = maths.do(command)
    assert receipt.outcome is None, "who the guardians are is not on a teacher's replica"
    written = maths.clock.wall()
    world.advance(3_600)
    maths.wire.faults.append(answer_lost)
    with pytest.raises(TransportError):
        maths.sync()
    maths.sync()
    guardian.sync()
    [message] = guardian.replica.store.select(Message)
    assert (message.text, message.made_at) == ("Добрый день!", written)
    reply = SendMessage(thread_id=message.thread_id, text="Спасибо.")
    answered = guardian.do(reply).outcome
    assert answered is not None
    assert answered.verdict is Verdict.ACCEPTED
    guardian.do(ReadThread(thread_id=message.thread_id, message_id=message.id))
    guardian.sync()
    maths.sync()
    own = {row.text for row in maths.replica.store.select(Message)}
    assert own == {"Добрый день!", "Спасибо."}
    world.check("maths", "guardian")


@pytest.mark.clause("2.11")
@pytest.mark.threat("T3")
@pytest.mark.threat("T26")
def test_nobody_but_its_members_holds_a_conversation_and_a_forged_reply_is_refused(
    world: World,
) -> None:
    names = ("russian", "guardian", "deputy", "officer", "maths", "pupil")
    world.synced(*names)
    opened = OpenThread(
        title="Лично", text="Только вам.", pupil_id=pupils(world)[0], to_guardians=1
    )
    world.act(opened, "russian")
    world.settle(1)
    holders = {name for name in names if world.members[name].replica.store.select(ThreadMember)}
    assert holders == {"russian", "guardian"}
    [thread_id] = {row.thread_id for row in world.server.store.select(Message)}
    [said] = forged(world, world.members["deputy"], [SendMessage(thread_id=thread_id, text="Я")])
    assert (said.verdict, said.key) == (Verdict.REJECTED, "2.11/member")


@pytest.mark.scenario("guardians:1")
@pytest.mark.clause("2.11")
@pytest.mark.clause("2.10")
def test_a_guardian_whose_access_is_closed_loses_diary_and_conversation_at_the_next_sync(
    world: World,
) -> None:
    russian, guardian = world.synced("russian", "guardian")
    russian.do(
        OpenThread(title="Дневник", text="Добрый день!", pupil_id=pupils(world)[0], to_guardians=1)
    )
    russian.sync()
    guardian.sync()
    assert guardian.replica.store.select(Message)
    entry = world.server.store.select(Guardianship, guardian_id=guardian.person)[0]
    world.act(
        EndGuardianship(
            guardianship_id=entry.id,
            last_day=MONDAY - 1,
            document="Решение суда 7",
            document_day=MONDAY - 2,
            authority=Authority.COURT,
        ),
        "officer",
    )
    guardian.sync()
    for table in (Message, ThreadMember, Pupil):
        assert guardian.replica.store.select(table) == []


@pytest.mark.clause("4.5.4")
def test_a_guardians_receipt_travels_from_the_own_replica(world: World) -> None:
    maths, guardian = world.synced("maths", "guardian")
    pupil = pupils(world)[0]
    maths.do(mark(lesson(world), pupil, 2))
    maths.do(
        SendConcern(
            journal_id=world.school.journals["5А", "Математика"],
            pupil_id=pupil,
            concern_kind=ConcernKind.FAILING,
        )
    )
    maths.sync()
    guardian.sync()
    [told] = guardian.replica.store.select(Notice)
    guardian.do(SeeConcern(concern_id=told.object_id))
    guardian.sync()
    seen = {row.person_id: bool(row.seen_at) for row in world.server.store.select(ConcernDelivery)}
    assert seen == {guardian.person: True, world.person("russian"): False}
    world.check("maths", "guardian")


@pytest.mark.clause("4.6.2")
def test_a_class_teachers_replica_and_the_server_say_the_same_of_duties(world: World) -> None:
    [russian] = world.synced("russian")
    russian.do(CheckAttendance(class_id=fifth(world), day=MONDAY))
    russian.sync()
    now = world.clock.wall()
    own = duties(russian.replica.store, now, russian.person)
    assert own == duties(world.server.store, now, russian.person)
    assert not own.partial
    assert {duty.clause for duty in own.duties} >= {"4.6.2", "4.6.7"}


@pytest.mark.clause("4.3")
@pytest.mark.clause("4.6.2")
@pytest.mark.parametrize("who", ["deputy", "officer"])
def test_who_watches_the_whole_school_knows_that_nothing_is_written_yet(
    world: World, who: str
) -> None:
    """Journals without a lesson and classes without a check are known to be empty."""
    [watcher] = world.synced(who)
    now = world.clock.wall()
    own = duties(watcher.replica.store, now, watcher.person)
    assert own == duties(world.server.store, now, watcher.person)
    assert own.duties
    assert not own.partial


def stored(world: World, table: type[Row]) -> list[tuple[object, ...]]:
    return [row.values() for row in world.server.store.select(table)]


def forged(world: World, member: Member, commands: list[Command]) -> list[Outcome]:
    """Send commands past the member's own judgement; return what the server said."""
    forger = Forger(member)
    envelopes = [forger.envelope(command) for command in commands]
    member.wire.post("sync", forger.request(forger.push(envelopes)))
    sql = "SELECT outcome FROM log WHERE device = ? ORDER BY n"
    rows = world.server.database.fetch(sql, (member.replica.device,))
    return [unpack_outcome(msgpack.unpackb(row[0])) for row in rows]
