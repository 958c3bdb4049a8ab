"""Each column of each table has a class, a time of keeping and a rule for logs (14.1.1, 5.3)."""

from __future__ import annotations

import ast
import sqlite3
import tomllib
from collections.abc import Callable
from typing import Any

import pytest

from eschool_core.domain.row import columns
from eschool_core.domain.tables import TABLES
from eschool_core.store import statements
from eschool_core.store.database import Database, SqliteDatabase
from eschool_sync.replica.tables import create_replica_tables
from eschool_sync.server.tables import create_server_tables
from tests.repo.files import PROJECT

LISTED: dict[str, Any] = tomllib.loads(
    (PROJECT / "docs" / "data_classes.toml").read_text(encoding="utf-8")
)
CLASSES = {"id", "service", "personal", "special", "text", "secret"}
OF_PEOPLE = {"personal", "special"}
RETENTIONS = {
    "school_life", "journal_5_years", "register_25_years", "access_1_year", "history", "technical",
}  # fmt: skip
OWN = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"

pytestmark = [pytest.mark.asvs("14.1.1"), pytest.mark.asvs("14.1.2")]


def columns_of(table: dict[str, Any]) -> list[str]:
    return [column for name in CLASSES for column in table.get(name, ())]


def tables_beside_the_domain(create: Callable[[Database], None]) -> dict[str, list[str]]:
    """Return the columns of the tables that are not the domain's."""
    database = SqliteDatabase(sqlite3.connect(":memory:", isolation_level=None))
    create(database)
    domain = {statements.name_of(spec.table) for spec in TABLES}
    return {
        name: [row[1] for row in database.fetch(f"PRAGMA table_info({name})")]
        for (name,) in database.fetch(OWN)
        if name not in domain
    }


def test_each_column_of_the_domain_is_listed_once() -> None:
    there = {statements.name_of(spec.table): sorted(columns(spec.table)) for spec in TABLES}
    assert {name: sorted(columns_of(table)) for name, table in LISTED["domain"].items()} == there


@pytest.mark.parametrize(
    ("where", "create"), [("server", create_server_tables), ("replica", create_replica_tables)]
)
def test_each_column_beside_the_domain_is_listed_once(
    where: str, create: Callable[[Database], None]
) -> None:
    there = {name: sorted(names) for name, names in tables_beside_the_domain(create).items()}
    assert {name: sorted(columns_of(table)) for name, table in LISTED[where].items()} == there


def test_every_table_has_a_time_of_keeping_and_known_classes() -> None:
    for where in ("domain", "server", "replica"):
        for name, table in LISTED[where].items():
            assert table["retention"] in RETENTIONS, name
            assert set(table) <= CLASSES | {"retention"}, name
    assert set(LISTED["classes"]) == CLASSES
    assert {entry["log"] for entry in LISTED["classes"].values()} == {"may be named", "never"}


@pytest.mark.clause("5.3")
def test_the_code_keeps_rows_as_long_as_the_file_says() -> None:
    said = {name: table["retention"] for name, table in LISTED["domain"].items()}
    assert said == {statements.name_of(spec.table): spec.retention for spec in TABLES}


def test_a_table_that_tells_of_people_is_marked_so_in_the_code() -> None:
    for spec in TABLES:
        table = LISTED["domain"][statements.name_of(spec.table)]
        if OF_PEOPLE & set(table):
            assert spec.personal, statements.name_of(spec.table)


@pytest.mark.asvs("16.2.5")
def test_no_line_of_a_log_is_filled_with_what_may_never_be_named() -> None:
    """By name of the attribute: a column that no log may name stands in no call of a logger."""
    never = {
        column
        for where in ("domain", "server", "replica")
        for table in LISTED[where].values()
        for name in CLASSES
        if LISTED["classes"][name]["log"] == "never"
        for column in table.get(name, ())
    }
    allowed = {
        column
        for where in ("domain", "server", "replica")
        for table in LISTED[where].values()
        for name in CLASSES
        if LISTED["classes"][name]["log"] != "never"
        for column in table.get(name, ())
    }
    found = [
        f"{path.name}:{node.lineno} {part.attr}"
        for path in sorted((PROJECT / "eschool_sync").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and _is_log(node)
        for argument in node.args
        for part in ast.walk(argument)
        if isinstance(part, ast.Attribute) and part.attr in never - allowed
    ]
    assert found == []


def _is_log(call: ast.Call) -> bool:
    function = call.func
    return (
        isinstance(function, ast.Attribute)
        and isinstance(function.value, ast.Name)
        and function.value.id in ("logger", "_logger")
    )
