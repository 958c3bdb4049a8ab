"""Imports of every kind are taken back to the last row, or not at all (row 81)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from eschool_core.app import Outcome
from eschool_core.commands.base import Command
from eschool_core.commands.erasing import erased_rows
from eschool_core.commands.former import rows_of
from eschool_core.commands.guardians import AddGuardian, GuardianEntry
from eschool_core.commands.import_undo import UndoImport
from eschool_core.commands.imported import BeginImport
from eschool_core.commands.journals import PlanRow, SetLoad, SetPlan
from eschool_core.commands.people import AdmitPupil, Appoint, EndAppointment, HireStaff
from eschool_core.commands.plans import ApprovePlan
from eschool_core.commands.timetable import ScheduleLessons, SetSlots
from eschool_core.domain.archive import ArchiveEntry
from eschool_core.domain.enums import Role, Verdict
from eschool_core.domain.imports import ImportImage, ImportRecord, ImportSource
from eschool_core.domain.journal import CellHistory, Mark, PlanItem, TimetableSlot
from eschool_core.domain.partition import ARCHIVE, PartitionKind, partition
from eschool_core.domain.people import Pupil
from eschool_core.domain.planning import PlanApproval
from eschool_core.domain.result_enums import ArchiveKind, ArchiveState
from eschool_core.domain.school import Appointment, TeachingLoad
from eschool_core.domain.tables import TABLES
from eschool_core.ids import MAX_NUMBER, make_id
from tests.core.commands.acts import mark, topic
from tests.core.reports.results import set_terms
from tests.matrix.stage import Stage, close_every_term
from tests.school import FIRST_DAY, LAST_DAY, MONDAY, SmallSchool, clock, verdict

pytestmark = [pytest.mark.clause("4.7.4"), pytest.mark.asvs("row 81")]

OFFICER = "officer"
MOTHER = GuardianEntry(family="Новикова", given="Мария", relation="мать")
PLAN = (
    PlanRow(ordinal=1, section="Числа", topic="Дроби", hours=2),
    PlanRow(ordinal=2, section="Числа", topic="Доли"),
    PlanRow(ordinal=3, section="Числа", topic="Проценты"),
)


def next_number(school: SmallSchool, actor: str = OFFICER) -> int:
    """Return the next number of an actor's device: from 1 on, 0 stands for no group."""
    return school.numbers.setdefault(school.device_of(school.staff[actor]), 1)


def imported(
    school: SmallSchool,
    source: ImportSource,
    commands: Sequence[Command],
    actor: str = OFFICER,
    journal_id: int = 0,
) -> int:
    """Give the commands as an import; return its id."""
    begin = BeginImport(
        source=source, journal_id=journal_id, commands=len(commands) + 1, last=MAX_NUMBER
    )
    group = next_number(school, actor)
    last = group + 1 + sum(command.numbers_taken() for command in commands) - 1
    begin = begin.model_copy(update={"last": last})
    import_id = school.must(begin, actor, group=group)
    for command in commands:
        school.must(command, actor, group=group, take=command.numbers_taken())
    return import_id


def undo(school: SmallSchool, import_id: int, actor: str = OFFICER, reason: str = "") -> Outcome:
    command = UndoImport(import_id=import_id, reason=reason)
    return school.do(command, actor, take=command.numbers_taken())


def taken_back(school: SmallSchool, import_id: int, actor: str = OFFICER) -> None:
    assert verdict(undo(school, import_id, actor)) == "accepted"


def rows(school: SmallSchool) -> dict[str, list[tuple[object, ...]]]:
    """Return every row of the school as people wrote it: without seqs, and imports themselves."""
    return {
        spec.table.__name__: [row.replace(seq=0).values() for row in school.all(spec.table)]
        for spec in TABLES
        if spec.table is not ImportRecord
    }


def refused(
    school: SmallSchool, import_id: int, actor: str = OFFICER
) -> tuple[str, dict[str, object]]:
    """Return why an undo is refused, having looked that it left everything as it was."""
    before = rows(school)
    outcome = undo(school, import_id, actor)
    assert outcome.verdict is Verdict.REJECTED
    assert rows(school) == before
    assert school.recomputed() == school.kept()
    return outcome.key, dict(outcome.params)


