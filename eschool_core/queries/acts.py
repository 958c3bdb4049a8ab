"""Local acts with what rests on them (4.4.1), and policy values with their days and acts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from eschool_core import calendar
from eschool_core.domain.acts import LocalAct
from eschool_core.domain.row import FOREVER
from eschool_core.domain.school import PolicyValue
from eschool_core.queries.answer import Answer
from eschool_core.regulation.policy import PARAMETERS, format_value, parse_value
from eschool_core.store.store import Store


@dataclass(frozen=True, slots=True)
class ActVersion(Answer):
    """One version of a local act.

    Attributes:
        last_day: None while nothing ends it.
        replaces: Number of the version before it.
        policies: Names of the policy values that rest on it.
    """

    act_id: int
    title: str
    number: str
    day: date
    first_day: date
    last_day: date | None
    replaces: str
    policies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PolicyPeriod(Answer):
    """A value from one day to another.

    Attributes:
        first_day: None for a default, which holds while nothing is set.
        last_day: None while no end is known.
        registered: True where the act stands in the register.
        now: True for what holds on the day that was asked for.
    """

    value: str
    first_day: date | None
    last_day: date | None
    act: str
    registered: bool
    now: bool


@dataclass(frozen=True, slots=True)
class PolicyState(Answer):
    """One parameter with all its periods, the earliest first."""

    name: str
    clause: str
    default: str
    periods: tuple[PolicyPeriod, ...]

    @property
    def in_force(self) -> str:
        """What holds on the day that was asked for."""
        return next((period.value for period in self.periods if period.now), self.default)


def local_acts(store: Store) -> tuple[ActVersion, ...]:
    """Return every version of every act, by its first day."""
    rows = sorted(store.select(LocalAct), key=lambda act: (act.first_day, act.id))
    numbers = {act.id: act.act_number for act in rows}
    resting: dict[int, set[str]] = {}
    for value in store.select(PolicyValue):
        resting.setdefault(value.act_id, set()).add(value.name)
    return tuple(
        ActVersion(
            act_id=act.id,
            title=act.title,
            number=act.act_number,
            day=calendar.date_of(act.act_day),
            first_day=calendar.date_of(act.first_day),
            last_day=_end(act.last_day),
            replaces=numbers.get(act.replaces_id, ""),
            policies=tuple(sorted(resting.get(act.id, ()))),
        )
        for act in rows
    )


def policy_states(store: Store, day: int) -> tuple[PolicyState, ...]:
    """Return every parameter with what holds on a day, and what held and will hold."""
    values: dict[str, list[PolicyValue]] = {}
    for row in store.where(PolicyValue, "1 = 1 ORDER BY first_day, id"):
        values.setdefault(row.name, []).append(row)
    return tuple(
        PolicyState(
            name=known.name,
            clause=known.clause,
            default=format_value(known.name, known.default),
            periods=_periods(values.get(known.name, []), day),
        )
        for known in PARAMETERS
    )


def _periods(rows: list[PolicyValue], day: int) -> tuple[PolicyPeriod, ...]:
    holding = [row for row in rows if row.first_day <= day <= row.last_day]
    now = holding[-1].id if holding else 0
    return tuple(
        PolicyPeriod(
            value=format_value(row.name, parse_value(row.name, row.value)),
            first_day=calendar.date_of(row.first_day),
            last_day=_end(row.last_day),
            act=row.act,
            registered=row.act_id != 0,
            now=row.id == now,
        )
        for row in rows
    )


def _end(day: int) -> date | None:
    return None if day == FOREVER else calendar.date_of(day)
