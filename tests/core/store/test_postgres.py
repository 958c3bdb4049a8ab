"""The same commands leave the same rows, sums and verdicts on PostgreSQL as on SQLite."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from eschool_sync.server.postgres import PostgresDatabase, open_postgres
from tests.core.commands.samples import samples
from tests.school import SmallSchool, built_school, verdict

SCHOOL_NUMBER = 60_001


@pytest.fixture
def database(postgres_url: str) -> Iterator[PostgresDatabase]:
    opened = open_postgres(postgres_url, SCHOOL_NUMBER, create=True)
    yield opened
    opened.close()


def given(school: SmallSchool) -> list[str]:
    """Give every sample, as those who may and as one who may not; return what became of them."""
    return [
        f"{kind} {verdict(school.do(command, actor))}"
        for kind, command in samples(school).items()
        for actor in ("hr", "maths", "russian", "deputy", "officer", 0)
    ]


def test_a_school_on_postgresql_is_row_for_row_the_one_on_sqlite(
    database: PostgresDatabase,
) -> None:
    small, large = built_school(), SmallSchool.found(database)
    assert given(large) == given(small)
    assert large.dump() == small.dump()
    assert large.kept() == large.recomputed()
