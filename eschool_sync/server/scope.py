"""Which partitions a person may see: the scope of every role, from the rows in force (design §4).

The day that counts is the school's ``current_day``, which only ``TurnDay`` moves.
"""

from __future__ import annotations

from collections.abc import Iterable

from eschool_core import calendar
from eschool_core.commands import facts
from eschool_core.commands.groups import AGE_OF_MAJORITY
from eschool_core.commands.rights import ADMINISTRATION, STUDIES
from eschool_core.domain.access import AccessGrant, PupilConsent
from eschool_core.domain.access_enums import GrantKind
from eschool_core.domain.enums import PersonKind, Role, SubstitutionKind
from eschool_core.domain.office import Person
from eschool_core.domain.partition import (
    ACCESS,
    OFFICE,
    SCHOOL,
    TO_RELEASED,
    TO_RESULT,
    PartitionKind,
    kind_of,
    partition,
)
from eschool_core.domain.people import PupilCard
from eschool_core.domain.school import Appointment, Staff
from eschool_core.store.store import Store

# A teacher keeps reading last year's journals; a journal is one year's, so 400 days reach back.
READ_BACK_DAYS = 400
AHEAD_DAYS = 14
"""A load that begins within this time is in the scope: on its first day there may be no network."""

# Loads in force or about to begin, and those that lasted to the end of a year that is over: who
# has handed a journal over within its year reads it no more.
OWN_JOURNALS = (
    "SELECT l.journal_id FROM teaching_load l JOIN journal j ON j.id = l.journal_id "
    "JOIN academic_year y ON y.id = j.year_id WHERE l.staff_id = ? AND l.first_day <= ? "
    "AND (l.last_day >= ? OR (l.last_day >= y.last_day AND y.last_day >= ?))"
)
# One that is only claimed gives no sight of the journal.
SUBSTITUTED_JOURNALS = (
    "SELECT journal_id, kind, last_day FROM substitution "
    "WHERE substitute_id = ? AND first_day <= ? AND confirmed = 1"
)
LINES_OF_JOURNAL = "SELECT part, pupil_id FROM journal_line WHERE journal_id = ?"
EARLIER_LINES = (
    "SELECT earlier.part FROM journal_line line JOIN journal j ON j.id = line.journal_id "
    "JOIN journal_line earlier ON earlier.pupil_id = line.pupil_id "
    "AND earlier.last_day < line.first_day "
    "JOIN journal old ON old.id = earlier.journal_id "
    "AND old.subject_id = j.subject_id AND old.year_id = j.year_id WHERE line.journal_id = ?"
)
LINES_OF_PUPIL = "SELECT part, journal_id FROM journal_line WHERE pupil_id = ?"
CLASSES_OF_JOURNAL = (
    "SELECT gc.class_id FROM journal j JOIN group_class gc ON gc.group_id = j.group_id "
    "WHERE j.id = ?"
)
PUPILS_OF_CLASS = (
    "SELECT DISTINCT pupil_id FROM enrolment "
    "WHERE class_id = ? AND first_day <= ? AND last_day >= ?"
)
JOURNALS_OF_CLASS = (
    "SELECT j.id FROM journal j JOIN group_class gc ON gc.group_id = j.group_id "
    "WHERE gc.class_id = ?"
)
# Who has left the class stands in its reports: the name, and the lines that ended here.
LEFT_CLASS = (
    "SELECT DISTINCT pupil_id FROM enrolment WHERE class_id = ? AND last_day < ? "
    "AND pupil_id NOT IN (SELECT pupil_id FROM enrolment "
    "WHERE class_id = ? AND first_day <= ? AND last_day >= ?)"
)
ENDED_LINES_OF_CLASS = (
    "SELECT l.pupil_id, l.part FROM journal_line l JOIN journal j ON j.id = l.journal_id "
    "JOIN group_class gc ON gc.group_id = j.group_id WHERE gc.class_id = ? AND l.last_day < ?"
)
IN_SCHOOL = "SELECT DISTINCT pupil_id FROM enrolment WHERE first_day <= ? AND last_day >= ?"
CLASSES_OF_PUPIL = "SELECT class_id FROM enrolment WHERE pupil_id = ? AND last_day >= ?"
CHILDREN = (
    "SELECT pupil_id FROM guardianship WHERE guardian_id = ? AND first_day <= ? AND last_day >= ?"
)

# A guardian whose access has ended reads no further (2.11); staff is judged by appointments.
THREADS = (
    "SELECT m.part FROM thread_member m WHERE m.person_id = ? AND (m.kind <> ? OR EXISTS "
    "(SELECT 1 FROM guardianship g WHERE g.guardian_id = m.person_id "
    "AND g.pupil_id = m.pupil_id AND g.first_day <= ? AND g.last_day >= ?))"
)

