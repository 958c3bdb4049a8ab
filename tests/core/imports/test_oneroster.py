from __future__ import annotations

import csv
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pytest

from eschool_core.domain.enums import Sex
from eschool_core.errors import InputError
from eschool_core.imports.drafts import (
    ClassDraft,
    GroupDraft,
    MembershipDraft,
    NameDraft,
    RosterDraft,
    TeachingDraft,
)
from eschool_core.imports.oneroster import read_oneroster
from tests.core.imports.files import archive

USERS = (
    "sourcedId,status,orgSourcedIds,role,givenName,familyName,middleName,phone,agentSourcedIds,"
    "grades,password"
)
CLASSES = "sourcedId,status,title,grades,classCode,classType,schoolSourcedId"
ENROLLMENTS = "sourcedId,status,classSourcedId,userSourcedId,role,primary"
BASE = {
    "users": [
        USERS,
        "t1,active,s1,teacher,Анна,Учитель,Ивановна,,,,secret",
        "p1,active,s1,student,Иван,Первый,Ильич,,g1,5,secret",
        "p2,,s1,student,Пётр,Второй,,,,5,secret",
        "g1,active,s1,parent,Мария,Первая,,123,,,secret",
    ],
    "classes": [
        CLASSES,
        "c1,active,5А,05,,homeroom,s1",
        "c2,active,Английский 1,05,,scheduled,s1",
        "c3,active,Химия,05,,scheduled,s1",
    ],
    "enrollments": [
        ENROLLMENTS,
        "e1,active,c1,p1,student,",
        "e2,active,c1,p2,student,",
        "e3,active,c1,t1,teacher,true",
        "e4,active,c2,p1,student,",
        "e5,active,c2,t1,teacher,",
        "e6,active,c3,p1,student,",
        "e7,active,c3,p2,student,",
    ],
}


def bundle(files: dict[str, list[str]]) -> bytes:
    return archive({f"{name}.csv": "\n".join(rows).encode() for name, rows in files.items()})


def read(files: dict[str, list[str]] | None = None, school: str | None = None) -> RosterDraft:
    return read_oneroster(bundle(BASE | (files or {})), school)


def with_rows(name: str, *rows: str) -> dict[str, list[str]]:
    return {name: [*BASE[name], *rows]}


def reasons(draft: RosterDraft) -> list[tuple[str, str]]:
    return [(row.where, row.reason) for row in draft.not_taken]


def refusal(files: dict[str, list[str]], school: str | None = None) -> str:
    with pytest.raises(InputError) as refused:
        read_oneroster(bundle(files), school)
    return refused.value.key


def test_homerooms_are_classes_and_scheduled_classes_are_groups() -> None:
    draft = read()
    assert draft.classes == (ClassDraft("5А", 5, 2),)
    assert draft.groups == (
        GroupDraft("Английский 1", ("5А",), whole=False, size=1),
        GroupDraft("Химия", ("5А",), whole=True, size=2),
    )
    assert draft.memberships == (MembershipDraft("Английский 1", "p1"),)
    assert draft.teachings == (
        TeachingDraft("t1", "5А", class_teacher=True),
        TeachingDraft("t1", "Английский 1"),
    )
    assert draft.not_taken == ()


def test_people_are_read_with_their_names_and_guardians() -> None:
    draft = read()
    assert [(one.key, one.name) for one in draft.staff] == [
        ("t1", NameDraft("Учитель", "Анна", "Ивановна"))
    ]
    first, second = draft.pupils
    assert (first.key, first.name, first.class_name) == (
        "p1",
        NameDraft("Первый", "Иван", "Ильич"),
        "5А",
    )
    [guardian] = first.guardians
    assert (guardian.key, guardian.relation, guardian.phone) == ("g1", "parent", "123")
    assert second.guardians == ()


def test_a_guardian_may_name_the_pupils() -> None:
    rows = [USERS, *BASE["users"][1:4], 'g1,active,s1,guardian,Мария,Первая,,,"p1,p2",,x']
    rows[2] = rows[2].replace(",g1,", ",,")
    draft = read({"users": rows})
    assert [[one.key for one in pupil.guardians] for pupil in draft.pupils] == [["g1"], ["g1"]]


