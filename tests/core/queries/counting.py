"""Counts the statements that a question takes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from eschool_core.store.database import Database
from tests.school import SmallSchool


def statements(
    school: SmallSchool, monkeypatch: pytest.MonkeyPatch, question: Callable[[], object]
) -> int:
    """Return how many statements a question reads with."""
    count = 0
    fetch = type(school.database).fetch

    def counting(self: Database, *args: object) -> object:
        nonlocal count
        count += 1
        return fetch(self, *args)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(type(school.database), "fetch", counting)
        question()
    return count
