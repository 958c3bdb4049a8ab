from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest

from eschool_core.app import Outcome, carry_out
from eschool_core.commands.base import Command, Occasion
from eschool_core.commands.catalogue import validated
from eschool_core.commands.people import AdmitPupil, HireStaff
from eschool_core.commands.school import (
    CreateClass,
    CreateSubject,
    FoundSchool,
    OpenYear,
    SetBells,
    TurnDay,
)
from eschool_core.domain.enums import Verdict
from eschool_core.domain.journal import Lesson
from eschool_core.domain.partition import SCHOOL, PartitionKind, partition
from eschool_core.domain.people import Pupil
from eschool_core.domain.school import AcademicYear, BellSchedule, SchoolClass, Staff, Subject
from eschool_core.domain.tables import TABLES
from eschool_core.errors import BusyError, InputError, TransportError
from eschool_core.ids import make_id
from eschool_core.regulation.interval import Interval
from eschool_core.store import statements
from eschool_core.store.database import Database, SqliteDatabase, savepoint, transaction
from eschool_core.store.ledger import ConfirmedLedger
from eschool_core.store.schema import create_domain_tables
from eschool_core.store.store import Store
from eschool_sync.server import postgres
from eschool_sync.server.postgres import PostgresDatabase, list_schools, open_postgres

KEY = b"k" * 32
NOW = 1_788_750_000
WORDS = "Ёлкин «О'Нил» %s ? %% \\ \N{PILE OF POO}"

NUMBERS = count(1_000)


@pytest.fixture
def school(postgres_url: str) -> Iterator[PostgresDatabase]:
    """An empty school of its own for each test."""
    database = open_postgres(postgres_url, next(NUMBERS), create=True)
    yield database
    database.close()


@pytest.fixture
def other(postgres_url: str) -> Iterator[PostgresDatabase]:
    database = open_postgres(postgres_url, next(NUMBERS), create=True)
    yield database
    database.close()


def sqlite() -> SqliteDatabase:
    return SqliteDatabase(sqlite3.connect(":memory:", isolation_level=None))


def founding(store: Store) -> Iterator[Command]:
    """The commands of a young school; later ones name rows of earlier ones."""
    yield validated(FoundSchool, {"name": WORDS, "zone": "Asia/Novokuznetsk"})
    yield validated(
        OpenYear, {"name": "2026/27", "first_day": 20_698, "last_day": 20_970, "weekdays": 6}
    )
    yield validated(SetBells, {"name": "1", "periods": [[1, 480, 525], [2, 535, 580]]})
    yield validated(CreateSubject, {"name": WORDS})
    [year], [bells] = store.select(AcademicYear), store.select(BellSchedule)
    yield validated(
        CreateClass, {"year_id": year.id, "name": "1А", "grade": 1, "schedule_id": bells.id}
    )
    # Refused: there is a class of that name.
    yield validated(
        CreateClass, {"year_id": year.id, "name": "1А", "grade": 1, "schedule_id": bells.id}
    )
    yield validated(HireStaff, {"family": "Ёлкина", "given": WORDS})
    [school_class] = store.select(SchoolClass)
    yield validated(
        AdmitPupil,
        {
            "family": WORDS,
            "given": "Юля",
            "class_id": school_class.id,
            "first_day": 20_698,
            "order": "№ 5",
            "guardians": [{"family": "Ёлкин", "given": "Пётр", "phone": "+7"}],
        },
    )
    yield validated(TurnDay, {"day": 20_710})


def run_commands(database: Database) -> tuple[list[Outcome], int]:
    create_domain_tables(database)
    ledger = ConfirmedLedger(database, KEY)
    store = Store(database, ledger)
    outcomes = []
    with transaction(database):
        for number, command in enumerate(founding(store), 1):
            ledger.seq = number
            occasion = Occasion(0, 1, number, 0, Interval.at(NOW))
            outcomes.append(carry_out(store, command, occasion))
        scope_changed = ledger.flush()
    with transaction(database):
        ledger.seq = 100
        store.delete(store.select(Staff)[0])
        store.add_many([lesson(number) for number in range(200)])
        ledger.flush()
    return outcomes, scope_changed


