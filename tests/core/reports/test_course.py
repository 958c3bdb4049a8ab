"""The months of a class, as a table and as pictures."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eschool_core.commands.lessons import RecordMark
from eschool_core.domain.enums import Presence
from eschool_core.reports.plot import plot_svg
from eschool_core.reports.table import Column, Plot, Row, Table, Unit
from eschool_core.reports.to_html import plots_html, to_html
from tests.core.reports.results import year
from tests.core.reports.tables import asked, made
from tests.core.reports.test_attendance import attend
from tests.school import FIRST_DAY, MONDAY, SmallSchool

DAY = date(2026, 9, 7)
SVG = "{http://www.w3.org/2000/svg}"


def course(school: SmallSchool, day: int = MONDAY) -> Table:
    return made(school, "course", asked(school, period=year(school), class_name="5А", day=day))


@pytest.mark.clause("4.4.3/9")
def test_a_month_shows_what_was_missed_and_the_mean_of_its_marks(school: SmallSchool) -> None:
    lesson, pupils = school.lesson("5А", "Математика"), school.pupils["5А"]
    for place, value in enumerate((5, 4, 4)):
        school.must(RecordMark(lesson_id=lesson, pupil_id=pupils[place], value=value), "maths")
    attend(school, 3, "Математика", MONDAY, Presence.ABSENT)
    table = course(school)
    [row] = table.rows
    due = table.value(row, "due_lessons")
    assert isinstance(due, int)
    assert table.value(row, "month") == "09.2026"
    assert table.value(row, "missed_of_due") == 1
    share = Decimal(100 * (due - 1)) / due
    assert table.value(row, "attended") == share.quantize(Decimal("0.1"))
    assert (table.value(row, "marks_given"), table.value(row, "mean_mark")) == (3, Decimal("4.33"))


def test_days_to_come_count_nowhere(school: SmallSchool) -> None:
    late, early = course(school), course(school, FIRST_DAY + 2)
    [today], [earlier] = late.rows, early.rows
    assert late.value(today, "without_roll") > early.value(earlier, "without_roll")  # type: ignore[operator]


@pytest.mark.clause("4.4.3/9")
def test_a_month_without_a_roll_has_no_share_of_attendance(school: SmallSchool) -> None:
    table = course(school)
    [row] = table.rows
    assert (table.value(row, "due_lessons"), table.value(row, "attended")) == (0, None)


def plain(*values: Decimal | None, title: str = "Т") -> Table:
    columns = (Column("name", "М", Unit.TEXT, 5), Column("value", title, Unit.MEAN, 5))
    rows = tuple(Row((f"{place}", value)) for place, value in enumerate(values))
    return Table("t", "t", "4.4.3/9", "", "", "", DAY, DAY, columns, rows, plots=(Plot("value"),))


def drawn(table: Table, plot: Plot | None = None) -> ET.Element:
    return ET.fromstring(plot_svg(table, plot or table.plots[0]))


def points(picture: ET.Element) -> list[tuple[float, float]]:
    return [
        (float(one.get("cx", "")), float(one.get("cy", ""))) for one in picture.iter(f"{SVG}circle")
    ]


def test_a_greater_value_stands_higher_and_points_go_from_left_to_right() -> None:
    places = points(drawn(plain(Decimal(3), Decimal(5), Decimal(4))))
    assert [x for x, _ in places] == sorted(x for x, _ in places)
    assert places[1][1] < places[2][1] < places[0][1]


def test_what_is_not_known_leaves_a_gap() -> None:
    picture = drawn(plain(Decimal(3), None, Decimal(4)))
    assert len(points(picture)) == 2
    paths = [one.get("d", "") for one in picture.iter(f"{SVG}path") if one.get("stroke-width")]
    assert [path.count("M") for path in paths] == [2]


def test_equal_values_and_a_single_one_are_drawn() -> None:
    assert len(points(drawn(plain(Decimal(4), Decimal(4))))) == 2
    assert len(points(drawn(plain(Decimal(4))))) == 1


def test_nothing_is_drawn_of_nothing() -> None:
    assert plot_svg(plain(None), Plot("value")) == ""


def test_a_value_beyond_the_axis_widens_it() -> None:
    places = points(drawn(plain(Decimal(1), Decimal(5)), Plot("value", Decimal(2), Decimal(4))))
    assert all(0 < y < 220 for _, y in places)


@pytest.mark.parametrize(
    ("values", "plot", "axis"),
    [
        ((90,), Plot("value", highest=Decimal(100)), ["85", "90", "95", "100"]),
        ((98,), Plot("value", highest=Decimal(100)), ["97", "98", "99", "100"]),
        ((3, 4), Plot("value", Decimal(2), Decimal(5)), ["2", "3", "4", "5"]),
        ((3, 3), Plot("value"), ["2,90", "2,95", "3,00", "3,05", "3,10"]),
        ((0, 740), Plot("value"), ["-500", "0", "500", "1000"]),
    ],
)
def test_the_axis_goes_by_round_steps(values: tuple[int, ...], plot: Plot, axis: list[str]) -> None:
    picture = drawn(plain(*map(Decimal, values)), plot)
    named = [one.text for one in picture.iter(f"{SVG}text") if one.get("text-anchor") == "end"]
    assert named == axis


@given(st.lists(st.decimals(-10_000, 10_000, places=2), min_size=1, max_size=12))
def test_any_values_stand_within_the_picture(values: list[Decimal]) -> None:
    picture = drawn(plain(*values))
    assert all(0 < y < 220 for _, y in points(picture))
    ends = [one for one in picture.iter(f"{SVG}text") if one.get("text-anchor") == "end"]
    assert 2 <= len(ends) <= 5


def test_a_picture_says_in_words_what_it_shows() -> None:
    picture = drawn(plain(Decimal("4.25"), title="Средняя"))
    title = picture.find(f"{SVG}title")
    assert title is not None
    assert picture.get("role") == "img"
    assert title.text == "Средняя: 0 – 4,25."


@pytest.mark.asvs("1.2.1")
def test_whatever_a_title_holds_is_text() -> None:
    hostile = "</title><script>alert(1)</script>\"'&"
    svg = plot_svg(plain(Decimal(1), title=hostile), Plot("value"))
    assert "<script" not in svg
    assert hostile in "".join(ET.fromstring(svg).itertext())
    assert "style=" not in svg


def test_a_document_shows_the_pictures_and_other_reports_none(school: SmallSchool) -> None:
    lesson, pupil = school.lesson("5А", "Математика"), school.pupils["5А"][0]
    school.must(RecordMark(lesson_id=lesson, pupil_id=pupil, value=5), "maths")
    attend(school, 1, "Математика", MONDAY, Presence.ABSENT)
    table = course(school)
    assert to_html(table).count("<svg") == 2
    assert plots_html(replace(table, plots=())) == ""