def test_no_password_reaches_the_draft() -> None:
    assert "secret" not in repr(read())


def test_columns_may_stand_in_any_order_with_others_between() -> None:
    turned = [",".join(["x", *reversed(row.split(","))]) for row in BASE["users"]]
    assert read({"users": turned}) == read()


def test_a_folder_and_a_zip_read_alike(tmp_path: Path) -> None:
    for name, rows in BASE.items():
        (tmp_path / f"{name}.csv").write_bytes(b"\xef\xbb\xbf" + "\r\n".join(rows).encode())
    assert read_oneroster(tmp_path) == read() == read_oneroster(str(tmp_path))


def test_the_zip_may_hold_one_folder() -> None:
    members = {f"export/{name}.csv": "\n".join(rows).encode() for name, rows in BASE.items()}
    members["__MACOSX/export/users.csv"] = b"\x00\x05"
    assert read_oneroster(archive(members)) == read()


def test_one_table_twice_is_refused() -> None:
    members = {f"{folder}/users.csv": "\n".join(BASE["users"]).encode() for folder in "ab"}
    with pytest.raises(InputError) as refused:
        read_oneroster(archive(members))
    assert refused.value.key == "import.archive_strange"


@pytest.mark.parametrize("status", ["inactive", "tobedeleted", "ToBeDeleted", "?"])
def test_records_that_are_not_active_are_left_out(status: str) -> None:
    draft = read(with_rows("users", f"p9,{status},s1,student,А,Б,,,,5,x"))
    assert reasons(draft) == [("users.csv:6", "import.record_inactive")]


def test_what_hangs_on_a_left_out_record_is_left_out_too() -> None:
    files = with_rows("enrollments", "e8,active,c2,p9,student,", "e9,active,c9,p1,student,")
    assert reasons(read(files)) == [
        ("enrollments.csv:9", "import.enrollment_user_left_out"),
        ("enrollments.csv:10", "import.enrollment_class_left_out"),
    ]


def test_an_inactive_class_takes_its_enrolments_along() -> None:
    rows = [*BASE["classes"][:3], BASE["classes"][3].replace("active", "tobedeleted")]
    assert reasons(read({"classes": rows})) == [
        ("classes.csv:4", "import.record_inactive"),
        ("enrollments.csv:7", "import.enrollment_class_left_out"),
        ("enrollments.csv:8", "import.enrollment_class_left_out"),
    ]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("p1,active,s1,student,А,Б,,,,5,x", "import.record_id_twice"),
        (",active,s1,student,А,Б,,,,5,x", "import.record_without_id"),
        ("p9,active,s1,student,А,Б,,,,5,x,more", "import.record_too_wide"),
        ("p9,active,s1,student,,Б,,,,5,x", "import.name_incomplete"),
        ("p9,active,s1,student,А,,,,,5,x", "import.name_incomplete"),
        ("p9,active,s1,wizard,А,Б,,,,5,x", "import.user_role_unknown"),
        ("p9,active,s1,,А,Б,,,,5,x", "import.user_role_unknown"),
        ("p9,active,s1,student,А\x01,Б,,,,5,x", "import.text_control"),
        ("p9,active,s1,student,А,Б,,,,5,x", "import.pupil_without_class"),
        ("g9,active,s1,parent,А,Б,,,,,x", "import.guardian_without_pupil"),
        ("t9,active,s1,teacher,А,Б,,,p1,,x", "import.agent_not_guardian"),
        ("t9,active,s1,teacher,А,Б,,,nobody,,x", "import.agent_not_guardian"),
    ],
)
def test_a_user_that_cannot_be_taken_is_reported(row: str, reason: str) -> None:
    assert reasons(read(with_rows("users", row))) == [("users.csv:6", reason)]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("e9,active,c2,p1,student,", "import.row_twice"),
        ("e9,active,c2,t1,teacher,", "import.row_twice"),
        ("e9,active,c2,t1,student,", "import.enrollment_role"),
        ("e9,active,c2,p2,teacher,", "import.enrollment_role"),
        ("e9,active,c2,g1,student,", "import.enrollment_role"),
        ("e9,active,c2,t1,proctor,", "import.enrollment_role"),
        ("e1,active,c2,p2,student,", "import.record_id_twice"),
        ("e9,inactive,c2,p2,student,", "import.record_inactive"),
    ],
)
def test_an_enrolment_that_cannot_be_taken_is_reported(row: str, reason: str) -> None:
    assert reasons(read(with_rows("enrollments", row))) == [("enrollments.csv:9", reason)]