def admission(school: SmallSchool, given: str) -> AdmitPupil:
    return AdmitPupil(
        family="Новиков", given=given, class_id=school.classes["5А"], first_day=FIRST_DAY,
        order="12-з", birth_day=1000, guardians=(MOTHER,),
    )  # fmt: skip


def class_list(school: SmallSchool) -> int:
    return imported(
        school, ImportSource.ROSTER, [admission(school, "Пётр"), admission(school, "Иван")]
    )


def first_pupil(import_id: int) -> int:
    """Return the pupil of the command after the import's first."""
    return import_id + 1024


def new_teacher(school: SmallSchool) -> list[Command]:
    number = next_number(school)
    person = make_id(school.device_of(school.staff[OFFICER]), number + 1)
    return [
        HireStaff(family="Орлова", given="Анна"),
        Appoint(person_id=person, role=Role.TEACHER, first_day=FIRST_DAY, act="3-к"),
    ]


def plan_import(school: SmallSchool, items: tuple[PlanRow, ...], actor: str = "maths") -> int:
    journal = school.journals["5А", "Математика"]
    command = SetPlan(journal_id=journal, items=items)
    return imported(school, ImportSource.PLAN, [command], actor, journal)


def timetable_import(school: SmallSchool) -> int:
    """Move mathematics of 5А: other slots, other lessons, another load."""
    journal = school.journals["5А", "Математика"]
    commands: list[Command] = [
        SetSlots(journal_id=journal, first_day=MONDAY + 7, slots=()),
        SetLoad(
            journal_id=journal, staff_id=school.staff["maths"], weekly_periods=2,
            first_day=FIRST_DAY, last_day=LAST_DAY,
        ),
        SetSlots(journal_id=journal, first_day=MONDAY + 7, slots=((0, 4, 6, "12"),)),
        ScheduleLessons(journal_id=journal, first_day=MONDAY + 7, last_day=MONDAY + 40),
    ]  # fmt: skip
    return imported(school, ImportSource.TIMETABLE, commands, "deputy")


def test_a_class_list_is_taken_back_to_the_last_row(school: SmallSchool) -> None:
    before = rows(school)
    import_id = class_list(school)
    assert len(school.all(Pupil)) == len(before["Pupil"]) + 2
    taken_back(school, import_id)
    assert rows(school) == before
    assert school.recomputed() == school.kept()
    record = school.one(ImportRecord)
    assert (record.undone_by_id, record.undone_at) == (school.staff[OFFICER], school.now)


def test_staff_are_taken_back(school: SmallSchool) -> None:
    before = rows(school)
    import_id = imported(school, ImportSource.STAFF, new_teacher(school))
    taken_back(school, import_id)
    assert rows(school) == before


def test_a_timetable_gives_back_what_it_ended_and_withdrew(school: SmallSchool) -> None:
    before = rows(school)
    import_id = timetable_import(school)
    after = rows(school)
    changed = {name for name in after if after[name] != before[name]}
    assert changed >= {"TimetableSlot", "Lesson", "TeachingLoad", "ImportImage"}
    taken_back(school, import_id, "deputy")
    assert rows(school) == before
    assert school.recomputed() == school.kept()


def test_the_officer_takes_back_the_deputys_timetable(school: SmallSchool) -> None:
    before = rows(school)
    taken_back(school, timetable_import(school))
    assert rows(school) == before


def test_a_plan_gives_back_the_earlier_one_and_its_approval(school: SmallSchool) -> None:
    journal = school.journals["5А", "Математика"]
    school.must(SetPlan(journal_id=journal, items=PLAN), "maths")
    school.must(ApprovePlan(journal_id=journal, reason="ИУП"), "deputy")
    before = rows(school)
    shorter = (
        PLAN[0],
        PlanRow(ordinal=2, section="Числа", topic="Другое"),
        PlanRow(ordinal=9, section="Числа", topic="Новое"),
    )
    import_id = plan_import(school, shorter)
    assert school.all(PlanApproval) == []
    taken_back(school, import_id, "maths")
    assert rows(school) == before
    assert len(school.all(PlanApproval)) == 1


