from __future__ import annotations

import pytest

from tests.school import SmallSchool, built_school


@pytest.fixture
def school() -> SmallSchool:
    """The small school, on Monday 7 September 2026 at noon."""
    return built_school()
