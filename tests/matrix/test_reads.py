"""Every subject's sight: exactly the kinds of rows that the hand-written table names."""

from __future__ import annotations

import pytest

from eschool_core.domain.informing import Thread
from eschool_core.domain.partition import ACCESS, OFFICE, SCHOOL, PartitionKind, partition
from eschool_core.regulation.permissions import table
from eschool_sync.server.scope import scope_of
from tests.matrix import stage, tables
from tests.matrix.stage import ABSENT, COLUMNS, Stage, close_every_term, taken_back

WIDTH = len(COLUMNS) - 1
WANTED = tables.read("reads.txt", WIDTH)


@pytest.fixture(scope="module")
def built() -> Stage:
    """A school in which every kind of partition has rows."""
    made = stage.build()
    for part in parts(made).values():
        made.school.database.execute(
            "INSERT INTO part_state (part, rows, digest, seq) VALUES (?, 0, ?, 0) "
            "ON CONFLICT (part) DO NOTHING",
            (part, bytes(16)),
        )
    return made


def parts(built: Stage) -> dict[str, int]:
    """Return the partition that each line of the table asks for."""
    school = built.school
    pupil, journal = school.pupils["5А"][1], school.journals["5А", "Математика"]
    line, maths = school.line("5А", "Математика", pupil).id, school.staff["maths"]
    return {
        "school": SCHOOL,
        "class": partition(PartitionKind.CLASS, school.classes["5А"]),
        "name": partition(PartitionKind.NAME, pupil),
        "journal": partition(PartitionKind.JOURNAL, journal),
        "line": partition(PartitionKind.LINE, line),
        "result": partition(PartitionKind.RESULT, line),
        "released": partition(PartitionKind.RELEASED, line),
        "pupil": partition(PartitionKind.PUPIL, pupil),
        "health": partition(PartitionKind.HEALTH, pupil),
        "pupil_day": partition(PartitionKind.PUPIL_DAY, pupil),
        "staff": partition(PartitionKind.STAFF, maths),
        "person": partition(PartitionKind.PERSON, maths),
        "access": ACCESS,
        "office": OFFICE,
        "thread": partition(PartitionKind.THREAD, school.all(Thread)[0].id),
        "account": partition(PartitionKind.ACCOUNT, maths),
        "archive": partition(PartitionKind.ARCHIVE),
        "class_care": partition(PartitionKind.CLASS_CARE, school.classes["5А"]),
    }


def test_the_table_has_a_line_for_every_kind_of_rows() -> None:
    kinds = {kind.name.lower() for kind in PartitionKind}
    assert set(WANTED) == kinds == set(table("reads"))


@pytest.mark.scenario("2.10:1", "4.1:1", "4.2/2:1")
@pytest.mark.clause("4.1")
@pytest.mark.clause("1.4")
@pytest.mark.clause("2.10")
@pytest.mark.asvs("8.2.2")
@pytest.mark.asvs("row 31")
@pytest.mark.threat("T3")
@pytest.mark.threat("T26")
def test_each_subject_sees_what_the_table_says_and_nothing_else(built: Stage) -> None:
    asked = parts(built)
    scopes = [set(scope_of(built.school.store, built.actors[name])) for name in COLUMNS[:WIDTH]]
    found = {
        label: "".join("+" if part in scope else "-" for scope in scopes)
        for label, part in asked.items()
    }
    assert tables.differences(found, WANTED) == []


@pytest.mark.clause("2.5")
@pytest.mark.clause("4.1")
@pytest.mark.clause("4.5.5")
def test_a_closed_term_takes_nobody_s_sight(built: Stage) -> None:
    """What is closed is written no more, and read on by whoever has read it."""
    actors = [built.actors[name] for name in COLUMNS[:WIDTH]]
    before = [set(scope_of(built.school.store, actor)) for actor in actors]
    with taken_back(built):
        close_every_term(built, "5А")
        after = [set(scope_of(built.school.store, actor)) for actor in actors]
    assert after == before


@pytest.mark.clause("4.1")
@pytest.mark.asvs("8.2.2")
def test_what_does_not_exist_is_in_nobody_s_sight(built: Stage) -> None:
    absent = {
        partition(kind, ABSENT)
        for kind in PartitionKind
        if partition(kind, ABSENT) != partition(kind)
    }
    seen = {
        name: sorted(absent & set(scope_of(built.school.store, built.actors[name])))
        for name in COLUMNS[:WIDTH]
    }
    assert {name: parts for name, parts in seen.items() if parts} == {}


@pytest.mark.clause("4.1")
def test_the_printed_table_says_the_same() -> None:
    found = {label: tables.signs_of(who, WIDTH) for label, who in table("reads").items()}
    assert tables.differences(found, WANTED) == []
