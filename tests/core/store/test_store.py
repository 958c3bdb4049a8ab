from __future__ import annotations

import subprocess
import sys

import pytest

from eschool_core.app import carry_out
from eschool_core.commands.base import Occasion
from eschool_core.domain.journal import Lesson, Mark, Topic
from eschool_core.domain.partition import SCHOOL, PartitionKind, partition
from eschool_core.domain.school import Subject
from eschool_core.errors import InputError
from eschool_core.regulation.interval import Interval
from eschool_core.store import statements
from eschool_core.store.database import transaction
from eschool_core.store.ledger import OptimisticLedger
from eschool_core.store.schema import SMALL_TABLE, create_domain_tables, index_grown
from eschool_core.store.store import Store, UnknownFactError
from tests.core.commands.acts import mark
from tests.school import SmallSchool, built_school, memory


@pytest.fixture
def school() -> SmallSchool:
    return built_school()


def subject(school: SmallSchool, **changes: int | str) -> Subject:
    return Subject(id=1 << 40, part=SCHOOL, name="Химия").replace(**changes)


def test_a_row_is_read_by_a_process_that_never_made_one() -> None:
    code = (
        "from eschool_core.store.store import Store\n"
        "from eschool_core.domain.school import School\n"
        "print(School.from_values((1, 1, 0, 'a', 'Asia/Omsk', 5)).zone)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], check=False, capture_output=True, text=True, timeout=60
    )
    assert (done.stdout.strip(), done.stderr) == ("Asia/Omsk", "")


def test_a_row_takes_the_seq_of_the_command_that_wrote_it(school: SmallSchool) -> None:
    school.ledger.seq = 700
    school.store.put(subject(school, seq=3))
    assert school.one(Subject, id=1 << 40).seq == 700


def test_a_row_never_leaves_its_partition(school: SmallSchool) -> None:
    school.store.put(subject(school))
    other = partition(PartitionKind.CLASS, 5)
    with pytest.raises(ValueError, match="partition"):
        school.store.put(subject(school, part=other))


def test_the_sums_follow_what_is_put_changed_and_deleted(school: SmallSchool) -> None:
    before = school.kept()
    for step in ("put", "change", "delete"):
        with transaction(school.database):
            school.ledger.seq += 1
            if step == "delete":
                school.store.delete(school.one(Subject, id=1 << 40))
            else:
                school.store.put(subject(school, name=step))
            school.ledger.flush()
        assert school.kept() == school.recomputed()
    assert school.kept() == before
    assert school.dump()["tombstone"][-1] == (SCHOOL, school.ledger.seq, Subject.number, 1 << 40)


def _put_and_fail(school: SmallSchool) -> None:
    school.store.put(subject(school))
    school.store.put(subject(school, part=partition(PartitionKind.CLASS, 5)))


def test_what_is_dropped_leaves_the_sums_alone(school: SmallSchool) -> None:
    before = school.kept()
    with transaction(school.database):
        with pytest.raises(ValueError, match="partition"), school.store.step():
            _put_and_fail(school)
        school.database.execute("DELETE FROM subject WHERE id = ?", (1 << 40,))
        school.ledger.flush()
    assert school.kept() == before == school.recomputed()


def test_many_rows_are_written_as_one_by_one(school: SmallSchool) -> None:
    rows = [subject(school, id=(1 << 40) + number) for number in range(3)]
    with transaction(school.database):
        school.store.add_many(rows)
        school.store.add_many([])
        school.ledger.flush()
    assert school.kept() == school.recomputed()
    assert len(school.all(Subject, name="Химия")) == 3


def test_a_column_that_does_not_exist_is_a_defect_of_ours(school: SmallSchool) -> None:
    with pytest.raises(ValueError, match="no column"):
        school.all(Subject, colour="red")


def test_what_the_server_lacks_does_not_exist_and_what_a_replica_lacks_is_unknown(
    school: SmallSchool,
) -> None:
    with pytest.raises(InputError) as caught:
        school.store.require(Lesson, 5)
    assert type(caught.value) is InputError
    with pytest.raises(UnknownFactError):
        replica(school).require(Lesson, 5)


def replica(school: SmallSchool) -> Store:
    school.database.execute(
        "CREATE TABLE IF NOT EXISTS undo_image (table_number INTEGER, row_id INTEGER, "
        "part INTEGER, image BLOB, PRIMARY KEY (table_number, row_id))"
    )
    return Store(school.database, OptimisticLedger(school.database), held=frozenset({SCHOOL}))


@pytest.mark.parametrize(
    "missing", ["DELETE FROM lesson", "DELETE FROM journal_line", "DELETE FROM school"]
)
def test_a_command_whose_facts_lie_outside_the_replica_is_left_to_the_server(
    school: SmallSchool, missing: str
) -> None:
    command = mark(school.lesson("5А", "Математика"), school.pupils["5А"][0])
    school.database.execute(missing)
    occasion = Occasion(school.staff["maths"], 9, 0, 0, Interval.at(school.now))
    with transaction(school.database), pytest.raises(UnknownFactError):
        carry_out(replica(school), command, occasion)
    assert school.all(Mark) == []


def test_an_optimistic_write_keeps_the_confirmed_image_and_sums(school: SmallSchool) -> None:
    sums, store = school.kept(), replica(school)
    command = mark(school.lesson("5А", "Математика"), school.pupils["5А"][0])
    for number in range(2):
        occasion = Occasion(school.staff["maths"], 9, number, 0, Interval.at(school.now))
        with transaction(school.database):
            carry_out(store, command, occasion)
    assert school.one(Mark).seq == 0
    assert school.kept() == sums
    images = "SELECT image FROM undo_image WHERE table_number = ?"
    assert school.database.fetch(images, (Mark.number,)) == [(None,)]


def test_a_table_gets_its_indexes_when_it_has_outgrown_a_page() -> None:
    database = memory()
    create_domain_tables(database, indexes=False)

    def fill(first: int, count: int) -> None:
        rows = [
            Topic(
                id=number, part=SCHOOL, lesson_id=1, author_id=1, device=1, made_at=0, text="Дроби"
            )
            for number in range(first, first + count)
        ]
        database.execute_many(statements.insert(Topic), [row.values() for row in rows])

    fill(1, SMALL_TABLE)
    assert index_grown(database, [Topic, Mark]) == []
    fill(1 + SMALL_TABLE, 1)
    assert index_grown(database, [Mark]) == []
    assert index_grown(database, [Topic, Mark]) == [Topic.number]
    names = {
        row[0] for row in database.fetch("SELECT name FROM sqlite_master WHERE type = 'index'")
    }
    assert names >= {"ix_topic_lesson_id", "ix_topic_part"}
    assert "ix_mark_part" not in names
