"""Report 4.4.3/2: pupils who came, left and changed class, by orders."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from typing import Final

from eschool_core.domain.personal_file import ChangeDirection, ChangePlace
from eschool_core.labels import Language, text
from eschool_core.reports.contingent import Stay, classes_of, stays_of
from eschool_core.reports.frame import Asked, Sheet, column, framed
from eschool_core.reports.stages import STAGES, stage_of
from eschool_core.reports.table import About, Column, Note, Row, RowKind, Table, Unit, Value
from eschool_core.store.store import Store

NAME = "movement"
CLAUSE = "4.4.3/2"
PLACES: Final = (
    "SELECT e.pupil_id, e.first_day, e.last_day, c.direction, c.place, c.school "
    "FROM school_change c JOIN enrolment e ON e.id = c.enrolment_id "
    "JOIN school_class k ON k.id = e.class_id WHERE k.year_id = ? ORDER BY c.id"
)
FROM_PLACES: Final = (
    ChangePlace.CITY_SCHOOL, ChangePlace.DISTRICT_SCHOOL, ChangePlace.OTHER_REGION,
)  # fmt: skip
"""Columns of those who came, «в т. ч.»."""
TO_PLACES: Final = (
    (ChangePlace.CITY_SCHOOL, ChangePlace.DISTRICT_SCHOOL),
    (ChangePlace.COLLEGE,),
    (ChangePlace.OTHER_REGION,),
    (ChangePlace.OTHER,),
)
"""Columns of those who left: schools, colleges, «переезд», other."""

Places = Mapping[tuple[int, ChangeDirection, int], tuple[ChangePlace, str]]
"""Place and school by pupil, direction, and first day of the stay or last."""


@dataclass(frozen=True, slots=True)
class Movement:
    """The pupils of a class, or of several, over a period.

    For each class ``at_start + arrived + moved_in − left − moved_out = at_end``.
    """

    at_start: int = 0
    arrived: int = 0
    moved_in: int = 0
    left: int = 0
    moved_out: int = 0
    at_end: int = 0

    def plus(self, other: Movement) -> Movement:
        """Return both together."""
        return Movement(
            *(getattr(self, entry.name) + getattr(other, entry.name) for entry in fields(Movement))
        )


@dataclass(frozen=True, slots=True)
class Moves:
    """Who came to and went from some classes over a period."""

    arrived: list[Stay]
    moved_in: list[Stay]
    left: list[Stay]
    moved_out: list[Stay]


def moves_of(stays: Iterable[Stay], opening_day: int, last_day: int) -> Moves:
    """Return who came and who went after ``opening_day`` and up to ``last_day``, by date."""
    listed = list(stays)
    came = [stay for stay in listed if opening_day < stay.first_day <= last_day]
    went = [
        stay
        for stay in listed
        if opening_day <= stay.last_day < last_day and stay.first_day <= last_day
    ]
    came.sort(key=lambda stay: stay.first_day)
    went.sort(key=lambda stay: stay.last_day)
    return Moves(
        [stay for stay in came if not stay.came_from],
        [stay for stay in came if stay.came_from],
        [stay for stay in went if not stay.went_to],
        [stay for stay in went if stay.went_to],
    )


def movement_of(stays: Iterable[Stay], opening_day: int, last_day: int) -> Movement:
    """Return the movement after ``opening_day`` up to ``last_day``, both ends of the count."""
    listed = list(stays)
    moves = moves_of(listed, opening_day, last_day)
    return Movement(
        at_start=sum(stay.on(opening_day) for stay in listed),
        arrived=len(moves.arrived),
        moved_in=len(moves.moved_in),
        left=len(moves.left),
        moved_out=len(moves.moved_out),
        at_end=sum(stay.on(last_day) for stay in listed),
    )


def places_of(store: Store, year_id: int) -> Places:
    """Return where pupils came from and went to in a year, in one query."""
    found: dict[tuple[int, ChangeDirection, int], tuple[ChangePlace, str]] = {}
    for pupil_id, first, last, direction, place, school in store.rows(PLACES, year_id):
        way = ChangeDirection(direction)
        day = first if way is ChangeDirection.ARRIVED else last
        found[pupil_id, way, day] = (ChangePlace(place), school)
    return found


def movement_report(store: Store, asked: Asked) -> Table:
    """Return the movement of every class, with subtotals by stage.

    Transfers between classes are no movement of the school: their columns are their own, and the
    school's sums of them are equal. Where from and where to is counted as far as it is recorded;
    how many are not is said beneath.
    """
    period, language = asked.period, asked.language
    stays = stays_of(store, period.year_id)
    places = places_of(store, period.year_id)
    listed = classes_of(store, period.year_id)
    rows: list[Row] = []
    total = _Line()
    for stage in STAGES:
        classes = [entry for entry in listed if stage_of(entry.grade) == stage]
        subtotal = _Line()
        for entry in classes:
            found = _line_of(stays[entry.id], places, asked)
            rows.append(Row((entry.name, *found.values()), about=About("class", entry.id)))
            subtotal = subtotal.plus(found)
        if classes:
            said = text(f"report.stage.{stage}", language)
            rows.append(Row((said, *subtotal.values()), RowKind.SUBTOTAL))
        total = total.plus(subtotal)
    whole = Row((text("report.total.school", language), *total.values()), RowKind.TOTAL)
    sheet = Sheet(
        _columns(language), rows, (whole,), (_unrecorded(total, language),),
        signers=("deputy", "head"),
        lying=True,
    )  # fmt: skip
    return framed(store, asked, NAME, CLAUSE, sheet)


@dataclass(frozen=True, slots=True)
class _Line:
    """The movement of a class, or of several, with the places of those who came and left."""

    movement: Movement = Movement()
    came_from: tuple[int, ...] = (0,) * len(FROM_PLACES)
    came_from_other: int = 0
    went_to: tuple[int, ...] = (0,) * len(TO_PLACES)

    def plus(self, other: _Line) -> _Line:
        """Return both together."""
        return _Line(
            self.movement.plus(other.movement),
            tuple(map(sum, zip(self.came_from, other.came_from, strict=True))),
            self.came_from_other + other.came_from_other,
            tuple(map(sum, zip(self.went_to, other.went_to, strict=True))),
        )

    def values(self) -> tuple[Value, ...]:
        """Return the cells in the order of the columns."""
        at_start, arrived, moved_in, left, moved_out, at_end = astuple(self.movement)
        return (
            at_start, arrived, *self.came_from, moved_in, left, *self.went_to, moved_out, at_end,
        )  # fmt: skip


def _line_of(stays: Sequence[Stay], places: Places, asked: Asked) -> _Line:
    opening, last = asked.period.opening_day, asked.period.last_day
    moves = moves_of(stays, opening, last)
    came = Counter(
        places[key][0]
        for stay in moves.arrived
        if (key := (stay.pupil_id, ChangeDirection.ARRIVED, stay.first_day)) in places
    )
    went = Counter(
        places[key][0]
        for stay in moves.left
        if (key := (stay.pupil_id, ChangeDirection.LEFT, stay.last_day)) in places
    )
    return _Line(
        movement_of(stays, opening, last),
        tuple(came[place] for place in FROM_PLACES),
        came[ChangePlace.OTHER],
        tuple(sum(went[place] for place in group) for group in TO_PLACES),
    )


def _unrecorded(total: _Line, language: Language) -> Note:
    """Return of how many it is not recorded where they came from, or went to."""
    came = total.movement.arrived - sum(total.came_from) - total.came_from_other
    went = total.movement.left - sum(total.went_to)
    lines = [
        text(f"report.movement.{key}", language, count=count)
        for key, count in (("from_unknown", came), ("to_unknown", went))
        if count
    ]
    return Note(text("report.movement.unrecorded", language), tuple(lines))


def _columns(language: Language) -> tuple[Column, ...]:
    return (
        column(language, "class", Unit.TEXT, 12),
        column(language, "at_start", width=10),
        column(language, "arrived", width=8, group="arrived"),
        column(language, "from_city", width=8, group="arrived"),
        column(language, "from_district", width=8, group="arrived"),
        column(language, "from_region", width=8, group="arrived"),
        column(language, "moved_in", width=8, group="arrived"),
        column(language, "left", width=8, group="left"),
        column(language, "to_schools", width=8, group="left"),
        column(language, "to_college", width=8, group="left"),
        column(language, "to_region", width=8, group="left"),
        column(language, "to_other", width=8, group="left"),
        column(language, "moved_out", width=8, group="left"),
        column(language, "at_end", width=10),
    )
