"""The physical limits L1 to L7 that every speed figure is a ratio to, measured in the same run.

Run alone it prints them: ``python -m benchmarks.limits [--json] [--runs N]``.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

import httpx
import zstandard
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from benchmarks.report import Arguments, middle, percentile, print_report, read_arguments
from benchmarks.server_process import Served, serve_nothing
from benchmarks.workload import (
    Edit,
    Journal,
    NewHomework,
    NewMark,
    NewValue,
)
from eschool_sync.security.cipher import checkpoint, create_encrypted
from eschool_sync.security.database_key import DatabaseKey
from eschool_sync.security.random_source import SystemRandom

if TYPE_CHECKING:
    from sqlite3 import Connection

TABLES: Final = (
    "CREATE TABLE lesson (id INTEGER PRIMARY KEY, journal INTEGER NOT NULL, "
    "date INTEGER NOT NULL, topic TEXT NOT NULL, homework TEXT NOT NULL)",
    "CREATE TABLE mark (id INTEGER PRIMARY KEY, lesson_id INTEGER NOT NULL, "
    "pupil_id INTEGER NOT NULL, value INTEGER, kind TEXT NOT NULL, comment TEXT NOT NULL, "
    "updated_at INTEGER NOT NULL)",
    "CREATE INDEX mark_lesson_pupil ON mark (lesson_id, pupil_id)",
    "CREATE INDEX mark_pupil ON mark (pupil_id)",
    "CREATE INDEX lesson_journal_date ON lesson (journal, date)",
)
INSERT_LESSON: Final = "INSERT INTO lesson VALUES (?, ?, ?, ?, ?)"
INSERT_MARK: Final = "INSERT INTO mark VALUES (?, ?, ?, ?, ?, ?, ?)"
REQUEST_BYTES: Final = 200
SIGNED_BYTES: Final = 250
WARM_UP: Final = 20
REQUESTS: Final = 30
SIGNATURES: Final = 50
_SMALL_SET: Final = 256


@dataclass(frozen=True, slots=True)
class Loaded:
    """A database of the scope's rows as §1 of the workload has them.

    Attributes:
        seconds: L1.
        file_bytes: Of the database after a checkpoint.
    """

    connection: Connection
    seconds: float
    file_bytes: int


@contextmanager
def loaded(path: Path, journals: Sequence[Journal]) -> Iterator[Loaded]:
    """Load rows in one transaction into a fresh encrypted database (L1)."""
    connection = create_encrypted(path, DatabaseKey.generate(SystemRandom()))
    try:
        for sql in TABLES:
            connection.execute(sql)
        lessons = [lesson for journal in journals for lesson in journal.lessons]
        marks = [mark for journal in journals for mark in journal.marks]
        begin = time.perf_counter()
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(INSERT_LESSON, lessons)
        connection.executemany(INSERT_MARK, marks)
        connection.execute("COMMIT")
        seconds = time.perf_counter() - begin
        checkpoint(connection)
        yield Loaded(connection, seconds, path.stat().st_size)
    finally:
        connection.close()


def commit_seconds(connection: Connection, edits: Sequence[Edit]) -> list[float]:
    """Return how long each edit takes in a transaction of its own (L2)."""
    taken = []
    for edit in edits:
        begin = time.perf_counter()
        connection.execute("BEGIN IMMEDIATE")
        _apply(connection, edit)
        connection.execute("COMMIT")
        taken.append(time.perf_counter() - begin)
    return taken


def batch_seconds(connection: Connection, edits: Sequence[Edit]) -> float:
    """Return how long all edits take in one transaction (L3)."""
    begin = time.perf_counter()
    connection.execute("BEGIN IMMEDIATE")
    for edit in edits:
        _apply(connection, edit)
    connection.execute("COMMIT")
    return time.perf_counter() - begin


def _apply(connection: Connection, edit: Edit) -> None:
    if isinstance(edit, NewValue):
        connection.execute(
            "UPDATE mark SET value = ?, updated_at = ? WHERE id = ?",
            (edit.value, edit.time, edit.mark_id),
        )
    elif isinstance(edit, NewMark):
        connection.execute(INSERT_MARK, edit.mark)
    elif isinstance(edit, NewHomework):
        connection.execute(
            "UPDATE lesson SET homework = ? WHERE id = ?", (edit.text, edit.lesson_id)
        )


@dataclass(frozen=True, slots=True)
class Requests:
    """Seconds of one POST of 200 bytes, by the size of the answer (L4)."""

    small: float
    large: float


class Line:
    """A keep-alive connection to the engine's own libraries without any application (L4)."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._client = httpx.Client(trust_env=False, verify=False)

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def measured(self) -> Requests:
        """Return medians after a warm-up."""
        return Requests(self._seconds("/2"), self._seconds("/300000"))

    def _seconds(self, path: str) -> float:
        body, taken = bytes(REQUEST_BYTES), []
        for _ in range(WARM_UP + REQUESTS):
            begin = time.perf_counter()
            self._client.post(self._url + path, content=body).raise_for_status()
            taken.append(time.perf_counter() - begin)
        return middle(taken[WARM_UP:])


