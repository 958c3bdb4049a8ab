"""Edits of the server's tables behind the log's back: how many of them does a check find?

    python -m tests.drills.tampering --mutations 10000 --json

One edit at a time is made by SQL in a school's database, looked for, and taken back. Where the log
itself is untouched, what it gives is not made anew for each edit: the replay depends on it alone.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from eschool_core.domain.tables import TABLES
from eschool_core.store.database import Database
from eschool_core.store.statements import name_of
from eschool_sync.history.problems import Problems
from eschool_sync.history.verify import Verifier
from tests.core.commands.acts import absent, mark, topic
from tests.sync.harness import MEMBERS, World, build, lesson, pupils, substitute

OF_LOG = ("log", "head", "tree_node", "device_head")
OF_ROWS = ("part_state", "tombstone", "push", *(name_of(spec.table) for spec in TABLES))
LOG_SHARE = 0.4
Edit = Callable[[Database, str, random.Random], None]


@dataclass
class Result:
    """What was done and what was found.

    Attributes:
        edits: Edits by kind.
        tables: Edits by table.
        missed: Kind, table and number of each that nobody noticed.
    """

    seed: int
    mutations: int = 0
    found: int = 0
    seconds: float = 0.0
    edits: Counter[str] = field(default_factory=Counter)
    tables: Counter[str] = field(default_factory=Counter)
    missed: list[tuple[str, str, int]] = field(default_factory=list)


def prepared(folder: Path) -> World:
    """Return a school with entries of every kind: accepted, refused, overwritten, deleted."""
    world = build(folder)
    substitute(world)
    world.synced(*MEMBERS)
    maths, second = world.member("maths"), world.member("substitute")
    for pupil in pupils(world):
        maths.do(mark(lesson(world), pupil))
    second.do(mark(lesson(world), pupils(world)[0], 4))
    maths.do(topic(world.school.lesson("5А", "Русский язык")))
    maths.do(topic(lesson(world)))
    maths.replica.do_all([absent(lesson(world), pupils(world)[1]), topic(lesson(world), "Ещё")])
    world.settle()
    return world


def update(database: Database, table: str, source: random.Random) -> None:
    """Change one value of one row."""
    rowid, row, names = _row(database, table, source)
    column = source.randrange(len(names))
    others = [_other(row[column], source)]
    others += [entry[column] for entry in _rows(database, table) if entry[column] != row[column]]
    value = source.choice(others)
    sql = f"UPDATE OR IGNORE {table} SET {names[column]} = ? WHERE rowid = ?"
    database.execute(sql, (value, rowid))


def delete(database: Database, table: str, source: random.Random) -> None:
    """Delete one row."""
    rowid, _, _ = _row(database, table, source)
    database.execute(f"DELETE FROM {table} WHERE rowid = ?", (rowid,))


def truncate(database: Database, table: str, source: random.Random) -> None:
    """Cut the tail off."""
    rowid, _, _ = _row(database, table, source)
    database.execute(f"DELETE FROM {table} WHERE rowid >= ?", (rowid,))


def reorder(database: Database, table: str, source: random.Random) -> None:
    """Exchange all but the key of two rows."""
    first, one, names = _row(database, table, source)
    second, two, _ = _row(database, table, source)
    for rowid in (first, second):
        # Out of the way first: (device, n) is unique.
        database.execute(f"DELETE FROM {table} WHERE rowid = ?", (rowid,))
    columns = ", ".join(names)
    marks = ", ".join("?" for _ in names)
    put = f"INSERT INTO {table} (rowid, {columns}) VALUES (?, {marks})"
    database.execute(put, (first, one[0], *two[1:]))
    if first != second:
        database.execute(put, (second, two[0], *one[1:]))


def invent(database: Database, table: str, source: random.Random) -> None:
    """Put in a row that is another one's twin."""
    _, row, names = _row(database, table, source)
    values = [_other(row[0], source), *row[1:]]
    marks = ", ".join("?" for _ in names)
    database.execute(
        f"INSERT OR REPLACE INTO {table} ({', '.join(names)}) VALUES ({marks})",
        values,
    )


EDITS: tuple[Edit, ...] = (update, update, update, delete, reorder, truncate, invent)


def run(world: World, mutations: int, seed: int) -> Result:
    """Make edits one at a time and look for each."""
    server, source = world.server, random.Random(seed)
    database = server.database
    verifier = Verifier(
        database, world.number, server.public_key, bytes.fromhex(server.state.digest_key)
    )
    untouched = verifier.verify()
    assert untouched.is_sound, untouched
    result, began = Result(seed), time.perf_counter()
    usable = {table for table in (*OF_LOG, *OF_ROWS) if _rows(database, table)}
    while result.mutations < mutations:
        of_log = source.random() < LOG_SHARE
        table = source.choice(sorted(usable.intersection(OF_LOG if of_log else OF_ROWS)))
        edit = source.choice(EDITS)
        database.execute("BEGIN IMMEDIATE")
        try:
            before = _rows(database, table)
            edit(database, table, source)
            if sorted(before, key=repr) == sorted(_rows(database, table), key=repr):
                continue
            result.mutations += 1
            result.edits[edit.__name__] += 1
            result.tables[table] += 1
            if _noticed(verifier):
                result.found += 1
            else:
                result.missed.append((edit.__name__, table, result.mutations))
        finally:
            database.execute("ROLLBACK")
    assert verifier.verify().is_sound
    result.seconds = round(time.perf_counter() - began, 1)
    return result


def _noticed(verifier: Verifier) -> bool:
    problems = Problems()
    verifier.check_log(problems)
    if problems.count == 0:
        verifier.check_rows(problems)
    return problems.count > 0


def _rows(database: Database, table: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in database.fetch(f"SELECT * FROM {table}")]


def _row(
    database: Database, table: str, source: random.Random
) -> tuple[int, tuple[Any, ...], list[str]]:
    """Return the rowid, the values and the column names of a row drawn at random."""
    ids = [row[0] for row in database.fetch(f"SELECT rowid FROM {table} ORDER BY rowid")]
    rowid = source.choice(ids)
    [row] = database.fetch(f"SELECT * FROM {table} WHERE rowid = ?", (rowid,))
    names = [entry[1] for entry in database.fetch(f"PRAGMA table_info({table})")]
    return rowid, tuple(row), names


def _other(value: Any, source: random.Random) -> Any:
    """Return another value of the same type."""
    if isinstance(value, int):
        return value + source.choice((-1, 1, 2, 1 << 20))
    if isinstance(value, str):
        return value + "я" if source.random() < 0.5 else value[1:] or "я"
    if isinstance(value, bytes) and value:
        place = source.randrange(len(value))
        return value[:place] + bytes([value[place] ^ 1 << source.randrange(8)]) + value[place + 1 :]
    return b"x"


def main() -> None:
    """Run by command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mutations", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true", dest="as_json")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        world = prepared(Path(folder))
        result = run(world, given.mutations, given.seed)
        world.close()
    if given.as_json:
        print(json.dumps(vars(result), ensure_ascii=False))
    else:
        print(f"{result.found} of {result.mutations} edits found in {result.seconds} s")
        for missed in result.missed:
            print(*missed)


if __name__ == "__main__":
    main()
