from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sync.harness import World, build, closing, copied, template


@pytest.fixture(scope="session")
def world_template(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A closed world that others are copied from."""
    return template(tmp_path_factory.mktemp("template"))


@pytest.fixture
def world(world_template: World, tmp_path: Path) -> Iterator[World]:
    """A world on SQLite."""
    with closing(copied(world_template, tmp_path / "world")) as made:
        yield made


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def any_world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """A world on SQLite, then one on PostgreSQL."""
    if request.param == "postgres":
        url: str = request.getfixturevalue("postgres_url")
        made = build(tmp_path / "world", url)
    else:
        made = copied(request.getfixturevalue("world_template"), tmp_path / "world")
    with closing(made) as opened:
        yield opened