def lesson(number: int) -> Lesson:
    return Lesson(
        id=make_id(2, 1, number),
        part=partition(PartitionKind.JOURNAL, make_id(1, 9)),
        journal_id=make_id(1, 9),
        day=20_698 + number,
        period=number % 8,
        start_minute=480,
        end_minute=525,
        room=WORDS if number % 3 else "",
    )


def everything(database: Database) -> dict[str, list[tuple[object, ...]]]:
    rows = {
        spec.table.__name__: database.fetch(statements.select(spec.table, ())) for spec in TABLES
    }
    rows["part_state"] = database.fetch(
        "SELECT part, rows, digest, seq FROM part_state ORDER BY part"
    )
    rows["tombstone"] = database.fetch(
        "SELECT part, seq, table_number, row_id FROM tombstone ORDER BY part, seq, row_id"
    )
    return rows


def test_commands_leave_the_same_rows_and_digests_as_on_sqlite(school: PostgresDatabase) -> None:
    small = sqlite()
    assert run_commands(school) == run_commands(small)
    rows = everything(small)
    assert everything(school) == rows
    assert len(rows["Lesson"]) == 200
    assert len(rows["Pupil"]) == len(rows["Guardianship"]) == len(rows["tombstone"]) == 1


def test_the_refused_command_wrote_nothing(school: PostgresDatabase) -> None:
    outcomes, scope_changed = run_commands(school)
    verdicts = [outcome.verdict for outcome in outcomes]
    assert verdicts.count(Verdict.REJECTED) == 1
    assert outcomes[5].key == "school.class_exists"
    assert scope_changed


def test_a_row_comes_back_as_it_went_in(school: PostgresDatabase) -> None:
    create_domain_tables(school)
    store = Store(school, ConfirmedLedger(school, KEY))
    pupil = Pupil(id=2**53 - 1, part=partition(PartitionKind.NAME, 5), family=WORDS, given="")
    store.put(pupil)
    store.put(pupil.replace(given="Ян"))
    [found] = store.select(Pupil, family=WORDS)
    assert found.values() == pupil.replace(given="Ян").values()
    assert [type(value) for value in found.values()] == [int, int, int, str, str, str]


def test_values_have_the_types_that_sqlite_gives(school: PostgresDatabase) -> None:
    school.execute("CREATE TABLE thing (id BIGINT PRIMARY KEY, small INTEGER, body BYTEA)")
    body = bytes(range(256))
    school.execute_many(
        "INSERT INTO thing (id, small, body) VALUES (?, ?, ?)",
        [(-(2**63), None, body), (2**63 - 1, 7, None)],
    )
    assert school.fetch("SELECT * FROM thing ORDER BY id") == [
        (-(2**63), None, body),
        (2**63 - 1, 7, None),
    ]
    [row] = school.fetch(
        "SELECT body, SUM(small), COUNT(*), MAX(id) = 7, EXISTS (SELECT 1), NULL, 'я?%' "
        "FROM thing WHERE id < ? GROUP BY body",
        (0,),
    )
    assert row == (body, None, 1, 0, 1, None, "я?%")
    assert type(row[0]) is bytes
    assert [type(value) for value in row[2:5]] == [int, int, int]


def test_a_sum_is_a_whole_number(school: PostgresDatabase) -> None:
    school.execute("CREATE TABLE thing (id BIGINT PRIMARY KEY)")
    school.execute_many("INSERT INTO thing (id) VALUES (?)", [(2**62,), (2**62 - 1,)])
    [(total,)] = school.fetch("SELECT SUM(id) FROM thing")
    assert (total, type(total)) == (2**63 - 1, int)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("SELECT ?", b"SELECT %s"),
        ("SELECT '?' WHERE a = ?", b"SELECT '?' WHERE a = %s"),
        ("SELECT 'it''s ?', ?", b"SELECT 'it''s ?', %s"),
        ("SELECT 5 % 2, 'a%'", b"SELECT 5 %% 2, 'a%%'"),
    ],
)
def test_marks_are_converted_outside_quotes(ours: str, theirs: bytes) -> None:
    assert postgres._converted(ours) == theirs


