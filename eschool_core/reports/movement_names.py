"""The appendix of 4.4.3/2: who came, who left, who changed class, by name and order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from eschool_core import calendar
from eschool_core.domain.personal_file import ChangeDirection
from eschool_core.labels import text
from eschool_core.queries.names import joined
from eschool_core.reports.contingent import Stay, classes_of, stays_of
from eschool_core.reports.frame import Asked, Sheet, column, framed
from eschool_core.reports.movement import Places, moves_of, places_of
from eschool_core.reports.table import About, Row, Table, Unit, Value
from eschool_core.store.store import Store

NAME = "movement_names"
CLAUSE = "4.4.3/2"
PRIVATE: Final = (
    "SELECT c.pupil_id, c.birth_day, f.address FROM pupil_card c "
    "LEFT JOIN pupil_file f ON f.pupil_id = c.pupil_id WHERE c.pupil_id IN "
    "(SELECT e.pupil_id FROM enrolment e JOIN school_class k ON k.id = e.class_id "
    "WHERE k.year_id = ? AND (e.first_day > ? OR e.last_day < ?))"
)


def movement_names_report(store: Store, asked: Asked) -> Table:
    """Return those who came, then those who left, then those who changed class, by date."""
    language, year_id = asked.language, asked.period.year_id
    stays = stays_of(store, year_id)
    everybody = [stay for listed in stays.values() for stay in listed]
    moves = moves_of(everybody, asked.period.opening_day, asked.period.last_day)
    facts = _Facts.of(store, asked)
    rows = [
        Row((number, *cells), about=About("pupil", pupil_id))
        for number, (pupil_id, cells) in enumerate(
            (
                *((stay.pupil_id, facts.came(stay)) for stay in moves.arrived),
                *((stay.pupil_id, facts.went(stay)) for stay in moves.left),
                *((stay.pupil_id, facts.moved(stay)) for stay in moves.moved_in),
            ),
            start=1,
        )
    ]
    columns = (
        column(language, "number", width=4),
        column(language, "name", Unit.TEXT, 30),
        column(language, "birth", Unit.DATE, 11),
        column(language, "move", Unit.TEXT, 12),
        column(language, "class", Unit.TEXT, 8),
        column(language, "address", Unit.TEXT, 24),
        column(language, "move_day", Unit.DATE, 11),
        column(language, "move_order", Unit.TEXT, 16),
        column(language, "move_place", Unit.TEXT, 24),
    )
    sheet = Sheet(columns, rows, signers=("deputy", "head"), lying=True)
    return framed(store, asked, NAME, CLAUSE, sheet)


@dataclass(frozen=True, slots=True)
class _Facts:
    """What the rows say of pupils besides their stays."""

    asked: Asked
    names: Mapping[int, str]
    places: Places
    private: Mapping[int, tuple[Value, Value]]
    """Date of birth and address by pupil."""

    @classmethod
    def of(cls, store: Store, asked: Asked) -> _Facts:
        """Read them in bulk."""
        return cls(
            asked,
            {entry.id: entry.name for entry in classes_of(store, asked.period.year_id)},
            places_of(store, asked.period.year_id),
            _private(store, asked),
        )

    def came(self, stay: Stay) -> tuple[Value, ...]:
        """Return the cells of one who came to the school."""
        place = self._place(stay, ChangeDirection.ARRIVED, stay.first_day)
        return self._cells(stay, "came", stay.first_day, stay.order_in, place)

    def went(self, stay: Stay) -> tuple[Value, ...]:
        """Return the cells of one who left it."""
        place = self._place(stay, ChangeDirection.LEFT, stay.last_day)
        return self._cells(stay, "left", stay.last_day, stay.order_out, place)

    def moved(self, stay: Stay) -> tuple[Value, ...]:
        """Return the cells of one who came from another class."""
        place = text(
            "report.movement.from_class",
            self.asked.language,
            school_class=self.names.get(stay.came_from, ""),
        )
        return self._cells(stay, "moved", stay.first_day, stay.order_in, place)

    def _cells(self, stay: Stay, move: str, day: int, order: str, place: str) -> tuple[Value, ...]:
        birth, address = self.private.get(stay.pupil_id, (None, ""))
        return (
            stay.name,
            birth,
            text(f"report.movement.{move}", self.asked.language),
            self.names[stay.class_id],
            address,
            calendar.date_of(day),
            order,
            place,
        )

    def _place(self, stay: Stay, direction: ChangeDirection, day: int) -> str:
        known = self.places.get((stay.pupil_id, direction, day))
        if known is None:
            return ""
        place, school = known
        return joined([text(f"ChangePlace.{place.name.lower()}", self.asked.language), school])


def _private(store: Store, asked: Asked) -> dict[int, tuple[Value, Value]]:
    """Return date of birth and address of those who moved, in one query."""
    period = asked.period
    return {
        pupil_id: (calendar.date_of(birth) if birth else None, address or "")
        for pupil_id, birth, address in store.rows(
            PRIVATE, period.year_id, period.opening_day, period.last_day
        )
    }
