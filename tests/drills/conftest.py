from __future__ import annotations

import pytest

from tests.drills.kept import Kept
from tests.sync.conftest import any_world, world, world_template
from tests.sync.harness import World

__all__ = ["any_world", "world", "world_template"]


@pytest.fixture
def kept(world: World) -> Kept:
    """A world with replicas of two people; the copy is of this moment."""
    world.synced("maths", "russian")
    return Kept(world)
