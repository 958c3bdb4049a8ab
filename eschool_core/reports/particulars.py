"""Report 4.4.3/1: general data on the pupils of a class."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Final

from eschool_core import calendar
from eschool_core.domain.enums import ExemptionKind, Sex
from eschool_core.domain.partition import PartitionKind, partition
from eschool_core.domain.people import PupilCard
from eschool_core.domain.personal_file import PhysicalGroup, PupilFile, PupilHealth
from eschool_core.domain.school import SchoolClass
from eschool_core.labels import Language, text
from eschool_core.queries.names import full_name, joined
from eschool_core.reports.attendance import about_class
from eschool_core.reports.contingent import Stay
from eschool_core.reports.frame import Asked, Sheet, column, framed
from eschool_core.reports.roll import Listed, roll_of
from eschool_core.reports.table import UNKNOWN, Column, Note, Row, RowKind, Table, Unit, Value
from eschool_core.store.store import Store

NAME = "particulars"
CLAUSE = "4.4.3/1"
ROMAN: Final = ("", "I", "II", "III", "IV", "V")
"""Health groups as they are written."""

OF_CLASS = "pupil_id IN (SELECT pupil_id FROM enrolment WHERE class_id = ?)"
GUARDIANS = (
    "SELECT g.pupil_id, g.family, g.given, g.patronymic, g.relation, w.workplace, g.phone "
    "FROM guardianship g LEFT JOIN guardian_work w ON w.guardianship_id = g.id "
    "WHERE g.first_day <= ? AND g.last_day >= ? "
    "AND g.pupil_id IN (SELECT pupil_id FROM enrolment WHERE class_id = ?) ORDER BY g.id"
)
GROUPS = (
    "SELECT m.pupil_id, s.name FROM group_member m JOIN study_group s ON s.id = m.group_id "
    "WHERE s.whole = 0 AND m.first_day <= ? AND m.last_day >= ? "
    "AND m.pupil_id IN (SELECT pupil_id FROM enrolment WHERE class_id = ?) ORDER BY s.name, s.id"
)
RELEASES = (
    "SELECT e.pupil_id, e.kind, s.name FROM exemption e "
    "LEFT JOIN subject s ON s.id = e.subject_id WHERE e.first_day <= ? AND e.last_day >= ? "
    "AND e.pupil_id IN (SELECT pupil_id FROM enrolment WHERE class_id = ?) ORDER BY e.id"
)


def particulars_report(store: Store, asked: Asked) -> Table:
    """Return the particulars of the pupils of a class on the period's last day.

    Health groups are columns for who may see them alone; for others they are not there. The
    ground of a release or of an individual curriculum is never shown (1.4).
    """
    language, day = asked.language, asked.period.last_day
    school_class = store.require(SchoolClass, asked.class_id)
    pupils = roll_of(store, school_class, asked.period.first_day, day)
    known = _Known.of(store, asked)
    rows = [
        pupil.row(place, *known.values(store, pupil)) for place, pupil in enumerate(pupils, start=1)
    ]
    present = [pupil for pupil in pupils if not pupil.left]
    columns = _columns(language, health=asked.sees_health)
    blank = ("",) * (len(columns) - 2)
    total = Row((len(present), text("report.total.class", language), *blank), RowKind.TOTAL)
    unknown = any(value is UNKNOWN for row in rows for value in row.cells)
    sheet = Sheet(
        columns,
        rows,
        (total,),
        (known.counts(present, language),),
        [text("report.missing.cards", language)] if unknown else [],
        signers=("class_teacher", "deputy"),
        lying=True,
    )
    return framed(store, asked, NAME, CLAUSE, sheet, about_class(store, school_class, day))


def _columns(language: Language, *, health: bool) -> tuple[Column, ...]:
    fit = ("health_group", "physical_group") if health else ()
    return (
        column(language, "number", width=4),
        column(language, "name", Unit.TEXT, 30),
        column(language, "birth", Unit.DATE, 11),
        column(language, "sex", Unit.TEXT, 5),
        column(language, "file_number", Unit.TEXT, 9),
        column(language, "enrolled", Unit.DATE, 11),
        column(language, "order_in", Unit.TEXT, 12),
        column(language, "address", Unit.TEXT, 24),
        column(language, "guardians", Unit.TEXT, 36),
        *(column(language, key, Unit.TEXT, 10) for key in fit),
        column(language, "groups", Unit.TEXT, 16),
        column(language, "remark", Unit.TEXT, 24),
    )


@dataclass(frozen=True, slots=True)
class _Known:
    """What is recorded of the pupils of a class, by pupil."""

    asked: Asked
    cards: dict[int, PupilCard]
    files: dict[int, PupilFile]
    health: dict[int, PupilHealth]
    guardians: dict[int, list[str]]
    groups: dict[int, list[str]]
    releases: dict[int, list[str]]

    @classmethod
    def of(cls, store: Store, asked: Asked) -> _Known:
        """Read it in six queries; of health none that is not shown."""
        class_id, day, language = asked.class_id, asked.period.last_day, asked.language
        guardians, groups, releases = (
            defaultdict[int, list[str]](list),
            defaultdict[int, list[str]](list),
            defaultdict[int, list[str]](list),
        )
        for pupil_id, *name, relation, work, phone in store.rows(GUARDIANS, day, day, class_id):
            guardians[pupil_id].append(joined([full_name(*name), relation, work or "", phone]))
        for pupil_id, group in store.rows(GROUPS, day, day, class_id):
            groups[pupil_id].append(group)
        for pupil_id, kind, subject in store.rows(RELEASES, day, day, class_id):
            word = ExemptionKind(kind).name.lower()
            said = text(f"report.particulars.release.{word}", language, subject=subject or "")
            releases[pupil_id].append(said)
        cards = {card.pupil_id: card for card in store.where(PupilCard, OF_CLASS, class_id)}
        files = {row.pupil_id: row for row in store.where(PupilFile, OF_CLASS, class_id)}
        fit = store.where(PupilHealth, OF_CLASS, class_id) if asked.sees_health else []
        health = {row.pupil_id: row for row in fit}
        return cls(asked, cards, files, health, guardians, groups, releases)

    def values(self, store: Store, pupil: Listed) -> tuple[Value, ...]:
        """Return the cells of a pupil after number and name."""
        last, language = pupil.stays[-1], self.asked.language
        file = self.files.get(pupil.pupil_id)
        return (
            *self._private(store, pupil, language),
            self._of_file(store, pupil, "" if file is None else file.file_number),
            calendar.date_of(pupil.stays[0].first_day),
            pupil.stays[0].order_in,
            self._of_file(store, pupil, "" if file is None else file.address),
            self._guardians(store, pupil),
            *(self._fit(pupil) if self.asked.sees_health else ()),
            joined(self.groups.get(pupil.pupil_id, ())),
            joined([*self.releases.get(pupil.pupil_id, ()), *_left(pupil, last, language)]),
        )

    def _private(self, store: Store, pupil: Listed, language: Language) -> tuple[Value, Value]:
        """Return birthday and sex; of who has left the class they are nobody's concern here."""
        if pupil.left:
            return None, None
        if not _held(store, pupil):
            return UNKNOWN, UNKNOWN
        card = self.cards.get(pupil.pupil_id)
        birth = card.birth_day if card else 0
        sex = Sex(card.sex).name.lower() if card and card.sex else ""
        return (
            calendar.date_of(birth) if birth else None,
            text(f"report.sex.{sex}", language) if sex else None,
        )

    def _of_file(self, store: Store, pupil: Listed, value: str) -> Value:
        """Return what the personal file says; of who has left the class nothing."""
        if pupil.left:
            return None
        return value if _held(store, pupil) else UNKNOWN

    def _fit(self, pupil: Listed) -> tuple[Value, Value]:
        row = self.health.get(pupil.pupil_id)
        if pupil.left or row is None:
            return None, None
        physical = PhysicalGroup(row.physical_group).name.lower() if row.physical_group else ""
        return (
            ROMAN[row.health_group] or None,
            text(f"PhysicalGroup.{physical}", self.asked.language) if physical else None,
        )

    def _guardians(self, store: Store, pupil: Listed) -> Value:
        if pupil.left:
            return None
        if not _held(store, pupil):
            return UNKNOWN
        return "\n".join(self.guardians.get(pupil.pupil_id, ()))

    def counts(self, present: list[Listed], language: Language) -> Note:
        """Return how many girls there are, and how many pupils were born in which year."""
        cards = [self.cards[pupil.pupil_id] for pupil in present if pupil.pupil_id in self.cards]
        girls = sum(card.sex == Sex.FEMALE for card in cards)
        years = Counter(calendar.date_of(card.birth_day).year for card in cards if card.birth_day)
        unknown = sum(not card.sex for card in cards)
        lines = [text("report.particulars.girls", language, count=girls)]
        if unknown:
            lines.append(text("report.particulars.sex_unknown", language, count=unknown))
        lines += [
            text("report.particulars.born", language, year=year, count=count)
            for year, count in sorted(years.items())
        ]
        return Note(text("report.particulars.counts", language), tuple(lines if cards else ()))


def _held(store: Store, pupil: Listed) -> bool:
    return store.holds(partition(PartitionKind.PUPIL, pupil.pupil_id))


def _left(pupil: Listed, last: Stay, language: Language) -> list[str]:
    """Return when and by which order a pupil left the class."""
    if not pupil.left:
        return []
    date = f"{calendar.date_of(last.last_day):%d.%m.%Y}"
    key = "moved" if last.went_to else "left"
    return [text(f"report.particulars.{key}", language, date=date, order=last.order_out)]
