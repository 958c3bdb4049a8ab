"""How many families were in touch by week, as a report and as a trend, each by hand (4.4.4/5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest

from eschool_core.domain.enums import Role
from eschool_core.errors import InputError, RightsError
from eschool_core.reports.frame import Asked, FamilyWeek
from eschool_core.reports.table import UNKNOWN, Table, Value
from eschool_core.reports.to_html import plots_html, table_html
from tests.core.reports.tables import asked, made, rows_of
from tests.school import MONDAY, SmallSchool, clock

FIRST, SECOND, THIRD, FOURTH = (MONDAY + 7 * number for number in range(4))
THURSDAY = FOURTH + 3
KEYS = ("week_from", "online_families", "families_seen", "families_seen_share")


def known(school: SmallSchool, *weeks: tuple[int, str, int, int]) -> list[FamilyWeek]:
    return [FamilyWeek(week, school.classes[name], seen, of) for week, name, seen, of in weeks]


def about(school: SmallSchool, weeks: Sequence[FamilyWeek] | None, class_name: str = "5Б") -> Asked:
    base = asked(school, FIRST, FOURTH + 20, day=THURSDAY, class_name=class_name)
    return replace(base, now=clock(THURSDAY, 12), last_seen={}, family_weeks=weeks)


def by_week(school: SmallSchool, wanted: Asked, viewer: str = "") -> Table:
    return made(school, "family_weeks", wanted, viewer, section="control")


def change(school: SmallSchool, wanted: Asked, viewer: str = "") -> Value:
    """Return the trend of families in the row of who leads 5Б."""
    shown = made(school, "matrix", replace(wanted, class_id=0), viewer, section="control")
    [row] = [row for row in shown.rows if row.cells[0] == "Maths А."]
    return shown.value(row, "families_change")


@pytest.mark.clause("4.4.4/5")
def test_each_week_that_is_over_has_its_row_and_one_that_nobody_knows_says_so(
    school: SmallSchool,
) -> None:
    weeks = known(school, (FIRST, "5Б", 3, 4), (FIRST, "5А", 1, 4), (THIRD, "5Б", 0, 4))
    shown = by_week(school, about(school, weeks))
    assert rows_of(shown, *KEYS) == [
        ("07.09", 4, 3, Decimal("75.0")),
        ("14.09", UNKNOWN, UNKNOWN, UNKNOWN),
        ("21.09", 4, 0, Decimal("0.0")),
    ]
    assert (shown.subject_of, shown.complete) == ("5Б", True)
    page = table_html(shown)
    assert page.count('<td class="n">н/д</td>') == 3


@pytest.mark.clause("4.4.4/5")
def test_the_curve_has_a_gap_where_nothing_is_known_and_says_so_in_words(
    school: SmallSchool,
) -> None:
    weeks = known(school, (FIRST, "5Б", 3, 4), (THIRD, "5Б", 0, 4))
    drawn = plots_html(by_week(school, about(school, weeks)))
    assert "07.09 – 75,0, 14.09 – н/д, 21.09 – 0,0." in drawn
    assert drawn.count("<circle") == 2
    nothing = by_week(school, about(school, []))
    assert rows_of(nothing, "families_seen") == [(UNKNOWN,)] * 3
    assert "<svg" not in plots_html(nothing)


@pytest.mark.clause("4.4.4/5")
def test_a_long_period_names_no_more_weeks_than_can_be_read(school: SmallSchool) -> None:
    weeks = known(school, *((FIRST + 7 * number, "5Б", 1, 4) for number in range(36)))
    base = replace(about(school, weeks), day=FIRST + 36 * 7)
    whole = replace(base, period=replace(base.period, last_day=FIRST + 36 * 7 - 1))
    shown = by_week(school, whole)
    assert len(shown.rows) == 36
    drawn = plots_html(shown)
    assert drawn.count("<circle") == 36
    assert drawn.count('text-anchor="middle"') == 2 * 18


@pytest.mark.clause("4.4.4/5")
def test_of_the_school_the_classes_are_added_up(school: SmallSchool) -> None:
    weeks = known(school, (FIRST, "5Б", 3, 4), (FIRST, "5А", 1, 4), (SECOND, "5А", 2, 4))
    shown = by_week(school, about(school, weeks, ""), "deputy")
    assert rows_of(shown, "online_families", "families_seen") == [
        (8, 4),
        (4, 2),
        (UNKNOWN, UNKNOWN),
    ]
    assert shown.subject_of == ""


@pytest.mark.clause("4.4.4/5")
def test_the_trend_is_that_of_two_weeks_that_are_over_against_those_before(
    school: SmallSchool,
) -> None:
    """By hand: 2 of 8 in the two weeks lately, 3 of 4 before; the running week counts nowhere."""
    weeks = known(
        school,
        (FIRST, "5Б", 3, 4),
        (SECOND, "5Б", 2, 4),
        (THIRD, "5Б", 0, 4),
        (FOURTH, "5Б", 4, 4),
        (FIRST, "5А", 0, 4),
    )
    assert change(school, about(school, weeks)) == Decimal("-50.0")
    sunday = replace(about(school, weeks), day=FOURTH + 6)
    assert change(school, sunday) == Decimal("-50.0")
    # On Monday the week that was running is one of the two.
    monday = replace(about(school, weeks), day=FOURTH + 7)
    assert change(school, monday) == Decimal("-12.5")


@pytest.mark.clause("4.4.4/5")
def test_there_is_no_trend_without_weeks_on_both_sides(school: SmallSchool) -> None:
    late = known(school, (SECOND, "5Б", 2, 4), (THIRD, "5Б", 0, 4))
    assert change(school, about(school, late)) is None
    early = known(school, (FIRST, "5Б", 3, 4))
    assert change(school, about(school, early)) is None
    # What was before the term says nothing of it.
    older = known(school, (FIRST - 7, "5Б", 3, 4), (SECOND, "5Б", 2, 4))
    assert change(school, about(school, older)) is None
    # A week of which nothing is known is passed over, not taken for silence.
    assert change(school, about(school, [*early, *late[1:]])) == Decimal("-75.0")


@pytest.mark.clause("4.4.4/5")
def test_a_replica_does_not_know_and_says_so(school: SmallSchool) -> None:
    shown = by_week(school, about(school, None))
    assert set(rows_of(shown, "families_seen")) == {(UNKNOWN,)}
    [missing] = shown.missing
    assert "только сервер" in missing
    assert change(school, about(school, None)) is UNKNOWN


@pytest.mark.clause("4.1")
@pytest.mark.asvs("8.2.2")
def test_weeks_are_for_who_may_read_of_the_families_at_all(school: SmallSchool) -> None:
    weeks = known(school, (FIRST, "5Б", 3, 4), (FIRST, "5А", 1, 4))
    own = by_week(school, about(school, weeks, "5А"), "russian")
    assert rows_of(own, "families_seen")[0] == (1,)
    # Who leads one class need not name it, and gets no other.
    assert by_week(school, about(school, weeks, ""), "russian") == own
    with pytest.raises(RightsError):
        by_week(school, about(school, weeks, "5Б"), "russian")
    school.appoint("russian", Role.CLASS_TEACHER, "10А")
    with pytest.raises(InputError):
        by_week(school, about(school, weeks, ""), "russian")
    for viewer in ("english", "officer"):
        with pytest.raises(RightsError):
            by_week(school, about(school, weeks), viewer)
    for_teacher = made(
        school, "matrix", replace(about(school, weeks), class_id=0), "russian", section="control"
    )
    assert [row.cells[0] for row in for_teacher.rows] == ["Russian А."]
