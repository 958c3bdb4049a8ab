from __future__ import annotations

from collections.abc import Callable

import pytest

from eschool_core.commands.guardians import AddGuardian, GuardianEntry
from eschool_core.commands.messages import OpenThread, ReadThread, SendMessage
from eschool_core.domain.informing import Message, Thread, ThreadMember
from eschool_core.domain.people import Guardianship
from eschool_core.queries.messages import conversation, threads
from tests.school import MONDAY, SmallSchool, clock, offline, verdict

# Written once more by hand: who writes to the family of a pupil of 5А (in group 5А/1), and whom
# that family writes to. The table in regulation.messaging has to give the same.
WRITES_TO_FAMILY = {
    "head": True,
    "deputy": True,
    "officer": False,
    "hr": False,
    "maths": True,
    "russian": True,
    "english": True,
    "english_2": False,
    "physics": False,
    "primary": False,
    "substitute": False,
    "nobody": False,
}


def to_family(school: SmallSchool, pupil: int = 1) -> OpenThread:
    return OpenThread(
        title="О дневнике", text="Добрый день!", pupil_id=school.pupils["5А"][pupil], to_guardians=1
    )


def to_staff(school: SmallSchool, who: str, pupil: int = 1) -> OpenThread:
    return OpenThread(
        title="Вопрос",
        text="Когда собрание?",
        staff_ids=(school.staff[who],),
        pupil_id=school.pupils["5А"][pupil],
    )


def father(school: SmallSchool) -> int:
    """Add a second guardian to the second pupil of 5А."""
    entry = GuardianEntry(family="Белов", given="Пётр", relation="отец", phone="+7 384 2")
    command = AddGuardian(
        pupil_id=school.pupils["5А"][1], guardian=entry, first_day=MONDAY - 6, ground="СК РФ 61"
    )
    return school.must(command, "officer")


@pytest.mark.clause("2.11")
@pytest.mark.parametrize("who", WRITES_TO_FAMILY)
def test_staff_and_family_write_to_each_other_where_they_share_the_pupil(
    school: SmallSchool, who: str
) -> None:
    expected = "accepted" if WRITES_TO_FAMILY[who] else "2.11/addressee"
    assert verdict(school.do(to_family(school), who)) == expected
    mother, pupil = school.guardian(school.pupils["5А"][1]), school.pupils["5А"][1]
    for writer in (mother, pupil):
        assert verdict(school.do(to_staff(school, who), writer)) == expected


@pytest.mark.clause("2.11")
@pytest.mark.parametrize(
    "make",
    [
        to_family,
        lambda school: to_family(school, 0),
        lambda school: to_staff(school, "maths", 0),
    ],
    ids=["own-child", "other-child", "about-other-child"],
)
def test_families_write_to_no_family_and_about_no_other_child(
    school: SmallSchool, make: Callable[[SmallSchool], OpenThread]
) -> None:
    mother = school.guardian(school.pupils["5А"][1])
    assert verdict(school.do(make(school), mother)) == "2.11/addressee"


@pytest.mark.clause("2.11")
@pytest.mark.threat("T3")
def test_each_guardian_has_a_conversation_apart(school: SmallSchool) -> None:
    dad = father(school)
    mother = school.guardian(school.pupils["5А"][1])
    school.must(to_family(school), "russian")
    assert len(school.all(Thread)) == 2
    for one, other in ((mother, dad), (dad, mother)):
        [own] = threads(school.store, one)
        people = {each.person_id for each in own.members}
        assert people == {one, school.staff["russian"]}
        [elsewhere] = threads(school.store, other)
        answer = SendMessage(thread_id=elsewhere.thread_id, text="Чужое")
        assert verdict(school.do(answer, one)) == "2.11/member"


@pytest.mark.clause("2.11")
def test_a_receipt_tells_how_far_a_member_has_read_and_never_goes_back(
    school: SmallSchool,
) -> None:
    mother = school.guardian(school.pupils["5А"][1])
    thread = school.must(to_family(school), "russian")
    school.must(SendMessage(thread_id=thread, text="Спасибо."), mother, at=clock(MONDAY, 13))
    first, second = sorted(school.all(Message), key=lambda row: row.made_at)
    [listed] = threads(school.store, school.staff["russian"])
    assert (listed.unread, listed.messages) == (1, 2)
    school.must(ReadThread(thread_id=thread, message_id=second.id), "russian")
    school.must(ReadThread(thread_id=thread, message_id=first.id), "russian")
    [listed] = threads(school.store, school.staff["russian"])
    assert listed.unread == 0
    shown = conversation(school.store, thread, mother)
    assert [entry.read_by for entry in shown.messages] == [(), ("Russian Анна",)]


@pytest.mark.scenario("2.11:1")
@pytest.mark.clause("2.11")
def test_a_message_written_offline_keeps_its_time(school: SmallSchool) -> None:
    thread = school.must(to_family(school), "russian")
    written, received = clock(MONDAY, 14), clock(MONDAY + 1, 9)
    school.must(
        SendMessage(thread_id=thread, text="Из класса."),
        "russian",
        at=offline(clock(MONDAY, 12), written, received),
    )
    assert school.one(Message, text="Из класса.").made_at == written


@pytest.mark.clause("2.11")
@pytest.mark.clause("2.10")
def test_whose_access_was_closed_writes_no_more_and_the_other_does(school: SmallSchool) -> None:
    dad = father(school)
    mother = school.guardian(school.pupils["5А"][1])
    school.must(to_family(school), "russian")
    closed = school.one(Guardianship, guardian_id=dad)
    school.store.put(closed.replace(last_day=MONDAY - 1))
    for person, expected in ((dad, "2.11/addressee"), (mother, "accepted")):
        [member] = school.all(ThreadMember, person_id=person)
        reply = SendMessage(thread_id=member.thread_id, text="Здравствуйте")
        assert verdict(school.do(reply, person)) == expected


@pytest.mark.clause("2.11")
def test_staff_write_to_each_other_and_to_nobody_not_at_all(school: SmallSchool) -> None:
    hello = OpenThread(title="Замена", text="Выйдете?", staff_ids=(school.staff["physics"],))
    assert verdict(school.do(hello, "hr")) == "accepted"
    alone = hello.model_copy(update={"staff_ids": (school.staff["hr"],)})
    assert verdict(school.do(alone, "hr")) == "informing.nobody"
    left = hello.model_copy(update={"staff_ids": (school.staff["nobody"],)})
    assert verdict(school.do(left, "hr")) == "2.11/addressee"
