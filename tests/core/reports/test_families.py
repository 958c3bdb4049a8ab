from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from eschool_core.commands.guardians import AddGuardian, GuardianEntry
from eschool_core.domain.informing import PaperApplication
from eschool_core.domain.partition import PartitionKind, partition
from eschool_core.domain.people import Guardianship
from eschool_core.errors import RightsError
from eschool_core.reports.frame import Asked
from eschool_core.reports.table import UNKNOWN, Table
from tests.core.reports.tables import asked, made, rows_of
from tests.school import FIRST_DAY, MONDAY, SmallSchool, clock

DAY = MONDAY + 20
NOW = clock(DAY, 12)
KEYS = ("online_families", "paper_families", "seen_recently", "seen_share", "never_seen")


def wanted(school: SmallSchool, seen: dict[int, int] | None, class_name: str = "5А") -> Asked:
    base = asked(school, MONDAY, DAY, day=DAY, class_name=class_name)
    return replace(base, now=NOW, last_seen=seen)


def families(school: SmallSchool, about: Asked, viewer: str = "") -> Table:
    return made(school, "families", about, viewer, section="control")


def on_paper(school: SmallSchool, pupil_id: int, guardian_id: int, number: int) -> None:
    school.store.put(
        PaperApplication(
            id=number,
            part=partition(PartitionKind.PUPIL, pupil_id),
            pupil_id=pupil_id,
            guardian_id=guardian_id,
            document=f"З-{number}",
            first_day=FIRST_DAY,
            filed_by_id=1,
        )
    )


@pytest.mark.scenario("4.4.4/5:1")
@pytest.mark.clause("4.4.4/5")
def test_twenty_five_families_of_which_three_are_on_paper(school: SmallSchool) -> None:
    while len(school.pupils["5А"]) < 25:
        school.add_pupil("5А", f"Новый{len(school.pupils['5А'])}")
    for number, pupil_id in enumerate(school.pupils["5А"][:3], start=1):
        on_paper(school, pupil_id, school.guardian(pupil_id), number)
    seen = {school.guardian(pupil_id): clock(DAY - 3, 9) for pupil_id in school.pupils["5А"][:14]}
    shown = families(school, wanted(school, seen))
    # Of the 14 who looked three are on paper: 11 of 22.
    assert rows_of(shown, *KEYS) == [(22, 3, 11, Decimal("50.0"), 11)]
    assert shown.complete


@pytest.mark.clause("4.4.4/5")
def test_a_family_is_on_paper_only_where_every_guardian_is(school: SmallSchool) -> None:
    pupil_id = school.pupils["5А"][0]
    father = GuardianEntry(family="Абрамов", given="Пётр", relation="отец", phone="+7 384 1")
    school.must(
        AddGuardian(
            pupil_id=pupil_id, guardian=father, first_day=FIRST_DAY, ground="свидетельство"
        ),
        "officer",
    )
    first, second = (row.guardian_id for row in school.all(Guardianship, pupil_id=pupil_id))
    on_paper(school, pupil_id, first, 1)
    assert rows_of(families(school, wanted(school, {})), "paper_families") == [(0,)]
    on_paper(school, pupil_id, second, 2)
    assert rows_of(families(school, wanted(school, {})), "paper_families") == [(1,)]


@pytest.mark.scenario("4.6.9:1")
@pytest.mark.clause("4.6.9")
def test_who_never_looked_is_listed_with_days_for_the_class_teacher(school: SmallSchool) -> None:
    first, second, third, fourth = school.pupils["5А"]
    seen = {
        school.guardian(first): clock(DAY - 1, 9),
        school.guardian(second): clock(DAY - 12, 9),
        third: clock(DAY - 2, 9),
    }
    shown = families(school, wanted(school, seen), "russian")
    assert shown.notes[0].lines == (
        "Власов Саша: ни разу за 26 дн.",
        "Громова Саша: ни разу за 26 дн.",
        "Белова Саша: 12 дн. назад",
    )
    assert rows_of(shown, "seen_recently", "seen_in_month", "pupils_seen") == [(1, 2, 1)]
    assert fourth
    with pytest.raises(RightsError):
        families(school, wanted(school, seen, "5Б"), "russian")


@pytest.mark.clause("4.4.4/5")
def test_a_replica_that_does_not_know_says_so(school: SmallSchool) -> None:
    shown = families(school, wanted(school, None), "russian")
    assert rows_of(shown, "online_families", "seen_recently", "never_seen") == [
        (4, UNKNOWN, UNKNOWN)
    ]
    [missing] = shown.missing
    assert "только сервер" in missing


def test_the_school_as_a_whole_for_the_administration(school: SmallSchool) -> None:
    shown = families(school, wanted(school, {}, ""), "deputy")
    assert len(shown.rows) == 5
    assert shown.totals[0].cells[1:4] == (20, 20, 0)
    assert shown.notes == ()