ADMINISTRATION_KINDS = frozenset(PartitionKind) - {
    PartitionKind.ACCESS,
    PartitionKind.THREAD,
    PartitionKind.PERSON,
    PartitionKind.ACCOUNT,
    PartitionKind.OFFICE,
    PartitionKind.HEALTH,
    PartitionKind.RELEASED,
}
OFFICER_KINDS = frozenset(
    {
        PartitionKind.CLASS,
        PartitionKind.CLASS_CARE,
        PartitionKind.NAME,
        PartitionKind.PUPIL,
        PartitionKind.ACCESS,
        PartitionKind.ACCOUNT,
    }
)
HR_KINDS = frozenset({PartitionKind.STAFF})
HEALTH_KINDS = frozenset({PartitionKind.HEALTH})

OBJECTS_OF_KINDS = {
    PartitionKind.CLASS: "SELECT id FROM school_class",
    PartitionKind.CLASS_CARE: "SELECT id FROM school_class",
    PartitionKind.JOURNAL: "SELECT id FROM journal",
    PartitionKind.PUPIL_DAY: "SELECT id FROM pupil",
    PartitionKind.RESULT: "SELECT id FROM journal_line",
    PartitionKind.STAFF: "SELECT id FROM staff",
}
"""What posts see of the whole school also where nothing is written yet: to know that there is
nothing is what the duties of control need (4.3, 4.6.2, 4.4.5/1), and registers of a class in which
nobody has given a reason yet (4.4.3/9)."""


def scope_of(store: Store, person_id: int) -> list[int]:
    """Return the partitions that a person may see, sorted; of a stranger none."""
    if store.get(Person, person_id) is None:
        return []
    day = facts.school(store).current_day
    own = (PartitionKind.PERSON, PartitionKind.ACCOUNT)
    parts = {SCHOOL, *(partition(kind, person_id) for kind in own)}
    staff = store.get(Staff, person_id)
    if staff is not None:
        if staff.last_day < day:
            return []
        parts.add(partition(PartitionKind.STAFF, person_id))
        parts |= _staff_scope(store, person_id, day)
    else:
        parts |= _threads(store, person_id, day)
    for (pupil_id,) in store.rows(CHILDREN, person_id, day, day):
        if lets_read_along(store, pupil_id, person_id, day):
            parts |= _own_child(store, pupil_id, day)
    parts |= _own_child(store, person_id, day)
    return sorted(parts)


def _staff_scope(store: Store, person_id: int, day: int) -> set[int]:
    roles = {
        (Role(entry.role), entry.class_id)
        for entry in store.select(Appointment, person_id=person_id)
        if entry.first_day <= day <= entry.last_day
    }
    held = {role for role, _ in roles}
    parts = _of_roles(store, held)
    for role, class_id in roles:
        if role is Role.CLASS_TEACHER:
            parts |= _led_class(store, class_id, day)
    for grant in store.select(AccessGrant, person_id=person_id):
        if grant.first_day <= day <= grant.last_day:
            parts |= _granted(store, grant, day)
    if held:
        parts |= _threads(store, person_id, day)
        for journal_id in _taught_journals(store, person_id, day):
            parts |= _journal(store, journal_id)
    return parts


def _of_roles(store: Store, held: set[Role]) -> set[int]:
    """What posts show of the whole school."""
    parts: set[int] = set()
    if held & set(ADMINISTRATION):
        parts |= _existing(store, ADMINISTRATION_KINDS)
    if held & set(STUDIES):
        # Checks are nobody else's business until their release (5.1).
        parts.add(OFFICE)
    if Role.HEAD in held:
        # Special data: nobody sees more of it than the head and who leads the class (1.4).
        parts |= _existing(store, HEALTH_KINDS)
    if Role.SYSTEM_OFFICER in held:
        parts |= _existing(store, OFFICER_KINDS) | {ACCESS}
    if Role.HR_SPECIALIST in held:
        parts |= _existing(store, HR_KINDS)
    return parts


def _granted(store: Store, grant: AccessGrant, day: int) -> set[int]:
    """What a grant opens (4.7.1): a journal as its teacher sees it, a class without its cards."""
    if grant.kind == GrantKind.JOURNAL:
        return _journal(store, grant.object_id)
    parts = {partition(PartitionKind.CLASS, grant.object_id)}
    for (pupil_id,) in store.rows(PUPILS_OF_CLASS, grant.object_id, day, day):
        parts |= _pupil_in_journals(store, pupil_id, TO_RESULT)
    return parts


def lets_read_along(store: Store, pupil_id: int, guardian_id: int, day: int) -> bool:
    """Return whether a guardian sees a ward on a day: from 18 on as the pupil decides (§6)."""
    card = store.first(PupilCard, pupil_id=pupil_id)
    if card is None or not card.birth_day:
        return True
    if calendar.full_years(card.birth_day, day) < AGE_OF_MAJORITY:
        return True
    if facts.policy_value(store, "adult_pupil_access", day) == "ends":
        return False
    part = partition(PartitionKind.PUPIL, pupil_id)
    consent = store.first(PupilConsent, part=part, guardian_id=guardian_id)
    return consent is not None and bool(consent.granted)


def _threads(store: Store, person_id: int, day: int) -> set[int]:
    """The conversations that a person takes part in; nobody sees those of others (2.11)."""
    rows = store.rows(THREADS, person_id, PersonKind.GUARDIAN, day, day)
    return {int(row[0]) for row in rows}