def test_marks_are_taken_back_by_their_author_and_their_history_stays(school: SmallSchool) -> None:
    lesson, (_, first, second, *_) = school.lesson("5А", "Математика"), school.pupils["5А"]
    journal = school.journals["5А", "Математика"]
    school.must(mark(lesson, first, 3), "maths")
    commands = [mark(lesson, first, 5), mark(lesson, second, 4)]
    import_id = imported(school, ImportSource.MARKS, commands, "maths", journal)
    taken_back(school, import_id, "maths")
    assert [one.value for one in school.all(Mark)] == [3, 0]
    assert sorted(len(one.content) > 0 for one in school.all(CellHistory)) == [True] * 3
    assert school.all(ImportImage) == []


@pytest.mark.clause("2.2")
def test_marks_of_earlier_days_are_taken_back_with_a_reason(school: SmallSchool) -> None:
    lesson, pupil = school.lesson("5А", "Математика"), school.pupils["5А"][1]
    journal = school.journals["5А", "Математика"]
    import_id = imported(school, ImportSource.MARKS, [mark(lesson, pupil)], "maths", journal)
    school.now = clock(MONDAY + 1, 12)
    assert verdict(undo(school, import_id, "maths")).startswith("2.2")
    assert verdict(undo(school, import_id, "maths", "Не тот класс")) == "accepted"


@pytest.mark.clause("4.5.5")
def test_marks_of_a_closed_term_wait_for_a_person(school: SmallSchool) -> None:
    lesson, pupil = school.lesson("5А", "Математика"), school.pupils["5А"][1]
    journal = school.journals["5А", "Математика"]
    import_id = imported(school, ImportSource.MARKS, [mark(lesson, pupil)], "maths", journal)
    set_terms(school)
    close_every_term(Stage(school, {}, {}), "5А")
    assert undo(school, import_id, "maths").verdict is Verdict.HELD
    assert school.one(Mark).value == 5


@pytest.mark.clause("4.5.1")
def test_nobody_else_takes_marks_back(school: SmallSchool) -> None:
    lesson, pupil = school.lesson("5А", "Математика"), school.pupils["5А"][1]
    journal = school.journals["5А", "Математика"]
    import_id = imported(school, ImportSource.MARKS, [mark(lesson, pupil)], "maths", journal)
    for actor in (OFFICER, "head", "english"):
        assert verdict(undo(school, import_id, actor)) == "4.5.1/page"


def test_only_who_gave_it_and_the_officer_take_an_import_back(school: SmallSchool) -> None:
    import_id = timetable_import(school)
    for actor in ("head", "maths", "nobody"):
        assert verdict(undo(school, import_id, actor)) == "4.1/role"


def test_who_lost_the_post_takes_nothing_back(school: SmallSchool) -> None:
    import_id = timetable_import(school)
    post = school.one(Appointment, person_id=school.staff["deputy"], role=Role.DEPUTY_STUDIES)
    end = EndAppointment(appointment_id=post.id, last_day=MONDAY, act="9-к")
    school.must(end, "head")
    school.now = clock(MONDAY + 1, 12)
    assert verdict(undo(school, import_id, "deputy")) == "4.1/role"


def test_a_second_undo_is_told_so(school: SmallSchool) -> None:
    import_id = class_list(school)
    taken_back(school, import_id)
    assert refused(school, import_id) == ("import.undo_done", {})


def test_a_mark_of_an_imported_pupil_forbids_it(school: SmallSchool) -> None:
    import_id = class_list(school)
    school.must(mark(school.lesson("5А", "Математика"), first_pupil(import_id)), "maths")
    assert refused(school, import_id) == ("import.undo_rests", {"table": "mark", "count": 1})


def test_a_guardian_who_came_later_forbids_it(school: SmallSchool) -> None:
    import_id = class_list(school)
    later = AddGuardian(
        pupil_id=first_pupil(import_id), first_day=FIRST_DAY, ground="13-з",
        guardian=GuardianEntry(family="Новиков", given="Илья", relation="отец"),
    )  # fmt: skip
    school.must(later, OFFICER)
    assert refused(school, import_id)[0] == "import.undo_rests"


