"""The register that is printed and the one that is kept for 25 years are one calculation."""

from __future__ import annotations

import pytest

from eschool_core.commands.care import ExemptPupil
from eschool_core.commands.lessons import RecordAttendance
from eschool_core.commands.people import MovePupil
from eschool_core.domain.enums import ExemptionKind, Presence
from eschool_core.domain.result_enums import ResultKind, ResultValue
from eschool_core.domain.school import SchoolClass
from eschool_core.reports.shown import DASH
from eschool_core.reports.table import Table
from eschool_core.results.register import RegisterLine, register_lines
from tests.core.reports.results import QUARTER_END, give, set_terms, year
from tests.core.reports.tables import asked, made
from tests.school import FIRST_DAY, LAST_DAY, MONDAY, SmallSchool

PRINTED_PARTS = ("I четверть", "II четверть", "Год", "Экзамен", "Итог")


Cells = dict[int, dict[str, dict[str, str]]]
"""Pupil → subject → part → what is written; names come twice in the small school."""


def printed(shown: Table) -> Cells:
    """Return the cells of the printed register."""
    subjects = {
        column.title: column.key for column in shown.columns if column.key.startswith("subject_")
    }
    found: Cells = {}
    for row in shown.rows:
        assert row.about is not None
        for title, key in subjects.items():
            value = shown.value(row, key)
            cell = DASH if value in (None, "нет") else str(value)
            found.setdefault(row.about.id, {}).setdefault(title, {})[str(row.cells[2])] = cell
    return found


def kept(lines: tuple[RegisterLine, ...]) -> Cells:
    """Return the same of the register that is kept."""
    return {
        line.pupil_id: {
            one.subject: {
                **{
                    part: one.terms.get(ordinal, DASH)
                    for ordinal, part in enumerate(PRINTED_PARTS[:2], start=1)
                },
                "Год": one.year, "Экзамен": one.exam, "Итог": one.final,
            }
            for one in line.subjects
        }
        for line in lines
    }  # fmt: skip


@pytest.fixture
def lived(school: SmallSchool) -> SmallSchool:
    """A year with a cell of every kind that two calculations might tell apart."""
    terms = set_terms(school)
    first, second, third, fourth = school.pupils["5А"]
    for pupil_id, value in ((first, 5), (second, 2), (third, ResultValue.NOT_ATTESTED)):
        give(school, "5А", "Математика", pupil_id, value, terms["I"])
        give(school, "5А", "Математика", pupil_id, value, None)
    give(school, "5А", "Математика", second, 4, None, kind=ResultKind.EXAM)
    school.must(
        ExemptPupil(
            pupil_id=fourth,
            subject_id=school.subjects["Математика"],
            exemption_kind=ExemptionKind.SUBJECT,
            first_day=FIRST_DAY,
            last_day=LAST_DAY,
            document="справка 1",
        ),
        "russian",
    )
    for pupil_id in (first, second):
        school.must(
            RecordAttendance(
                lesson_id=school.lesson("5А", "Математика", MONDAY),
                pupil_id=pupil_id,
                presence=Presence.ABSENT,
            ),
            "maths",
        )
    # The first goes to the parallel class after the first quarter: its mark goes along.
    school.must(
        MovePupil(
            pupil_id=first,
            class_id=school.classes["5Б"],
            first_day=QUARTER_END + 11,
            order="7-п",
        ),
        "officer",
    )
    return school


def both(school: SmallSchool, class_name: str) -> tuple[Table, tuple[RegisterLine, ...]]:
    """Return the printed register of the year, and the one that is kept."""
    wanted = asked(school, period=year(school), class_name=class_name, day=LAST_DAY)
    school_class = school.one(SchoolClass, id=school.classes[class_name])
    return made(school, "register", wanted), register_lines(school.store, school_class)


@pytest.mark.clause("4.4.3/4")
@pytest.mark.clause("5.3/2")
@pytest.mark.parametrize("class_name", ["5А", "5Б", "10А", "1А"])
def test_every_cell_of_the_kept_register_is_that_of_the_printed_one(
    lived: SmallSchool, class_name: str
) -> None:
    shown, lines = both(lived, class_name)
    on_paper, in_archive = printed(shown), kept(lines)
    assert [line.name for line in lines] == [name for name in shown.column("name") if name]
    assert set(in_archive) == {row.about.id for row in shown.rows if row.about}
    for pupil_id, subjects in in_archive.items():
        for subject, cells in subjects.items():
            assert {part: on_paper[pupil_id][subject].get(part, DASH) for part in cells} == cells
        others = set(on_paper.get(pupil_id, {})) - set(subjects)
        assert all(set(on_paper[pupil_id][one].values()) == {DASH} for one in others)


@pytest.mark.clause("5.3/2")
def test_what_the_kept_register_says_by_hand(lived: SmallSchool) -> None:
    found = kept(both(lived, "5А")[1])
    first, second, third, fourth = lived.pupils["5А"]
    keys = ("I четверть", "II четверть", "Год", "Экзамен")
    assert [found[second]["Математика"][key] for key in keys] == ["2", DASH, "2", "4"]
    assert [found[third]["Математика"][key] for key in keys] == ["н/а", DASH, "н/а", DASH]
    # Released by a document for the whole year: the kept register had a dash here before.
    assert [found[fourth]["Математика"][key] for key in keys] == ["осв.", "осв.", "осв.", DASH]
    moved = kept(both(lived, "5Б")[1])[first]["Математика"]
    assert [moved[key] for key in keys] == ["5", DASH, "5", DASH]


@pytest.mark.clause("5.3/2")
@pytest.mark.clause("4.4.3/9")
def test_a_miss_is_counted_in_the_class_where_it_was(lived: SmallSchool) -> None:
    for class_name in ("5А", "5Б"):
        shown, lines = both(lived, class_name)
        counted = [value for value in shown.column("missed_lessons") if value != ""]
        assert [line.missed.get("all", 0) for line in lines] == counted
    assert sum(line.missed.get("all", 0) for line in both(lived, "5А")[1]) == 2
    assert sum(line.missed.get("all", 0) for line in both(lived, "5Б")[1]) == 0
