"""Erasure at term of what is kept of people who have left: card, messages, access (5.3, 152-ФЗ)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from eschool_cli.main import cli

from eschool_core import calendar
from eschool_core.commands.access import IssueSlip
from eschool_core.commands.archive import DecideDestruction, ProposeDestruction
from eschool_core.commands.care import ExcuseAbsence
from eschool_core.commands.debts import RecordCouncilDecision
from eschool_core.commands.former import ProposeErasure
from eschool_core.commands.messages import OpenThread
from eschool_core.commands.people import WithdrawPupil
from eschool_core.commands.pupil_requests import ReadmitPupil
from eschool_core.commands.school import CreateClass, OpenYear
from eschool_core.domain.archive import ArchiveEntry
from eschool_core.domain.enums import ExcuseKind
from eschool_core.domain.informing import Message
from eschool_core.domain.journal import CellHistory, JournalLine
from eschool_core.domain.office import Slip
from eschool_core.domain.partition import PartitionKind, partition
from eschool_core.domain.people import Enrolment, Guardianship, Pupil, PupilCard
from eschool_core.domain.result_enums import ArchiveKind, ArchiveState, CouncilDecisionKind
from eschool_core.domain.results import CouncilDecision
from eschool_core.errors import DamageError, InputError
from eschool_core.queries.former import former
from eschool_sync.server.erasing import (
    Erased,
    add_list,
    due,
    erase_returned,
    read_people,
    returned,
)
from tests.postgres import new_database
from tests.school import LAST_DAY, MONDAY
from tests.sync.harness import World, build, copied
from tests.sync.packages.conftest import seal
from tests.sync.test_erasure import Archive, texts_of

CANARY = "Канарейкина"
SECRET = "c" * 64
JOURNAL_UNTIL = date(2032, 12, 31)
OVER = date(2033, 1, 1)
PRESENT_YEAR = (date(2032, 9, 1), date(2033, 5, 31))


@dataclass
class School(Archive):
    """A school whose pupil of 5А left when the year was over."""

    @property
    def pupil(self) -> int:
        return self.world.school.pupils["5А"][0]

    def propose(self, what: ArchiveKind, person_id: int) -> str:
        """Propose as the deputy; return the key of the refusal."""
        today = calendar.local_day(self.world.clock.wall(), "Asia/Novokuznetsk")
        command = ProposeErasure(what=what, person_id=person_id, act="2-а", act_day=today)
        outcome = self.world.server.act(command, self.world.person("deputy"))
        return outcome.key

    def forget(self, what: ArchiveKind, person_id: int) -> Erased:
        """Propose, approve as the head, and erase."""
        assert self.propose(what, person_id) == ""
        [entry] = self.world.server.store.select(
            ArchiveEntry, kind=int(what), state=int(ArchiveState.DESTRUCTION_PROPOSED)
        )
        self.world.act(DecideDestruction(entry_id=entry.id, approve=1), "head")
        assert due(self.world.server) == [entry.id]
        return self.erase(entry.id)

    def decide(self, approve: int) -> str:
        """Decide as the head on the act that was entered last; return the key of the refusal."""
        server = self.world.server
        [*_, entry] = server.store.select(ArchiveEntry, kind=int(ArchiveKind.PUPIL))
        command = DecideDestruction(entry_id=entry.id, approve=approve)
        outcome = server.act(command, self.world.person("head"))
        return outcome.key

    def come_back(self) -> None:
        """Let the pupil be enrolled again, by an order, in a class of the present year."""
        must = self.world.school.must
        first, last = (calendar.day_number(day) for day in PRESENT_YEAR)
        year = must(OpenYear(name="2032/33", first_day=first, last_day=last, weekdays=5))
        bells = self.world.school.bells["I"]
        class_id = must(CreateClass(year_id=year, name="11А", grade=11, schedule_id=bells))
        day = calendar.day_number(OVER)
        back = ReadmitPupil(pupil_id=self.pupil, class_id=class_id, first_day=day, order="№ 7")
        self.world.act(back, "officer")

    def leave_again(self) -> None:
        """Let the pupil leave some days later."""
        self.go_to(date(2033, 1, 20))
        last = calendar.day_number(date(2033, 1, 19))
        self.world.act(WithdrawPupil(pupil_id=self.pupil, last_day=last, order="№ 9"), "officer")

    def erase_journals(self) -> None:
        """Erase every journal of 5А by an act, as must be first."""
        today = calendar.local_day(self.world.clock.wall(), "Asia/Novokuznetsk")
        for entry in self.world.server.store.select(ArchiveEntry, kind=int(ArchiveKind.JOURNAL)):
            self.world.act(
                ProposeDestruction(entry_id=entry.id, act="1-а", act_day=today), "deputy"
            )
            self.world.act(DecideDestruction(entry_id=entry.id, approve=1), "head")
            self.erase(entry.id)


def play(world: World) -> None:
    """Let the pupil have a card, a guardian, messages and an excuse, and leave after the year."""
    school = world.school
    pupil = school.pupils["5А"][0]
    school.guardian(pupil)
    world.act(
        ExcuseAbsence(
            pupil_id=pupil,
            excuse=ExcuseKind.SICK,
            first_day=MONDAY,
            last_day=MONDAY,
            document=CANARY,
        ),
        "russian",
    )
    world.act(OpenThread(pupil_id=pupil, to_guardians=1, title=CANARY, text=CANARY), "russian")
    expires = world.clock.wall() + 60
    world.act(IssueSlip(person_id=pupil, secret_hash=SECRET, expires_at=expires), "russian")
    seal(world)
    world.act(WithdrawPupil(pupil_id=pupil, last_day=LAST_DAY, order="№ 81"), "officer")


@pytest.fixture(
    scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
)
def origin(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> World:
    url = ""
    if request.param == "postgres":
        url = new_database(request.getfixturevalue("postgres_url"))
    world = build(tmp_path_factory.mktemp("people"), url)
    world.synced("deputy", "russian")
    play(world)
    world.synced("deputy", "russian")
    world.close()
    world.members.clear()
    return world


def at(origin: World, folder: Path, day: date) -> School:
    school = School(copied(origin, folder))
    school.go_to(day)
    return school


@pytest.fixture(scope="module")
def journals_gone(origin: World, tmp_path_factory: pytest.TempPathFactory) -> World:
    """The same school after five years, with the journals of 5А erased."""
    school = at(origin, tmp_path_factory.mktemp("gone") / "world", OVER)
    school.erase_journals()
    school.world.close()
    return school.world


@pytest.fixture
def school(journals_gone: World, tmp_path: Path) -> Iterator[School]:
    school = at(journals_gone, tmp_path / "world", OVER)
    yield school
    school.world.close()


@pytest.mark.clause("5.3/1")
@pytest.mark.asvs("14.2.7")
def test_a_former_pupil_goes_with_card_family_messages_and_name(school: School) -> None:
    store, pupil = school.world.server.store, school.pupil
    name = store.require(Pupil, pupil).family
    assert CANARY in school.texts()
    [listed] = [
        one
        for one in former(store, calendar.day_number(OVER))
        if (one.person_id, one.what) == (pupil, ArchiveKind.PUPIL)
    ]
    assert (listed.keep_until, listed.is_due(calendar.day_number(OVER))) == (JOURNAL_UNTIL, True)
    done = school.forget(ArchiveKind.PUPIL, pupil)
    assert done.rows > 0
    assert done.payloads > 0
    for table in (Pupil, PupilCard, Guardianship, Enrolment):
        column = "id" if table is Pupil else "pupil_id"
        assert store.select(table, **{column: pupil}) == []
    assert store.select(Message) == []
    assert CANARY not in school.texts()
    payloads = school.payloads()
    assert CANARY.encode() not in payloads
    entry = store.require(ArchiveEntry, done.entry_id)
    assert (entry.state, name in entry.title) == (ArchiveState.ERASED, False)
    assert school.verify().problems == ()


@pytest.mark.clause("5.3/1")
def test_others_stay(school: School) -> None:
    store, pupil = school.world.server.store, school.pupil

    def kept() -> list[tuple[object, ...]]:
        rows = [*store.select(Pupil), *store.select(Enrolment), *store.select(Guardianship)]
        return [row.values() for row in rows if pupil not in (row.id, row.__dict__.get("pupil_id"))]

    before = kept()
    assert len(before) > 10
    school.forget(ArchiveKind.PUPIL, pupil)
    assert kept() == before


@pytest.mark.clause("5.3/2")
def test_what_the_council_decided_before_stays_with_its_decision(school: School) -> None:
    """Both are kept with the register, twenty-five years; other history of the pupil goes."""
    store, pupil = school.world.server.store, school.pupil
    for protocol in ("№ 14", "№ 15"):
        school.world.act(
            RecordCouncilDecision(
                pupil_id=pupil,
                year_id=school.world.school.year,
                decision=CouncilDecisionKind.REPEAT,
                next_grade=5,
                protocol=protocol,
                protocol_day=LAST_DAY,
            ),
            "deputy",
        )
    part = partition(PartitionKind.PUPIL_DAY, pupil)

    def kept() -> list[tuple[object, ...]]:
        rows = [*store.select(CouncilDecision), *store.select(CellHistory, part=part)]
        return [(row.number, row.values()) for row in rows]

    before = kept()
    assert [number for number, _ in before] == [CouncilDecision.number, CellHistory.number]
    school.forget(ArchiveKind.PUPIL, pupil)
    assert kept() == before
    assert school.verify().problems == ()


@pytest.mark.clause("5.3/1")
def test_on_the_last_day_and_while_a_journal_names_the_pupil_it_is_kept(
    origin: World, tmp_path: Path
) -> None:
    school = at(origin, tmp_path / "world", JOURNAL_UNTIL)
    lines = school.world.server.store.select(JournalLine, pupil_id=school.pupil)
    assert lines
    assert school.propose(ArchiveKind.PUPIL, school.pupil) == "erasure.journals"
    school.go_to(OVER)
    assert school.propose(ArchiveKind.PUPIL, school.pupil) == "erasure.journals"
    [listed] = [
        one
        for one in former(school.world.server.store, calendar.day_number(OVER))
        if (one.person_id, one.what) == (school.pupil, ArchiveKind.PUPIL)
    ]
    assert (listed.journals, listed.is_due(calendar.day_number(OVER))) == (len(lines), False)
    school.world.close()


@pytest.mark.clause("5.3/1")
def test_who_is_still_here_or_came_back_is_not_erased(school: School) -> None:
    classmate = school.world.school.pupils["5А"][1]
    assert school.propose(ArchiveKind.PUPIL, classmate) == "erasure.not_over"
    assert school.propose(ArchiveKind.ACCESS, classmate) == "erasure.not_over"
    assert school.propose(ArchiveKind.ACCESS, school.world.person("deputy")) == "erasure.not_over"
    assert school.propose(ArchiveKind.PUPIL, school.pupil) == ""
    assert school.propose(ArchiveKind.PUPIL, school.pupil) == "archive.already"


@pytest.mark.clause("4.6.6")
@pytest.mark.clause("5.3/1")
def test_who_comes_back_is_kept_and_goes_when_the_time_of_the_second_stay_is_over(
    school: School,
) -> None:
    assert school.propose(ArchiveKind.PUPIL, school.pupil) == ""
    school.come_back()
    assert school.decide(approve=1) == "erasure.not_over"
    assert school.decide(approve=0) == ""
    assert school.propose(ArchiveKind.PUPIL, school.pupil) == "erasure.not_over"
    school.leave_again()
    assert school.propose(ArchiveKind.PUPIL, school.pupil) == "5.3/1/kept"
    school.go_to(date(2039, 1, 1))
    done = school.forget(ArchiveKind.PUPIL, school.pupil)
    store = school.world.server.store
    assert store.get(Pupil, school.pupil) is None
    assert store.require(ArchiveEntry, done.entry_id).title == "2032/33 · 11А"
    assert CANARY not in school.texts()
    assert school.verify().problems == ()


@pytest.mark.clause("4.6.6")
@pytest.mark.clause("5.3/1")
def test_who_comes_back_after_the_approval_is_kept_and_the_act_is_sent_back(
    school: School,
) -> None:
    assert school.propose(ArchiveKind.PUPIL, school.pupil) == ""
    assert school.decide(approve=1) == ""
    school.come_back()
    [entry_id] = due(school.world.server)
    before = school.texts()
    with pytest.raises(InputError) as refused:
        school.erase(entry_id)
    assert refused.value.key == "erasure.not_over"
    assert school.texts() == before
    assert school.decide(approve=0) == ""
    assert due(school.world.server) == []
    assert school.decide(approve=0) == "archive.state"


@pytest.mark.clause("5.3/1")
def test_what_one_act_may_not_erase_keeps_no_other_from_it(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = school.world
    assert school.propose(ArchiveKind.PUPIL, school.pupil) == ""
    assert school.decide(approve=1) == ""
    school.come_back()
    classmate = world.school.pupils["5А"][1]
    world.act(WithdrawPupil(pupil_id=classmate, last_day=LAST_DAY, order="№ 82"), "officer")
    assert school.propose(ArchiveKind.PUPIL, classmate) == ""
    assert school.decide(approve=1) == ""
    now = world.clock
    world.close()
    monkeypatch.setattr("eschool_cli.server_erase.SystemClock", lambda: now)
    args = ["server", "erase", "--data", str(world.directory.folder)]
    if world.postgres_url:
        args += ["--database", world.postgres_url]
    result = CliRunner().invoke(cli, args, prog_name="eschool")
    assert result.exit_code == 4, result.output
    assert "archive keep" in result.output
    world.school.move(world.directory.school(world.number))
    assert world.server.store.get(Pupil, classmate) is None
    assert world.server.store.get(Pupil, school.pupil) is not None


@pytest.mark.clause("5.3/1")
@pytest.mark.asvs("14.2.7")
def test_replicas_forget_a_pupil_at_their_next_sync(school: School) -> None:
    deputy, teacher = school.world.member("deputy"), school.world.member("russian")
    assert CANARY in texts_of(teacher)
    school.forget(ArchiveKind.PUPIL, school.pupil)
    for member in (deputy, teacher):
        member.sync()
        assert CANARY not in texts_of(member)
        assert member.replica.store.get(Pupil, school.pupil) is None


@pytest.mark.threat("T16")
@pytest.mark.asvs("14.2.7")
def test_a_backup_from_before_the_act_is_made_to_forget_again(
    school: School, tmp_path: Path
) -> None:
    world = school.world
    copy = school.take_copy()
    done = school.forget(ArchiveKind.PUPIL, school.pupil)
    beside = tmp_path / "beside.json"
    add_list(school.file, beside)
    assert read_people(beside)[done.entry_id].person_id == school.pupil
    school.put_back(copy)
    assert CANARY in school.texts()
    # The backup knows nothing of the act: its entry was made with it.
    assert world.server.store.get(ArchiveEntry, done.entry_id) is None
    assert done.entry_id in returned(world.server, school.file)
    erase_returned(world.server, school.file, world.clock.wall())
    assert CANARY not in school.texts()
    assert CANARY.encode() not in school.payloads()
    assert world.server.store.get(Pupil, school.pupil) is None
    assert list(returned(world.server, school.file)) == []
    assert school.verify().problems == ()


def test_a_list_that_does_not_say_whom_it_was_of_is_damaged(school: School) -> None:
    world = school.world
    copy = school.take_copy()
    school.forget(ArchiveKind.PUPIL, school.pupil)
    school.put_back(copy)
    text = school.file.read_text()
    school.file.write_text(text[: text.index('"people"')] + '"people": {}}')
    with pytest.raises(DamageError):
        erase_returned(world.server, school.file, world.clock.wall())
    school.file.write_text('{"format": 1, "erased": {}, "people": 5}')
    with pytest.raises(DamageError):
        read_people(school.file)


@pytest.mark.asvs("14.2.7")
def test_an_access_goes_a_year_after_it_ended_with_the_account_beside_the_log(
    origin: World, tmp_path: Path
) -> None:
    left = calendar.date_of(LAST_DAY)
    school = at(origin, tmp_path / "world", left.replace(year=left.year + 1))
    server, person = school.world.server, school.pupil
    assert school.propose(ArchiveKind.ACCESS, person) == "erasure.access_kept"
    assert server.store.select(Slip, person_id=person)
    server.database.execute(
        "INSERT INTO account (person_id, password, set_at, factor, factor_at, factor_step) "
        "VALUES (?, 'x', 0, ?, 0, 0)",
        (person, b""),
    )
    school.go_to(calendar.date_of(calendar.day_number(left.replace(year=left.year + 1)) + 1))
    school.forget(ArchiveKind.ACCESS, person)
    assert server.store.select(Slip, person_id=person) == []
    assert server.database.fetch("SELECT * FROM account WHERE person_id = ?", (person,)) == []
    assert server.store.get(Pupil, person) is not None
    assert SECRET.encode() not in school.payloads()
    assert school.verify().problems == ()
    school.world.close()
