"""Release of marks to families, and what the year leaves behind: registers and the archive."""

from __future__ import annotations

from typing import ClassVar

from sqlmodel import Field

from eschool_core.domain.row import Id, Row


class MarksRelease(Row, table=True):
    """Marks of a term, or of the year, made known to the families of a class (2.9; SCHOOL)."""

    __tablename__ = "marks_release"
    number: ClassVar[int] = 170
    year_id: int = Field(sa_type=Id)
    term_id: int = Field(default=0, sa_type=Id, index=True)
    """0 for year, exam and final marks."""
    class_id: int = Field(sa_type=Id, index=True)
    released_at: int = Field(sa_type=Id)
    released_by_id: int = Field(sa_type=Id)


class MarksSeen(Row, table=True):
    """A guardian or pupil has opened released marks (2.9; partition PUPIL).

    Guardians do not hold that partition, so none learns when another one looked.
    """

    __tablename__ = "marks_seen"
    number: ClassVar[int] = 171
    release_id: int = Field(sa_type=Id, index=True)
    pupil_id: int = Field(sa_type=Id)
    person_id: int = Field(sa_type=Id)
    seen_at: int = Field(sa_type=Id)


class SectionWaiver(Row, table=True):
    """A gap at the year's end that is let pass, with a reason (4.4.5/1; partition ARCHIVE)."""

    __tablename__ = "section_waiver"
    number: ClassVar[int] = 172
    year_id: int = Field(sa_type=Id, index=True)
    section: str
    """Name of the section, as the list of gaps has it."""
    object_id: int = Field(sa_type=Id)
    """Journal, class or pupil that the gap is of."""
    reason: str
    waived_by_id: int = Field(sa_type=Id)
    waived_at: int = Field(sa_type=Id)


class RegisterRow(Row, table=True):
    """One pupil in the summary register of a class and year (4.4.3/4, 5.3/2; partition ARCHIVE).

    Complete in itself: it is read 25 years on, when journals, names and subjects are gone.
    """

    __tablename__ = "register_row"
    number: ClassVar[int] = 173
    entry_id: int = Field(sa_type=Id, index=True)
    """The ``ArchiveEntry`` of its register."""
    ordinal: int
    """Place in the alphabet of the class; those who left stand last."""
    pupil_id: int = Field(sa_type=Id)
    content: str
    """JSON object: name, marks by subject and term, absences, decision, corrections."""


class ArchivePackage(Row, table=True):
    """A package that was handed to the electronic data bank (4.4.5/3; partition ARCHIVE).

    Who handed it over, when, and how long it is kept stand in its ``ArchiveEntry``.
    """

    __tablename__ = "archive_package"
    number: ClassVar[int] = 187
    entry_id: int = Field(sa_type=Id, index=True)
    digest: str
    """SHA-256 of the package's list of checksums, in hexadecimal: it stands for every byte."""
    files: int
    history_size: int = Field(sa_type=Id)
    """How many entries of the school's history the signed head in it covers."""


class ArchiveEntry(Row, table=True):
    """What is kept until a day: a journal, a register, a package (5.3; partition ARCHIVE)."""

    __tablename__ = "archive_entry"
    number: ClassVar[int] = 174
    year_id: int = Field(sa_type=Id, index=True)
    kind: int
    """``ArchiveKind``."""
    object_id: int = Field(sa_type=Id, index=True)
    """Journal; class of a register or package; who left."""
    title: str
    """Year, class or group, subject: readable when those rows are gone."""
    sealed_at: int = Field(sa_type=Id)
    sealed_by_id: int = Field(sa_type=Id)
    keep_until: int
    """Last day of keeping; destruction is refused until it is over."""
    state: int
    """``ArchiveState``."""
    act: str = ""
    """Number of the act of destruction."""
    act_day: int = 0
    proposed_by_id: int = Field(default=0, sa_type=Id)
    approved_by_id: int = Field(default=0, sa_type=Id)
    destroyed_at: int = Field(default=0, sa_type=Id)
