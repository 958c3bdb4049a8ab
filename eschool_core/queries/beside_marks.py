"""What stands beside the marks: those of a former school, works owed, academic debts (2.6, §6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from eschool_core import calendar
from eschool_core.commands.released import is_released
from eschool_core.domain.enums import WorkKind
from eschool_core.domain.journal import JournalLine
from eschool_core.domain.result_enums import DebtState, ExternalState, OwedState, ResultKind
from eschool_core.queries.answer import Answer
from eschool_core.queries.names import full_name
from eschool_core.queries.term_results import holds_released
from eschool_core.regulation.results import shown
from eschool_core.results import terms
from eschool_core.store.store import Store

EXTERNAL = (
    "SELECT x.id, p.family, p.given, p.patronymic, g.name, s.name, x.kind, x.value, x.day, "
    "x.source, x.document, x.state FROM external_mark x "
    "JOIN journal_line n ON n.part = x.part JOIN journal j ON j.id = n.journal_id "
    "JOIN study_group g ON g.id = j.group_id JOIN subject s ON s.id = j.subject_id "
    "LEFT JOIN pupil p ON p.id = n.pupil_id ORDER BY x.id DESC LIMIT ?"
)
OWED = (
    "SELECT n.pupil_id, p.family, p.given, p.patronymic, g.name, s.name, l.day, x.kind, x.due_day, "
    "x.state, x.comment FROM owed_work x JOIN lesson l ON l.id = x.lesson_id "
    "JOIN journal_line n ON n.part = x.part JOIN journal j ON j.id = n.journal_id "
    "JOIN study_group g ON g.id = j.group_id JOIN subject s ON s.id = j.subject_id "
    "LEFT JOIN pupil p ON p.id = n.pupil_id WHERE x.state = ? AND NOT EXISTS "
    "(SELECT 1 FROM mark m WHERE m.part = x.part AND m.lesson_id = x.lesson_id AND m.value <> 0) "
    "ORDER BY x.due_day, x.id LIMIT ?"
)
DEBTS = (
    "SELECT x.id, n.id, n.pupil_id, p.family, p.given, p.patronymic, g.name, s.name, y.name, "
    "x.state, x.due_day, x.retakes, x.value, x.protocol, x.protocol_day FROM academic_debt x "
    "JOIN academic_year y ON y.id = x.year_id "
    "JOIN journal_line n ON n.part = x.part - 12 JOIN journal j ON j.id = n.journal_id "
    "JOIN study_group g ON g.id = j.group_id JOIN subject s ON s.id = j.subject_id "
    "LEFT JOIN pupil p ON p.id = n.pupil_id WHERE ? IN (0, n.pupil_id) "
    "ORDER BY x.state, x.due_day, x.id LIMIT ?"
)
RELEASED_DEBTS = (
    "SELECT x.id, n.id, n.pupil_id, p.family, p.given, p.patronymic, g.name, s.name, y.name, "
    "x.state, x.due_day, x.retakes, x.value, x.protocol, x.protocol_day FROM released_debt x "
    "JOIN academic_year y ON y.id = x.year_id "
    "JOIN journal_line n ON n.part = x.part - 13 JOIN journal j ON j.id = n.journal_id "
    "JOIN study_group g ON g.id = j.group_id JOIN subject s ON s.id = j.subject_id "
    "LEFT JOIN pupil p ON p.id = n.pupil_id WHERE ? IN (0, n.pupil_id) "
    "ORDER BY x.state, x.due_day, x.id LIMIT ?"
)
ANYBODY = 0
MOST = 2_000


@dataclass(frozen=True, slots=True)
class External(Answer):
    """A mark of a former school; ``kind`` is None for a current mark."""

    external_mark_id: int
    pupil: str
    group: str
    subject: str
    kind: ResultKind | None
    value: str
    day: date
    source: str
    document: str
    state: ExternalState


@dataclass(frozen=True, slots=True)
class Owed(Answer):
    """A work that is still owed: no mark stands in its place."""

    pupil_id: int
    pupil: str
    group: str
    subject: str
    day: date
    work_kind: WorkKind
    due: date
    state: OwedState
    comment: str


@dataclass(frozen=True, slots=True)
class Debt(Answer):
    """An academic debt; while it is open the council is offered a conditional promotion."""

    pupil_id: int
    pupil: str
    group: str
    subject: str
    year: str
    state: DebtState
    due: date
    retakes: int
    value: str
    protocol: str
    protocol_day: date | None


def external_marks(store: Store) -> tuple[External, ...]:
    """Return the marks of former schools that the store holds, the newest first."""
    return tuple(
        External(
            row[0],
            full_name(*row[1:4]),
            row[4],
            row[5],
            ResultKind(row[6]) if row[6] else None,
            shown(row[7]),
            calendar.date_of(row[8]),
            row[9],
            row[10],
            ExternalState(row[11]),
        )
        for row in store.rows(EXTERNAL, MOST)
    )


def owed_works(store: Store, state: OwedState = OwedState.OPEN) -> tuple[Owed, ...]:
    """Return the works owed that the store holds, by their date."""
    return tuple(
        Owed(
            row[0],
            full_name(*row[1:4]),
            row[4],
            row[5],
            calendar.date_of(row[6]),
            WorkKind(row[7]),
            calendar.date_of(row[8]),
            OwedState(row[9]),
            row[10],
        )
        for row in store.rows(OWED, state, MOST)
    )


def debts(store: Store) -> tuple[Debt, ...]:
    """Return the academic debts that the store holds, open ones first.

    A family's replica holds what is released; the school's own debt goes before its copy.
    """
    known = {row[0]: row for of in (RELEASED_DEBTS, DEBTS) for row in store.rows(of, ANYBODY, MOST)}
    rows = sorted(known.values(), key=lambda row: (row[9], row[10], row[0]))
    return tuple(_debt(row) for row in rows)


def family_debts(store: Store, pupil_id: int) -> tuple[Debt, ...]:
    """Return the academic debts of a pupil that are released to the family, open ones first (2.9).

    Where that cannot be read, on a teacher's replica, it is worked out from the releases.
    """
    if holds_released(store, pupil_id):
        return tuple(_debt(row) for row in store.rows(RELEASED_DEBTS, pupil_id, MOST))
    return tuple(
        _debt(row)
        for row in store.rows(DEBTS, pupil_id, MOST)
        if is_released(store, store.require(JournalLine, row[1]), terms.WHOLE_YEAR)
    )


def _debt(row: Sequence[Any]) -> Debt:
    _, _, pupil_id, *name, group, subject, year, state, due_day, retakes, value = row[:13]
    protocol, protocol_day = row[13:]
    return Debt(
        pupil_id,
        full_name(*name),
        group,
        subject,
        year,
        DebtState(state),
        calendar.date_of(due_day),
        retakes,
        shown(value),
        protocol,
        calendar.date_of(protocol_day) if protocol_day else None,
    )