def _taught_journals(store: Store, person_id: int, day: int) -> set[int]:
    journals = {
        int(row[0])
        for row in store.rows(OWN_JOURNALS, person_id, day + AHEAD_DAYS, day, day - READ_BACK_DAYS)
    }
    limit = facts.policy_number(store, "mark_entry_limit_days", day)
    for journal_id, kind, last_day in store.rows(SUBSTITUTED_JOURNALS, person_id, day + limit):
        stays = 0 if kind == SubstitutionKind.ACTING else limit
        if day <= last_day + stays:
            journals.add(int(journal_id))
    return journals


def _journal(store: Store, journal_id: int) -> set[int]:
    """A taught journal: its page, its pupils' lines and names, its classes' timetables.

    Of a pupil who came from another group of the subject also the line that ended there.
    """
    parts = {partition(PartitionKind.JOURNAL, journal_id)}
    parts |= _with_results(int(row[0]) for row in store.rows(EARLIER_LINES, journal_id))
    for line_part, pupil_id in store.rows(LINES_OF_JOURNAL, journal_id):
        parts |= _with_results([int(line_part)]) | {partition(PartitionKind.NAME, pupil_id)}
    return parts | _classes(row[0] for row in store.rows(CLASSES_OF_JOURNAL, journal_id))


def _led_class(store: Store, class_id: int, day: int) -> set[int]:
    """A led class: all lines of its pupils in every journal, read only (4.6.1), and their data."""
    parts = {
        partition(PartitionKind.CLASS, class_id),
        partition(PartitionKind.CLASS_CARE, class_id),
    }
    for (pupil_id,) in store.rows(PUPILS_OF_CLASS, class_id, day, day):
        parts |= _pupil_in_journals(store, pupil_id, TO_RESULT)
        parts |= {
            partition(PartitionKind.PUPIL, pupil_id),
            partition(PartitionKind.PUPIL_DAY, pupil_id),
            partition(PartitionKind.HEALTH, pupil_id),
        }
    journals = {int(row[0]) for row in store.rows(JOURNALS_OF_CLASS, class_id)}
    parts |= {partition(PartitionKind.JOURNAL, journal_id) for journal_id in journals}
    return parts | _left_class(store, class_id, day)


def _left_class(store: Store, class_id: int, day: int) -> set[int]:
    """Who has left a class: the name and the lines that ended in its journals (4.4.3/7, 4.4.3/9).

    Of who has left the school also the reasons of absence; of who is in another class those are
    its class teacher's.
    """
    left = {int(row[0]) for row in store.rows(LEFT_CLASS, class_id, day, class_id, day, day)}
    if not left:
        return set()
    elsewhere = {int(row[0]) for row in store.rows(IN_SCHOOL, day, day)}
    parts = {partition(PartitionKind.NAME, pupil_id) for pupil_id in left}
    parts |= {partition(PartitionKind.PUPIL_DAY, pupil_id) for pupil_id in left - elsewhere}
    ended = store.rows(ENDED_LINES_OF_CLASS, class_id, day)
    return parts | _with_results(int(part) for pupil_id, part in ended if pupil_id in left)


def _own_child(store: Store, pupil_id: int, day: int) -> set[int]:
    """One's own child, or oneself: lines, journals, class timetable, absences; no other name.

    Of term and year marks only what is released (2.9).
    """
    parts = _pupil_in_journals(store, pupil_id, TO_RELEASED)
    classes = _classes(row[0] for row in store.rows(CLASSES_OF_PUPIL, pupil_id, day))
    if not classes and len(parts) == 1:
        return set()
    return parts | classes | {partition(PartitionKind.PUPIL_DAY, pupil_id)}


def _pupil_in_journals(store: Store, pupil_id: int, to_results: int) -> set[int]:
    """A pupil's name, lines and journals, with the results as the school or the family sees them.

    Args:
        store: The school's.
        pupil_id: Whose.
        to_results: ``TO_RESULT`` or ``TO_RELEASED``.
    """
    parts = {partition(PartitionKind.NAME, pupil_id)}
    for part, journal_id in store.rows(LINES_OF_PUPIL, pupil_id):
        line = int(part)
        parts |= {line, line + to_results, partition(PartitionKind.JOURNAL, journal_id)}
    return parts


def _with_results(lines: Iterable[int]) -> set[int]:
    return {part for line in lines for part in (line, line + TO_RESULT)}


def _classes(class_ids: Iterable[int]) -> set[int]:
    return {partition(PartitionKind.CLASS, class_id) for class_id in class_ids}


def _existing(store: Store, kinds: frozenset[PartitionKind]) -> set[int]:
    """Return every partition of some kinds that holds a row, or whose object there is."""
    parts = {
        int(row[0]) for row in store.rows("SELECT part FROM part_state") if kind_of(row[0]) in kinds
    }
    for kind in kinds & OBJECTS_OF_KINDS.keys():
        parts |= {partition(kind, int(row[0])) for row in store.rows(OBJECTS_OF_KINDS[kind])}
    return parts
