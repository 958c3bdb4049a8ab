"""What a class teacher attends to, at a glance: one card for each thing, with who it is about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from eschool_core import calendar
from eschool_core.domain.care_enums import ConcernKind, RequestState
from eschool_core.domain.school import SchoolClass
from eschool_core.queries.concerns import ConcernAnswer, concerns
from eschool_core.queries.lookup import JournalPlace
from eschool_core.queries.paper import PaperEntry, paper_week
from eschool_core.queries.pupil_requests import RequestAnswer, pupil_requests
from eschool_core.queries.slips import SlipState, register
from eschool_core.reports.catalogue import default_period, report
from eschool_core.reports.control import families, unmarked
from eschool_core.reports.frame import Asked as Wanted
from eschool_core.store.store import Store
from eschool_web.asking import Asked
from eschool_web.views.class_groups import SplitSubject, WaitingMove, splits

ANSWERED_DAYS = 14
"""A request that was answered is shown for so many days."""


@dataclass(frozen=True, slots=True)
class WithoutMarks:
    """A pupil and the subjects without a mark for weeks, each with the day of the last one."""

    pupil_id: int
    name: str
    subjects: tuple[tuple[str, date | None], ...]


@dataclass(frozen=True, slots=True)
class ClassCards:
    """The cards.

    Attributes:
        unmarked: Pupils who have had no mark where others had (4.6.3).
        subjects: Subjects in which nobody has had one.
        missing: Who has missed as many lessons as are to be told of (4.5.4), told or not.
        never_seen: Families on line that never looked into the diary (4.6.9).
        by_codes: Visits are not known here: whoever has used a code is taken to have looked.
        due: Guardians on paper whose list of this week is neither handed out nor tried (4.6.5).
        requests: To the system officer: open ones, and those answered lately (4.6.6).
        splits: Subgroups to be approved, or not yet agreed to by their teachers (4.6.4/1).
        waiting: Moves between subgroups that wait for a written application, each with its
            subject (4.6.4/2).
    """

    unmarked: tuple[WithoutMarks, ...]
    subjects: tuple[str, ...]
    missing: tuple[ConcernAnswer, ...]
    never_seen: tuple[str, ...]
    by_codes: bool
    due: tuple[PaperEntry, ...]
    requests: tuple[RequestAnswer, ...]
    splits: tuple[SplitSubject, ...]
    waiting: tuple[tuple[str, WaitingMove], ...]


def class_cards(
    asked: Asked, school_class: SchoolClass, journals: Iterable[JournalPlace]
) -> ClassCards:
    """Return the cards of a class that the person leads.

    Args:
        asked: By its class teacher.
        school_class: The class.
        journals: Those of the class.
    """
    today, now = asked.today(), asked.source.now()
    moment = asked.source.standing().last_sync or now
    ids = [place.journal_id for place in journals]

    def question(store: Store) -> ClassCards:
        split = splits(store, school_class.id, today)
        wanted = Wanted(
            default_period(store, report(unmarked.NAME, "control"), today, asked.language),
            today,
            now,
            school_class.id,
            language=asked.language,
            last_seen=asked.source.last_seen(),
        )
        without = unmarked.unmarked_of(store, wanted)
        return ClassCards(
            unmarked=_by_pupil(one for one in without if one.alone),
            subjects=tuple(sorted({one.entry.journal.subject for one in without if not one.alone})),
            missing=_missing(store, ids, today),
            never_seen=_never_seen(store, wanted),
            by_codes=wanted.last_seen is None,
            due=tuple(
                entry
                for entry in paper_week(
                    store, school_class.id, school_class.name, today, moment
                ).entries
                if entry.state is None
            ),
            requests=tuple(
                entry
                for entry in pupil_requests(store)
                if entry.school_class == school_class.name and _is_shown(entry, today)
            ),
            splits=tuple(entry for entry in split if not entry.settled),
            waiting=tuple((entry.subject, move) for entry in split for move in entry.waiting),
        )

    return asked.read(question)


def _by_pupil(found: Iterable[unmarked.Unmarked]) -> tuple[WithoutMarks, ...]:
    subjects: dict[tuple[int, str], list[tuple[str, date | None]]] = defaultdict(list)
    for one in found:
        stay, last = one.entry.stay, one.last
        day = None if last is None else calendar.date_of(last)
        subjects[stay.pupil_id, stay.name].append((one.entry.journal.subject, day))
    return tuple(
        WithoutMarks(pupil_id, name, tuple(listed)) for (pupil_id, name), listed in subjects.items()
    )


def _missing(store: Store, journal_ids: list[int], day: int) -> tuple[ConcernAnswer, ...]:
    found = concerns(store, journal_ids, day)
    return tuple(
        entry
        for entry in (*found.proposed, *found.sent)
        if entry.kind is ConcernKind.MISSING and entry.since is not None
    )


def _never_seen(store: Store, wanted: Wanted) -> tuple[str, ...]:
    """Return the families that never looked; where visits are not known, by their codes.

    Whoever has come in once has used a code from a slip, and the class's register knows that.
    """
    if wanted.last_seen is None:
        lines = register(store, wanted.now, wanted.class_id)
        used = {line.person_id: wanted.now for line in lines if line.state is SlipState.USED}
        wanted = replace(wanted, last_seen=used)
    return tuple(
        family.stay.name
        for family in families.families_of(store, wanted).get(wanted.class_id, ())
        if not family.paper and not family.seen_at
    )


def _is_shown(entry: RequestAnswer, day: int) -> bool:
    if entry.state is RequestState.OPEN or entry.closed_at is None:
        return True
    return day - calendar.day_number(entry.closed_at.date()) <= ANSWERED_DAYS