def test_of_two_homerooms_the_primary_one_counts() -> None:
    files = with_rows("classes", "c9,active,5Б,05,,homeroom,s1")
    files |= with_rows("enrollments", "e9,active,c9,p1,student,true")
    draft = read(files)
    assert [pupil.class_name for pupil in draft.pupils] == ["5Б", "5А"]
    assert reasons(draft) == [("enrollments.csv:2", "import.second_homeroom")]


def test_a_group_without_pupils_is_left_out_with_its_teacher() -> None:
    files = with_rows("classes", "c9,active,Физика,05,,scheduled,s1")
    files |= with_rows("enrollments", "e9,active,c9,t1,teacher,")
    assert reasons(read(files)) == [
        ("classes.csv:5", "import.group_without_pupils"),
        ("enrollments.csv:9", "import.enrollment_class_left_out"),
    ]


def test_classes_of_one_title_are_told_apart() -> None:
    files = with_rows("classes", "c4,active,Химия,05,X,scheduled,s1", "c5,,Химия,05,X,scheduled,s1")
    files |= with_rows("enrollments", "e8,,c4,p1,student,", "e9,,c5,p2,student,")
    names = [one.name for one in read(files).groups]
    assert names == ["Английский 1", "Химия", "Химия (X) (c4)", "Химия (X) (c5)"]


def test_without_homerooms_grades_make_classes() -> None:
    files = {"classes": [row.replace("homeroom", "scheduled") for row in BASE["classes"]]}
    draft = read(files)
    assert draft.classes == (ClassDraft("5", 5, 2),)
    assert [one.name for one in draft.groups if one.whole] == ["5А", "Химия"]


def test_without_homerooms_and_grades_the_first_class_serves() -> None:
    files = {
        "classes": [row.replace("homeroom", "scheduled") for row in BASE["classes"]],
        "users": [row.replace(",5,secret", ",,secret") for row in BASE["users"]],
    }
    draft = read(files)
    assert [pupil.class_name for pupil in draft.pupils] == ["5А", "5А"]
    assert {one.name: one.whole for one in draft.groups} == {
        "5А": True, "Английский 1": False, "Химия": True,
    }  # fmt: skip


def test_several_schools_need_a_choice() -> None:
    files = with_rows("classes", "c9,active,5А,05,,homeroom,s2")
    files |= with_rows("users", "p9,active,s2,student,А,Б,,,,5,x")
    files |= with_rows("enrollments", "e9,active,c9,p9,student,")
    assert refusal(BASE | files) == "import.several_schools"
    assert refusal(BASE | files, "s3") == "import.school_unknown"
    draft = read(files, "s1")
    assert len(draft.pupils) == 2
    assert reasons(draft) == [
        ("classes.csv:5", "import.other_school"),
        ("users.csv:6", "import.other_school"),
        ("enrollments.csv:9", "import.enrollment_class_left_out"),
    ]


def test_roles_of_version_1_2_come_from_their_own_file() -> None:
    users = [",".join(row.split(",")[:3] + row.split(",")[4:]) for row in BASE["users"]]
    roles = [
        "sourcedId,status,userSourcedId,roleType,role,orgSourcedId",
        "r1,active,t1,secondary,parent,s1",
        "r2,active,t1,primary,teacher,s1",
        "r3,active,p1,primary,student,s1",
        "r4,active,p2,primary,student,s1",
        "r5,active,g1,primary,guardian,s1",
    ]
    users[3] = users[3].replace(",,5,", ",t1,5,")
    draft = read({"users": users, "roles": roles})
    assert [one.key for one in draft.staff] == ["t1"]
    assert [[one.key for one in pupil.guardians] for pupil in draft.pupils] == [["g1"], ["t1"]]
    assert draft.not_taken == ()


