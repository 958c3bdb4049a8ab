"""Whatever a draft says: every command made of it is accepted."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from eschool_core.imports.builder_roster import build_roster
from eschool_core.imports.builder_timetable import build_timetable
from eschool_core.imports.drafts import (
    ActivityDraft,
    ClassDraft,
    GroupDraft,
    GuardianDraft,
    MembershipDraft,
    NameDraft,
    PeriodDraft,
    PupilDraft,
    RosterDraft,
    StartDraft,
    TimetableDraft,
)
from tests.core.imports.building import ORDER, School, new_school, tiny_year

CLASSES = ("1А", "1Б", "2")
PARTS = {"1А.1": ("1А",), "1А.2": ("1А",), "1Б.1": ("1Б",), "смесь": ("1А", "2")}
TEACHERS = ("Первая А. А.", "Второй", "Третий Б.")
SUBJECTS = ("Труд", "Чтение")
GROUPS = (
    *(GroupDraft(name, (name,), whole=True) for name in CLASSES),
    GroupDraft("первые", ("1А", "1Б"), whole=True),
    *(GroupDraft(name, classes, whole=False) for name, classes in PARTS.items()),
)
GROUP_NAMES = tuple(group.name for group in GROUPS)
PERIODS = tuple(PeriodDraft(number, "") for number in range(4))

starts = st.builds(
    StartDraft, week=st.integers(0, 1), weekday=st.integers(0, 2), period=st.integers(0, 3)
)


@st.composite
def timetables(draw: st.DrawFn) -> TimetableDraft:
    names = st.lists(st.sampled_from(GROUP_NAMES), min_size=1, max_size=3, unique=True)
    activities = tuple(
        ActivityDraft(
            number,
            draw(st.sampled_from(SUBJECTS)),
            tuple(draw(names)),
            tuple(draw(st.lists(st.sampled_from(TEACHERS), max_size=2, unique=True))),
            draw(st.integers(1, 2)),
            draw(st.none() | starts),
            draw(st.sampled_from(("", "12"))),
        )
        for number in range(draw(st.integers(1, 14)))
    )
    classes = tuple(ClassDraft(name, int(name[0])) for name in CLASSES)
    return TimetableDraft(
        "",
        3,
        2,
        PERIODS,
        classes,
        GROUPS,
        TEACHERS,
        SUBJECTS,
        activities,
        (),
        len(activities),
        sum(one.duration for one in activities),
    )


@st.composite
def rosters(draw: st.DrawFn) -> RosterDraft:
    guardian = st.sampled_from(
        [GuardianDraft(f"g{number}", NameDraft("Г", str(number))) for number in range(3)]
    )
    pupils = tuple(
        PupilDraft(
            f"p{number}",
            NameDraft("П", draw(st.sampled_from("АБ"))),
            draw(st.sampled_from((*CLASSES, "9"))),
            guardians=tuple(draw(st.lists(guardian, max_size=3))),
        )
        for number in range(draw(st.integers(0, 6)))
    )
    membership = st.builds(
        MembershipDraft,
        st.sampled_from((*PARTS, "первые", "чужая")),
        st.sampled_from([f"p{number}" for number in range(7)]),
    )
    classes = tuple(ClassDraft(name, int(name[0])) for name in CLASSES)
    members = tuple(draw(st.lists(membership, max_size=10)))
    return RosterDraft(classes, (), pupils, GROUPS, members, ())


def import_into(school: School, timetable: TimetableDraft, roster: RosterDraft) -> None:
    """Import people and timetable in both orders of a real school; all must be accepted."""
    for _ in range(2):
        batch = school.batch()
        result = build_timetable(
            batch, timetable, year=school.year, bells=school.bells, existing=school.existing()
        )
        people = build_roster(
            batch,
            roster,
            year=school.year,
            bells=school.bells,
            order=ORDER,
            existing=result.school,
        )
        school.apply(batch)
        assert result.imported + len(result.not_taken) == timetable.active
        assert people.school.journals.keys() == school.existing().journals.keys()


@settings(max_examples=60, deadline=None)
@given(first=timetables(), second=timetables(), roster=rosters())
def test_any_timetables_and_roster_are_accepted_one_after_the_other(
    first: TimetableDraft, second: TimetableDraft, roster: RosterDraft
) -> None:
    school = new_school(tiny_year(0, 20, 3, 2), PERIODS)
    import_into(school, first, roster)
    import_into(school, second, roster)


@settings(max_examples=60, deadline=None)
@given(timetable=timetables(), roster=rosters())
def test_a_second_import_of_any_file_adds_nothing(
    timetable: TimetableDraft, roster: RosterDraft
) -> None:
    school = new_school(tiny_year(0, 20, 3, 2), PERIODS)
    import_into(school, timetable, roster)
    batch = school.batch()
    result = build_timetable(
        batch, timetable, year=school.year, bells=school.bells, existing=school.existing()
    )
    assert batch.commands == ()
    assert result.school.journals == school.existing().journals
