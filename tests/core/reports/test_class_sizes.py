from __future__ import annotations

from decimal import Decimal

import pytest

from eschool_core.commands.school import SetPolicy
from eschool_core.store.database import Parameters, Values
from tests.core.reports.tables import asked, made, rows_of
from tests.school import FIRST_DAY, SmallSchool

REFERENCE = FIRST_DAY + 19


@pytest.mark.scenario("4.4.3/3:1")
@pytest.mark.clause("4.4.3/3")
def test_sizes_by_grade_and_for_the_school(school: SmallSchool) -> None:
    school.add_pupil("5А", "Новикова")
    shown = made(school, "class_sizes", asked(school))
    keys = ("grade", "classes_listed", "classes", "pupils", "mean_size", "norm_deviation")
    assert rows_of(shown, *keys) == [
        ("1", "1А – 4", 1, 4, Decimal("4.0"), Decimal("-21.0")),
        ("5", "5А – 5, 5Б – 4", 2, 9, Decimal("4.5"), Decimal("-20.5")),
        ("10", "10А – 4, 10Б – 4", 2, 8, Decimal("4.0"), Decimal("-21.0")),
    ]
    assert shown.totals[0].cells[2:5] == (5, 21, Decimal("4.2"))
    assert shown.subject_of == "на 13.09.2026"


@pytest.mark.clause("4.4.3/3")
def test_the_count_of_the_reference_day_stays_beside_later_ones(school: SmallSchool) -> None:
    school.add_pupil("5А", "Новикова", first_day=REFERENCE + 1)
    shown = made(school, "class_sizes", asked(school, last_day=REFERENCE + 10))
    assert rows_of(shown, "reference_pupils", "pupils", "size_change")[1] == (8, 9, 1)


def test_the_norm_is_policy(school: SmallSchool) -> None:
    school.must(
        SetPolicy(name="class_size_norm", value="4", first_day=FIRST_DAY, act="Приказ 3"),
        "deputy",
    )
    shown = made(school, "class_sizes", asked(school))
    assert shown.column("norm_deviation") == [Decimal("0.0")] * 3


def test_a_combined_class_is_counted(school: SmallSchool) -> None:
    school.add_pupil("1А", "Третьяков", grade=3)
    shown = made(school, "class_sizes", asked(school))
    assert shown.column("combined_classes") == [1, 0, 0]


def test_a_school_of_one_size_takes_the_same_queries_as_a_bigger_one(
    school: SmallSchool, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked_of: list[str] = []
    fetch = school.database.fetch

    def counted(sql: str, values: Parameters = ()) -> list[Values]:
        asked_of.append(sql)
        return fetch(sql, values)

    monkeypatch.setattr(school.database, "fetch", counted)
    wanted = asked(school)
    asked_of.clear()
    made(school, "class_sizes", wanted)
    few = len(asked_of)
    for number in range(6):
        school.add_class(f"6{number}", 6)
        school.add_pupil(f"6{number}", "Новый")
    asked_of.clear()
    made(school, "class_sizes", wanted)
    assert len(asked_of) == few