def test_birth_dates_and_sexes_come_from_demographics() -> None:
    rows = ["sourcedId,status,dateLastModified,birthDate,sex", "p1,,,2014-09-01,Male",
            "p2,,,soon,female", "t1,,,1980-01-01,female"]  # fmt: skip
    draft = read({"demographics": rows})
    assert [(one.birth_date, one.sex) for one in draft.pupils] == [
        (date(2014, 9, 1), Sex.MALE),
        (None, None),
    ]
    assert reasons(draft) == [("demographics.csv:3", "import.date_not_understood")]


def test_a_table_that_the_manifest_calls_absent_is_not_read() -> None:
    manifest = ["propertyName,value", "file.users,bulk", "file.demographics,absent"]
    rows = ["sourcedId,birthDate,sex", "p1,2014-09-01,male"]
    assert read({"manifest": manifest, "demographics": rows}).pupils[0].birth_date is None


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("file.users,delta", "import.oneroster_delta"),
        ("file.demographics,bulk", "import.oneroster_file_missing"),
    ],
)
def test_a_manifest_that_promises_something_else_is_refused(line: str, reason: str) -> None:
    assert refusal(BASE | {"manifest": ["propertyName,value", line]}) == reason


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"classes": BASE["classes"]}, "import.oneroster_file_missing"),
        ({"users": [USERS]}, "import.oneroster_file_missing"),
        ({"users": ["a,b", "1,2"]}, "import.oneroster_header"),
        ({"users": ["sourcedId,role,role", "1,student,student"]}, "import.oneroster_header"),
    ],
)
def test_a_bundle_without_users_is_refused(files: dict[str, list[str]], reason: str) -> None:
    assert refusal(files) == reason


def test_users_alone_are_a_bundle() -> None:
    draft = read_oneroster(bundle({"users": BASE["users"]}))
    assert [pupil.class_name for pupil in draft.pupils] == ["5", "5"]


SAMPLES = ("moodle_v1p1_full", "moodle_v1p1_minimal", "rosterhub_en")


def lines_of(path: Path) -> Iterable[tuple[str, dict[str, str]]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        for number, row in enumerate(csv.DictReader(stream), start=2):
            yield f"{path.name}:{number}", row


@pytest.mark.parametrize("sample", SAMPLES)
def test_every_user_of_a_sample_is_accounted_for(shared_data: Path, sample: str) -> None:
    folder = shared_data / "oneroster" / sample
    draft = read_oneroster(folder)
    guardians = {one.key for pupil in draft.pupils for one in pupil.guardians}
    taken = {*(one.key for one in draft.staff), *(one.key for one in draft.pupils), *guardians}
    left_out = {row.where for row in draft.not_taken if row.reason != "import.agent_not_guardian"}
    for where, user in lines_of(folder / "users.csv"):
        assert (user["sourcedId"] in taken) != (where in left_out), where


@pytest.mark.parametrize("sample", SAMPLES)
def test_every_enrolment_of_a_sample_is_accounted_for(shared_data: Path, sample: str) -> None:
    folder = shared_data / "oneroster" / sample
    draft = read_oneroster(folder)
    left_out = [row.where for row in draft.not_taken if row.where.startswith("enrollments")]
    assert len(left_out) == len(set(left_out))
    homes = sum(one.size for one in draft.classes)
    in_groups = sum(one.size for one in draft.groups)
    has_homerooms = any(row["classType"] == "homeroom" and row["status"] in ("", "active")
                        for _, row in lines_of(folder / "classes.csv"))  # fmt: skip
    taken = in_groups + len(draft.teachings) + (homes if has_homerooms else 0)
    assert taken + len(left_out) == len(list(lines_of(folder / "enrollments.csv")))
