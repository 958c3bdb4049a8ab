"""For whoever wants to try the program: the sample files that docs/first_steps.md works with.

Run: python examples/make_small_school.py [FOLDER]
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from eschool_core.imports.drafts import ActivityDraft, PupilDraft, TimetableDraft
from eschool_core.queries.in_force import clock
from eschool_core.queries.names import full_name
from eschool_core.sample import place, sample_roster, sample_timetable

SEED = 1
START_YEAR = 2026
CLASS = "7А"
DAYS = ("Понедельник", "Вторник", "Среда", "Четверг", "Пятница")
HEADER = ("Фамилия", "Имя", "Отчество", "Класс", "Дата рождения", "Пол", "Мать", "Отец")


def timetable(draft: TimetableDraft) -> bytes:
    """Return a timetable as FET writes it, every activity with its fixed start."""
    root = Element("fet", version="6.0.0")
    SubElement(root, "Institution_Name").text = "Школа-образец"
    hours = [clock(period.start_minute or 0) for period in draft.periods]
    _listed(root, "Days_List", "Day", DAYS)
    _listed(root, "Hours_List", "Hour", hours)
    _listed(root, "Subjects_List", "Subject", draft.subjects)
    _listed(root, "Teachers_List", "Teacher", draft.teachers)
    students = SubElement(root, "Students_List")
    for school_class in draft.classes:
        year = _named(students, "Year", school_class.name, school_class.size)
        for group in draft.groups:
            if group.classes == (school_class.name,) and not group.whole:
                _named(year, "Group", group.name, group.size)
    activities = SubElement(root, "Activities_List")
    times = SubElement(root, "Time_Constraints_List")
    for activity in draft.activities:
        _add_activity(activities, activity)
        if activity.start is not None:
            at = SubElement(times, "ConstraintActivityPreferredStartingTime")
            SubElement(at, "Activity_Id").text = str(activity.id)
            SubElement(at, "Preferred_Day").text = DAYS[activity.start.weekday]
            SubElement(at, "Preferred_Hour").text = hours[activity.start.period]
    SubElement(root, "Space_Constraints_List")
    indent(root, " ")
    written: bytes = tostring(root, encoding="UTF-8", xml_declaration=True)
    return written + b"\n"


def class_list(pupils: tuple[PupilDraft, ...]) -> list[tuple[str, ...]]:
    """Return the rows of a class list with both parents."""
    return [HEADER, *(_row(pupil) for pupil in pupils if pupil.class_name == CLASS)]


def _row(pupil: PupilDraft) -> tuple[str, ...]:
    parents = {
        one.relation: full_name(one.name.family, one.name.given, one.name.patronymic)
        for one in pupil.guardians
    }
    born = "" if pupil.birth_date is None else f"{pupil.birth_date:%d.%m.%Y}"
    sex = "" if pupil.sex is None else "жм"[pupil.sex - 1]
    name = pupil.name
    return (
        *(name.family, name.given, name.patronymic, pupil.class_name, born, sex),
        *(parents.get(relation, "") for relation in ("мать", "отец")),
    )


def _listed(root: Element, tag: str, entry: str, names: tuple[str, ...] | list[str]) -> None:
    section = SubElement(root, tag)
    SubElement(section, f"Number_of_{tag.removesuffix('_List')}").text = str(len(names))
    for name in names:
        SubElement(SubElement(section, entry), "Name").text = name


def _named(around: Element, tag: str, name: str, size: int) -> Element:
    made = SubElement(around, tag)
    SubElement(made, "Name").text = name
    SubElement(made, "Number_of_Students").text = str(size)
    return made


def _add_activity(section: Element, activity: ActivityDraft) -> None:
    made = SubElement(section, "Activity")
    for name in activity.teachers:
        SubElement(made, "Teacher").text = name
    SubElement(made, "Subject").text = activity.subject
    for name in activity.groups:
        SubElement(made, "Students").text = name
    SubElement(made, "Duration").text = str(activity.duration)
    SubElement(made, "Id").text = str(activity.id)
    SubElement(made, "Active").text = "true"


def main(folder: Path) -> None:
    """Write both files."""
    draft, _ = place(sample_timetable("small", SEED))
    (folder / "small_school.fet").write_bytes(timetable(draft))
    roster = sample_roster(draft, SEED, START_YEAR)
    with (folder / "class_list.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, delimiter=";", lineterminator="\n").writerows(class_list(roster.pupils))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
