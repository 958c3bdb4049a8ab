"""Report 4.4.3/2: pupils who came, left and changed class, by orders."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields

from eschool_core import calendar
from eschool_core.labels import Language, text
from eschool_core.reports.contingent import Stay, classes_of, stays_of
from eschool_core.reports.frame import Asked, Sheet, column, framed
from eschool_core.reports.stages import STAGES, stage_of
from eschool_core.reports.table import About, Column, Note, Row, RowKind, Table, Unit
from eschool_core.store.store import Store

NAME = "movement"
CLAUSE = "4.4.3/2"


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


def movement_report(store: Store, asked: Asked) -> Table:
    """Return the movement of every class, with subtotals by stage and the names beneath.

    Transfers between classes are no movement of the school: their columns are their own, and the
    school's sums of them are equal.
    """
    period, language = asked.period, asked.language
    stays = stays_of(store, period.year_id)
    listed = classes_of(store, period.year_id)
    names = {entry.id: entry.name for entry in listed}
    rows: list[Row] = []
    total = Movement()
    for stage in STAGES:
        classes = [entry for entry in listed if stage_of(entry.grade) == stage]
        subtotal = Movement()
        for entry in classes:
            found = movement_of(stays[entry.id], period.opening_day, period.last_day)
            rows.append(Row((entry.name, *_values(found)), about=About("class", entry.id)))
            subtotal = subtotal.plus(found)
        if classes:
            said = text(f"report.stage.{stage}", language)
            rows.append(Row((said, *_values(subtotal)), RowKind.SUBTOTAL))
        total = total.plus(subtotal)
    whole = Row((text("report.total.school", language), *_values(total)), RowKind.TOTAL)
    sheet = Sheet(
        _columns(language),
        rows,
        (whole,),
        tuple(_lists(stays, names, asked)),
        signers=("deputy", "head"),
    )
    return framed(store, asked, NAME, CLAUSE, sheet)


def _columns(language: Language) -> tuple[Column, ...]:
    return (
        column(language, "class", Unit.TEXT, 12),
        column(language, "at_start", width=10),
        column(language, "arrived", width=10, group="arrived"),
        column(language, "moved_in", width=12, group="arrived"),
        column(language, "left", width=10, group="left"),
        column(language, "moved_out", width=12, group="left"),
        column(language, "at_end", width=10),
    )


def _values(found: Movement) -> tuple[int, ...]:
    return tuple(getattr(found, entry.name) for entry in fields(Movement))


def _lists(stays: dict[int, list[Stay]], names: dict[int, str], asked: Asked) -> Iterable[Note]:
    """Yield who came, who left and who changed class, with day and order."""
    everybody = [stay for listed in stays.values() for stay in listed]
    moves = moves_of(everybody, asked.period.opening_day, asked.period.last_day)
    yield _note("came", [_came(stay, names, asked.language) for stay in moves.arrived], asked)
    yield _note("gone", [_gone(stay, names, asked.language) for stay in moves.left], asked)
    yield _note("moved", [_moved(stay, names, asked.language) for stay in moves.moved_in], asked)


def _note(which: str, lines: Sequence[str], asked: Asked) -> Note:
    return Note(text(f"report.movement.{which}", asked.language), tuple(lines))


def _came(stay: Stay, names: dict[int, str], language: Language) -> str:
    return text(
        "report.movement.came_line",
        language,
        name=stay.name,
        school_class=names[stay.class_id],
        date=_date(stay.first_day),
        order=stay.order_in,
    )


def _gone(stay: Stay, names: dict[int, str], language: Language) -> str:
    return text(
        "report.movement.gone_line",
        language,
        name=stay.name,
        school_class=names[stay.class_id],
        date=_date(stay.last_day),
        order=stay.order_out,
    )


def _moved(stay: Stay, names: dict[int, str], language: Language) -> str:
    return text(
        "report.movement.moved_line",
        language,
        name=stay.name,
        before=names.get(stay.came_from, ""),
        after=names[stay.class_id],
        date=_date(stay.first_day),
        order=stay.order_in,
    )


def _date(day: int) -> str:
    return f"{calendar.date_of(day):%d.%m.%Y}"