def test_a_row_that_changed_since_forbids_it(school: SmallSchool) -> None:
    import_id = imported(school, ImportSource.STAFF, new_teacher(school))
    [post] = school.all(Appointment, person_id=first_pupil(import_id))
    school.must(EndAppointment(appointment_id=post.id, last_day=MONDAY, act="9-к"), OFFICER)
    assert refused(school, import_id) == ("import.undo_changed", {"count": 1})


def test_a_row_that_is_gone_forbids_it(school: SmallSchool) -> None:
    import_id = plan_import(school, PLAN)
    journal = school.journals["5А", "Математика"]
    school.must(SetPlan(journal_id=journal, items=PLAN[:2]), "maths")
    assert refused(school, import_id, "maths") == ("import.undo_changed", {"count": 1})


def test_a_topic_of_an_imported_plan_forbids_it(school: SmallSchool) -> None:
    import_id = plan_import(school, PLAN)
    item = school.all(PlanItem)[0]
    school.must(topic(school.lesson("5А", "Математика"), item=item.id), "maths")
    assert refused(school, import_id, "maths") == (
        "import.undo_rests",
        {"table": "topic", "count": 1},
    )


def test_an_approval_of_an_imported_plan_forbids_it(school: SmallSchool) -> None:
    import_id = plan_import(school, PLAN)
    journal = school.journals["5А", "Математика"]
    school.must(ApprovePlan(journal_id=journal, reason="ИУП"), "deputy")
    assert refused(school, import_id, "maths") == ("import.undo_later", {"count": 1})


@pytest.mark.clause("4.4.2")
def test_a_timetable_set_later_anywhere_forbids_it(school: SmallSchool) -> None:
    import_id = timetable_import(school)
    load = SetLoad(
        journal_id=school.journals["5Б", "Математика"], staff_id=school.staff["maths"],
        weekly_periods=9, first_day=FIRST_DAY, last_day=LAST_DAY,
    )  # fmt: skip
    school.must(load, "deputy")
    assert refused(school, import_id)[0] == "import.undo_later"


def test_a_plan_of_another_journal_forbids_nothing(school: SmallSchool) -> None:
    import_id = plan_import(school, PLAN)
    other = SetPlan(journal_id=school.journals["5Б", "Математика"], items=PLAN)
    school.must(other, "maths")
    taken_back(school, import_id, "maths")
    assert len(school.all(PlanItem)) == len(PLAN)


def test_the_later_of_two_imports_goes_first(school: SmallSchool) -> None:
    earlier = plan_import(school, PLAN)
    between = rows(school)
    later = plan_import(school, PLAN[1:])
    assert refused(school, earlier, "maths")[0] in {"import.undo_changed", "import.undo_rests"}
    taken_back(school, later, "maths")
    assert rows(school) == between


def test_two_imports_that_change_the_same_row_are_told_apart(school: SmallSchool) -> None:
    journal = school.journals["5А", "Математика"]
    school.must(SetPlan(journal_id=journal, items=PLAN), "maths")
    first = plan_import(
        school, (PLAN[0], PlanRow(ordinal=2, section="Числа", topic="Раз"), PLAN[2])
    )
    between = rows(school)
    second = plan_import(
        school, (PLAN[0], PlanRow(ordinal=2, section="Числа", topic="Два"), PLAN[2])
    )
    assert refused(school, first, "maths")[0] == "import.undo_changed"
    taken_back(school, second, "maths")
    assert rows(school) == between


@pytest.mark.parametrize(
    "spoil",
    [
        lambda number: {"group": number - 1},
        lambda number: {"ids_from": number - 1},
    ],
    ids=["not first", "instead of another"],
)
def test_an_import_begins_its_group(
    school: SmallSchool, spoil: Callable[[int], dict[str, int]]
) -> None:
    number = next_number(school) + 1
    school.must(admission(school, "Пётр"), OFFICER)
    begin = BeginImport(source=ImportSource.ROSTER, commands=1, last=MAX_NUMBER)
    assert school.do(begin, OFFICER, **spoil(number)).key == "import.begins"
    assert school.all(ImportRecord) == []