@pytest.mark.parametrize(
    "sql",
    [
        statements.upsert(Subject),
        statements.delete(Subject),
        "INSERT INTO a (b) VALUES (1)",
        "INSERT INTO a (b) VALUES (?, ?)",
        "INSERT INTO a (b) SELECT ?",
        "INSERT INTO a; DROP TABLE a; -- (b) VALUES (?)",
        'INSERT INTO "a" (b) VALUES (?)',
    ],
)
def test_only_plain_inserts_become_a_copy(sql: str) -> None:
    assert postgres._copy_target(sql) is None


def test_a_plain_insert_becomes_a_copy() -> None:
    assert postgres._copy_target(statements.insert(Subject)) is not None


@pytest.mark.parametrize("rows", [2, postgres.COPY_FROM_ROWS, 500])
@pytest.mark.parametrize("bad_at", [0, -1])
def test_a_bulk_insert_stands_or_falls_as_one(
    school: PostgresDatabase, rows: int, bad_at: int
) -> None:
    school.execute("CREATE TABLE thing (id BIGINT PRIMARY KEY, word TEXT NOT NULL)")
    insert = "INSERT INTO thing (id, word) VALUES (?, ?)"
    good = [(number, WORDS) for number in range(rows)]
    bad = [*good, (rows, None)] if bad_at else [(0, WORDS), *good]
    with transaction(school):
        with pytest.raises(psycopg.errors.IntegrityError), savepoint(school):
            school.execute_many(insert, bad)
        school.execute_many(insert, iter(good))
    assert school.fetch("SELECT COUNT(*), MIN(word) FROM thing") == [(rows, WORDS)]


def test_no_rows_are_no_statement(school: PostgresDatabase) -> None:
    school.execute_many("INSERT INTO nowhere (id) VALUES (?)", [])


def test_a_transaction_that_fails_leaves_nothing(school: PostgresDatabase) -> None:
    school.execute("CREATE TABLE thing (id BIGINT PRIMARY KEY)")
    with pytest.raises(psycopg.errors.UniqueViolation), transaction(school):
        school.execute_many("INSERT INTO thing (id) VALUES (?)", [(1,), (1,)])
    assert school.fetch("SELECT * FROM thing") == []
    assert school.usable


@pytest.mark.asvs("8.4.1")
def test_schools_see_none_of_each_others_tables(
    school: PostgresDatabase, other: PostgresDatabase
) -> None:
    create_domain_tables(school)
    with pytest.raises(psycopg.errors.UndefinedTable):
        other.fetch("SELECT * FROM pupil")
    create_domain_tables(other)
    Store(school, ConfirmedLedger(school, KEY)).put(Subject(id=5, part=SCHOOL, name="Химия"))
    assert other.fetch("SELECT * FROM subject") == []
    assert len(school.fetch("SELECT * FROM subject")) == 1


def test_a_school_is_opened_again_and_listed(postgres_url: str) -> None:
    number = next(NUMBERS)
    first = open_postgres(postgres_url, number, create=True)
    first.execute("CREATE TABLE thing (id BIGINT PRIMARY KEY)")
    first.execute("INSERT INTO thing (id) VALUES (?)", (5,))
    first.close()
    assert not first.usable
    second = open_postgres(postgres_url, number)
    assert second.fetch("SELECT id FROM thing") == [(5,)]
    second.close()
    assert number in list_schools(postgres_url)


def test_foreign_schemas_are_no_schools(postgres_url: str) -> None:
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        for name in ("school_x", "school_07", "school_", "myschool_7"):
            connection.execute(psycopg.sql.SQL("CREATE SCHEMA {}").format(
                psycopg.sql.Identifier(name)
            ))  # fmt: skip
    assert not {0, 7} & set(list_schools(postgres_url))


