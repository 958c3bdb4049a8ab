from __future__ import annotations

from tests.sync.conftest import any_world, world, world_template

__all__ = ["any_world", "world", "world_template"]
