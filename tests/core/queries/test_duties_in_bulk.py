"""A duty of many people is found with as many statements as one of few."""

from __future__ import annotations

import pytest

from eschool_core.commands.paper import FilePaperApplication
from eschool_core.queries.duties.paper_slips import paper_slip_duties
from eschool_core.queries.duties.view import View
from eschool_core.store.database import Database
from tests.school import MONDAY, SmallSchool, clock


@pytest.mark.clause("4.6.5")
def test_printed_lists_take_no_statement_for_each_guardian(
    school: SmallSchool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def counted() -> tuple[int, int]:
        statements = 0
        fetch = type(school.database).fetch

        def counting(self: Database, *args: object) -> object:
            nonlocal statements
            statements += 1
            return fetch(self, *args)  # type: ignore[arg-type]

        with monkeypatch.context() as patched:
            patched.setattr(type(school.database), "fetch", counting)
            found = list(paper_slip_duties(View(school.store, clock(MONDAY + 7, 9))))
        return len(found), statements

    def file(pupil: int) -> None:
        filed = FilePaperApplication(
            pupil_id=pupil, guardian_id=school.guardian(pupil), document="№ 4", first_day=MONDAY
        )
        school.must(filed, "russian")

    first, *others = school.pupils["5А"]
    file(first)
    few, statements_for_few = counted()
    for pupil in others:
        file(pupil)
    many, statements_for_many = counted()
    assert many == few * (1 + len(others)) > 0
    assert statements_for_many <= statements_for_few
