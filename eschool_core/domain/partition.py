"""The finest units of visibility; a row lives in exactly one for ever.

A partition is one integer, ``object id · 64 + kind``, so that it needs no table of its own and
sorts by object.
"""

from __future__ import annotations

from enum import IntEnum

KIND_BITS = 6
# So many partitions an object can have; as a number, because SQL multiplies by it too.
KINDS = 1 << KIND_BITS
KIND_MASK = KINDS - 1


class PartitionKind(IntEnum):
    """What a partition holds; the object it belongs to is in brackets."""

    SCHOOL = 1  # institution, calendar, bells, appointments [none]
    CLASS = 2  # timetable [school class]
    NAME = 3  # name, enrolments, groups, exemptions [pupil]
    JOURNAL = 4  # lessons, topics, homework, plan [journal]
    LINE = 5  # marks, attendance [journal line: one pupil in one journal]
    PUPIL = 6  # personal data, guardians, applications [pupil]
    PUPIL_DAY = 7  # reasons of absence, decisions of the council [pupil]
    STAFF = 8  # findings [member of staff]
    PERSON = 9  # own notices [person]
    ACCESS = 10  # accounts, slips of staff, grants, breaches [none]
    OFFICE = 11  # orders, inspections before release [none]
    THREAD = 12  # messages [thread]
    ARCHIVE = 13  # summary registers and what else is kept, with marks of all [none]
    CLASS_CARE = 14  # checks, requests and drafts of the class teacher [school class]
    ACCOUNT = 15  # own devices, own acknowledgement; for the person and the officer [person]
    HEALTH = 16  # health group, for the class teacher and the head alone [pupil]
    RESULT = 17  # results, academic debts, proposed corrections: the school's [journal line]
    RELEASED = 18  # results and debts as the family may know them [journal line]


TO_RESULT = PartitionKind.RESULT - PartitionKind.LINE
"""From the partition of a line to that of its results; SQL writes it out, as 12."""
TO_RELEASED = PartitionKind.RELEASED - PartitionKind.LINE
"""From the partition of a line to that of its released results; SQL writes it out, as 13."""
OF_LINE = (PartitionKind.LINE, PartitionKind.RESULT, PartitionKind.RELEASED)
"""Kinds of partition that belong to a journal line."""


def partition(kind: PartitionKind, object_id: int = 0) -> int:
    """Return the partition of ``kind`` that belongs to ``object_id``.

    >>> partition(PartitionKind.SCHOOL)
    1
    """
    return object_id << KIND_BITS | kind


def parts_of_objects(first_id: int, last_id: int) -> tuple[int, int]:
    """Return the lowest and the highest partition that objects of these ids can have.

    >>> parts_of_objects(1, 2)
    (64, 191)
    """
    return first_id << KIND_BITS, last_id << KIND_BITS | KIND_MASK


def kind_of(part: int) -> PartitionKind:
    """Return the kind of a partition.

    Raises:
        ValueError: No partition has this number.
    """
    return PartitionKind(part & KIND_MASK)


def object_of(part: int) -> int:
    """Return the id of the object that a partition belongs to; 0 if it belongs to the school."""
    return part >> KIND_BITS


SCHOOL = partition(PartitionKind.SCHOOL)
ACCESS = partition(PartitionKind.ACCESS)
OFFICE = partition(PartitionKind.OFFICE)
ARCHIVE = partition(PartitionKind.ARCHIVE)
