"""What a person means by what is typed: a class, a subject, a pupil, a lesson. Never a guess."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

from eschool_core.domain.enums import JournalKind
from eschool_core.domain.journal import Lesson
from eschool_core.domain.school import SchoolClass, Staff
from eschool_core.errors import InputError
from eschool_core.queries.alphabet import sort_key
from eschool_core.queries.answer import Answer
from eschool_core.queries.in_force import clock, year_on
from eschool_core.queries.matching import best, class_key
from eschool_core.queries.names import full_name
from eschool_core.store.store import Store

T = TypeVar("T")
Field = Literal["class", "group", "subject", "pupil", "lesson", "person"]

MAX_CANDIDATES_NAMED = 12

JOURNALS = (
    "SELECT j.id, g.name, s.name, j.kind, j.group_id FROM journal j "
    "JOIN study_group g ON g.id = j.group_id JOIN subject s ON s.id = j.subject_id "
    "WHERE j.year_id = ?"
)
CLASSES_OF_GROUPS = (
    "SELECT gc.group_id, c.name, c.grade FROM group_class gc "
    "JOIN school_class c ON c.id = gc.class_id WHERE c.year_id = ? ORDER BY c.id"
)
WRITTEN_BY = (
    "SELECT journal_id FROM teaching_load WHERE staff_id = ? AND first_day <= ? AND last_day >= ? "
    "UNION "
    "SELECT journal_id FROM substitution WHERE substitute_id = ? "
    "AND first_day <= ? AND last_day >= ?"
)
PUPILS_OF_JOURNAL = (
    "SELECT p.id, p.family, p.given, p.patronymic, l.first_day, l.last_day FROM journal_line l "
    "JOIN pupil p ON p.id = l.pupil_id WHERE l.journal_id = ?"
)
PUPILS = (
    "SELECT p.id, p.family, p.given, p.patronymic, c.name FROM pupil p "
    "LEFT JOIN enrolment e ON e.pupil_id = p.id AND e.first_day <= ? AND e.last_day >= ? "
    "LEFT JOIN school_class c ON c.id = e.class_id"
)
CLASS_OF_PUPIL = (
    "SELECT class_id FROM enrolment WHERE pupil_id = ? AND first_day <= ? AND last_day >= ?"
)
WARDS = (
    "SELECT p.id, p.family, p.given, p.patronymic FROM pupil p WHERE p.id = ? OR p.id IN "
    "(SELECT pupil_id FROM guardianship WHERE guardian_id = ? "
    "AND first_day <= ? AND last_day >= ?)"
)
# A family's replica holds no guardianships, since they name the other guardian; the pupils it
# holds are its own.
FAMILYS_OWN = "SELECT id, family, given, patronymic FROM pupil ORDER BY id"


class LookupFailedError(InputError):
    """What was typed fits nothing, or fits several things.

    Attributes:
        candidates: What it fits, to be shown to the person who typed it and never logged.
    """

    def __init__(self, key: str, field: Field, candidates: Sequence[str] = ()) -> None:
        super().__init__(key, field=field, count=len(candidates))
        self.candidates = tuple(sorted(candidates, key=sort_key)[:MAX_CANDIDATES_NAMED])


@dataclass(frozen=True, slots=True)
class JournalPlace(Answer):
    """A journal as people speak of it.

    Attributes:
        group: Name of the class or study group.
        classes: Names of the classes its pupils come from.
        grade: The highest of them.
    """

    journal_id: int
    group: str
    subject: str
    kind: JournalKind
    classes: tuple[str, ...]
    grade: int


@dataclass(frozen=True, slots=True)
class PupilName(Answer):
    """A pupil with the whole name."""

    pupil_id: int
    name: str


def school_class(store: Store, typed: str, day: int) -> SchoolClass:
    """Return the class of that name in the year of ``day``.

    Raises:
        LookupFailedError: ``lookup.unknown_class`` or ``lookup.ambiguous_class``.
    """
    year = year_on(store, day)
    found = [] if year is None else store.select(SchoolClass, year_id=year.id)
    wanted = class_key(typed)
    return _only(
        [entry for entry in found if wanted and class_key(entry.name) == wanted],
        "class",
        lambda entry: entry.name,
    )


def journals(store: Store, day: int) -> list[JournalPlace]:
    """Return every journal of the year of ``day``, by class and subject."""
    year = year_on(store, day)
    if year is None:
        return []
    classes: dict[int, list[tuple[str, int]]] = {}
    for group_id, name, grade in store.rows(CLASSES_OF_GROUPS, year.id):
        classes.setdefault(int(group_id), []).append((str(name), int(grade)))
    places = [
        JournalPlace(
            journal_id=int(journal_id),
            group=str(group),
            subject=str(subject),
            kind=JournalKind(kind),
            classes=tuple(name for name, _ in classes.get(int(group_id), [])),
            grade=max((grade for _, grade in classes.get(int(group_id), [])), default=0),
        )
        for journal_id, group, subject, kind, group_id in store.rows(JOURNALS, year.id)
    ]
    return sorted(places, key=lambda place: (sort_key(place.group), sort_key(place.subject)))


def journal(
    store: Store, class_name: str, subject: str, day: int, person_id: int = 0
) -> JournalPlace:
    """Return the journal that a class or group and a subject name.

    Where several fit, those that ``person_id`` writes in on ``day`` (load or substitution) are
    meant: a teacher of one subgroup need not name it.

    Raises:
        LookupFailedError: ``lookup.unknown_class``, ``lookup.unknown_subject``,
            ``lookup.ambiguous_subject``, ``lookup.ambiguous_group``.
    """
    everything = journals(store, day)
    of_class = _of_class(everything, class_name)
    if not of_class:
        raise LookupFailedError("lookup.unknown_class", "class")
    own = {int(row[0]) for row in store.rows(WRITTEN_BY, *(person_id, day, day) * 2)}
    mine = [place for place in of_class if place.journal_id in own]
    for pool in (mine, of_class):
        found = best(pool, lambda place: place.subject, subject)
        if len(found) == 1:
            return found[0]
    subjects = {place.subject for place in found}
    if len(subjects) > 1:
        raise LookupFailedError("lookup.ambiguous_subject", "subject", tuple(subjects))
    if not found:
        raise LookupFailedError("lookup.unknown_subject", "subject")
    return _only(_of_group(found, class_name), "group", lambda place: place.group)


def own_journals(store: Store, person_id: int, day: int) -> list[int]:
    """Return the journals that a person writes in on a day, by load or substitution."""
    return sorted({int(row[0]) for row in store.rows(WRITTEN_BY, *(person_id, day, day) * 2)})


def pupil(store: Store, typed: str, journal_id: int, day: int) -> PupilName:
    """Return the pupil of a journal by a part of the name; those on its list that day go first.

    Raises:
        LookupFailedError: ``lookup.unknown_pupil`` or ``lookup.ambiguous_pupil``.
    """
    rows = store.rows(PUPILS_OF_JOURNAL, journal_id)
    listed = [row for row in rows if row[4] <= day <= row[5]]
    found = best(listed, _row_name, typed) or best(rows, _row_name, typed)
    return _pupil(_only(found, "pupil", _row_name))


def any_pupil(store: Store, typed: str, day: int) -> PupilName:
    """Return the pupil by a part of the name, among all that the store knows.

    The class on ``day`` may stand beside the name: «Иванов 7А».

    Raises:
        LookupFailedError: ``lookup.unknown_pupil`` or ``lookup.ambiguous_pupil``.
    """
    rows = store.rows(PUPILS, day, day)
    found = best(rows, _row_name, typed) or best(rows, _name_and_class, typed)
    return _pupil(_only(found, "pupil", _name_and_class))


def class_of_pupil(store: Store, pupil_id: int, day: int) -> int:
    """Return the class that a pupil is in on a day.

    Raises:
        LookupFailedError: ``lookup.unknown_class``.
    """
    rows = store.rows(CLASS_OF_PUPIL, pupil_id, day, day)
    if not rows:
        raise LookupFailedError("lookup.unknown_class", "class")
    return int(rows[0][0])


def ward(store: Store, person_id: int, day: int) -> PupilName:
    """Return the pupil whose diary is a person's own: oneself, or the only child.

    Raises:
        LookupFailedError: ``lookup.no_ward``: nobody's; ``lookup.ambiguous_pupil``: several.
    """
    rows = store.rows(WARDS, person_id, person_id, day, day)
    if not rows and not store.complete and store.get(Staff, person_id) is None:
        rows = store.rows(FAMILYS_OWN)
    if not rows:
        raise LookupFailedError("lookup.no_ward", "pupil")
    return _pupil(_only(rows, "pupil", _row_name))


def lesson(store: Store, journal_id: int, day: int, period: int | None = None) -> Lesson:
    """Return the lesson of a journal on a day; the period tells two of one day apart.

    Raises:
        LookupFailedError: ``lookup.unknown_lesson`` or ``lookup.ambiguous_lesson``.
    """
    found = [
        entry
        for entry in store.select(Lesson, journal_id=journal_id, day=day)
        if period is None or entry.period == period
    ]
    return _only(found, "lesson", lambda entry: f"{entry.period} ({clock(entry.start_minute)})")


def _of_class(places: Iterable[JournalPlace], typed: str) -> list[JournalPlace]:
    """Return the journals of a group, and of all groups of a class, of that name."""
    wanted = class_key(typed)
    return [
        place
        for place in places
        if wanted and wanted in {class_key(name) for name in (place.group, *place.classes)}
    ]


def _of_group(places: list[JournalPlace], typed: str) -> list[JournalPlace]:
    exact = [place for place in places if class_key(place.group) == class_key(typed)]
    return exact or places


def _only(found: Sequence[T], field: Field, name_of: Callable[[T], str]) -> T:
    if not found:
        raise LookupFailedError(f"lookup.unknown_{field}", field)
    if len(found) > 1:
        raise LookupFailedError(
            f"lookup.ambiguous_{field}", field, tuple(name_of(entry) for entry in found)
        )
    return found[0]


def _row_name(row: Sequence[object]) -> str:
    return full_name(*(str(part) for part in row[1:4]))


def _name_and_class(row: Sequence[object]) -> str:
    return f"{_row_name(row)} {row[4] or ''}".strip()


def _pupil(row: Sequence[object]) -> PupilName:
    return PupilName(int(str(row[0])), _row_name(row))
