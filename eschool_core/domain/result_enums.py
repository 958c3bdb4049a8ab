"""Closed lists of terms and their marks; a number once given is never used again."""

from __future__ import annotations

from enum import IntEnum


class AssessmentMode(IntEnum):
    """How a journal is marked in a term (specification §2, teaching without marks)."""

    MARKS = 1
    PASS_FAIL = 2
    NONE = 3


class ResultKind(IntEnum):
    """What a mark sums up (2.6, 2.9, 4.5.5)."""

    TERM = 1
    """Of a quarter, half-year or trimester."""
    YEAR = 2
    EXAM = 3
    FINAL = 4
    """For the certificate."""


class ResultValue(IntEnum):
    """What stands in the cell of a term, year, exam or final mark; 0 once taken back."""

    ONE = 1
    TWO = 2
    THREE = 3
    FOUR = 4
    FIVE = 5
    PASS = 11
    """«зач»"""
    FAIL = 12
    """«незач»"""
    NOT_ATTESTED = 13
    """«н/а»: in the denominator, with a reason."""
    EXEMPT = 14
    """«осв.»: released by a document, out of the denominator."""


class DateKind(IntEnum):
    """What a date that an order sets is for (4.5.5)."""

    DUE = 1
    """Last day for term or year marks of a grade, or of all."""
    EARLY = 2
    """An earlier last day for one pupil, who leaves before the term ends."""
    DEFERRAL = 3
    """A later one that lets one pupil's «н/а» or missing mark be mended in a closed term."""


class CorrectionTarget(IntEnum):
    """Which cell of a closed term a correction is about."""

    MARK = 1
    ATTENDANCE = 2
    RESULT = 3


class CorrectionReason(IntEnum):
    """What is offered as the reason of a correction; another one is written in words (2.2)."""

    SLIP = 1
    WRONG_CELL = 2
    HANDED_IN_LATER = 3
    REVIEWED = 4
    APPEAL = 5


class CorrectionState(IntEnum):
    """Life of a correction in a closed term: one person proposes, another decides (2.2)."""

    PROPOSED = 1
    APPROVED = 2
    DECLINED = 3


class ExternalState(IntEnum):
    """Life of marks from another school: the class teacher enters, the teacher accepts."""

    ENTERED = 1
    ACCEPTED = 2
    DECLINED = 3


class OwedState(IntEnum):
    """Life of a work that a pupil owes («точка»)."""

    OPEN = 1
    HANDED_IN = 2
    EXPIRED = 3
    FORGIVEN = 4


class DebtState(IntEnum):
    """Life of an academic debt (law 273-FZ, article 58)."""

    OPEN = 1
    CLEARED = 2


class CouncilDecisionKind(IntEnum):
    """What the teachers' council decides on a pupil at the year's end."""

    PROMOTED = 1
    CONDITIONAL = 2
    """«Переведён условно», with an academic debt."""
    REPEAT = 3
    GRADUATED = 4


class YearSection(IntEnum):
    """Sections that are checked before a year goes to the archive (4.4.5/1)."""

    TOPICS = 1
    WORKS = 2
    ROLL = 3
    PLAN = 4
    YEAR_MARKS = 5
    DECISIONS = 6
    PERSONAL_DATA = 7
    CORRECTIONS = 8


class ArchiveKind(IntEnum):
    """What is kept, and how long (5.3)."""

    JOURNAL = 1
    REGISTER = 2
    JOURNAL_PACKAGE = 3
    """The journals of a class on a medium, for the data bank (4.4.5/3)."""
    REGISTER_PACKAGE = 4
    PUPIL = 5
    """What is known of a former pupil: card, family, messages, name."""
    ACCESS = 6
    """What the access of somebody who has left has left behind."""


class ArchiveState(IntEnum):
    """Life of what is kept."""

    KEPT = 1
    DESTRUCTION_PROPOSED = 2
    DESTROYED = 3
    """Its act is approved; the server erases it."""
    ERASED = 4
