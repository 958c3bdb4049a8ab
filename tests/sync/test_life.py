"""Commands of the school's year: offline on a replica, and forged by somebody without the right."""

from __future__ import annotations

from collections.abc import Callable

import msgpack
import pytest

from eschool_core.app import Outcome
from eschool_core.commands.base import Command
from eschool_core.commands.class_care import CheckAttendance, CheckCards, CorrectPupil
from eschool_core.commands.sections import ConfirmSection
from eschool_core.domain.care import ClassCheck, SectionConfirmation
from eschool_core.domain.care_enums import Section
from eschool_core.domain.enums import Verdict
from eschool_core.domain.people import PupilCard
from eschool_core.domain.row import Row
from eschool_core.errors import RegulationError
from eschool_core.queries.duties.registry import duties
from eschool_sync.protocol.messages import unpack_outcome
from tests.school import MONDAY
from tests.sync.forger import Forger
from tests.sync.harness import Member, World, pupils

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
)


@pytest.mark.clause("4.6.2")
@pytest.mark.clause("4.6.7")
@pytest.mark.clause("4.3")
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
