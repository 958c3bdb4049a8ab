"""The rows of a class and year that go into a package for the electronic data bank (4.4.5/3).

What is packed are the journals with everything in them, or the summary register; beside them stand
the rows that tell what their numbers mean: names of pupils, subjects, teachers, terms. Reasons of
absence, exemptions, families and messages are not packed: they have other times of keeping, and
nobody needs them to read a journal.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from eschool_core.commands.packages import entries_to_pack
from eschool_core.domain.archive import ArchiveEntry, RegisterRow
from eschool_core.domain.care import SchoolDetails
from eschool_core.domain.journal import JournalLine
from eschool_core.domain.partition import OF_LINE, PartitionKind, partition
from eschool_core.domain.people import Enrolment, Pupil
from eschool_core.domain.result_enums import ArchiveKind
from eschool_core.domain.results import CouncilDecision, TermClosing, TermScheme
from eschool_core.domain.row import Row
from eschool_core.domain.school import (
    AcademicYear,
    GroupClass,
    Journal,
    School,
    SchoolClass,
    Staff,
    StudyGroup,
    Subject,
    Substitution,
    TeachingLoad,
    Term,
)
from eschool_core.domain.tables import TABLES
from eschool_core.store.store import Store

PEOPLE: Final = (
    "author_id",
    "staff_id",
    "substitute_id",
    "absent_id",
    "closed_by_id",
    "approved_by_id",
    "sealed_by_id",
    "proposed_by_id",
    "decided_by_id",
)
"""Columns that name a member of staff."""
GROUPS: Final = "id IN (SELECT group_id FROM group_class WHERE class_id = ?) ORDER BY id"
GROUP_CLASSES: Final = (
    "group_id IN (SELECT group_id FROM group_class WHERE class_id = ?) ORDER BY id"
)
JOURNALS: Final = "group_id IN (SELECT group_id FROM group_class WHERE class_id = ?) ORDER BY id"
OF_JOURNALS: Final = (
    "journal_id IN (SELECT j.id FROM journal j JOIN group_class g ON g.group_id = j.group_id "
    "WHERE g.class_id = ?) ORDER BY id"
)
IN_LINES: Final = (
    "part IN (SELECT n.part + ? FROM journal_line n JOIN journal j ON j.id = n.journal_id "
    "JOIN group_class g ON g.group_id = j.group_id WHERE g.class_id = ?) ORDER BY id"
)
PUPILS: Final = (
    "id IN (SELECT n.pupil_id FROM journal_line n JOIN journal j ON j.id = n.journal_id "
    "JOIN group_class g ON g.group_id = j.group_id WHERE g.class_id = ?) ORDER BY id"
)
ENROLMENTS: Final = (
    "class_id IN (SELECT id FROM school_class WHERE year_id = ?) AND pupil_id IN "
    "(SELECT n.pupil_id FROM journal_line n JOIN journal j ON j.id = n.journal_id "
    "JOIN group_class g ON g.group_id = j.group_id WHERE g.class_id = ?) ORDER BY id"
)
DECISIONS: Final = (
    "year_id = ? AND pupil_id IN (SELECT pupil_id FROM register_row WHERE entry_id = ?) ORDER BY id"
)
ALL: Final = "1 = 1 ORDER BY id"
OF_YEAR: Final = "year_id = ? ORDER BY id"

Tables = dict[type[Row], list[Row]]


@dataclass(frozen=True, slots=True)
class ClassYear:
    """What a package is of; its rows are read by ``tables_of``.

    Attributes:
        kind: ``JOURNAL_PACKAGE`` or ``REGISTER_PACKAGE``.
        entries: Of the archive.
        parts: Partitions that are packed whole; their history goes with them.
        kept: Rows elsewhere whose history goes with them, as table number and id.
    """

    kind: ArchiveKind
    year: AcademicYear
    school_class: SchoolClass
    entries: list[ArchiveEntry]
    parts: frozenset[int]
    kept: frozenset[tuple[int, int]]


def class_year(store: Store, school_class: SchoolClass, kind: ArchiveKind) -> ClassYear:
    """Return what a package of a class is of; a few rows, so that a whole school fits in memory.

    Raises:
        InputError: ``archive.not_sealed``, ``archive.journals_gone``.
    """
    entries = entries_to_pack(store, school_class, kind)
    year = store.require(AcademicYear, school_class.year_id)
    own: list[Row] = [*entries]
    parts: list[int] = []
    if kind is ArchiveKind.REGISTER_PACKAGE:
        own += [row for rows in _register(store, entries[0]).values() for row in rows]
    else:
        parts += [partition(PartitionKind.JOURNAL, entry.object_id) for entry in entries]
        lines = store.where(JournalLine, OF_JOURNALS, school_class.id)
        parts += [partition(kind, line.id) for line in lines for kind in OF_LINE]
    kept = frozenset((row.number, row.id) for row in own)
    return ClassYear(kind, year, school_class, entries, frozenset(parts), kept)


def tables_of(store: Store, content: ClassYear) -> Tables:
    """Return the rows of a package by table, each by id; only tables with rows.

    No query is made for a single pupil.
    """
    school_class, entries = content.school_class, content.entries
    tables: Tables = {
        School: [*store.select(School)],
        SchoolDetails: [*store.select(SchoolDetails)],
        AcademicYear: [content.year],
        ArchiveEntry: [*entries],
    }
    if content.kind is ArchiveKind.REGISTER_PACKAGE:
        tables |= _register(store, entries[0])
        tables[SchoolClass] = [school_class]
    else:
        journals = [entry.object_id for entry in entries]
        tables |= _named(store, school_class) | _journals(store, school_class.id, journals)
    tables[Staff] = _staff(store, tables)
    return {table: rows for table, rows in tables.items() if rows}


def _journals(store: Store, class_id: int, journals: list[int]) -> Tables:
    """Return every row of some journals and their lines."""
    tables: Tables = {}
    for spec in TABLES:
        rows: list[Row] = []
        if PartitionKind.JOURNAL in spec.kinds:
            for journal_id in journals:
                part = partition(PartitionKind.JOURNAL, journal_id)
                rows += store.select(spec.table, part=part)
        for kind in OF_LINE:
            if kind in spec.kinds:
                rows += store.where(spec.table, IN_LINES, kind - PartitionKind.LINE, class_id)
        if rows:
            tables[spec.table] = sorted(rows, key=lambda row: row.id)
    return tables


def _named(store: Store, school_class: SchoolClass) -> Tables:
    """Return the rows that tell what the numbers in journals mean."""
    class_id, year_id = school_class.id, school_class.year_id
    return {
        Term: [*store.where(Term, OF_YEAR, year_id)],
        SchoolClass: [*store.where(SchoolClass, OF_YEAR, year_id)],
        TermScheme: [*store.where(TermScheme, OF_YEAR, year_id)],
        TermClosing: [*store.select(TermClosing, class_id=class_id)],
        Subject: [*store.where(Subject, ALL)],
        StudyGroup: [*store.where(StudyGroup, GROUPS, class_id)],
        GroupClass: [*store.where(GroupClass, GROUP_CLASSES, class_id)],
        Journal: [*store.where(Journal, JOURNALS, class_id)],
        TeachingLoad: [*store.where(TeachingLoad, OF_JOURNALS, class_id)],
        Substitution: [*store.where(Substitution, OF_JOURNALS, class_id)],
        Pupil: [*store.where(Pupil, PUPILS, class_id)],
        Enrolment: [*store.where(Enrolment, ENROLMENTS, year_id, class_id)],
    }


def _register(store: Store, entry: ArchiveEntry) -> Tables:
    return {
        RegisterRow: [*store.select(RegisterRow, entry_id=entry.id)],
        CouncilDecision: [*store.where(CouncilDecision, DECISIONS, entry.year_id, entry.id)],
    }


def _staff(store: Store, tables: Tables) -> list[Row]:
    """Return the members of staff whom the rows name."""
    named = {
        row.__dict__.get(column) for rows in tables.values() for row in rows for column in PEOPLE
    }
    return [row for row in store.where(Staff, ALL) if row.id in named]
