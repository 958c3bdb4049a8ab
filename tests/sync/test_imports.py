"""An import is one group: a fault in any row leaves nothing, here and on the server (row 81)."""

from __future__ import annotations

from datetime import date

import pytest

from eschool_core.commands.base import Command
from eschool_core.commands.people import AdmitPupil
from eschool_core.domain.journal import Mark
from eschool_core.domain.people import Pupil
from eschool_core.errors import InputError, RegulationError
from eschool_core.imports.builder import CommandBatch
from eschool_core.imports.builder_marks import build_marks
from eschool_core.imports.marks import Year, read_marks
from tests.school import MONDAY
from tests.sync.harness import World

ROWS = 6


def rows_of(world: World, broken: int, **fault: int) -> list[Command]:
    """Return a class list in which the row ``broken`` has a fault."""
    good = {
        "given": "Новый",
        "order": "7-з",
        "class_id": world.school.classes["5А"],
        "first_day": MONDAY,
    }
    return [
        AdmitPupil.model_validate(
            good | {"family": f"Ученик{row}"} | (fault if row == broken else {})
        )
        for row in range(ROWS)
    ]


def newcomers(world: World) -> set[str]:
    return {
        pupil.family
        for pupil in world.server.store.select(Pupil)
        if pupil.family.startswith("Ученик")
    }


@pytest.mark.asvs("row 81")
@pytest.mark.asvs("2.3.3")
@pytest.mark.parametrize("broken", range(ROWS))
def test_a_fault_in_any_row_leaves_nothing(world: World, broken: int) -> None:
    [officer] = world.synced("officer")
    before = officer.rows()
    with pytest.raises(InputError) as refused:
        officer.replica.do_all(rows_of(world, broken, birth_day=MONDAY + 1))
    assert refused.value.key == "data.field"
    assert officer.rows() == before
    officer.sync()
    assert newcomers(world) == set()


@pytest.mark.asvs("row 81")
@pytest.mark.asvs("2.3.3")
@pytest.mark.parametrize("broken", range(ROWS))
def test_a_fault_that_only_the_server_sees_leaves_nothing(world: World, broken: int) -> None:
    """No class has this id: a replica cannot know that, so the server takes the list back."""
    [officer] = world.synced("officer")
    before = officer.rows()
    officer.replica.do_all(rows_of(world, broken, class_id=1))
    assert officer.sync().rejected == ROWS
    assert newcomers(world) == set()
    after = officer.rows()
    assert {name for name in after if after[name] != before[name]} <= {"notice"}


@pytest.mark.asvs("row 81")
def test_without_a_fault_all_of_it_stands(world: World) -> None:
    [officer] = world.synced("officer")
    officer.replica.do_all(rows_of(world, ROWS))
    assert newcomers(world) == set()
    officer.sync()
    assert newcomers(world) == {f"Ученик{row}" for row in range(ROWS)}


@pytest.mark.asvs("row 81")
@pytest.mark.asvs("2.3.3")
def test_a_mark_of_a_lesson_to_come_takes_the_whole_table_along(world: World) -> None:
    [teacher] = world.synced("maths")
    content = "ФИО;07.09;14.09\nАбрамов Саша;5;4\nБелова Саша;3;\n".encode()
    year = Year(date(2026, 9, 1), date(2027, 5, 31))
    replica, journal = teacher.replica, world.school.journals["5А", "Математика"]
    batch = CommandBatch(replica.device, replica.next_number())
    made = build_marks(batch, replica.store, journal, read_marks(content, year, {}))
    assert made.imported == 3
    with pytest.raises(RegulationError) as refused:
        replica.do_all([entry.command for entry in batch.commands])
    assert refused.value.check.clause == "4.5.2"
    assert replica.store.select(Mark) == []
    teacher.sync()
    assert world.server.store.select(Mark) == []