@contextmanager
def bare_line() -> Iterator[Line]:
    """Serve nothing in another process and connect to it."""
    with Served(serve_nothing) as served:
        line = Line(served.url)
        try:
            yield line
        finally:
            line.close()


def packed_bytes(journals: Sequence[Journal], level: int) -> int:
    """Return the bytes of the rows as packed columns under zstd (L5)."""
    lessons = [lesson for journal in journals for lesson in journal.lessons]
    marks = [mark for journal in journals for mark in journal.marks]
    columns: list[bytes] = []
    for rows in (lessons, marks):
        columns += [_packed(column) for column in zip(*rows, strict=True)]
    return len(zstandard.ZstdCompressor(level=level).compress(b"".join(columns)))


def _packed(column: Sequence[int | str | None]) -> bytes:
    distinct = sorted(set(column), key=repr)
    if len(distinct) <= _SMALL_SET:
        places = {value: index for index, value in enumerate(distinct)}
        return repr(distinct).encode() + bytes(places[value] for value in column)
    if isinstance(column[0], str):
        return "\n".join(map(str, column)).encode()
    numbers = [int(value or 0) for value in column]
    differences = [numbers[0]]
    differences += [after - before for before, after in pairwise(numbers)]
    return b"".join(map(_variable_length, differences))


def _variable_length(number: int) -> bytes:
    rest = number << 1 if number >= 0 else (-number << 1) - 1
    packed = bytearray()
    while rest >= 128:
        packed.append(rest & 127 | 128)
        rest >>= 7
    packed.append(rest)
    return bytes(packed)


@dataclass(frozen=True, slots=True)
class Signature:
    """Seconds of one signature of 250 bytes (L6)."""

    sign: float
    verify: float


def signature_seconds() -> Signature:
    """Return medians of Ed25519."""
    key, content = Ed25519PrivateKey.generate(), bytes(SIGNED_BYTES)
    public, sealed = key.public_key(), key.sign(content)
    signs, verifies = [], []
    for _ in range(SIGNATURES):
        begin = time.perf_counter()
        key.sign(content)
        between = time.perf_counter()
        public.verify(sealed, content)
        signs.append(between - begin)
        verifies.append(time.perf_counter() - between)
    return Signature(middle(signs), middle(verifies))


def select_seconds(connection: Connection, journals: Iterable[int]) -> float:
    """Return how long reading the scope out of all rows takes (L7)."""
    wanted = list(journals)
    marks = ", ".join("?" for _ in wanted)
    begin = time.perf_counter()
    connection.execute(f"SELECT * FROM lesson WHERE journal IN ({marks})", wanted).fetchall()
    connection.execute(
        f"SELECT m.* FROM lesson l JOIN mark m ON m.lesson_id = l.id WHERE l.journal IN ({marks})",
        wanted,
    ).fetchall()
    return time.perf_counter() - begin


def main() -> None:
    """Measure all limits and print them."""
    arguments = read_arguments(__doc__)
    print_report(measured(arguments), arguments)


def measured(arguments: Arguments) -> dict[str, object]:
    """Return all limits, medians of the runs."""
    workload = arguments.workload
    workload.require_checked()
    scope, edits = workload.scope(0), workload.edits_of(0)
    found: dict[str, list[float]] = {}
    with TemporaryDirectory() as name, bare_line() as line:
        folder = Path(name)
        with loaded(folder / "all.db", workload.all) as everything:
            for run in range(arguments.runs):
                for key, seconds in _one_run(folder, run, scope, edits, line).items():
                    found.setdefault(key, []).append(seconds)
                wanted = (journal.number for journal in scope)
                found.setdefault("L7 select", []).append(
                    select_seconds(everything.connection, wanted)
                )
    rows = sum(len(journal.lessons) + len(journal.marks) for journal in scope)
    return {
        "case": "limits",
        "n": arguments.runs,
        "rows": rows,
        "median_s": {key: middle(values) for key, values in found.items()},
        "spread": {key: [min(values), max(values)] for key, values in found.items()},
        "L5 bytes level 19": packed_bytes(scope, 19),
        "L5 bytes level 3": packed_bytes(scope, 3),
    }


def _one_run(
    folder: Path, run: int, scope: Sequence[Journal], edits: Sequence[Edit], line: Line
) -> dict[str, float]:
    with loaded(folder / f"single{run}.db", scope) as database:
        load = database.seconds
        commits = commit_seconds(database.connection, edits)
    with loaded(folder / f"batch{run}.db", scope) as database:
        batch = batch_seconds(database.connection, edits)
    requests, signature = line.measured(), signature_seconds()
    return {
        "L1 load": load,
        "L2 commit": middle(commits),
        "L2 commit p99": percentile(commits, 99),
        "L3 batch": batch,
        "L4 request small": requests.small,
        "L4 request large": requests.large,
        "L6 sign": signature.sign,
        "L6 verify": signature.verify,
    }


if __name__ == "__main__":
    main()
