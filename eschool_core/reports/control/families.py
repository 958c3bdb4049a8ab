"""Control 4.4.4/5 and 4.6.9: how families and pupils use the diary."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Final

from eschool_core import calendar
from eschool_core.domain.care_enums import SlipState
from eschool_core.domain.informing import PaperApplication
from eschool_core.domain.partition import PartitionKind, partition
from eschool_core.labels import Language, text
from eschool_core.queries.in_force import zone_of
from eschool_core.regulation.formulas import percent
from eschool_core.reports.contingent import Stay, classes_of, stays_of
from eschool_core.reports.frame import Asked, Sheet, column, framed, policy_number
from eschool_core.reports.table import (
    UNKNOWN,
    About,
    Column,
    Note,
    Row,
    RowKind,
    Table,
    Unit,
    Value,
)
from eschool_core.store.store import Store

NAME: Final = "families"
CLAUSE: Final = "4.4.4/5"
MONTH_DAYS: Final = 30
DAY_SECONDS: Final = 86_400

GUARDIANS = (
    "SELECT pupil_id, guardian_id, first_day FROM guardianship "
    "WHERE first_day <= ? AND last_day >= ? ORDER BY pupil_id, id"
)
SLIPS = (
    "SELECT pupil_id, COUNT(*) FROM paper_slip WHERE day BETWEEN ? AND ? AND state IN (?, ?) "
    "GROUP BY pupil_id"
)
GIVEN: Final = (SlipState.HANDED, SlipState.SENT)
IN_FORCE = "first_day <= ? AND last_day >= ? ORDER BY id"


@dataclass(frozen=True, slots=True)
class Family:
    """A pupil with those who represent the pupil on a day.

    Attributes:
        guardians: Each with the day from which access was possible.
        paper: Every guardian is informed on paper (4.6.5): a family apart, never "inactive".
        seen_at: When any guardian was last heard of; 0 for never, None where that is not known.
        pupil_seen_at: The same of the pupil.
        slips: Weekly lists on paper that were handed out or sent within the period.
    """

    stay: Stay
    guardians: tuple[tuple[int, int], ...]
    paper: bool
    seen_at: int | None
    pupil_seen_at: int | None
    slips: int

    @property
    def since_day(self) -> int:
        """The day from which the family could have looked."""
        first = min((day for _, day in self.guardians), default=self.stay.first_day)
        return max(first, self.stay.first_day)


def families_of(store: Store, asked: Asked) -> dict[int, list[Family]]:
    """Return the families of each class on the day, in the order of names."""
    day = asked.day
    guardians: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for pupil_id, guardian_id, first in store.rows(GUARDIANS, day, day):
        guardians[pupil_id].append((guardian_id, first))
    on_paper = {
        (entry.pupil_id, entry.guardian_id)
        for entry in store.where(PaperApplication, IN_FORCE, day, day)
    }
    slips = slips_given(store, asked.period.first_day, asked.period.last_day)
    found: dict[int, list[Family]] = defaultdict(list)
    for class_id, stays in stays_of(store, asked.period.year_id).items():
        for stay in stays:
            if not stay.on(day) or asked.class_id not in (0, class_id):
                continue
            own = guardians.get(stay.pupil_id, [])
            seen = [_seen(asked, guardian_id) for guardian_id, _ in own]
            known = [at for at in seen if at is not None]
            found[class_id].append(
                Family(
                    stay,
                    tuple(own),
                    bool(own) and all((stay.pupil_id, one) in on_paper for one, _ in own),
                    max(known, default=0) if len(known) == len(seen) else None,
                    _seen(asked, stay.pupil_id),
                    slips.get(stay.pupil_id, 0),
                )
            )
    return found


def families_report(store: Store, asked: Asked) -> Table:
    """Return by class how many families and pupils have looked; of one class also who has not.

    Families all of whose guardians are on paper are counted apart. When somebody was last heard
    of only the server knows: elsewhere the table says so.
    """
    language = asked.language
    days = policy_number(store, "family_activity_days", asked.day)
    found = families_of(store, asked)
    rows = [
        Row(
            (entry.name, *_values(found[entry.id], asked, days)),
            about=About("class", entry.id),
        )
        for entry in classes_of(store, asked.period.year_id)
        if found.get(entry.id)
    ]
    everybody = [family for listed in found.values() for family in listed]
    totals: tuple[Row, ...] = ()
    if len(rows) > 1:
        values = _values(everybody, asked, days)
        totals = (Row((text("report.total.school", language), *values), RowKind.TOTAL),)
    sheet = Sheet(
        _columns(language, days),
        rows,
        totals,
        (_silent(store, everybody, asked, days),) if asked.class_id else (),
        _missing(store, everybody, asked),
    )
    return framed(store, asked, NAME, CLAUSE, sheet)


def slips_given(store: Store, first_day: int, last_day: int) -> dict[int, int]:
    """Return by pupil how many weekly lists were handed out or sent between two days (4.6.5)."""
    return dict(store.rows(SLIPS, first_day, last_day, *GIVEN))


def _seen(asked: Asked, person_id: int) -> int | None:
    return None if asked.last_seen is None else asked.last_seen.get(person_id, 0)


def _missing(store: Store, families: list[Family], asked: Asked) -> tuple[str, ...]:
    missing = []
    if asked.last_seen is None:
        missing.append(text("report.missing.families_seen", asked.language))
    parts = (partition(PartitionKind.PUPIL, family.stay.pupil_id) for family in families)
    if not all(map(store.holds, parts)):
        missing.append(text("report.missing.cards", asked.language))
    return tuple(missing)


def _values(families: list[Family], asked: Asked, days: int) -> tuple[Value, ...]:
    online = [family for family in families if not family.paper]
    paper = len(families) - len(online)
    slips = sum(family.slips for family in families)
    if asked.last_seen is None:
        return (len(families), len(online), paper, slips, *(UNKNOWN,) * 5)
    seen = [family.seen_at or 0 for family in online]
    recent = _since(seen, asked.now, days)
    return (
        len(families),
        len(online),
        paper,
        slips,
        recent,
        percent(recent, len(online)),
        _since(seen, asked.now, MONTH_DAYS),
        seen.count(0),
        _since([family.pupil_seen_at or 0 for family in families], asked.now, days),
    )


def _since(moments: list[int], now: int, days: int) -> int:
    return sum(bool(at) and now - at <= days * DAY_SECONDS for at in moments)


def _silent(store: Store, families: list[Family], asked: Asked, days: int) -> Note:
    """Return the families that have not looked, the longest silent first (4.6.9)."""
    zone = zone_of(store)
    silent = []
    for family in families:
        if family.paper or family.seen_at is None:
            continue
        since = calendar.local_day(family.seen_at, zone) if family.seen_at else family.since_day
        age = asked.day - since
        if not family.seen_at or age > days:
            silent.append((age, family))
    silent.sort(key=lambda entry: -entry[0])
    lines = tuple(
        text(
            "report.families.last" if family.seen_at else "report.families.never",
            asked.language,
            name=family.stay.name,
            days=age,
        )
        for age, family in silent
    )
    return Note(text("report.families.silent", asked.language), lines)


def _columns(language: Language, days: int) -> tuple[Column, ...]:
    seen = text("report.column.seen_recently", language, days=days)
    pupils = text("report.column.pupils_seen", language, days=days)
    month = text("report.column.seen_recently", language, days=MONTH_DAYS)
    return (
        column(language, "class", Unit.TEXT, 14),
        column(language, "pupils", width=9),
        column(language, "online_families", width=10),
        column(language, "paper_families", width=10),
        column(language, "slips_given", width=10),
        Column("seen_recently", seen, Unit.COUNT, 10),
        column(language, "seen_share", Unit.PERCENT, 8),
        Column("seen_in_month", month, Unit.COUNT, 10),
        column(language, "never_seen", width=10),
        Column("pupils_seen", pupils, Unit.COUNT, 10),
    )
