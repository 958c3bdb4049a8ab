"""A duty of many people is found with as many statements as one of few."""

from __future__ import annotations

import pytest

from eschool_core.commands.paper import FilePaperApplication
from eschool_core.commands.plans import plan_hours
from eschool_core.domain.school import Journal
from eschool_core.queries.duties.paper_slips import paper_slip_duties
from eschool_core.queries.duties.view import View
from eschool_core.queries.plan_state import plan_states
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


@pytest.mark.clause("2.3")
def test_the_plans_of_many_journals_take_as_many_statements_as_of_few(
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
            found = plan_states(school.store, MONDAY)
        return len(found), statements

    few, statements_for_few = counted()
    for weekday, group in enumerate(("5А", "5Б")):
        school.add_journal(group, "Хор", "substitute", ((weekday, 7),))
    many, statements_for_many = counted()
    assert many == few + 2
    assert statements_for_many == statements_for_few


@pytest.mark.clause("2.3")
def test_hours_of_all_journals_are_those_of_each(school: SmallSchool) -> None:
    for state in plan_states(school.store, MONDAY):
        hours = plan_hours(school.store, school.store.require(Journal, state.journal_id))
        assert (state.planned, state.expected) == (hours.planned, hours.expected)
