"""What every report is asked for and what all have in common: heading, policy, completeness."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from eschool_core import calendar
from eschool_core.domain.school import PolicyValue, School
from eschool_core.labels import Language, text
from eschool_core.regulation import policy
from eschool_core.reports.period import Period
from eschool_core.reports.table import Column, Note, Row, Table, Unit, Zero
from eschool_core.store.store import Store


@dataclass(frozen=True, slots=True)
class Only:
    """What of the school a viewer sees: the classes led, the journals taught."""

    classes: frozenset[int]
    journals: frozenset[int]

    def shows(self, journal_id: int, class_id: int) -> bool:
        """Return whether a pupil of a class is shown in a journal."""
        return journal_id in self.journals or class_id in self.classes


@dataclass(frozen=True, slots=True)
class FamilyWeek:
    """How many families of a class were in touch in a week that is over (4.4.4/5).

    Attributes:
        week: Day number of its Monday.
        seen: Families of which a guardian was in touch.
        online: Of how many: those who are not informed on paper alone (4.6.5).
    """

    week: int
    class_id: int
    seen: int
    online: int

    @property
    def last_day(self) -> int:
        """The day number of its Sunday."""
        return self.week + 6


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants to see.

    Attributes:
        day: Today, as a day number: what is due is judged by it.
        now: The present moment, seconds UTC.
        class_id: The class of a report on a class; 0 for all.
        staff_id: The person of a report on one; 0 for all.
        journal_id: The journal of a report on lessons; 0 for all.
        missing: What the replica does not hold, a sentence each.
        only: What the viewer sees; None for everything.
        last_seen: When a person's device or browser was last heard of, seconds UTC; only the
            server knows, None elsewhere.
        family_weeks: By week and class; a week of which nothing is known is not there. Only the
            server knows, None elsewhere.
        sees_health: Whether health groups are shown: to who may see them, and nobody else (1.4).
    """

    period: Period
    day: int
    now: int = 0
    class_id: int = 0
    staff_id: int = 0
    language: Language = "ru"
    missing: tuple[str, ...] = ()
    only: Only | None = None
    last_seen: Mapping[int, int] | None = None
    sees_health: bool = False
    journal_id: int = 0
    family_weeks: Sequence[FamilyWeek] | None = None

    def shows(self, journal_id: int, class_id: int) -> bool:
        """Return whether a pupil of a class is wanted, and may be shown, in a journal."""
        if self.class_id and class_id != self.class_id:
            return False
        return self.only is None or self.only.shows(journal_id, class_id)


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a report fills a table with."""

    columns: Sequence[Column]
    rows: Sequence[Row]
    totals: Sequence[Row] = ()
    notes: Sequence[Note] = ()
    missing: Sequence[str] = ()
    signers: Sequence[str] = field(default=("deputy",))
    lying: bool = False


def framed(
    store: Store, asked: Asked, name: str, clause: str, sheet: Sheet, subject_of: str = ""
) -> Table:
    """Return the table of a report: its sheet with the heading, the policy and what is missing."""
    school = store.first(School)
    period = asked.period
    return Table(
        name=name,
        title=text(f"report.{name}.title", asked.language),
        clause=clause,
        school="" if school is None else school.name,
        subject_of=subject_of,
        period=period.name,
        first_day=calendar.date_of(period.first_day),
        last_day=calendar.date_of(period.last_day),
        columns=tuple(sheet.columns),
        rows=tuple(sheet.rows),
        totals=tuple(sheet.totals),
        notes=tuple(note for note in sheet.notes if note.lines),
        missing=tuple(dict.fromkeys((*asked.missing, *sheet.missing))),
        signers=tuple(text(f"report.signer.{post}", asked.language) for post in sheet.signers),
        zero=_zero(store, period.last_day),
        lying=sheet.lying,
        language=asked.language,
    )


def column(
    language: Language, key: str, unit: Unit = Unit.COUNT, width: int = 8, group: str = ""
) -> Column:
    """Return a column whose title is the text ``report.column.<key>``.

    Args:
        language: Of the title.
        key: Stable name.
        unit: What its values are.
        width: In characters.
        group: Key of the heading above, ``report.group.<group>``; empty for none.
    """
    above = text(f"report.group.{group}", language) if group else ""
    return Column(key, text(f"report.column.{key}", language), unit, width, above)


def under(column_: Column, above: str, prefix: str) -> Column:
    """Return a column that stands under the heading ``above``, its key told apart by a prefix."""
    return replace(column_, key=f"{prefix}_{column_.key}", group=above)


def policy_on(store: Store, name: str, day: int) -> policy.Value:
    """Return the value of a policy on a day: the row in force, else the catalogue's default."""
    rows = store.where(
        PolicyValue,
        "name = ? AND first_day <= ? AND last_day >= ? ORDER BY first_day, id",
        name,
        day,
        day,
    )
    return policy.parse_value(name, rows[-1].value) if rows else policy.default(name)


def policy_number(store: Store, name: str, day: int) -> int:
    """Return the value of a numeric policy on a day."""
    value = policy_on(store, name, day)
    if not isinstance(value, int):
        raise TypeError(f"policy {name} is not a number")
    return value


def policy_list(store: Store, name: str, day: int) -> tuple[int, ...]:
    """Return the value of a policy that is a list of numbers on a day."""
    value = policy_on(store, name, day)
    if not isinstance(value, tuple):
        raise TypeError(f"policy {name} is not a list")
    return value


def _zero(store: Store, day: int) -> Zero:
    return "empty" if policy_on(store, "zero_shown", day) == "empty" else "dash"
