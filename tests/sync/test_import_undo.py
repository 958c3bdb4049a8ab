"""An import is taken back without a network, and then by the server (row 81)."""

from __future__ import annotations

import pytest

from eschool_core.commands.base import Command
from eschool_core.commands.import_undo import UndoImport
from eschool_core.commands.journals import PlanRow, SetPlan
from eschool_core.commands.people import AdmitPupil
from eschool_core.domain.imports import ImportImage, ImportRecord, ImportSource
from eschool_core.domain.journal import Mark, PlanItem
from eschool_core.domain.people import Pupil
from eschool_core.domain.row import Row
from eschool_core.domain.tables import TABLES
from eschool_core.errors import InputError
from eschool_core.imports.builder import CommandBatch
from eschool_core.store.steps import newest
from eschool_sync.server.migrating import migrate
from tests.core.commands.acts import mark
from tests.school import MONDAY
from tests.sync.harness import Member, World, lesson
from tests.sync.older_places import to_version_3
from tests.sync.test_schema_steps import server_key

pytestmark = [pytest.mark.asvs("row 81"), pytest.mark.clause("4.7.4")]


def give(member: Member, source: ImportSource, commands: list[Command], journal: int = 0) -> int:
    """Import without a network; return the import's id."""
    replica = member.replica
    batch = CommandBatch(replica.device, replica.next_number())
    batch.begin_import(source, journal)
    for command in commands:
        batch.add(command)
    replica.do_all(batch.group)
    return max(one.id for one in replica.store.select(ImportRecord))


def class_list(world: World) -> list[Command]:
    return [
        AdmitPupil(
            family=f"Ученик{row}", given="Новый", order="7-з", first_day=MONDAY,
            class_id=world.school.classes["5А"],
        )
        for row in range(3)
    ]  # fmt: skip


def plan(world: World, *topics: str) -> SetPlan:
    items = tuple(
        PlanRow(ordinal=number, section="Числа", topic=topic)
        for number, topic in enumerate(topics, start=1)
    )
    return SetPlan(journal_id=world.school.journals["5А", "Математика"], items=items)


def of_school(world: World) -> dict[type[Row], list[tuple[object, ...]]]:
    """Return the server's rows without seqs; imports themselves are left out."""
    return {
        spec.table: [row.replace(seq=0).values() for row in world.server.store.select(spec.table)]
        for spec in TABLES
        if spec.table is not ImportRecord
    }


def test_a_class_list_goes_here_at_once_and_then_at_the_server(world: World) -> None:
    officer, maths = world.synced("officer", "maths")
    before, seen = of_school(world), len(maths.replica.store.select(Pupil))
    import_id = give(officer, ImportSource.ROSTER, class_list(world))
    officer.sync()
    maths.sync()
    assert len(maths.replica.store.select(Pupil)) == seen + 3
    officer.do(UndoImport(import_id=import_id))
    assert officer.replica.store.select(Pupil, given="Новый") == []
    assert len(world.server.store.select(Pupil, given="Новый")) == 3
    assert officer.sync().accepted == 1
    assert of_school(world) == before
    maths.sync()
    assert len(maths.replica.store.select(Pupil)) == seen
    world.check("officer", "maths")


def test_an_import_that_is_not_confirmed_is_undone_by_the_server(world: World) -> None:
    """Here nobody knows yet what it came to; both commands travel together."""
    [officer] = world.synced("officer")
    before = of_school(world)
    import_id = give(officer, ImportSource.ROSTER, class_list(world))
    receipt = officer.replica.do(UndoImport(import_id=import_id))
    assert receipt.outcome is None
    assert len(officer.replica.store.select(Pupil, given="Новый")) == 3
    officer.sync()
    assert of_school(world) == before
    assert officer.replica.store.select(Pupil, given="Новый") == []
    world.check("officer")


