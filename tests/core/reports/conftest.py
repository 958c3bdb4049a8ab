from __future__ import annotations

import pytest

from tests.school import SmallSchool, built_school


@pytest.fixture
def school() -> SmallSchool:
    return built_school()
