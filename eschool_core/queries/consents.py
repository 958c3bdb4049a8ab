"""Consents to the processing of a pupil's data, in force and ended (1.4)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from eschool_core import calendar
from eschool_core.commands.groups import AGE_OF_MAJORITY
from eschool_core.domain.people import Guardianship, Pupil, PupilCard
from eschool_core.domain.privacy import ProcessingConsent
from eschool_core.domain.row import FOREVER
from eschool_core.queries.alphabet import sort_key
from eschool_core.queries.answer import Answer
from eschool_core.queries.names import full_name, people_names, short_name
from eschool_core.store.store import Store


@dataclass(frozen=True, slots=True)
class ConsentAnswer(Answer):
    """A consent.

    Attributes:
        last_day: None while it is in force.
        withdrawal: The paper that withdrew it; empty while it is in force.
    """

    consent_id: int
    given_by: str
    document: str
    first_day: date
    last_day: date | None
    withdrawal: str


def consents_of(store: Store, pupil_id: int) -> tuple[ConsentAnswer, ...]:
    """Return a pupil's consents in the order in which they were recorded."""
    names, pupil = people_names(store), store.get(Pupil, pupil_id)
    if pupil is not None:
        names[pupil_id] = short_name(pupil.family, pupil.given, pupil.patronymic)
    return tuple(
        _answer(entry, names) for entry in store.select(ProcessingConsent, pupil_id=pupil_id)
    )


@dataclass(frozen=True, slots=True)
class PupilConsents(Answer):
    """A pupil of a class with the consents about the pupil.

    Attributes:
        givers: Who may give one on the day: guardians by id and name, the pupil from 18 on.
        given: One at least is in force on the day.
    """

    pupil_id: int
    name: str
    givers: tuple[tuple[int, str], ...]
    consents: tuple[ConsentAnswer, ...]
    given: bool


OF_CLASS = (
    "SELECT DISTINCT p.id, p.family, p.given, p.patronymic FROM enrolment e "
    "JOIN pupil p ON p.id = e.pupil_id "
    "WHERE e.class_id = ? AND e.first_day <= ? AND e.last_day >= ?"
)
OF_ENROLLED = (
    "pupil_id IN (SELECT pupil_id FROM enrolment "
    "WHERE class_id = ? AND first_day <= ? AND last_day >= ?) ORDER BY id"
)


def class_consents(store: Store, class_id: int, day: int) -> tuple[PupilConsents, ...]:
    """Return the pupils of a class by name, each with the consents; in a few statements."""
    about = (class_id, day, day)
    names = people_names(store)
    pupils = {int(row[0]): full_name(*row[1:4]) for row in store.rows(OF_CLASS, *about)}
    names |= pupils
    consents: dict[int, list[ProcessingConsent]] = defaultdict(list)
    for consent in store.where(ProcessingConsent, OF_ENROLLED, *about):
        consents[consent.pupil_id].append(consent)
    givers: dict[int, dict[int, str]] = defaultdict(dict)
    for entry in store.where(Guardianship, OF_ENROLLED, *about):
        if entry.first_day <= day <= entry.last_day:
            name = full_name(entry.family, entry.given, entry.patronymic)
            givers[entry.pupil_id][entry.guardian_id] = name
            names[entry.guardian_id] = name
    for card in store.where(PupilCard, OF_ENROLLED, *about):
        if card.birth_day and calendar.full_years(card.birth_day, day) >= AGE_OF_MAJORITY:
            givers[card.pupil_id][card.pupil_id] = pupils.get(card.pupil_id, "")
    return tuple(
        PupilConsents(
            pupil_id=pupil_id,
            name=name,
            givers=tuple(givers[pupil_id].items()),
            consents=tuple(_answer(entry, names) for entry in consents[pupil_id]),
            given=any(entry.first_day <= day <= entry.last_day for entry in consents[pupil_id]),
        )
        for pupil_id, name in sorted(pupils.items(), key=lambda pair: sort_key(pair[1]))
    )


def _answer(entry: ProcessingConsent, names: dict[int, str]) -> ConsentAnswer:
    return ConsentAnswer(
        consent_id=entry.id,
        given_by=names.get(entry.given_by_id, ""),
        document=entry.document,
        first_day=calendar.date_of(entry.first_day),
        last_day=None if entry.last_day == FOREVER else calendar.date_of(entry.last_day),
        withdrawal=entry.withdrawal,
    )
