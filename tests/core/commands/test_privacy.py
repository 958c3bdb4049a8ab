"""1.4: who looks at personal data is logged; consents are given and withdrawn with a paper."""

from __future__ import annotations

import pytest

from eschool_core.calendar import date_of, day_number
from eschool_core.commands.messages import OpenThread
from eschool_core.commands.people import MovePupil
from eschool_core.commands.privacy import NoteRead, RecordConsent, WithdrawConsent
from eschool_core.commands.school import TurnDay
from eschool_core.domain.enums import NoticeKind
from eschool_core.domain.informing import Thread
from eschool_core.domain.office import Notice
from eschool_core.domain.people import PupilCard
from eschool_core.domain.privacy import PersonalRead, ProcessingConsent
from eschool_core.labels import text
from eschool_core.queries.consents import consents_of
from eschool_core.queries.personal_reads import (
    MOST_NAMED,
    personal_reads,
    reading_of_class,
    reading_of_pupil,
    reading_of_thread,
    reading_of_threads,
    readings_of_pupils,
)
from tests.school import FIRST_DAY, MONDAY, SmallSchool, clock, verdict

pytestmark = pytest.mark.clause("1.4")


def log(school: SmallSchool, who: str, class_name: str, day: int = MONDAY) -> bool:
    """Log that somebody asks for the cards of a class; return whether the work opens them."""
    person, at = school.staff[who], clock(day, 12)
    reading = reading_of_class(school.store, person, school.classes[class_name], day)
    if reading.note is not None:
        school.must(reading.note, who, at=at)
    return reading.allowed


@pytest.mark.scenario("1.4:1")
def test_the_teacher_of_one_class_is_refused_the_cards_of_another_and_it_is_logged(
    school: SmallSchool,
) -> None:
    assert log(school, "russian", "5А")
    assert not log(school, "russian", "5Б")
    own, other = personal_reads(school.store)
    assert (own.school_class, own.denied) == ("5А", False)
    assert (other.school_class, other.denied) == ("5Б", True)
    assert {own.reader_id, other.reader_id} == {school.staff["russian"]}


def test_a_teacher_who_leads_no_class_is_refused_a_card(school: SmallSchool) -> None:
    pupil = school.pupils["5А"][0]
    reading = reading_of_pupil(school.store, school.staff["nobody"], pupil, MONDAY)
    assert (reading.allowed, reading.note) == (False, NoteRead(pupil_id=pupil, denied=1))


def test_reads_of_one_day_are_one_row_and_of_two_days_two(school: SmallSchool) -> None:
    log(school, "russian", "5А")
    again = reading_of_class(school.store, school.staff["russian"], school.classes["5А"], MONDAY)
    assert again.note is None
    # A second device of the person does not know of the first one's entry.
    school.must(NoteRead(class_id=school.classes["5А"]), "russian", at=clock(MONDAY, 13))
    assert len(school.all(PersonalRead)) == 1
    school.must(TurnDay(day=MONDAY + 1))
    log(school, "russian", "5А", MONDAY + 1)
    assert [row.day for row in school.all(PersonalRead)] == [MONDAY, MONDAY + 1]
    assert school.all(PersonalRead)[0].first_at == clock(MONDAY, 12)


def test_the_log_of_a_pupil_names_reads_of_the_class_while_the_pupil_was_in_it(
    school: SmallSchool,
) -> None:
    pupil, moved = school.pupils["5А"][0], school.pupils["5А"][1]
    log(school, "deputy", "5А")
    school.must(
        MovePupil(pupil_id=moved, class_id=school.classes["5Б"], first_day=MONDAY + 1, order="4-п"),
        "officer",
    )
    school.must(TurnDay(day=MONDAY + 1))
    log(school, "deputy", "5А", MONDAY + 1)
    assert [entry.day.day for entry in personal_reads(school.store, pupil_id=moved)] == [7]
    assert len(personal_reads(school.store, pupil_id=pupil)) == 2


def test_families_read_the_own_child_without_a_log(school: SmallSchool) -> None:
    pupil = school.pupils["5А"][0]
    reading = reading_of_pupil(school.store, school.guardian(pupil), pupil, MONDAY)
    assert (reading.allowed, reading.note) == (True, None)


def test_a_read_is_not_of_a_class_and_of_a_pupil(school: SmallSchool) -> None:
    note = NoteRead(class_id=school.classes["5А"], pupil_id=school.pupils["5А"][0])
    assert verdict(school.do(note, "russian")) == "data.field"


def test_of_many_pupils_shown_together_the_log_has_the_class_or_the_school(
    school: SmallSchool,
) -> None:
    five, six = school.pupils["5А"], school.pupils["5Б"]
    few, many = set(five[:2]), {*five, *six}
    assert len(many) > MOST_NAMED
    deputy, leader = school.staff["deputy"], school.staff["russian"]
    notes = [one.note for one in readings_of_pupils(school.store, deputy, few, MONDAY)]
    assert notes == [NoteRead(pupil_id=one) for one in sorted(few)]
    [whole] = readings_of_pupils(school.store, deputy, many, MONDAY)
    assert (whole.allowed, whole.note) == (True, NoteRead())
    by_class = readings_of_pupils(school.store, leader, many, MONDAY)
    assert [one.allowed for one in by_class] == [True, False]


