from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from eschool_core import calendar
from eschool_core.errors import InputError, RightsError
from eschool_core.labels import catalogue
from eschool_core.regulation.registry import clause
from eschool_core.reports.bundle import FORMS, bundle
from eschool_core.reports.catalogue import (
    REPORTS,
    ReportSpec,
    default_period,
    make_report,
    readable,
    report,
)
from eschool_core.reports.period import period_at, running_period
from eschool_core.reports.table import Table
from tests.core.reports.results import HALF_YEAR_END, set_terms, year
from tests.core.reports.tables import asked
from tests.school import FIRST_DAY, LAST_DAY, MONDAY, SmallSchool

OF_A_MONTH = ("attendance_days", "timesheet")


def any_period(
    school: SmallSchool,
    spec: ReportSpec,
    viewer: str = "",
    last_seen: Mapping[int, int] | None = None,
) -> Table:
    """Return a report of the year, or of a month where it is of a month at most."""
    set_terms(school)
    whole = None if spec.name in OF_A_MONTH else year(school)
    wanted = asked(
        school, period=whole, class_name="5А" if spec.scope == "class" else "",
        teacher="maths" if spec.scope == "teacher" else "", day=LAST_DAY,
    )  # fmt: skip
    weeks = None if last_seen is None else ()
    wanted = replace(wanted, last_seen=last_seen, family_weeks=weeks)
    return make_report(school.store, spec, wanted, school.staff[viewer] if viewer else 0)


@pytest.mark.parametrize("spec", REPORTS, ids=lambda spec: spec.name)
def test_every_report_has_its_texts_and_its_clause(spec: ReportSpec) -> None:
    assert f"report.{spec.name}.title" in catalogue()
    assert f"cli.report.scope.{spec.scope}" in catalogue()
    assert clause(spec.clause).number == spec.clause


@pytest.mark.clause("4.4.4/5")
@pytest.mark.parametrize("spec", REPORTS, ids=lambda spec: spec.name)
def test_a_report_says_whether_it_tells_when_people_were_last_heard_of(
    school: SmallSchool, spec: ReportSpec
) -> None:
    """Who makes another need not ask the server for it, which takes its lock."""
    known = any_period(school, spec, last_seen={}).as_json()
    assert (known != any_period(school, spec).as_json()) == spec.of_visits


@pytest.mark.scenario("1.2/2:1")
@pytest.mark.clause("1.2/2")
@pytest.mark.parametrize("spec", REPORTS, ids=lambda spec: spec.name)
def test_every_report_is_made_from_primary_records_and_writes_nothing(
    school: SmallSchool, spec: ReportSpec
) -> None:
    set_terms(school)
    before = school.dump()
    made = any_period(school, spec)
    after = school.dump()
    del before["term"], after["term"], before["part_state"], after["part_state"]
    assert before == after
    assert made.as_json()["columns"]


@pytest.mark.clause("4.1")
@pytest.mark.parametrize("spec", REPORTS, ids=lambda spec: spec.name)
def test_nobody_outside_gets_a_report(school: SmallSchool, spec: ReportSpec) -> None:
    for viewer in ("hr", "nobody"):
        with pytest.raises(RightsError):
            any_period(school, spec, viewer)
    stranger = school.guardian(school.pupils["5А"][0])
    assert readable(school.store, stranger, MONDAY) == ()


def test_the_administration_may_ask_for_everything(school: SmallSchool) -> None:
    names = {spec.name for spec in readable(school.store, school.staff["deputy"], MONDAY)}
    assert names == {spec.name for spec in REPORTS}


def test_names_may_be_typed_with_hyphens() -> None:
    assert report("Class-Sizes", "report").name == "class_sizes"
    with pytest.raises(InputError):
        report("class_sizes", "control")


@pytest.mark.scenario("4.4.3:1")
@pytest.mark.clause("4.4.3")
def test_the_bundle_holds_the_nine_forms_of_every_class_with_the_same_totals(
    school: SmallSchool,
) -> None:
    set_terms(school)
    wanted = asked(school, period=period_at(school.store, HALF_YEAR_END + 3), day=HALF_YEAR_END + 3)
    sheets = list(bundle(school.store, wanted, school.staff["deputy"]))
    assert {sheet.form for sheet in sheets} == set(range(1, len(FORMS) + 1))
    assert [sheet.class_name for sheet in sheets if sheet.name == "register"] == [
        "1А", "5А", "5Б", "10А", "10Б",
    ]  # fmt: skip
    found = {sheet.name: sheet.table for sheet in sheets}
    sizes = found["class_sizes"].totals[0].cells[3]
    assert found["progress"].totals[0].cells[1] == sizes
    assert found["movement"].totals[0].cells[-1] == sizes


@pytest.mark.scenario("4.4.3:2")
@pytest.mark.clause("4.4.3")
def test_the_bundle_names_who_does_not_report(school: SmallSchool) -> None:
    terms = set_terms(school)
    first_quarter = period_at(school.store, terms["I"].last_day + 1)
    assert first_quarter.name == "I четверть"
    sheets = bundle(school.store, asked(school, period=first_quarter), 0)
    progress = next(sheet.table for sheet in sheets if sheet.name == "progress")
    assert [note.lines for note in progress.notes] == [("10А, 10Б",)]


def test_before_the_first_term_ends_the_period_runs_from_the_beginning(
    school: SmallSchool,
) -> None:
    set_terms(school)
    assert period_at(school.store, MONDAY).first_day == FIRST_DAY
    assert running_period(school.store, HALF_YEAR_END).first_day > MONDAY


def test_what_has_a_column_for_each_day_is_of_the_month_where_no_period_is_named(
    school: SmallSchool,
) -> None:
    """Where a link or a command names none, the report comes and does not ask for a month."""
    set_terms(school)
    assert [spec.name for spec in REPORTS if spec.usual == "month"] == sorted(
        OF_A_MONTH, reverse=True
    )
    for name in OF_A_MONTH:
        period = default_period(school.store, report(name, "report"), HALF_YEAR_END, "ru")
        begin, end = calendar.date_of(period.first_day), calendar.date_of(HALF_YEAR_END)
        assert (begin, period.last_day) == (end.replace(day=1), HALF_YEAR_END)
        early = default_period(school.store, report(name, "report"), FIRST_DAY, "ru")
        assert (early.first_day, early.last_day) == (FIRST_DAY, FIRST_DAY)
        wanted = asked(school, period=period, class_name="5А", day=HALF_YEAR_END)
        assert make_report(school.store, report(name, "report"), wanted, 0).name == name
