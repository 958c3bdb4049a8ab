"""Questions that a front end may ask, each answered by the library's own query."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from eschool_core import calendar
from eschool_core.domain.school import SchoolClass
from eschool_core.labels import Language
from eschool_core.queries.answer import Answer
from eschool_core.queries.cards import Cards, cards
from eschool_core.queries.diary import Diary, diary
from eschool_core.queries.duties.registry import Duties, duties
from eschool_core.queries.findings import FindingAnswer, findings
from eschool_core.queries.journal_page import JournalPage, journal_page
from eschool_core.queries.lookup import JournalPlace, journals
from eschool_core.queries.me import Me, me
from eschool_core.queries.notices import NoticeAnswer, notices
from eschool_core.queries.personal_reads import Reading, reading_of_class
from eschool_core.queries.shown_homework import sight_of
from eschool_core.queries.today import Today, today
from eschool_core.store.store import Store


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks, and when.

    Attributes:
        day: The day the question is about, as a day number.
        today: The school's date.
        moment: The school's time, seconds UTC.
    """

    store: Store
    person_id: int
    day: int
    today: int
    moment: int
    language: Language


@dataclass(frozen=True, slots=True)
class Read:
    """A question.

    Attributes:
        path: Its address, with the id of what is asked about.
        says: What it answers, for the description.
        answer: Type of the answer, or of its entries where it is a list.
        ask: Finds the answer; the id is 0 where the address has none.
        many: The answer is a list.
        opens: Says whether personal data are opened by it, and what is to be logged first (1.4).
    """

    path: str
    says: str
    answer: type
    ask: Callable[[Asking, int], Any]
    many: bool = False
    opens: Callable[[Asking, int], Reading] | None = None


def _opens_cards(asking: Asking, class_id: int) -> Reading:
    return reading_of_class(asking.store, asking.person_id, class_id, asking.today)


def _cards(asking: Asking, class_id: int) -> Cards:
    school_class = asking.store.require(SchoolClass, class_id)
    return cards(asking.store, class_id, school_class.name, asking.day)


def _journal(asking: Asking, journal_id: int) -> JournalPage:
    monday = calendar.monday_of(asking.day)
    sight = sight_of(asking.store, asking.person_id, asking.moment)
    return journal_page(asking.store, journal_id, monday, monday + 6, asking.language, sight)


READS: Final[tuple[Read, ...]] = (
    Read("/me", "who the owner of the replica is", Me,
         lambda asking, _: me(asking.store, asking.person_id, asking.day)),
    Read("/today", "the lessons of a day", Today,
         lambda asking, _: today(asking.store, asking.person_id, asking.day)),
    Read("/journals", "the journals that are here", JournalPlace,
         lambda asking, _: journals(asking.store, asking.day), many=True),
    Read("/journals/{id}", "a week of a journal", JournalPage, _journal),
    Read("/pupils/{id}/diary", "a week of a pupil's diary", Diary,
         lambda asking, pupil: diary(asking.store, pupil, asking.day, asking.moment)),
    Read("/classes/{id}/cards", "the pupils' data of a class; the reading is logged", Cards, _cards,
         opens=_opens_cards),
    Read("/duties", "what the owner has to do by when", Duties,
         lambda asking, _: duties(asking.store, asking.moment, asking.person_id)),
    Read("/findings", "what the regulation finds to mend", FindingAnswer,
         lambda asking, _: findings(asking.store, asking.person_id), many=True),
    Read("/notices", "what the owner is told", NoticeAnswer,
         lambda asking, _: notices(asking.store, asking.person_id, asking.language), many=True),
)  # fmt: skip


def as_json(value: Any) -> Any:
    """Return an answer, or a list of them, as JSON can hold it."""
    if isinstance(value, Answer):
        return value.as_json()
    return [entry.as_json() for entry in value]
