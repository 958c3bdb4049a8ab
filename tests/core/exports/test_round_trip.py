"""What goes out comes in as the same school, whatever the school is."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eschool_core.domain.enums import Sex
from eschool_core.exports.oneroster import export_oneroster
from eschool_core.imports.builder_roster import build_roster
from eschool_core.imports.drafts import (
    ClassDraft,
    GroupDraft,
    GuardianDraft,
    MembershipDraft,
    NameDraft,
    PupilDraft,
    RosterDraft,
)
from eschool_core.imports.oneroster import read_oneroster
from tests.core.imports.building import ORDER, School, new_school, tiny_year

CLASSES = (ClassDraft("1А", 1), ClassDraft("5Б", 5), ClassDraft("10", 10))
PARTS = {"5Б/1": ("5Б",), "5Б/2": ("5Б",), "смешанная": ("5Б", "10")}
GROUPS = tuple(GroupDraft(name, classes, whole=False) for name, classes in PARTS.items())
LETTERS = "АБВЁабвё«»', ().-\"№"

# A name that a spreadsheet would run goes out with a guard before it (row 82) and keeps it.
names = st.text(LETTERS, min_size=1, max_size=12).map(lambda text: "Ю" + " ".join(text.split()))
guardians = st.builds(
    GuardianDraft,
    key=st.uuids().map(str),
    name=st.builds(NameDraft, names, names, st.just("") | names),
    relation=st.just("мать"),
    phone=st.sampled_from(("", "+7 900 123-45-67", "8 (384) 2")),
)


@st.composite
def rosters(draw: st.DrawFn) -> RosterDraft:
    families = draw(st.lists(guardians, min_size=1, max_size=3))
    pupils = tuple(
        PupilDraft(
            f"p{number}",
            NameDraft(draw(names), draw(names), draw(st.just("") | names)),
            draw(st.sampled_from(CLASSES)).name,
            draw(st.none() | st.dates(date(2008, 1, 1), date(2019, 12, 31))),
            draw(st.none() | st.sampled_from(Sex)),
            tuple(draw(st.lists(st.sampled_from(families), max_size=2, unique=True))),
        )
        for number in range(draw(st.integers(1, 8)))
    )
    members = {
        MembershipDraft(name, pupil.key)
        for pupil in pupils
        for name, classes in PARTS.items()
        if pupil.class_name in classes and draw(st.booleans())
    }
    listed = tuple(sorted(members, key=lambda one: (one.group, one.pupil_key)))
    return RosterDraft(CLASSES, (), pupils, GROUPS, listed, ())


def taken(roster: RosterDraft) -> School:
    """Return a school that has taken a roster."""
    school = new_school(tiny_year(0, 20, 5, 1))
    batch = school.batch()
    made = build_roster(
        batch,
        roster,
        year=school.year,
        bells=school.bells,
        order=ORDER,
        existing=school.existing(),
    )
    assert made.not_taken == ()
    school.apply(batch)
    return school


def sent(school: School) -> RosterDraft:
    """Return what a reader makes of the school's bundle."""
    draft = read_oneroster(export_oneroster(school.store, school.year.first_day).data)
    assert draft.not_taken == ()
    return draft


def said(draft: RosterDraft) -> dict[str, Any]:
    """Return a roster without the ids that each school gives anew."""
    of = {pupil.key: pupil for pupil in draft.pupils}

    def told(pupil: PupilDraft) -> tuple[object, ...]:
        # The format has no word for how a guardian is related.
        kin = sorted((one.name.family, one.name.given, one.phone) for one in pupil.guardians)
        return (pupil.name, pupil.class_name, pupil.birth_date, pupil.sex, tuple(kin))

    return {
        "classes": sorted((one.name, one.grade) for one in draft.classes),
        "pupils": Counter(map(told, draft.pupils)),
        "groups": {(one.name, frozenset(one.classes), one.whole) for one in draft.groups},
        "members": Counter((one.group, told(of[one.pupil_key])) for one in draft.memberships),
    }


@pytest.mark.scenario("1.2/3:1")
@pytest.mark.clause("1.2/3")
@settings(max_examples=40, deadline=None)
@given(roster=rosters())
def test_a_school_goes_out_and_comes_in_as_itself(roster: RosterDraft) -> None:
    first = sent(taken(roster))
    assert said(first) == said(roster)
    assert said(sent(taken(first))) == said(first)
