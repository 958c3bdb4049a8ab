from __future__ import annotations

import hashlib

import pytest

from eschool_core.commands.files import MAX_FILE_BYTES, MAX_FILES, AttachFile, RemoveFile
from eschool_core.commands.school import SetPolicy
from eschool_core.domain.files import LessonFile
from tests.core.commands.acts import homework
from tests.school import MONDAY, SmallSchool, verdict

MEGABYTE = 1024 * 1024


def file(school: SmallSchool, **fields: object) -> AttachFile:
    values = {
        "lesson_id": school.lesson("5А", "Математика"),
        "name": "дроби.pdf",
        "size": 1_000,
        "content_hash": hashlib.sha256(b"1").hexdigest(),
    }
    return AttachFile.model_validate({**values, **fields})


def other(number: int) -> str:
    return hashlib.sha256(str(number).encode()).hexdigest()


def policy(school: SmallSchool, name: str, value: str) -> None:
    school.must(SetPolicy(name=name, value=value, first_day=MONDAY - 100, act="№ 1"), "head")


@pytest.mark.clause("2.12")
def test_the_teacher_of_the_page_gives_a_file_and_takes_it_away(school: SmallSchool) -> None:
    assert verdict(school.do(file(school), "russian")) == "4.6.1/read-only"
    school.must(file(school), "maths")
    [kept] = school.all(LessonFile)
    assert (kept.name, kept.media_type, kept.size) == ("дроби.pdf", "application/pdf", 1_000)
    assert kept.author_id == school.staff["maths"]
    school.must(RemoveFile(file_id=kept.id), "maths")
    assert school.all(LessonFile) == []


@pytest.mark.clause("2.12")
def test_a_file_of_homework_needs_homework(school: SmallSchool) -> None:
    given = file(school, for_homework=1)
    assert verdict(school.do(given, "maths")) == "informing.no_homework"
    school.must(homework(school.lesson("5А", "Математика")), "maths")
    school.must(given, "maths")


@pytest.mark.clause("2.12")
def test_the_same_content_of_a_lesson_is_kept_once_under_its_last_name(school: SmallSchool) -> None:
    school.must(file(school), "maths")
    school.must(file(school, name="новое.pdf"), "maths")
    [kept] = school.all(LessonFile)
    assert kept.name == "новое.pdf"


@pytest.mark.clause("2.12")
def test_a_file_is_taken_up_to_the_schools_limit(school: SmallSchool) -> None:
    school.must(file(school, size=MAX_FILE_BYTES), "maths")
    policy(school, "attachment_max_megabytes", "1")
    school.must(file(school, size=MEGABYTE, content_hash=other(2)), "maths")
    over = file(school, size=MEGABYTE + 1, content_hash=other(3))
    assert verdict(school.do(over, "maths")) == "file.too_large"


@pytest.mark.asvs("5.2.4")
@pytest.mark.clause("2.12")
def test_the_schools_room_is_taken_to_the_last_byte_and_no_further(school: SmallSchool) -> None:
    policy(school, "attachments_total_megabytes", "3")
    school.must(file(school, size=2 * MEGABYTE), "maths")
    last = file(school, size=MEGABYTE, content_hash=other(2))
    school.must(last, "maths")
    assert (
        verdict(school.do(file(school, size=1, content_hash=other(3)), "maths")) == "file.no_room"
    )
    school.must(last, "maths")
    school.must(RemoveFile(file_id=school.all(LessonFile)[0].id), "maths")
    school.must(file(school, size=1, content_hash=other(3)), "maths")


@pytest.mark.clause("2.12")
def test_a_lesson_has_so_many_files_and_no_more(school: SmallSchool) -> None:
    for number in range(100, 100 + MAX_FILES):
        school.must(file(school, content_hash=other(number)), "maths")
    one_more = file(school, content_hash=other(MAX_FILES))
    assert verdict(school.do(one_more, "maths")) == "file.too_many"


@pytest.mark.clause("2.12")
def test_a_file_of_no_kind_that_is_taken_is_refused(school: SmallSchool) -> None:
    assert verdict(school.do(file(school, name="игра.exe"), "maths")) == "file.kind"


@pytest.mark.asvs("row 80")
@pytest.mark.parametrize(
    "bad",
    [
        {"name": "../a.pdf"},
        {"name": "a\u202efdp.pdf"},
        {"name": "a\r\nb.pdf"},
        {"name": "con.pdf"},
        {"name": ".pdf"},
        {"name": "a" * 200 + ".pdf"},
        {"size": 0},
        {"size": MAX_FILE_BYTES + 1},
        {"content_hash": "A" * 64},
    ],
)
def test_names_sizes_and_hashes_are_checked(school: SmallSchool, bad: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        file(school, **bad)
