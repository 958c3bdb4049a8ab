"""Terms and their marks: what is set once a term, and what has to be known for it."""

from __future__ import annotations

from typing import ClassVar

from sqlmodel import Field

from eschool_core.domain.row import Cell, Id, Row


class TermScheme(Row, table=True):
    """Which terms a grade has in a year, or one journal instead (partition SCHOOL).

    Without a row grades 1–9 have quarters and 10–11 half-years, where the year has such terms.
    """

    __tablename__ = "term_scheme"
    number: ClassVar[int] = 70
    year_id: int = Field(sa_type=Id)
    grade: int = 0
    """0 where it is for one journal."""
    journal_id: int = Field(default=0, sa_type=Id)
    """0 where it is for a grade."""
    kind: int
    """``TermKind``."""


class AssessmentRule(Row, table=True):
    """How a journal is marked in a term (partition JOURNAL), or one pupil of it (LINE).

    Without a row MARKS, in markless grades and extracurricular journals NONE.
    """

    __tablename__ = "assessment_rule"
    number: ClassVar[int] = 71
    journal_id: int = Field(sa_type=Id, index=True)
    term_id: int = Field(default=0, sa_type=Id)
    """0 for every term of the year and the year itself."""
    pupil_id: int = Field(default=0, sa_type=Id)
    """0 for all pupils of the journal."""
    mode: int
    """``AssessmentMode``."""
    document: str = ""
    """On which an exception for one pupil rests."""


class TermClosing(Row, table=True):
    """A term closed for a class (partition SCHOOL); closed while ``reopened_at`` is 0 (4.5.5).

    ``seq`` of the closing is the barrier: what arrives later is held, whenever it was made.
    Reopening ends the row; closing again makes another, so that all of it stays known.
    """

    __tablename__ = "term_closing"
    number: ClassVar[int] = 72
    year_id: int = Field(sa_type=Id)
    term_id: int = Field(sa_type=Id, index=True)
    """0 where the year itself is closed: year, exam and final marks."""
    class_id: int = Field(sa_type=Id, index=True)
    closed_at: int = Field(sa_type=Id)
    closed_by_id: int = Field(sa_type=Id)
    reopened_at: int = Field(default=0, sa_type=Id)
    reopened_by_id: int = Field(default=0, sa_type=Id)
    reopening_act: str = ""
    """Number of the head's order that reopened it."""
    reason: str = ""


class OrderDate(Row, table=True):
    """A date that an order sets for term or year marks (4.5.5).

    For a grade or all grades in partition SCHOOL; for one pupil in NAME; a deferral in LINE.
    """

    __tablename__ = "order_date"
    number: ClassVar[int] = 73
    kind: int
    """``DateKind``."""
    year_id: int = Field(sa_type=Id)
    term_id: int = Field(default=0, sa_type=Id, index=True)
    """0 for year marks."""
    grade: int = 0
    """0 for all grades."""
    pupil_id: int = Field(default=0, sa_type=Id)
    day: int
    """Last day, inclusive."""
    act: str
    """Number of the order."""
    act_day: int


class TermMark(Cell, table=True):
    """A term, year, exam or final mark of the line its partition belongs to (partition RESULT).

    Families do not see it: what they may know is a ``ReleasedMark``.

    One cell for each (line, kind, term, subject of the certificate).
    """

    __tablename__ = "term_mark"
    number: ClassVar[int] = 74
    kind: int
    """``ResultKind``."""
    term_id: int = Field(default=0, sa_type=Id, index=True)
    """0 but for kind TERM."""
    subject_id: int = Field(default=0, sa_type=Id)
    """Subject of the certificate for exam and final marks; 0 for the journal's own."""
    value: int
    """``ResultValue``; 0 once taken back."""
    proposed: int = 0
    """``ResultValue`` that the calculation gave when the mark was set; 0 for none."""
    mean: int = 0
    """Weighted mean at that time, hundredths; 0 for none."""
    reason: str = ""
    """Why it differs from what was proposed, or why the pupil is not attested."""
    document: str = ""
    """Protocol of an exam or retake, order of a deferral, ground of an exemption."""
    document_day: int = 0
    act: str = ""
    """Order by which a substitute set it in the teacher's place («замещение»)."""
    timeliness: int = 0
    """``Timeliness`` to the order's date; 0 where no order sets one."""


class ReleasedMark(Row, table=True):
    """What a family may know of a ``TermMark``, from its release on (2.9; partition RELEASED).

    It has the id of the mark, and follows each change of it. Neither who set it, nor what was
    proposed, nor why it differs is in it.
    """

    __tablename__ = "released_mark"
    number: ClassVar[int] = 217
    kind: int
    """``ResultKind``."""
    term_id: int = Field(default=0, sa_type=Id)
    """0 but for kind TERM."""
    subject_id: int = Field(default=0, sa_type=Id)
    value: int
    """``ResultValue``; 0 once taken back."""