def test_what_rests_on_it_elsewhere_brings_it_back(world: World) -> None:
    """The officer's replica holds no marks: it takes the list back, and the server does not."""
    officer, maths = world.synced("officer", "maths")
    import_id = give(officer, ImportSource.ROSTER, class_list(world))
    officer.sync()
    maths.sync()
    [newcomer] = maths.replica.store.select(Pupil, family="Ученик0")
    maths.do(mark(lesson(world), newcomer.id))
    maths.sync()
    before = of_school(world)
    officer.do(UndoImport(import_id=import_id))
    assert officer.replica.store.select(Pupil, given="Новый") == []
    assert officer.sync().rejected == 1
    [refused] = officer.replica.refused()
    assert (refused.key, refused.params["table"]) == ("import.undo_rests", "mark")
    assert len(officer.replica.store.select(Pupil, given="Новый")) == 3
    after = of_school(world)
    assert {table.__name__ for table in after if after[table] != before[table]} == {"Notice"}
    world.check("officer", "maths")


def test_the_officer_takes_back_a_plan_that_the_own_replica_does_not_hold(world: World) -> None:
    officer, maths = world.synced("officer", "maths")
    maths.do(plan(world, "Дроби", "Доли", "Проценты"))
    maths.sync()
    before = of_school(world)
    journal = world.school.journals["5А", "Математика"]
    import_id = give(maths, ImportSource.PLAN, [plan(world, "Дроби", "Степени")], journal)
    maths.sync()
    assert [one.row_id for one in world.server.store.select(ImportImage)] != []
    officer.sync()
    assert officer.replica.store.select(PlanItem) == []
    officer.do(UndoImport(import_id=import_id))
    officer.sync()
    assert of_school(world) == before
    maths.sync()
    assert [one.topic for one in maths.replica.store.select(PlanItem)] == [
        "Дроби",
        "Доли",
        "Проценты",
    ]
    assert maths.replica.store.select(ImportImage) == []
    world.check("officer", "maths")


def test_marks_are_taken_back_offline_by_their_teacher(world: World) -> None:
    [maths] = world.synced("maths")
    pupil, journal = world.school.pupils["5А"][1], world.school.journals["5А", "Математика"]
    import_id = give(maths, ImportSource.MARKS, [mark(lesson(world), pupil, 2)], journal)
    maths.sync()
    maths.do(UndoImport(import_id=import_id))
    assert [one.value for one in maths.replica.store.select(Mark)] == [0]
    maths.sync()
    assert [one.value for one in world.server.store.select(Mark)] == [0]
    world.check("maths")


def test_an_import_without_commands_leaves_nothing(world: World) -> None:
    [officer] = world.synced("officer")
    batch = CommandBatch(officer.replica.device, officer.replica.next_number())
    batch.begin_import(ImportSource.ROSTER)
    assert batch.group == []
    with pytest.raises(ValueError, match="begun already"):
        batch.begin_import(ImportSource.STAFF)


def test_a_refused_import_leaves_no_record(world: World) -> None:
    [officer] = world.synced("officer")
    broken = AdmitPupil(
        family="Ученик", given="Новый", order="7-з", first_day=MONDAY, birth_day=MONDAY + 1,
        class_id=world.school.classes["5А"],
    )  # fmt: skip
    with pytest.raises(InputError):
        give(officer, ImportSource.ROSTER, [*class_list(world), broken])
    assert officer.replica.store.select(ImportRecord) == []
    assert officer.replica.store.select(ImportImage) == []


MADE = "SELECT name, sql FROM sqlite_master WHERE tbl_name LIKE 'import_%' AND sql IS NOT NULL"


@pytest.mark.threat("T19")
def test_tables_of_the_version_before_get_what_an_import_needs(world: World) -> None:
    officer, maths = world.synced("officer", "maths")
    fresh = {(name, " ".join(sql.split())) for name, sql in world.server.database.fetch(MADE)}
    to_version_3(world.server.database)
    to_version_3(maths.database)
    maths.replica.close()
    assert world.server.database.fetch(MADE) == []
    assert migrate(world.server.database, server_key(world)) == (3, newest())
    made = {(name, " ".join(sql.split())) for name, sql in world.server.database.fetch(MADE)}
    assert {name for name, _ in made} == {name for name, _ in fresh}
    assert {sql for _, sql in made} == {
        sql.replace("( ", "(").replace(" )", ")") for _, sql in fresh
    }
    maths.open()
    journal = world.school.journals["5А", "Математика"]
    import_id = give(maths, ImportSource.PLAN, [plan(world, "Дроби")], journal)
    maths.sync()
    maths.do(UndoImport(import_id=import_id))
    maths.sync()
    assert world.server.store.select(PlanItem) == []
    officer.sync()
    world.check("officer", "maths")
