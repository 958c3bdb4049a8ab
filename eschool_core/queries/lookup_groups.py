"""What a person means by the name of a subject, a study group or an applicant."""

from __future__ import annotations

from eschool_core.domain.people import Guardianship
from eschool_core.domain.school import StudyGroup, Subject
from eschool_core.queries.in_force import year_on
from eschool_core.queries.lookup import LookupFailedError
from eschool_core.queries.matching import best, class_key
from eschool_core.queries.names import full_name
from eschool_core.store.store import Store


def subject(store: Store, typed: str) -> int:
    """Return the subject that a part of its name means.

    Raises:
        LookupFailedError: ``lookup.unknown_subject`` or ``lookup.ambiguous_subject``.
    """
    found = best(store.select(Subject), lambda entry: entry.name, typed)
    if not found:
        raise LookupFailedError("lookup.unknown_subject", "subject")
    if len(found) > 1:
        names = tuple(entry.name for entry in found)
        raise LookupFailedError("lookup.ambiguous_subject", "subject", names)
    return found[0].id


def group(store: Store, typed: str, day: int) -> int:
    """Return the study group of that name in the year of ``day``.

    Raises:
        LookupFailedError: ``lookup.unknown_class``.
    """
    year = year_on(store, day)
    found = [] if year is None else store.select(StudyGroup, year_id=year.id)
    wanted = class_key(typed)
    for entry in found:
        if wanted and class_key(entry.name) == wanted:
            return entry.id
    raise LookupFailedError("lookup.unknown_class", "group")


def applicant(store: Store, pupil_id: int, typed: str) -> int:
    """Return the guardian whose name begins like this; by default the first, or the pupil.

    Whether that person may sign is for the command to judge (4.6.4/2).
    """
    guardians = store.select(Guardianship, pupil_id=pupil_id)
    wanted = typed.casefold()
    for entry in guardians:
        if full_name(entry.family, entry.given, entry.patronymic).casefold().startswith(wanted):
            return entry.guardian_id
    return pupil_id