def test_an_import_ends_after_its_begin(school: SmallSchool) -> None:
    school.must(admission(school, "Пётр"), OFFICER)
    begin = BeginImport(source=ImportSource.ROSTER, commands=1, last=0)
    outcome = school.do(begin, OFFICER)
    assert (outcome.key, dict(outcome.params)) == ("data.field", {"field": "last"})


def test_only_plans_and_marks_are_of_a_journal(school: SmallSchool) -> None:
    journal = school.journals["5А", "Математика"]
    begin = BeginImport(source=ImportSource.ROSTER, journal_id=journal, commands=1, last=9)
    outcome = school.do(begin, OFFICER)
    assert (outcome.key, dict(outcome.params)) == ("data.field", {"field": "journal_id"})


def test_an_import_consists_of_nothing_else(school: SmallSchool) -> None:
    """What an undo does not know of cannot come in under an import's name."""
    group = next_number(school)
    begin = BeginImport(source=ImportSource.STAFF, commands=2, last=MAX_NUMBER)
    school.must(begin, OFFICER, group=group)
    assert school.do(admission(school, "Пётр"), OFFICER, group=group).key == "import.foreign"


def test_nothing_joins_an_import_later(school: SmallSchool) -> None:
    import_id = class_list(school)
    group = school.log[-3].number
    late = school.do(admission(school, "Олег"), OFFICER, group=group)
    assert (late.key, len(school.all(Pupil, family="Новиков"))) == ("import.foreign", 2)
    taken_back(school, import_id)


def test_an_import_takes_no_more_numbers_than_it_said(school: SmallSchool) -> None:
    number = next_number(school)
    school.must(
        BeginImport(source=ImportSource.ROSTER, commands=3, last=number), OFFICER, group=number
    )
    assert school.do(admission(school, "Пётр"), OFFICER, group=number).key == "import.foreign"


@pytest.mark.threat("T5")
def test_an_image_lies_where_its_row_lies(school: SmallSchool) -> None:
    """So whoever sees the row may see it, and it is erased with the row's person or journal."""
    timetable_import(school)
    images = school.all(ImportImage)
    kinds = {spec.table.number: spec for spec in TABLES}
    assert {kinds[one.table_number].table for one in images} >= {TimetableSlot, TeachingLoad}
    for one in images:
        row = school.store.get(kinds[one.table_number].table, one.row_id)
        assert row is None or row.part == one.part
        assert (one.part & 63) in kinds[one.table_number].kinds
    journal = partition(PartitionKind.JOURNAL, school.journals["5А", "Математика"])
    assert {one.part for one in images} >= {journal}


@pytest.mark.clause("5.3/1")
@pytest.mark.threat("T7")
def test_an_image_is_erased_with_its_journal_and_with_its_person(school: SmallSchool) -> None:
    journal, pupil = school.journals["5А", "Математика"], school.pupils["5А"][1]
    school.must(SetPlan(journal_id=journal, items=PLAN), "maths")
    plan_import(school, PLAN[1:])
    of_journal = ArchiveEntry(
        id=1, part=ARCHIVE, kind=ArchiveKind.JOURNAL, object_id=journal, year_id=school.year,
        title="5А", sealed_at=0, sealed_by_id=0, keep_until=0, state=ArchiveState.DESTROYED,
    )  # fmt: skip
    erased = {(row.number, row.id) for row in erased_rows(school.store, of_journal)}
    images = school.all(ImportImage)
    assert images != []
    assert erased >= {(one.number, one.id) for one in images}
    part = partition(PartitionKind.NAME, pupil)
    image = images[0].replace(id=7, part=part)
    school.store.add(image)
    gone = {(row.number, row.id) for row in rows_of(school.store, ArchiveKind.PUPIL, pupil)}
    assert (ImportImage.number, 7) in gone
    assert not gone & {(one.number, one.id) for one in images}
