from __future__ import annotations

import csv
import io
import zipfile

import pytest

from eschool_core.commands.people import WithdrawPupil
from eschool_core.domain.enums import Sex
from eschool_core.domain.people import PupilCard
from eschool_core.errors import InputError
from eschool_core.exports.oneroster import export_oneroster
from eschool_core.imports.oneroster import read_oneroster
from tests.school import MONDAY, SmallSchool, built_school, memory


@pytest.fixture
def school() -> SmallSchool:
    return built_school()


def bundle(data: bytes) -> dict[str, list[dict[str, str]]]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {
            name.removesuffix(".csv"): list(
                csv.DictReader(io.StringIO(archive.read(name).decode(), newline=""))
            )
            for name in archive.namelist()
        }


@pytest.mark.scenario("1.2/3:1")
@pytest.mark.clause("1.2/3")
def test_what_goes_out_comes_in_as_the_same_school(school: SmallSchool) -> None:
    made = export_oneroster(school.store, MONDAY)
    draft = read_oneroster(made.data)
    assert draft.not_taken == ()
    sizes = {entry.name: (entry.grade, entry.size) for entry in draft.classes}
    assert sizes == {"1А": (1, 4), "5А": (5, 4), "5Б": (5, 4), "10А": (10, 4), "10Б": (10, 4)}
    names = {(pupil.name.family, pupil.name.given, pupil.class_name) for pupil in draft.pupils}
    assert ("Абрамов", "Саша", "5А") in names
    assert len(draft.pupils) == made.pupils == 20
    assert all(len(pupil.guardians) == 1 for pupil in draft.pupils)
    assert draft.pupils[0].guardians[0].phone == "+7 384 000"
    groups = {group.name: (set(group.classes), group.whole) for group in draft.groups}
    assert groups == {
        "5А/1": ({"5А"}, False),
        "5А/2": ({"5А"}, False),
        "10А+10Б": ({"10А", "10Б"}, True),
    }
    assert len(draft.memberships) == 4
    led = {entry.group for entry in draft.teachings if entry.class_teacher}
    assert led == {"5А", "5Б", "1А"}
    taught = {entry.group for entry in draft.teachings if not entry.class_teacher}
    assert taught == {"5А/1", "5А/2", "10А+10Б"}
    assert {entry.name.family for entry in draft.staff} >= {"Maths", "Head", "Officer"}


@pytest.mark.scenario("1.2/3:1")
@pytest.mark.clause("1.2/3")
def test_the_bundle_holds_what_the_format_asks_for(school: SmallSchool) -> None:
    tables = bundle(export_oneroster(school.store, MONDAY).data)
    manifest = {row["propertyName"]: row["value"] for row in tables["manifest"]}
    assert manifest["oneroster.version"] == "1.2"
    assert {name for name, value in manifest.items() if value == "bulk"} == {
        f"file.{name}" for name in tables if name != "manifest"
    }
    ids = {name: [row["sourcedId"] for row in rows] for name, rows in tables.items() if
           name != "manifest"}  # fmt: skip
    for listed in ids.values():
        assert len(set(listed)) == len(listed)
    assert {row["userSourcedId"] for row in tables["roles"]} == set(ids["users"])
    for row in tables["enrollments"]:
        assert row["classSourcedId"] in ids["classes"]
        assert row["userSourcedId"] in ids["users"]


def test_who_has_left_is_not_in_it(school: SmallSchool) -> None:
    gone = school.pupils["5А"][0]
    school.must(WithdrawPupil(pupil_id=gone, last_day=MONDAY, order="2-о"), "officer")
    assert export_oneroster(school.store, MONDAY).pupils == 20
    after = bundle(export_oneroster(school.store, MONDAY + 1).data)
    assert str(gone) not in {row["sourcedId"] for row in after["users"]}
    assert str(gone) not in {row["userSourcedId"] for row in after["enrollments"]}


def test_birth_dates_and_sexes_go_along(school: SmallSchool) -> None:
    pupil = school.add_pupil("5Б", "Ёлкин", birth_day=15_000, sex=Sex.MALE)
    assert school.one(PupilCard, pupil_id=pupil).birth_day == 15_000
    draft = read_oneroster(export_oneroster(school.store, MONDAY).data)
    [found] = [entry for entry in draft.pupils if entry.name.family == "Ёлкин"]
    assert found.sex is Sex.MALE
    assert found.birth_date is not None


@pytest.mark.asvs("row 82")
def test_no_cell_is_a_formula(school: SmallSchool) -> None:
    school.add_pupil("5Б", "=HYPERLINK(1)")
    users = bundle(export_oneroster(school.store, MONDAY).data)["users"]
    assert "'=HYPERLINK(1)" in {row["familyName"] for row in users}


def test_the_same_school_gives_the_same_bytes(school: SmallSchool) -> None:
    first = export_oneroster(school.store, MONDAY).data
    assert export_oneroster(school.store, MONDAY).data == first


def test_a_school_without_a_year_has_nothing_to_hand_over() -> None:
    with pytest.raises(InputError) as caught:
        export_oneroster(SmallSchool.empty(memory()).store, MONDAY)
    assert caught.value.key == "export.no_year"
