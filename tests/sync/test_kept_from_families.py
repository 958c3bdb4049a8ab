"""Families get debts with the year's release, corrections with their decision (2.9, 2.2, T3)."""

from __future__ import annotations

import pytest

from eschool_core.commands.closing import CloseTerm
from eschool_core.commands.corrections import DecideCorrection, ProposeCorrection
from eschool_core.commands.debts import RecordRetake
from eschool_core.commands.releases import ReleaseMarks
from eschool_core.commands.term_marks import SetYearMark
from eschool_core.commands.terms import SetOrderDate
from eschool_core.domain.journal import CellHistory, Mark
from eschool_core.domain.partition import PartitionKind, kind_of
from eschool_core.domain.result_enums import CorrectionTarget, DateKind, DebtState
from eschool_core.domain.results import AcademicDebt, Correction, ReleasedDebt
from eschool_core.queries.beside_marks import debts, family_debts
from eschool_core.store import steps
from eschool_sync.history.verify import Verifier
from eschool_sync.server.migrating import migrate
from tests.core.commands.acts import mark
from tests.school import LAST_DAY, clock
from tests.sync.harness import MATHS, Member, World, all_rows, lesson, pupils
from tests.sync.older_places import to_version_2
from tests.sync.test_schema_steps import server_key, sums
from tests.sync.test_scope import bare, decrypted
from tests.sync.test_term_barrier import close, one_term
from tests.terms import TEACHERS

GROUND = "Основание-канарейка-8841"
PROTOCOL = "Протокол-канарейка-5512"
FAMILY = ("guardian", "pupil")
EVERYBODY = ("maths", "russian", "deputy", *FAMILY)


@pytest.fixture
def closed(world: World) -> World:
    """The year is closed: the guardian's child owes maths and has failed a retake, nothing is
    released; a change of the child's 4 of Monday is proposed."""
    return with_debt_and_proposal(world)


@pytest.fixture
def any_closed(any_world: World) -> World:
    """The same on either database."""
    return with_debt_and_proposal(any_world)


def with_debt_and_proposal(world: World) -> World:
    one_term(world)
    world.synced(*EVERYBODY)
    child, journal_id = pupils(world)[0], world.school.journals[MATHS]
    world.act(mark(lesson(world), child, 4), "maths")
    close(world)
    world.act(
        ProposeCorrection(
            journal_id=journal_id,
            pupil_id=child,
            target=CorrectionTarget.MARK,
            lesson_id=lesson(world),
            value=5,
            ground=GROUND,
        ),
        "maths",
    )
    world.advance(clock(LAST_DAY, 18) - world.clock.wall())
    close_year(world, child)
    world.act(
        RecordRetake(
            journal_id=journal_id,
            pupil_id=child,
            value=2,
            protocol=PROTOCOL,
            protocol_day=LAST_DAY,
        ),
        "deputy",
    )
    world.settle()
    return world


def close_year(world: World, owes: int) -> None:
    """Set every year mark of 5А, one of them a 2 in maths, and close the year."""
    for where, teacher in TEACHERS.items():
        journal_id = world.school.journals[where]
        sql = "SELECT pupil_id FROM journal_line WHERE journal_id = ? ORDER BY id"
        for (pupil_id,) in world.server.store.rows(sql, journal_id):
            value = 2 if (pupil_id, where) == (owes, MATHS) else 4
            given = SetYearMark(
                journal_id=journal_id, pupil_id=pupil_id, value=value, reason="итог"
            )
            world.act(given, teacher)
    world.act(CloseTerm(class_id=world.school.classes["5А"]), "deputy")


def release_year(world: World) -> None:
    world.act(ReleaseMarks(class_id=world.school.classes["5А"]), "deputy")
    world.settle()


def decide(world: World, *, approve: int) -> None:
    [entry] = world.server.store.select(Correction)
    decision = DecideCorrection(correction_id=entry.id, approve=approve, answer="Изучено")
    world.act(decision, "deputy")
    world.settle()


def kinds_held(member: Member) -> set[PartitionKind]:
    return {kind_of(part) for (part,) in member.database.fetch("SELECT part FROM part_state")}


def lies_in_file(member: Member, canary: str) -> bool:
    """Whether a text is anywhere in a replica's file, what was deleted among it."""
    member.replica.close()
    found = canary.encode() in decrypted(member)
    member.open()
    return found


@pytest.mark.clause("2.2")
@pytest.mark.clause("2.10")
@pytest.mark.threat("T3")
@pytest.mark.asvs("8.2.2")
def test_no_family_holds_a_proposal_that_waits(closed: World) -> None:
    for name in FAMILY:
        member = closed.members[name]
        assert member.replica.store.select(Correction) == []
        assert not bare(member, GROUND.encode())
        assert not lies_in_file(member, GROUND)
    for name in ("maths", "deputy"):
        assert len(closed.members[name].replica.store.select(Correction)) == 1
    closed.check()


@pytest.mark.clause("2.2")
@pytest.mark.threat("T3")
def test_a_declined_proposal_never_comes(closed: World) -> None:
    decide(closed, approve=0)
    for name in FAMILY:
        assert not lies_in_file(closed.members[name], GROUND)


