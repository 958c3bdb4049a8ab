"""Writing a new pupil: by an order, or on the class teacher's request before there is one."""

from __future__ import annotations

from typing import Protocol

from eschool_core.commands.base import Occasion
from eschool_core.commands.membership import join_class
from eschool_core.domain.partition import PartitionKind, partition
from eschool_core.domain.people import Enrolment, Pupil, PupilCard
from eschool_core.domain.school import AcademicYear, SchoolClass
from eschool_core.errors import InputError
from eschool_core.store.store import Store


class Newcomer(Protocol):
    """What a command says of a new pupil."""

    family: str
    given: str
    patronymic: str
    class_id: int
    grade: int | None
    first_day: int
    birth_day: int
    sex: int


def class_to_join(store: Store, newcomer: Newcomer) -> SchoolClass:
    """Return the class that a newcomer joins.

    Raises:
        InputError: Its year is over by then, or the pupil is not born yet.
    """
    school_class = store.require(SchoolClass, newcomer.class_id)
    year = store.require(AcademicYear, school_class.year_id)
    if newcomer.first_day > year.last_day:
        raise InputError("data.field", field="first_day")
    if newcomer.birth_day >= newcomer.first_day:
        raise InputError("data.field", field="birth_day")
    return school_class


def write_pupil(store: Store, occasion: Occasion, newcomer: Newcomer, order: str | None) -> int:
    """Write name, enrolment and card; return the pupil's id, the command's first.

    Args:
        store: Where they go.
        occasion: Gives three ids: of the pupil, the enrolment, the card.
        newcomer: The command.
        order: Of admission; None where it is awaited.
    """
    school_class = class_to_join(store, newcomer)
    pupil_id = occasion.new_id()
    name_part = partition(PartitionKind.NAME, pupil_id)
    store.put(
        Pupil(
            id=pupil_id,
            part=name_part,
            family=newcomer.family,
            given=newcomer.given,
            patronymic=newcomer.patronymic,
        )
    )
    store.put(
        Enrolment(
            id=occasion.new_id(),
            part=name_part,
            pupil_id=pupil_id,
            class_id=school_class.id,
            grade=school_class.grade if newcomer.grade is None else newcomer.grade,
            first_day=newcomer.first_day,
            order_in=order or "",
            provisional=int(order is None),
        )
    )
    store.put(
        PupilCard(
            id=occasion.new_id(),
            part=partition(PartitionKind.PUPIL, pupil_id),
            pupil_id=pupil_id,
            birth_day=newcomer.birth_day,
            sex=newcomer.sex,
        )
    )
    return pupil_id


def join_lists(store: Store, occasion: Occasion, pupil_id: int, newcomer: Newcomer) -> None:
    """Put a newcomer into the groups and journals of the whole class."""
    join_class(store, occasion, pupil_id, newcomer.class_id, newcomer.first_day)
