from __future__ import annotations

import ast
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from eschool_core.domain.row import table_of
from eschool_core.domain.tables import TABLES
from tests.repo import scans
from tests.repo.files import PROJECT, package_sources, place, syntax_of

LONGEST_FILE_LINES = 400
SQL_BUILDER = PROJECT / "eschool_core" / "store" / "statements.py"
UNGUESSABLE = (
    PROJECT / "eschool_sync" / "security",
    PROJECT / "eschool_sync" / "protocol",
)

Scan = Callable[[ast.AST], list[int]]


def found(scan: Scan, sources: list[Path]) -> list[str]:
    return [place(path, line) for path in sources for line in scan(syntax_of(path))]


def test_no_file_of_a_package_is_longer_than_four_hundred_lines() -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in _sources()}
    assert [place(path, n) for path, n in lengths.items() if n > LONGEST_FILE_LINES] == []


def _sources() -> list[Path]:
    sources = package_sources()
    assert sources, "the packages are not where this test looks"
    return sources


@pytest.mark.asvs("1.2.5")
@pytest.mark.asvs("1.3.2")
def test_no_package_runs_text_as_code_or_starts_a_shell() -> None:
    assert found(scans.dangerous_lines, _sources()) == []


@pytest.mark.asvs("1.2.5")
@pytest.mark.parametrize(
    "bad",
    [
        "eval(text)",
        "exec(text)",
        "import pickle",
        "from pickle import loads",
        "yaml.load(text)",
        "os.system(text)",
        "from os import system",
        "subprocess.run(text, shell=True)",
        "subprocess.run(text, shell=flag)",
    ],
)
def test_the_scan_finds_code_that_runs_text(bad: str) -> None:
    assert scans.dangerous_lines(ast.parse(bad)) != []


def test_the_scan_lets_harmless_code_pass() -> None:
    fine = "subprocess.run([name], shell=False)\nre.compile(text)\nconnection.execute(query)"
    assert scans.dangerous_lines(ast.parse(fine)) == []


@pytest.mark.asvs("11.5.1")
def test_security_and_protocol_use_no_guessable_random_source() -> None:
    sources = [path for path in _sources() if any(path.is_relative_to(at) for at in UNGUESSABLE)]
    assert found(scans.random_lines, sources) == []


@pytest.mark.asvs("11.5.1")
@pytest.mark.parametrize(
    "bad", ["import random", "import random as r", "from random import choice"]
)
def test_the_scan_finds_the_guessable_random_source(bad: str) -> None:
    assert scans.random_lines(ast.parse(bad)) == [1]


@pytest.mark.asvs("1.2.4")
def test_sql_is_put_together_in_the_statement_builder_alone() -> None:
    sources = [path for path in _sources() if path != SQL_BUILDER]
    assert found(scans.built_sql_lines, sources) == []


@pytest.mark.asvs("1.2.4")
@pytest.mark.parametrize(
    "bad",
    [
        "f'SELECT * FROM {table}'",
        "f'''\n    INSERT INTO mark VALUES ({value})'''",
        "f'update {table} set value = 5'",
        "'DELETE FROM mark WHERE id = %s' % number",
        "'CREATE TABLE {}'.format(table)",
        "'select value from mark where id = ' + number",
        "f'drop table {table}'",
    ],
)
def test_the_scan_finds_sql_that_is_put_together(bad: str) -> None:
    assert scans.built_sql_lines(ast.parse(bad)) != []


def test_the_scan_knows_sentences_and_bound_values_from_built_sql() -> None:
    fine = (
        "f'update {name} before the lesson'\n"
        "connection.execute('SELECT value FROM mark WHERE id = ?', (number,))\n"
        "'Select a class, {}'.format(name)\n"
    )
    assert scans.built_sql_lines(ast.parse(fine)) == []


def test_cells_of_a_lesson_are_found_by_the_lesson() -> None:
    """The order of the names decides how rows are found (``statements.select``)."""
    besides = {
        spec.table.__name__
        for spec in TABLES
        if "lesson_id" in (known := table_of(spec.table).columns) and not known["lesson_id"].index
    }
    assert found(partial(scans.part_first_lines, besides=besides), _sources()) == []


def test_the_scan_finds_a_cell_that_is_looked_up_by_its_part() -> None:
    for bad in (
        "store.select(Mark, part=1, lesson_id=2)",
        "first.of.first(Mark, part=1, lesson_id=2)",
    ):
        assert scans.part_first_lines(ast.parse(bad)) == [1]
    fine = (
        "store.select(Mark, lesson_id=2, part=1)\nstore.select(AbsenceExcuse, part=1, lesson_id=0)"
    )
    assert scans.part_first_lines(ast.parse(fine), {"AbsenceExcuse"}) == []
