"""Which tables of a replica have indexes."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from eschool_core.domain.journal import LessonWork, Mark, Topic
from eschool_core.store import schema
from eschool_sync.replica.indexing import INDEXED
from eschool_sync.replica.tables import find_meta
from tests.core.commands.acts import mark, topic
from tests.sync.harness import Member, World, lesson, pupils


def indexed(member: Member) -> set[str]:
    """Return the tables that have an index by partition."""
    names = member.database.fetch("SELECT tbl_name FROM sqlite_master WHERE name LIKE 'ix_%_part'")
    return {str(name) for (name,) in names}


def named(tables: Iterable[type[Mark | Topic | LessonWork]]) -> set[str]:
    return {str(table.__tablename__) for table in tables}


def test_a_table_that_outgrows_a_page_by_a_sync_gets_its_indexes(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    maths, deputy = world.synced("maths", "deputy")
    assert not indexed(deputy) & named([Mark, Topic])
    monkeypatch.setattr(schema, "SMALL_TABLE", 1)
    for pupil in pupils(world)[:2]:
        maths.do(mark(lesson(world), pupil, 5))
    maths.do(topic(lesson(world), "Дроби"))
    maths.sync()
    deputy.sync()
    assert indexed(deputy) & named([Mark, Topic]) == named([Mark])
    numbers = find_meta(deputy.database, INDEXED)
    deputy.sync()
    assert find_meta(deputy.database, INDEXED) == numbers
    world.check("maths", "deputy")


def test_a_sync_asks_only_of_tables_whose_rows_have_come(world: World) -> None:
    maths, deputy = world.synced("maths", "deputy")
    maths.do(topic(lesson(world), "Дроби"))
    maths.sync()
    asked: list[str] = []
    deputy.database.connection.set_trace_callback(asked.append)  # type: ignore[attr-defined]
    deputy.sync()
    deputy.database.connection.set_trace_callback(None)  # type: ignore[attr-defined]
    counted = [sql for sql in asked if sql.startswith("SELECT COUNT(*) FROM (SELECT 1 FROM ")]
    assert 1 <= len(counted) < 10