class ExternalMark(Row, table=True):
    """A mark from a former school or sanatorium (partition LINE of the journal it counts in).

    Shown apart; counted in the proposed term mark by the policy ``external_marks`` once the
    teacher has accepted it; never in density or in the columns of lessons.
    """

    __tablename__ = "external_mark"
    number: ClassVar[int] = 75
    kind: int = 0
    """0 for a current mark, else the ``ResultKind`` it was there."""
    term_id: int = Field(sa_type=Id, index=True)
    """Term it belongs to; 0 for a year mark."""
    value: int
    """2–5 (1 by the scale); a ``ResultValue`` for a term or year mark."""
    weight: int = 100
    """Hundredths."""
    day: int
    source: str
    """The school it comes from."""
    document: str
    """Number and date of the statement of marks."""
    state: int
    """``ExternalState``."""
    entered_by_id: int = Field(sa_type=Id)
    decided_by_id: int = Field(default=0, sa_type=Id)
    decided_at: int = Field(default=0, sa_type=Id)


class OwedWork(Cell, table=True):
    """A place-holder for work owed («точка», «долг»), with a date until which (partition LINE)."""

    __tablename__ = "owed_work"
    number: ClassVar[int] = 76
    lesson_id: int = Field(sa_type=Id, index=True)
    kind: int
    """``WorkKind``."""
    due_day: int
    state: int
    """``OwedState``."""
    comment: str = ""


class AcademicDebt(Cell, table=True):
    """An unsatisfactory or missing year result (partition RESULT); its history keeps each retake.

    Families do not see it: what they may know is a ``ReleasedDebt``.
    """

    __tablename__ = "academic_debt"
    number: ClassVar[int] = 77
    year_id: int = Field(sa_type=Id, index=True)
    state: int
    """``DebtState``."""
    due_day: int
    """Within a year of the debt."""
    retakes: int = 0
    """How many there were: two at most, the second by a commission."""
    value: int = 0
    """``ResultValue`` of the last retake; 0 for none."""
    commission: int = 0
    """1 where a commission held the last retake."""
    protocol: str = ""
    protocol_day: int = 0


class ReleasedDebt(Row, table=True):
    """What a family may know of an ``AcademicDebt`` (partition RELEASED), follows each change.

    It is there from the release of the year's marks on (2.9), which the debt gives away, and has
    the id of the debt.
    """

    __tablename__ = "released_debt"
    number: ClassVar[int] = 218
    year_id: int = Field(sa_type=Id)
    state: int
    """``DebtState``."""
    due_day: int
    retakes: int
    value: int
    """``ResultValue`` of the last retake; 0 for none."""
    protocol: str
    protocol_day: int


class Correction(Row, table=True):
    """A change in a closed term that one person proposes and another decides (partition RESULT).

    Families see of it what it has changed, once it is decided: the cell and its history.
    """

    number: ClassVar[int] = 78
    target: int
    """``CorrectionTarget``: which cell of the line."""
    lesson_id: int = Field(default=0, sa_type=Id, index=True)
    """Of a mark or of attendance."""
    position: int = 0
    """Of a mark: 0 for the first of the lesson, 1 for the second."""
    result_kind: int = 0
    """``ResultKind`` of a term, year, exam or final mark."""
    term_id: int = Field(default=0, sa_type=Id)
    subject_id: int = Field(default=0, sa_type=Id)
    value: int
    """New mark, ``ResultValue`` or ``Presence``; 0 takes it back."""
    work_kind: int = 0
    """``WorkKind`` of a mark that was not there."""
    ground: str
    proposed_by_id: int = Field(sa_type=Id)
    proposed_at: int = Field(sa_type=Id)
    state: int
    """``CorrectionState``."""
    decided_by_id: int = Field(default=0, sa_type=Id)
    decided_at: int = Field(default=0, sa_type=Id)
    answer: str = ""


class CouncilDecision(Cell, table=True):
    """What the teachers' council decided on a pupil at the year's end (partition PUPIL_DAY)."""

    __tablename__ = "council_decision"
    number: ClassVar[int] = 79
    pupil_id: int = Field(sa_type=Id, index=True)
    year_id: int = Field(sa_type=Id, index=True)
    kind: int
    """``CouncilDecisionKind``."""
    next_grade: int = 0
    """Grade of the next year; 0 for one who has finished school."""
    protocol: str
    protocol_day: int
