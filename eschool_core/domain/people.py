"""Pupils and their guardians: personal data of children, each kind in its own partition."""

from __future__ import annotations

from typing import ClassVar

from sqlmodel import Field

from eschool_core.domain.row import FOREVER, Cell, Id, Row


class Pupil(Row, table=True):
    """A pupil's name, seen by whoever teaches or represents the pupil (partition NAME)."""

    number: ClassVar[int] = 40
    family: str
    given: str
    patronymic: str = ""


class Enrolment(Row, table=True):
    """Membership in a class (partition NAME); it ends, it is never deleted (4.6.6)."""

    number: ClassVar[int] = 41
    pupil_id: int = Field(sa_type=Id, index=True)
    class_id: int = Field(sa_type=Id, index=True)
    grade: int
    """The pupil's own grade: a combined class holds several (3.6)."""
    first_day: int
    last_day: int = FOREVER
    order_in: str = ""
    order_out: str = ""
    provisional: int = 0
    """1 for «приказ ожидается»: entered on the class teacher's request (4.6.6)."""


class GroupMember(Row, table=True):
    """Membership in a study group (partition NAME)."""

    __tablename__ = "group_member"
    number: ClassVar[int] = 42
    group_id: int = Field(sa_type=Id, index=True)
    pupil_id: int = Field(sa_type=Id, index=True)
    first_day: int
    last_day: int = FOREVER


class Exemption(Row, table=True):
    """A dated release from a subject or its practice, or an individual curriculum in one.

    Of a pupil taught in the family it has no subject: it is of all of them. Its partition is NAME;
    its document is a number, never the diagnosis.
    """

    number: ClassVar[int] = 43
    pupil_id: int = Field(sa_type=Id, index=True)
    subject_id: int = Field(sa_type=Id)
    kind: int
    first_day: int
    last_day: int
    document: str


class PupilCard(Row, table=True):
    """Personal data (partition PUPIL)."""

    __tablename__ = "pupil_card"
    number: ClassVar[int] = 44
    pupil_id: int = Field(sa_type=Id, index=True)
    birth_day: int = 0
    sex: int = 0


class Guardianship(Row, table=True):
    """Who represents a pupil, on what ground, from when to when (partition PUPIL)."""

    number: ClassVar[int] = 45
    pupil_id: int = Field(sa_type=Id, index=True)
    guardian_id: int = Field(sa_type=Id, index=True)
    family: str
    given: str
    patronymic: str = ""
    relation: str = ""
    phone: str = ""
    first_day: int
    last_day: int = FOREVER
    ground: str = ""


class GroupTransfer(Row, table=True):
    """Why a pupil changed group (4.6.4/2; partition PUPIL)."""

    __tablename__ = "group_transfer"
    number: ClassVar[int] = 46
    pupil_id: int = Field(sa_type=Id, index=True)
    from_group_id: int = Field(sa_type=Id)
    to_group_id: int = Field(sa_type=Id)
    day: int
    ground: int
    document: str
    document_day: int
    applicant_id: int = Field(sa_type=Id)


class AbsenceExcuse(Cell, table=True):
    """The class teacher's word on a reason; prevails in reports (partition PUPIL_DAY)."""

    __tablename__ = "absence_excuse"
    number: ClassVar[int] = 47
    pupil_id: int = Field(sa_type=Id, index=True)
    kind: int
    first_day: int
    last_day: int
    lesson_id: int = Field(default=0, sa_type=Id)
    """One lesson, or 0 for whole days."""
    document: str = ""
