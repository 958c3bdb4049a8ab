"""A snapshot answers as its store does, from one reading of a table."""

from __future__ import annotations

import pytest

from eschool_core.domain.school import Journal, Subject
from eschool_core.errors import InputError
from eschool_core.store.snapshot import Snapshot
from tests.core.queries.counting import statements
from tests.school import SmallSchool, built_school

WHOLE = frozenset({Journal})


@pytest.fixture
def school() -> SmallSchool:
    return built_school()


def test_it_answers_as_the_store_does(school: SmallSchool) -> None:
    snapshot = Snapshot(school.store, WHOLE)
    journals = school.store.select(Journal)
    assert [row.id for row in snapshot.select(Journal)] == [row.id for row in journals]
    for row in journals:
        assert snapshot.require(Journal, row.id).values() == row.values()
        same = {"group_id": row.group_id, "subject_id": row.subject_id}
        ids = [each.id for each in school.store.select(Journal, **same)]
        assert [each.id for each in snapshot.select(Journal, **same)] == ids
        first = snapshot.first(Journal, subject_id=row.subject_id)
        assert first is not None
        assert first.id == school.store.select(Journal, subject_id=row.subject_id)[0].id


def test_what_is_not_there_is_missing_as_in_the_store(school: SmallSchool) -> None:
    snapshot = Snapshot(school.store, WHOLE)
    assert snapshot.get(Journal, 1) is None
    assert snapshot.select(Journal, group_id=1) == []
    with pytest.raises(InputError):
        snapshot.require(Journal, 1)


def test_a_whole_table_is_read_once_and_others_each_time(
    school: SmallSchool, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshot = Snapshot(school.store, WHOLE)

    def ask() -> None:
        for journal in snapshot.select(Journal):
            snapshot.require(Journal, journal.id)
            snapshot.select(Journal, group_id=journal.group_id)

    assert statements(school, monkeypatch, ask) == 1
    assert statements(school, monkeypatch, ask) == 0
    assert statements(school, monkeypatch, lambda: snapshot.select(Subject)) == 1
    assert statements(school, monkeypatch, lambda: snapshot.select(Subject)) == 1


def test_rows_among_ids_come_in_as_many_statements_as_the_ids_need(
    school: SmallSchool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("eschool_core.store.store.MOST_AMONG", 4)
    ids = [row.id for row in school.store.select(Journal)]
    sql = "SELECT id FROM journal WHERE id IN (*) AND year_id = ? ORDER BY id"
    assert [row[0] for row in school.store.rows_among(sql, ids, school.year)] == sorted(ids)
    needed = -(-len(ids) // 4)
    assert (
        statements(school, monkeypatch, lambda: school.store.rows_among(sql, ids, school.year))
        == needed
    )
    assert school.store.rows_among(sql, []) == []