def test_a_school_is_made_once(postgres_url: str) -> None:
    number = next(NUMBERS)
    open_postgres(postgres_url, number, create=True).close()
    with pytest.raises(InputError) as caught:
        open_postgres(postgres_url, number, create=True)
    assert (caught.value.key, caught.value.params) == ("input.school_exists", {"school": number})


def test_a_school_that_is_not_there_is_not_made(postgres_url: str) -> None:
    with pytest.raises(InputError) as caught:
        open_postgres(postgres_url, 999_999)
    assert caught.value.key == "input.school_missing"
    assert 999_999 not in list_schools(postgres_url)


@pytest.mark.asvs("1.2.4")
@pytest.mark.parametrize("number", [0, -1, 2**53, "1; DROP TABLE mark", 1.5, True])
def test_a_schema_is_named_by_a_number_only(number: object) -> None:
    with pytest.raises(InputError) as caught:
        open_postgres("postgresql://nowhere.invalid/x", number)  # type: ignore[arg-type]
    assert caught.value.key == "input.school_number"


def url_with_password(rest: str) -> str:
    return "postgresql://user:" + "hidden-word" + "@" + rest


@pytest.mark.parametrize(
    "url",
    ["", "mysql://x/y", "host=/tmp", "school.sqlite", url_with_password("h/d?nonsense=1")],
)
def test_a_bad_url_is_named_without_its_password(url: str) -> None:
    for attempt in (lambda: open_postgres(url, 1), lambda: list_schools(url)):
        with pytest.raises(InputError) as caught:
            attempt()
        assert caught.value.key == "input.database_url"
        assert "hidden-word" not in f"{caught.value} {caught.value.__cause__}"
        assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_an_unreachable_server_is_named_without_its_password(tmp_path: Path) -> None:
    for rest in (f"/d?host={tmp_path}", "127.0.0.1:1/d"):
        with pytest.raises(TransportError) as caught:
            open_postgres(url_with_password(rest), 1)
        assert caught.value.key == "transport.database"
        assert "hidden-word" not in f"{caught.value} {caught.value.__cause__}"


def test_a_statement_that_takes_too_long_is_ended(postgres_url: str) -> None:
    number = next(NUMBERS)
    database = open_postgres(postgres_url, number, create=True, statement_limit_seconds=1)
    with pytest.raises(BusyError) as caught, transaction(database):
        database.fetch("SELECT pg_sleep(5)")
    assert (caught.value.key, caught.value.params) == ("busy.database", {"retry_after": 5})
    assert database.usable
    database.close()


def test_the_servers_end_is_told_as_busy(school: PostgresDatabase, postgres_url: str) -> None:
    [(process,)] = school.fetch("SELECT pg_backend_pid()")
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("SELECT pg_terminate_backend(%s)", (process,))
    with pytest.raises(BusyError):
        school.fetch("SELECT pg_sleep(0)")
    assert not school.usable
    with pytest.raises(BusyError), transaction(school):
        pass


def test_durability_is_left_to_the_operator(school: PostgresDatabase) -> None:
    rows = school.fetch(
        "SELECT source FROM pg_settings WHERE name IN ('synchronous_commit', 'fsync')"
    )
    assert rows == [("command line",), ("command line",)]


def test_sessions_have_limits(school: PostgresDatabase) -> None:
    shown = [
        school.fetch(f"SHOW {name}")[0][0]
        for name in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
    ]
    assert shown == ["1min", "10s", "1min"]


def test_a_wanted_table_works_as_on_sqlite(school: PostgresDatabase) -> None:
    create_domain_tables(school)
    Store(school, ConfirmedLedger(school, KEY)).put(Subject(id=5, part=SCHOOL, name="Химия", seq=0))
    school.execute("CREATE TEMPORARY TABLE wanted (part BIGINT PRIMARY KEY, since BIGINT NOT NULL)")
    school.execute_many("INSERT INTO wanted (part, since) VALUES (?, ?)", [(SCHOOL, -1)])
    assert school.fetch(statements.select_wanted(Subject)) == [(5, SCHOOL, 0, "Химия")]
    school.execute("DELETE FROM wanted")
    assert school.fetch(statements.select_wanted(Subject)) == []