@pytest.mark.clause("2.2")
def test_an_approved_one_comes_as_the_mark_with_what_it_was(closed: World) -> None:
    """Families see 4 → 5 and the reason, as of any late correction."""
    decide(closed, approve=1)
    for name in FAMILY:
        store = closed.members[name].replica.store
        assert store.select(Correction) == []
        [row] = store.select(Mark, lesson_id=lesson(closed))
        [earlier] = store.select(CellHistory, row_id=row.id)
        assert (row.value, earlier.reason, '"value": 4' in earlier.content) == (5, GROUND, True)
    closed.check()


@pytest.mark.clause("2.9")
@pytest.mark.clause("2.10")
@pytest.mark.threat("T3")
@pytest.mark.asvs("8.2.2")
def test_before_the_release_no_family_holds_a_debt(closed: World) -> None:
    for name in FAMILY:
        member = closed.members[name]
        assert debts(member.replica.store) == ()
        assert PartitionKind.RESULT not in kinds_held(member)
        assert not bare(member, PROTOCOL.encode())
        assert not lies_in_file(member, PROTOCOL)
    for name in ("maths", "deputy"):
        assert len(debts(closed.members[name].replica.store)) == 1
    assert family_debts(closed.server.store, pupils(closed)[0]) == ()
    assert family_debts(closed.members["maths"].replica.store, pupils(closed)[0]) == ()


@pytest.mark.clause("2.9")
def test_with_the_release_the_debt_comes_and_follows_its_retakes(closed: World) -> None:
    release_year(closed)
    child = pupils(closed)[0]
    for name in FAMILY:
        store = closed.members[name].replica.store
        assert (store.select(AcademicDebt), len(store.select(ReleasedDebt))) == ([], 1)
        [debt] = family_debts(store, child)
        assert (debt.state, debt.retakes, debt.value) == (DebtState.OPEN, 1, "2")
        assert (debt,) == family_debts(closed.server.store, child)
        assert [(one.pupil_id, one.due) for one in debts(store)] == [(child, debt.due)]
    [teachers] = family_debts(closed.members["maths"].replica.store, child)
    assert teachers.state is DebtState.OPEN
    closed.act(
        RecordRetake(
            journal_id=closed.school.journals[MATHS],
            pupil_id=child,
            value=3,
            commission=1,
            protocol="№ 9",
            protocol_day=LAST_DAY,
        ),
        "deputy",
    )
    closed.settle()
    for name in FAMILY:
        [debt] = family_debts(closed.members[name].replica.store, child)
        assert (debt.state, debt.retakes, debt.value) == (DebtState.CLEARED, 2, "3")
    closed.check()


@pytest.mark.clause("2.9")
def test_a_debt_of_a_year_that_is_released_already_is_seen_at_once(world: World) -> None:
    one_term(world)
    [guardian] = world.synced("guardian")
    close(world)
    world.act(
        SetOrderDate(
            year_id=world.school.year,
            date_kind=DateKind.DUE,
            day=LAST_DAY - 1,
            act="№ 21",
            act_day=LAST_DAY - 30,
        ),
        "deputy",
    )
    world.advance(clock(LAST_DAY, 18) - world.clock.wall())
    world.act(ReleaseMarks(class_id=world.school.classes["5А"]), "deputy")
    close_year(world, pupils(world)[0])
    guardian.sync()
    assert [debt.state for debt in debts(guardian.replica.store)] == [DebtState.OPEN]
    world.check("guardian")


@pytest.mark.clause("2.9")
@pytest.mark.parametrize("is_released", [False, True])
def test_a_school_of_version_2_has_what_a_new_one_would_have(
    any_closed: World, *, is_released: bool
) -> None:
    if is_released:
        release_year(any_closed)
    server, key = any_closed.server, server_key(any_closed)
    rows, before = all_rows(server.database), sums(server.database)
    to_version_2(server.database, server=True)
    assert migrate(server.database, key) == (2, steps.newest())
    assert (all_rows(server.database), sums(server.database)) == (rows, before)
    verified = Verifier(server.database, any_closed.number, server.public_key, key).verify()
    assert verified.problems == ()


@pytest.mark.clause("2.9")
@pytest.mark.threat("T19")
@pytest.mark.parametrize("name", EVERYBODY)
@pytest.mark.parametrize("is_released", [False, True])
def test_a_replica_of_version_2_keeps_what_it_may(
    closed: World, name: str, *, is_released: bool
) -> None:
    if is_released:
        release_year(closed)
    member = closed.members[name]
    rows = member.rows()
    older_replica(closed, member)
    member.open()
    assert member.rows() == rows
    assert member.sync().mended_rows == 0
    closed.check(name)
    if name in FAMILY:
        assert not lies_in_file(member, GROUND)
        assert lies_in_file(member, PROTOCOL) == is_released


def older_replica(world: World, member: Member) -> None:
    """Turn a replica into what version 2 had: families held debts and proposals of their lines."""
    database = member.database
    if member.name in FAMILY:
        for table in (AcademicDebt, Correction):
            for row in world.server.store.select(table):
                places = ", ".join("?" for _ in row.values())
                database.execute(
                    f"INSERT INTO {table.__tablename__} VALUES ({places})", row.values()
                )
    to_version_2(database, server=False)
    member.replica.close()
