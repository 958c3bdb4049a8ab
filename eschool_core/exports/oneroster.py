"""The contingent as a OneRoster 1.2 CSV bundle, to be handed to other systems (1.2/3).

Classes are homerooms, study groups of a part of a class or of several are scheduled classes; what
the format has no word for (a part, or whole classes, and of which) stands in its ``metadata``. Ids
are the school's own, so that two bundles of one school can be compared. Only who belongs to the
school on the day is in it; marks are not, unless asked for (``gradebook``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from eschool_core import calendar
from eschool_core.domain.enums import Role, Sex
from eschool_core.domain.school import AcademicYear, School, Term
from eschool_core.errors import InputError
from eschool_core.exports.oneroster_csv import ACTIVE, ORG, Rows, Tables, packed
from eschool_core.queries.in_force import year_on
from eschool_core.store.store import Store

SEXES = {int(Sex.FEMALE): "female", int(Sex.MALE): "male"}
PUPILS = (
    "SELECT p.id, p.family, p.given, p.patronymic, e.class_id, e.grade, c.birth_day, c.sex "
    "FROM pupil p JOIN enrolment e ON e.pupil_id = p.id "
    "JOIN school_class k ON k.id = e.class_id AND k.year_id = ? "
    "LEFT JOIN pupil_card c ON c.pupil_id = p.id "
    "WHERE e.first_day <= ? AND e.last_day >= ? ORDER BY p.id"
)
STAFF = (
    "SELECT s.id, s.family, s.given, s.patronymic, MIN(a.role), MAX(a.role = ?) FROM staff s "
    "JOIN appointment a ON a.person_id = s.id WHERE a.first_day <= ? AND a.last_day >= ? "
    "GROUP BY s.id, s.family, s.given, s.patronymic ORDER BY s.id"
)
GUARDIANS = (
    "SELECT g.guardian_id, g.pupil_id, g.family, g.given, g.patronymic, g.phone "
    "FROM guardianship g WHERE g.first_day <= ? AND g.last_day >= ? ORDER BY g.guardian_id, g.id"
)
CLASSES = "SELECT id, name, grade FROM school_class WHERE year_id = ? ORDER BY grade, id"
GROUPS = "SELECT id, name, whole FROM study_group WHERE year_id = ? ORDER BY id"
GROUP_CLASSES = "SELECT group_id, class_id FROM group_class ORDER BY group_id, class_id"
MEMBERS = (
    "SELECT group_id, pupil_id FROM group_member WHERE first_day <= ? AND last_day >= ? "
    "ORDER BY group_id, pupil_id"
)
CLASS_TEACHERS = (
    "SELECT class_id, person_id FROM appointment "
    "WHERE role = ? AND first_day <= ? AND last_day >= ? ORDER BY class_id, id"
)
GROUP_TEACHERS = (
    "SELECT DISTINCT j.group_id, t.staff_id FROM teaching_load t "
    "JOIN journal j ON j.id = t.journal_id "
    "WHERE t.first_day <= ? AND t.last_day >= ? ORDER BY j.group_id, t.staff_id"
)


@dataclass(frozen=True, slots=True)
class Exported:
    """A bundle and how many people are in it."""

    data: bytes
    pupils: int
    staff: int
    classes: int


def export_oneroster(store: Store, day: int) -> Exported:
    """Return the bundle of the year that holds a day, with who belongs to the school that day.

    Raises:
        InputError: ``export.no_year``: there is no year yet.
    """
    roster = roster_of(store, day)
    counts = (len(roster.pupils), len(roster.staff), len(roster.school_classes))
    return Exported(packed(roster.tables()), *counts)


def roster_of(store: Store, day: int) -> Roster:
    """Return who belongs to the school on a day.

    Raises:
        InputError: ``export.no_year``: there is no year yet.
    """
    year = year_on(store, day)
    school = store.first(School)
    if year is None or school is None:
        raise InputError("export.no_year")
    return Roster(store, school.name, year, day)


class Roster:
    """Everybody and everything of a day, read in as many queries as there are tables."""

    def __init__(self, store: Store, school_name: str, year: AcademicYear, day: int) -> None:
        self.school_name = school_name
        self.year = year
        self.terms = store.select(Term, year_id=year.id)
        self.pupils = store.rows(PUPILS, year.id, day, day)
        self.staff = store.rows(STAFF, int(Role.TEACHER), day, day)
        here = {int(row[0]) for row in self.pupils}
        self.guardians = [row for row in store.rows(GUARDIANS, day, day) if int(row[1]) in here]
        self.school_classes = store.rows(CLASSES, year.id)
        self.class_of = {int(row[0]): int(row[4]) for row in self.pupils}
        self.class_teachers = store.rows(CLASS_TEACHERS, int(Role.CLASS_TEACHER), day, day)
        self.group_classes: dict[int, list[int]] = {}
        for group_id, class_id in store.rows(GROUP_CLASSES):
            self.group_classes.setdefault(int(group_id), []).append(int(class_id))
        self.members = self._members(store, day)
        self.groups = [row for row in store.rows(GROUPS, year.id) if int(row[0]) in self.members]
        self.group_teachers = store.rows(GROUP_TEACHERS, day, day)

    def tables(self) -> Tables:
        """Return the tables of a roster, by the names of their files."""
        return {
            "orgs": [(ORG, ACTIVE, self.school_name, "school")],
            "academicSessions": self.sessions(),
            "courses": [("class", ACTIVE, self.school_name, ORG)],
            "classes": self.classes(),
            "users": self.users(),
            "roles": self.roles(),
            "enrollments": self.enrollments(),
            "demographics": self.demographics(),
        }

    def _members(self, store: Store, day: int) -> dict[int, list[int]]:
        """Return the pupils of each group that is not just one whole class."""
        listed: dict[int, list[int]] = {}
        for group_id, pupil_id in store.rows(MEMBERS, day, day):
            if int(pupil_id) in self.class_of:
                listed.setdefault(int(group_id), []).append(int(pupil_id))
        members: dict[int, list[int]] = {}
        for group_id, _, whole in store.rows(GROUPS, self.year.id):
            of_group = self.group_classes.get(int(group_id), [])
            if not whole:
                members[int(group_id)] = listed.get(int(group_id), [])
            elif len(of_group) > 1:
                members[int(group_id)] = [
                    pupil for pupil, klass in self.class_of.items() if klass in of_group
                ]
        return members

    def sessions(self) -> Rows:
        """Return the year and its terms."""
        ends = str(calendar.date_of(self.year.last_day).year)
        rows = [self._session(self.year.id, self.year.name, "schoolYear", self.year, "", ends)]
        return rows + [
            self._session(
                term.id, f"{self.year.name} {term.ordinal}", "gradingPeriod", term,
                str(self.year.id), ends,
            )
            for term in self.terms
        ]  # fmt: skip

    def _session(
        self, row_id: int, title: str, kind: str, span: AcademicYear | Term, parent: str, ends: str
    ) -> tuple[str, ...]:
        first, last = _iso(span.first_day), _iso(span.last_day)
        return (str(row_id), ACTIVE, title, kind, first, last, parent, ends)

    def classes(self) -> Rows:
        """Return homerooms, then groups."""
        session = str(self.year.id)
        homerooms: Rows = [
            (str(row[0]), ACTIVE, str(row[1]), f"{int(row[2]):02d}" if row[2] else "", "class",
             "homeroom", ORG, session, "class", "")
            for row in self.school_classes
        ]  # fmt: skip
        return homerooms + [
            (str(row[0]), ACTIVE, str(row[1]), "", "class", "scheduled", ORG, session,
             "whole" if row[2] else "part", ",".join(map(str, self.group_classes[int(row[0])])))
            for row in self.groups
        ]  # fmt: skip

    def users(self) -> Rows:
        """Return pupils with their guardians named, staff, guardians once each."""
        agents: dict[int, list[str]] = {}
        for row in self.guardians:
            agents.setdefault(int(row[1]), []).append(str(row[0]))
        rows = [
            _user(row[0], row[1:4], "", ",".join(agents.get(int(row[0]), ())), f"{int(row[5]):02d}")
            for row in self.pupils
        ]
        rows += [_user(row[0], row[1:4], "", "", "") for row in self.staff]
        once = {int(row[0]): row for row in self.guardians}
        return rows + [_user(row[0], row[2:5], str(row[5]), "", "") for row in once.values()]

    def roles(self) -> Rows:
        """Return the role of everybody."""
        listed = [(int(row[0]), "student") for row in self.pupils]
        listed += [(int(row[0]), "teacher" if row[5] else "administrator") for row in self.staff]
        once = dict.fromkeys(int(row[0]) for row in self.guardians)
        listed += [(person, "guardian") for person in once]
        return [
            (f"r-{person}", ACTIVE, str(person), "primary", role, ORG) for person, role in listed
        ]

    def enrollments(self) -> Rows:
        """Return who learns and who teaches where."""
        taught = {int(row[0]) for row in self.groups}
        listed = [(klass, pupil, "student", "true") for pupil, klass in self.class_of.items()]
        listed += [(int(row[0]), int(row[1]), "teacher", "true") for row in self.class_teachers]
        for row in self.groups:
            group_id = int(row[0])
            listed += [(group_id, pupil, "student", "false") for pupil in self.members[group_id]]
        listed += [
            (int(row[0]), int(row[1]), "teacher", "false")
            for row in self.group_teachers
            if int(row[0]) in taught
        ]
        return [
            (f"e-{place}-{person}", ACTIVE, str(place), ORG, str(person), role, primary)
            for place, person, role, primary in listed
        ]

    def demographics(self) -> Rows:
        """Return birth dates and sexes of pupils who have them."""
        return [
            (str(row[0]), ACTIVE, _iso(int(row[6])) if row[6] else "", SEXES.get(row[7] or 0, ""))
            for row in self.pupils
            if row[6] or row[7]
        ]


def _user(
    person: object, name: Sequence[object], phone: str, agents: str, grades: str
) -> tuple[str, ...]:
    family, given, patronymic = (str(part or "") for part in name)
    number = str(person)
    return (
        number, ACTIVE, "true", f"p{number}", given, family, patronymic, phone, agents, grades, ORG,
    )  # fmt: skip


def _iso(day: int) -> str:
    found: date = calendar.date_of(day)
    return found.isoformat()
