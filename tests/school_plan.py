"""What the small school of tests consists of, and how tests read its clock and verdicts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from eschool_core import calendar
from eschool_core.app import Outcome
from eschool_core.domain.enums import Role, Verdict
from eschool_core.labels import text
from eschool_core.regulation.interval import Interval

KEY = b"a key for the digests of tests.."
ZONE = "Asia/Novokuznetsk"
SERVER = 1
FIRST_DAY = calendar.day_number(date(2026, 9, 1))
LAST_DAY = calendar.day_number(date(2027, 5, 26))
MONDAY = calendar.day_number(date(2026, 9, 7))
TUESDAY = MONDAY + 1
SATURDAY = MONDAY + 5

# Period, first minute, last minute: 8:00–8:45 … 12:45–13:30, 13:35–14:20.
FIRST_SHIFT = (
    (1, 480, 525), (2, 535, 580), (3, 600, 645), (4, 660, 705), (5, 715, 760), (6, 765, 810),
    (7, 815, 860),
)  # fmt: skip
# 13:00–13:45, 13:55–14:40 …: its first period overlaps the sixth of the first shift.
SECOND_SHIFT = ((1, 780, 825), (2, 835, 880), (3, 890, 935), (4, 945, 990))
# 8:00–8:30 … six periods, the last 10:55–11:25.
SHORT = (
    (1, 480, 510), (2, 515, 545), (3, 550, 580), (4, 585, 615), (5, 620, 650), (6, 655, 685),
)  # fmt: skip

CLASSES = (("1А", 1, "I"), ("5А", 5, "I"), ("5Б", 5, "I"), ("10А", 10, "I"), ("10Б", 10, "I"))
SUBJECTS = ("Математика", "Русский язык", "Английский язык", "Физика", "Шахматы", "Хор")
STAFF: tuple[tuple[str, Role | None], ...] = (
    ("head", Role.HEAD),
    ("deputy", Role.DEPUTY_STUDIES),
    ("officer", Role.SYSTEM_OFFICER),
    ("hr", Role.HR_SPECIALIST),
    ("maths", Role.TEACHER),
    ("russian", Role.TEACHER),
    ("english", Role.TEACHER),
    ("english_2", Role.TEACHER),
    ("physics", Role.TEACHER),
    ("primary", Role.TEACHER),
    ("substitute", Role.TEACHER),
    ("nobody", None),
)
CLASS_TEACHERS = (("5А", "russian"), ("5Б", "maths"), ("1А", "primary"))
# Group, subject, teacher, slots (weekday, period). Monday of 5А ends with period 6 at 13:30,
# of 10А at 13:30, of 10Б with period 7 at 14:20.
JOURNALS: tuple[tuple[str, str, str, tuple[tuple[int, int], ...]], ...] = (
    ("1А", "Математика", "primary", ((0, 1), (1, 1))),
    ("5А", "Математика", "maths", ((0, 1), (1, 1), (2, 1))),
    ("5Б", "Математика", "maths", ((0, 2), (1, 2))),
    ("5А", "Русский язык", "russian", ((0, 6), (1, 2))),
    ("5Б", "Русский язык", "russian", ((0, 1), (1, 3))),
    ("5А/1", "Английский язык", "english", ((0, 3), (3, 3))),
    ("5А/2", "Английский язык", "english_2", ((0, 3), (3, 3))),
    ("10А+10Б", "Физика", "physics", ((0, 3), (1, 6))),
    ("10А", "Русский язык", "russian", ((0, 5), (2, 6))),
    ("10Б", "Русский язык", "russian", ((0, 7), (2, 7))),
    ("10А", "Математика", "primary", ((0, 6),)),
)
PUPILS_PER_CLASS = 4
FAMILIES = ("Абрамов", "Белова", "Власов", "Громова")


@dataclass(frozen=True, slots=True)
class Given:
    """A command of the log, with all that a replay needs."""

    kind: str
    version: int
    values: list[object]
    actor: int
    device: int
    number: int
    base_seq: int
    interval: Interval
    take: int
    outcome: Outcome
    ids_from: int | None = None
    group: int = 0


def clock(day: int, hour: int, minute: int = 0, second: int = 0) -> int:
    """Return the moment at which the school's clock shows a time on a day."""
    return calendar.moment_of(day, hour * 60 + minute, ZONE) + second


def offline(lo: int, estimate: int | None, hi: int) -> Interval:
    """Return the interval of an act between the last anchor and the receipt."""
    return Interval(lo, hi, estimate, lo if estimate is None else estimate)


def read_aloud(outcome: Outcome) -> None:
    """Fill every text of an outcome, in both languages: none may ask for more than it gets."""
    told = [(outcome.key, outcome.params)] if outcome.key else []
    for key, params in (*told, *outcome.findings):
        for language in ("ru", "en"):
            for name in (key, f"{key}.remedy"):
                assert text(name, language, **dict(params))


def verdict(outcome: Outcome) -> str:
    """Return ``accepted``, the key of the refusal, or ``held`` with the check's id."""
    if outcome.verdict in (Verdict.ACCEPTED, Verdict.WITH_FINDINGS):
        return "accepted"
    return f"held {outcome.key}" if outcome.verdict is Verdict.HELD else outcome.key


def findings(outcome: Outcome) -> list[str]:
    """Return the ids of the checks that flagged an accepted command."""
    assert verdict(outcome) == "accepted", outcome
    return [check_id for check_id, _ in outcome.findings]
