"""An import is one group: a fault in any row leaves nothing, here and on the server (row 81)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from eschool_core.commands.base import Command
from eschool_core.commands.people import AdmitPupil
from eschool_core.domain.people import Pupil
from eschool_core.errors import InputError
from tests.school import MONDAY
from tests.sync.harness import World, build, copied

ROWS = 6


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> World:
    world = build(tmp_path_factory.mktemp("imports"))
    world.close()
    return world


@pytest.fixture
def world(origin: World, tmp_path: Path) -> Iterator[World]:
    made = copied(origin, tmp_path / "world")
    yield made
    made.close()


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
