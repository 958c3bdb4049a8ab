"""What was read is answered from memory only as long as it holds."""

from __future__ import annotations

import sqlite3

import pytest

from eschool_core.domain.partition import SCHOOL
from eschool_core.domain.school import Subject
from eschool_core.store import read_cache
from eschool_core.store.database import SqliteDatabase, savepoint, transaction
from eschool_core.store.ledger import OptimisticLedger
from eschool_core.store.store import Store
from eschool_sync.replica.tables import create_replica_tables


class Counted(SqliteDatabase):
    """A database that counts its queries."""

    queries = 0

    def fetch(self, sql: str, parameters: object = ()) -> list[tuple[object, ...]]:
        self.queries += 1
        return super().fetch(sql, parameters)  # type: ignore[arg-type]


@pytest.fixture
def database() -> Counted:
    made = Counted(sqlite3.connect(":memory:", isolation_level=None))
    create_replica_tables(made)
    return made


@pytest.fixture
def store(database: Counted) -> Store:
    return Store(database, OptimisticLedger(database))


def subject(row_id: int, name: str) -> Subject:
    return Subject(id=row_id, part=SCHOOL, name=name)


class UndoneError(Exception):
    """What takes a block back."""


def written_and_undone(store: Store) -> None:
    store.put(subject(1, "Физика"))
    assert store.first(Subject, id=1) is not None
    raise UndoneError


def test_the_same_question_is_asked_once(database: Counted, store: Store) -> None:
    store.put(subject(1, "Физика"))
    before = database.queries
    with store.reads.trusted():
        names = [row.name for _ in range(3) for row in store.select(Subject, id=1)]
    assert names == ["Физика"] * 3
    assert database.queries == before + 1


def test_outside_of_a_trusted_block_the_database_is_asked(database: Counted, store: Store) -> None:
    with store.reads.trusted():
        store.first(Subject, id=1)
    database.execute("INSERT INTO subject (id, part, seq, name) VALUES (1, 1, 0, 'Химия')")
    assert store.first(Subject, id=1) is not None


def test_a_write_is_seen_at_once(store: Store) -> None:
    with store.reads.trusted():
        assert store.first(Subject, id=1) is None
        store.put(subject(1, "Физика"))
        store.put(subject(1, "Химия"))
        assert [row.name for row in store.select(Subject)] == ["Химия"]
        store.delete(subject(1, "Химия"))
        assert store.first(Subject, id=1) is None
        store.add_many([subject(2, "Право")])
        assert store.first(Subject, id=2) is not None


def test_what_a_step_wrote_and_took_back_is_forgotten(database: Counted, store: Store) -> None:
    with store.reads.trusted():
        with pytest.raises(UndoneError), savepoint(database), store.step():
            written_and_undone(store)
        assert store.first(Subject, id=1) is None


def test_what_a_transaction_wrote_and_took_back_is_forgotten(
    database: Counted, store: Store
) -> None:
    with pytest.raises(UndoneError), transaction(database), store.reads.trusted():
        written_and_undone(store)
    with transaction(database), store.reads.trusted():
        assert store.first(Subject, id=1) is None


def test_a_list_that_was_given_out_may_be_changed(store: Store) -> None:
    with store.reads.trusted():
        store.put(subject(1, "Физика"))
        store.select(Subject).clear()
        assert len(store.select(Subject)) == 1


def test_memory_has_a_bound(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_cache, "MAX_READS", 10)
    with store.reads.trusted():
        for number in range(1, 100):
            store.first(Subject, id=number)
        kept = store.reads.of(Subject)
    assert kept is not None
    assert len(kept) <= 10


def test_a_change_writes_only_the_columns_that_differ(database: Counted, store: Store) -> None:
    statements: list[str] = []
    store.put(subject(1, "Физика"))
    database.connection.set_trace_callback(statements.append)
    store.put(subject(1, "Химия"))
    written = [sql for sql in statements if sql.startswith("UPDATE subject")]
    assert written == ["UPDATE subject SET name = 'Химия' WHERE id = 1"]


TESTED_ON = (Subject,)


def test_what_follows_from_rows_is_worked_out_once(store: Store) -> None:
    worked_out: list[int] = []

    def count() -> int:
        worked_out.append(len(store.select(Subject)))
        return worked_out[-1]

    store.put(subject(1, "Физика"))
    with store.reads.trusted():
        answers = [store.reads.derived(("count",), TESTED_ON, count) for _ in range(3)]
    assert (answers, worked_out) == ([1, 1, 1], [1])


def test_what_follows_from_rows_is_worked_out_anew_when_one_is_written(store: Store) -> None:
    def count() -> int:
        return store.reads.derived(("count",), TESTED_ON, lambda: len(store.select(Subject)))

    with store.reads.trusted():
        assert count() == 0
        store.put(subject(1, "Физика"))
        assert count() == 1
        store.delete(subject(1, "Физика"))
        assert count() == 0


def test_outside_a_transaction_nothing_is_remembered(store: Store) -> None:
    def count() -> int:
        return store.reads.derived(("count",), TESTED_ON, lambda: len(store.select(Subject)))

    assert count() == 0
    store.put(subject(1, "Физика"))
    assert count() == 1
