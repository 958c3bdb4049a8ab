from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import date

import pytest

from eschool_core.domain.enums import Sex
from eschool_core.imports.drafts import ClassDraft, NameDraft, RosterDraft
from eschool_core.sample.names import feminine
from eschool_core.sample.people import LARGEST_CLASS_SIZE, sample_roster
from eschool_core.sample.timetable import sample_timetable

FULL = sample_timetable("full", seed=1)
START_YEAR = 2026


@pytest.fixture(scope="module")
def roster() -> RosterDraft:
    return sample_roster(FULL, 1, START_YEAR)


def test_the_full_school_has_750_pupils_and_60_teachers(roster: RosterDraft) -> None:
    assert len(roster.pupils) == 750
    assert set(Counter(pupil.class_name for pupil in roster.pupils).values()) == {25}
    assert len(roster.staff) == 60
    assert len({pupil.key for pupil in roster.pupils}) == 750


def test_the_same_seed_makes_the_same_people(roster: RosterDraft) -> None:
    assert sample_roster(FULL, 1, START_YEAR) == roster
    assert sample_roster(FULL, 2, START_YEAR).pupils != roster.pupils


def test_a_class_is_alphabetical_and_names_nobody_twice(roster: RosterDraft) -> None:
    classes: defaultdict[str, list[NameDraft]] = defaultdict(list)
    for pupil in roster.pupils:
        classes[pupil.class_name].append(pupil.name)
    for names in classes.values():
        assert len({(name.family, name.given) for name in names}) == len(names)
        families = [name.family.lower().replace("ё", "е") for name in names]
        assert families == sorted(families)


def test_patronymics_and_sex_agree(roster: RosterDraft) -> None:
    for pupil in roster.pupils:
        ending = "ич" if pupil.sex is Sex.MALE else "на"
        assert pupil.name.patronymic.endswith(ending)


@pytest.mark.parametrize(
    ("masculine", "expected"),
    [
        ("Иванов", "Иванова"),
        ("Соловьёв", "Соловьёва"),
        ("Пушкин", "Пушкина"),
        ("Достоевский", "Достоевская"),
        ("Толстой", "Толстая"),
        ("Крайний", "Крайняя"),
        ("Шевченко", "Шевченко"),
        ("Черных", "Черных"),
    ],
)
def test_surnames_have_feminine_forms(masculine: str, expected: str) -> None:
    assert feminine(masculine) == expected


def test_birth_dates_fit_the_grade(roster: RosterDraft) -> None:
    grades = {item.name: item.grade for item in roster.classes}
    for pupil in roster.pupils:
        grade = grades[pupil.class_name]
        assert grade is not None
        assert pupil.birth_date is not None
        years = (date(START_YEAR, 9, 1) - pupil.birth_date).days / 365.25
        assert grade + 5.7 <= years <= grade + 6.8


def test_every_pupil_has_one_or_two_guardians_with_numbers_nobody_has(roster: RosterDraft) -> None:
    for pupil in roster.pupils:
        assert 1 <= len(pupil.guardians) <= 2
        for guardian in pupil.guardians:
            assert re.fullmatch(r"\+7 000 \d{3}-\d{2}-\d{2}", guardian.phone)
            assert guardian.relation in {"мать", "отец", "бабушка"}


def test_some_siblings_share_guardians_surname_and_patronymic(roster: RosterDraft) -> None:
    children: defaultdict[str, list[NameDraft]] = defaultdict(list)
    for pupil in roster.pupils:
        children[pupil.guardians[0].key].append(pupil.name)
    siblings = [names for names in children.values() if len(names) > 1]
    assert len(siblings) > 20
    for names in siblings:
        assert len({name.given for name in names}) == len(names)
        assert len({name.patronymic[:3] for name in names}) == 1
        assert len({name.family[:3] for name in names}) == 1


def test_divided_classes_are_dealt_out_between_their_groups(roster: RosterDraft) -> None:
    members: defaultdict[str, set[str]] = defaultdict(set)
    for membership in roster.memberships:
        members[membership.group].add(membership.pupil_key)
    for group in roster.groups:
        if not group.whole:
            assert len(members[group.name]) == group.size in {12, 13}
    assert members["7А Информатика 1"] & members["7А Информатика 2"] == set()
    assert members["7А Информатика 1"] | members["7А Информатика 2"] == {
        pupil.key for pupil in roster.pupils if pupil.class_name == "7А"
    }


@pytest.mark.parametrize(("given", "expected"), [(0, 25), (1, 1), (35, 35), (36, 35), (900, 35)])
def test_class_sizes_are_taken_from_the_draft_up_to_a_limit(given: int, expected: int) -> None:
    draft = replace(FULL, classes=(ClassDraft("ЛД101", None, given),), groups=(), activities=())
    roster = sample_roster(draft, 1, START_YEAR)
    assert len(roster.pupils) == expected <= LARGEST_CLASS_SIZE
    assert roster.classes == (ClassDraft("ЛД101", None, expected),)
    assert {pupil.birth_date for pupil in roster.pupils} == {None}


@pytest.mark.parametrize(
    ("teacher", "expected"),
    [
        ("Иванова Анна Петровна", NameDraft("Иванова", "Анна", "Петровна")),
        ("Иванова А.П.", NameDraft("Иванова", "А.", "П.")),
        ("Римский-Корсаков Н. А.", NameDraft("Римский-Корсаков", "Н.", "А.")),
        ("В.Йорданова", NameDraft("Йорданова", "В.")),
        ("Ст. Караиванова", NameDraft("Караиванова", "Ст.")),
    ],
)
def test_staff_have_the_names_of_the_draft(teacher: str, expected: NameDraft) -> None:
    [member] = sample_roster(replace(FULL, teachers=(teacher,)), 1, START_YEAR).staff
    assert member.key == teacher
    assert member.name == expected


@pytest.mark.parametrize("teacher", ["Гнедов", "Иванова", "ACCORONI", "CARLES  Q1", "?", "1"])
def test_a_bare_teacher_name_becomes_a_surname(teacher: str) -> None:
    [member] = sample_roster(replace(FULL, teachers=(teacher,)), 1, START_YEAR).staff
    assert member.key == teacher
    assert member.name.family == " ".join(teacher.split())
    assert member.name.given
    assert member.name.patronymic
