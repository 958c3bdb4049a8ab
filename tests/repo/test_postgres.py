from __future__ import annotations

import os
from pathlib import Path

import psycopg
import pytest

from tests.postgres import running_postgres


def test_the_server_of_the_tests_answers(postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as connection:
        row = connection.execute("SELECT 'Ёлка' COLLATE \"C\", current_schema()").fetchone()
    assert row == ("Ёлка", "public")


def test_the_server_of_the_tests_listens_to_no_network(postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)


def test_the_server_of_the_tests_has_no_rights_on_the_machine(postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as connection:
        row = connection.execute("SHOW data_directory").fetchone()
    assert row is not None
    folder = Path(str(row[0]))
    assert folder.stat().st_uid != 0
    assert folder.parent.stat().st_mode & 0o077 == 0


@pytest.mark.usefixtures("postgres_url")
def test_nothing_is_left_of_a_server_that_stopped() -> None:
    with running_postgres() as url:
        folder = Path(url.partition("host=")[2])
        process = int((folder / "data" / "postmaster.pid").read_text().split()[0])
        os.kill(process, 0)
    assert not folder.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)