def test_the_log_of_a_pupil_names_reads_of_the_whole_school(school: SmallSchool) -> None:
    school.must(NoteRead(), "deputy")
    [entry] = personal_reads(school.store, pupil_id=school.pupils["5А"][0])
    assert (entry.whole_school, entry.school_class, entry.pupil) == (True, "", "")


def write_to(school: SmallSchool, pupil: int) -> int:
    """Let the class teacher write to a pupil's family; return the conversation."""
    letter = OpenThread(title="Собрание", text="Приходите", pupil_id=pupil, to_guardians=1)
    school.must(letter, "russian")
    return school.all(Thread)[-1].id


def test_the_list_of_conversations_is_one_entry_however_many_pupils_it_names(
    school: SmallSchool,
) -> None:
    first, second, third, *_ = school.pupils["5А"]
    leader, maths = school.staff["russian"], school.staff["maths"]
    write_to(school, first)
    thread_id = write_to(school, second)
    listing = reading_of_threads(school.store, leader, MONDAY)
    assert listing.note == NoteRead(conversations=1)
    school.must(listing.note, "russian", at=clock(MONDAY, 12))
    assert reading_of_threads(school.store, leader, MONDAY).note is None
    # Who has no conversation about a pupil sees nobody's guardians.
    assert reading_of_threads(school.store, maths, MONDAY).note is None
    [of_first] = personal_reads(school.store, pupil_id=first)
    assert (of_first.conversations, of_first.whole_school) == (True, False)
    assert len(personal_reads(school.store, pupil_id=second)) == 1
    assert personal_reads(school.store, pupil_id=third) == ()
    opened = reading_of_thread(school.store, leader, thread_id, MONDAY)
    assert opened.note == NoteRead(pupil_id=second)


def test_a_read_of_conversations_names_no_pupil(school: SmallSchool) -> None:
    note = NoteRead(pupil_id=school.pupils["5А"][0], conversations=1)
    assert verdict(school.do(note, "russian")) == "data.field"


def consent(school: SmallSchool, **changes: object) -> RecordConsent:
    pupil = school.pupils["5А"][0]
    fields = {
        "pupil_id": pupil,
        "given_by_id": school.guardian(pupil),
        "first_day": MONDAY,
        "document": "С-7",
    }
    return RecordConsent.model_validate(fields | changes)


def test_a_guardian_consents_and_the_officer_learns_what_a_withdrawal_asks_for(
    school: SmallSchool,
) -> None:
    consent_id = school.must(consent(school), "russian")
    [given] = consents_of(school.store, school.pupils["5А"][0])
    assert (given.document, given.last_day, given.withdrawal) == ("С-7", None, "")
    withdrawal = WithdrawConsent(consent_id=consent_id, last_day=MONDAY, document="З-3")
    school.must(withdrawal, "russian")
    [ended] = consents_of(school.store, school.pupils["5А"][0])
    assert (ended.document, ended.withdrawal) == ("С-7", "З-3")
    assert ended.last_day is not None
    [told] = school.all(Notice, kind=NoticeKind.CONSENT_WITHDRAWN)
    assert (told.person_id, told.object_id) == (school.staff["officer"], consent_id)
    assert "30 дней" in text(told.key, "ru")
    assert verdict(school.do(withdrawal, "russian")) == "privacy.withdrawn_already"


def test_a_new_consent_follows_a_withdrawn_one_and_not_one_in_force(school: SmallSchool) -> None:
    consent_id = school.must(consent(school, first_day=FIRST_DAY), "officer")
    assert verdict(school.do(consent(school), "officer")) == "privacy.consent_in_force"
    ended = WithdrawConsent(consent_id=consent_id, last_day=MONDAY - 1, document="З-3")
    school.must(ended, "officer")
    school.must(consent(school), "officer")
    assert len(school.all(ProcessingConsent)) == 2


def test_only_who_represents_the_pupil_that_day_consents(school: SmallSchool) -> None:
    stranger = school.guardian(school.pupils["5А"][1])
    said = verdict(school.do(consent(school, given_by_id=stranger), "officer"))
    assert said == "privacy.no_representative"
    early = consent(school, first_day=FIRST_DAY - 1)
    assert verdict(school.do(early, "officer")) == "privacy.no_representative"
    assert verdict(school.do(consent(school, first_day=MONDAY + 1), "officer")) == "data.field"


@pytest.mark.parametrize(("years", "said"), [(17, "privacy.no_representative"), (18, "accepted")])
def test_a_pupil_consents_from_eighteen_on(school: SmallSchool, years: int, said: str) -> None:
    pupil = school.pupils["5А"][0]
    card = school.one(PupilCard, pupil_id=pupil)
    born = date_of(MONDAY).replace(year=date_of(MONDAY).year - years)
    school.store.put(card.replace(birth_day=day_number(born)))
    assert verdict(school.do(consent(school, given_by_id=pupil), "officer")) == said


@pytest.mark.parametrize("day", [MONDAY - 1, MONDAY + 1])
def test_a_withdrawal_is_dated_between_the_consent_and_today(school: SmallSchool, day: int) -> None:
    consent_id = school.must(consent(school), "officer")
    ended = WithdrawConsent(consent_id=consent_id, last_day=day, document="З-3")
    assert verdict(school.do(ended, "officer")) == "data.field"


@pytest.mark.parametrize("who", ["maths", "deputy", "hr"])
def test_class_teacher_and_officer_alone_keep_consents(school: SmallSchool, who: str) -> None:
    assert verdict(school.do(consent(school), who)) == "4.6/class-teacher"
