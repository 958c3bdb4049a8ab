"""A made-up school with pages of its teacher, shared by the tests of one process."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from eschool_sync.replica import Replica
from eschool_sync.sandbox import Sandbox
from tests.clients.web.pages import Served, serving

DAY = date(2026, 11, 24)


@pytest.fixture(scope="session")
def school() -> Iterator[Sandbox]:
    with Sandbox(DAY) as made:
        yield made


@pytest.fixture(scope="session")
def replica(school: Sandbox) -> Replica:
    return school.replica("teacher")


@pytest.fixture(scope="session")
def pages(replica: Replica) -> Iterator[Served]:
    with serving(replica) as served:
        yield served
